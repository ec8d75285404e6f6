"""All that is measured of a checkpoint: figures, tables, and what they were made of."""
