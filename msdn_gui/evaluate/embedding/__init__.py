"""The space of attributes in which images and classes are drawn."""
