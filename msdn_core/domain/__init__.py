"""What the program is about: frozen dataclasses and numpy; no files, no torch, no Qt.

Letters used in shapes: N images, M classes, K attributes, C channels, H rows and W columns of regions, R = H·W.
"""
