"""The class of an image: nine classes on digit keys, a search, and labels by folder."""
