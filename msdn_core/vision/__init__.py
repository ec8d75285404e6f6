"""From image files to region features: opening, backbones, extraction, and the store that keeps them."""
