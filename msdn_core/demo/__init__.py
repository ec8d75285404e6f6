"""The aviary: invented birds, drawn from their attributes, so that the true place of every part is known."""
