"""The selected class: its rank for the selected image, its description and the classes nearest to it."""
