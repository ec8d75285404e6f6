"""The selected image with its marks, title, review and note."""
