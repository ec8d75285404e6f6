"""The Explore workspace: images at the left, maps and attributes in the middle, classes and reasons at the right."""
