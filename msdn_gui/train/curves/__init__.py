"""Live curves: losses, figures, and use of the machine."""
