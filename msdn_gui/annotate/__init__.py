"""Annotate: class labels, judgements of attributes, marks and reviews, with the model's suggestions."""
