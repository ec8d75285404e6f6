"""Dialogs: import, export, about, and the question on closing."""
