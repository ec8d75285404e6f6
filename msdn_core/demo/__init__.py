"""The aviary: a demo of invented birds drawn from their attributes, so the true place of every part is known."""
