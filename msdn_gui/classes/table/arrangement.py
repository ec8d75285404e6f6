"""Which classes and attributes the table shows, and in which order: filters, sorting and folded groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.domain.text_search import has_words, search_words
from msdn_gui.classes.values import folding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable


class Arrangement:
    """Only the view is arranged: the table stays the same."""

    def __init__(self) -> None:
        self.sorted_by: tuple[int, bool] | None = None
        """The table's column that classes are sorted by, and whether highest first; None for the table's order."""
        self.folded: frozenset[str] = frozenset()
        """The groups that are one column each: that of their first attribute, with their highest value."""
        self.members: folding.Members = {}
        """All columns of each shown folded group, by its column in the table."""
        self._rank: dict[str, int] = {}
        self._class_words: tuple[str, ...] = ()
        self._attribute_words: tuple[str, ...] = ()

    def filter_classes(self, text: str) -> None:
        """Show the classes whose name contains every word; “seen” and “unseen” select by kind."""
        self._class_words = tuple(search_words(text))

    def filter_attributes(self, text: str) -> None:
        """Show the attributes whose name or group contains every word."""
        self._attribute_words = tuple(search_words(text))

    def sort(self, table: ClassTable, column: int, *, highest_first: bool) -> None:
        """Sort by what a column of the table shows, −1 for the table's order; later edits do not move a class."""
        if not 0 <= column < len(table.attributes):
            self.sorted_by, self._rank = None, {}
            return
        values = folding.values(table, np.arange(len(table.classes)), np.array([column]), self.members)[:, 0]
        order = np.argsort(-values if highest_first else values, kind="stable")
        self._rank = {table.classes[row]: place for place, row in enumerate(order.tolist())}
        self.sorted_by = (column, highest_first)

    def follow(self, before: ClassTable, table: ClassTable) -> None:
        """Keep renamed classes in their places; forget sorting and folding if the attributes changed."""
        if table.attributes != before.attributes:
            self.sorted_by, self._rank, self.folded = None, {}, frozenset()
        if self.sorted_by is None or len(before.classes) != len(table.classes):
            return
        for old, new in zip(before.classes, table.classes, strict=True):
            if old != new and old in self._rank and old not in table.class_index:
                self._rank[new] = self._rank.pop(old)

    def rows(self, table: ClassTable) -> NDArray[np.intp]:
        """Return the rows of the table to show, in their order."""
        kinds = {word for word in self._class_words if word in ("seen", "unseen")}
        words = [word for word in self._class_words if word not in kinds]
        fits = _matching([f"{name} {class_text(name)}" for name in table.classes] if words else table.classes, words)
        for kind in kinds:
            fits &= table.seen if kind == "seen" else ~table.seen
        rows = np.flatnonzero(fits)
        if self.sorted_by is None:
            return rows
        # Classes that were added since come last.
        last = len(self._rank)
        places = np.array([self._rank.get(table.classes[row], last) for row in rows.tolist()], dtype=np.intp)
        return rows[np.argsort(places, kind="stable")]

    def columns(self, table: ClassTable) -> NDArray[np.intp]:
        """Return the columns of the table to show, and update ``members``; a filter shows attributes unfolded."""
        names = [f"{attribute.full_name} {attribute_text(attribute)}" for attribute in table.attributes]
        fits = _matching(names, self._attribute_words)
        self.members = {} if self._attribute_words else folding.members(table, self.folded)
        for group in self.members.values():
            fits[group[1:]] = False
        return np.flatnonzero(fits)


def _matching(texts: Sequence[str], words: Sequence[str]) -> NDArray[np.bool_]:
    if not words:
        return np.ones(len(texts), dtype=np.bool_)
    return np.fromiter((has_words(text, words) for text in texts), dtype=np.bool_, count=len(texts))
