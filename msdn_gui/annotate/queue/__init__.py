"""The list of images to annotate: filter, order and review states."""
