"""The confusion matrix and the images behind it."""
