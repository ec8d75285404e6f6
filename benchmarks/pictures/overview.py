"""README's pictures: every workspace as it first appears, in both themes."""

from __future__ import annotations

from benchmarks.pictures.stage import Picture
from msdn_gui.shell.workspaces import NAMES

PICTURES = tuple(Picture(f"{name}-{theme}", name, theme=theme) for name in NAMES for theme in ("light", "dark"))
