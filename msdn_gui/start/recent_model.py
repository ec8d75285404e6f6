"""The model of recent projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QLocale, Qt

from msdn_gui.services.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from msdn_gui.widgets.index import Index

RECENT_ROLE = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class Recent:
    """A recent project."""

    path: Path
    remembered: Remembered
    exists: bool | None = None
    """Whether there is a project at its path; None until that was checked."""
    is_open: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether there is no project at its path any more."""
        return self.exists is False

    @property
    def name(self) -> str:
        """The project's name."""
        return self.remembered.name or self.path.name

    @property
    def facts(self) -> str:
        """How much it contains, as far as remembered."""
        kept = self.remembered
        parts = [f"{kept.images:,} images"] if kept.images else []
        if kept.classes:
            parts.append(f"{kept.classes:,} classes" + (f" ({kept.unseen:,} unseen)" if kept.unseen else ""))
        return " · ".join(parts)

    @property
    def state(self) -> str:
        """Missing, open, or when it was open."""
        if self.is_missing:
            return "Not found"
        return "Open now" if self.is_open else opened_when(self.remembered.opened)


class RecentModel(QAbstractListModel):
    """One row per project, the most recent one first."""

    def __init__(self) -> None:
        super().__init__()
        self.recents: list[Recent] = []

    def show_recents(
        self, paths: Sequence[str], known: Mapping[str, Remembered], existing: Mapping[str, bool], opened: Path | None
    ) -> None:
        """Replace the list; views are notified only of what changed."""
        recents = [
            Recent(Path(text), known.get(text, Remembered()), existing.get(text), Path(text) == opened)
            for text in paths
        ]
        if [one.path for one in recents] != [one.path for one in self.recents]:
            self.beginResetModel()
            self.recents = recents
            self.endResetModel()
        elif recents != self.recents:
            self.recents = recents
            self.dataChanged.emit(self.index(0), self.index(len(recents) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.recents)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        recent = self.recents[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return recent.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(recent.path)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (recent.name, recent.facts, recent.state, str(recent.path))))
        return recent if role == RECENT_ROLE else None


def opened_when(text: str, now: datetime | None = None) -> str:
    """Return when a project was last open, in a few words; empty if unknown."""
    try:
        then = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        return ""
    days = ((now or datetime.now().astimezone()).date() - then.date()).days
    if days == 0:
        return f"Today, {then:%H:%M}"
    if days == 1:
        return f"Yesterday, {then:%H:%M}"
    # If the clock was set back, the day is in the future: the date is shown.
    return f"{days} days ago" if 1 < days < 7 else f"{then.day} {QLocale.c().monthName(then.month)} {then.year}"
