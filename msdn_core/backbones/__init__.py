"""Frozen backbones and the features they make: loading, weights, devices, extraction. Everything here needs torch."""
