"""Export: one module per format; most exported files can be imported again."""
