"""What if: sliders for one class, and the images of the collection that fit it best."""
