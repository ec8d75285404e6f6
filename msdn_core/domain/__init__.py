"""The concepts of the program as frozen dataclasses and numpy functions; no files, no torch, no Qt.

Letters used in shapes: N images, M classes, K attributes, C channels, H rows and W columns of regions, R = H·W.
"""
