"""Measurements behind the claims about speed, memory and accuracy; run ``python -m benchmarks`` or one module."""
