"""One image with what is drawn over it: a map, its peak, known boxes and parts, selected regions."""
