"""Annotations of many images at once, each checked by a person first."""
