"""The attention maps in the middle of Explore: both sub-nets of an image, alone or beside a comparison."""
