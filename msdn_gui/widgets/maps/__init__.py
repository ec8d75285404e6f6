"""Attention maps and the image below them: colours, controls, and loading pictures."""
