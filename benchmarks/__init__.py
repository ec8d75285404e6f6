"""What claims about speed and figures rest on; each module runs by ``python -m benchmarks.NAME``."""
