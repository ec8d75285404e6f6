"""The workspaces as a table, without Qt: rail, menus, tour and the command line read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A workspace, which may not have been made yet."""

    name: str
    title: str
    hint: str

    @property
    def icon_name(self) -> str:
        """The name of its icon."""
        return self.name


ENTRIES = (
    Entry("explore", "Explore", "Images with both attention maps, attribute scores and class scores"),
    Entry("classes", "Classes", "Edit class vectors and add classes"),
    Entry("annotate", "Annotate", "Label images, judge attributes, draw boxes and points"),
    Entry("train", "Train", "Train runs in the background"),
    Entry("evaluate", "Evaluate", "Measure checkpoints and compare them"),
)
NAMES = tuple(entry.name for entry in ENTRIES)
TITLES = {entry.name: entry.title for entry in ENTRIES}
