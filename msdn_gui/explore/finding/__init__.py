"""Finding images: the query, the facets, saved searches and the list of images at the left of Explore."""
