"""Judgements of attributes in the selected image, with the model's suggestions."""
