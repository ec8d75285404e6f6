"""One virtual list of images, for the gallery, the queue and grids of results."""
