"""The contribution of each attribute to a class score of the selected image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt

from msdn_core.domain.display_names import attribute_text
from msdn_gui.explore.attributes.columns import OVERRIDDEN_SIGN
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE, OrderedTable, bar

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import Attribute

NAME, SHARE = range(2)


class ContributionModel(OrderedTable):
    """One row per attribute, sorted by the size of the contribution, positive or negative."""

    headings = ("Attribute", "Contribution")
    heading_tips = (
        "Attribute with its group",
        "What the attribute adds to the class score; contributions sum to the score",
    )
    numeric = frozenset((SHARE,))

    def __init__(self) -> None:
        super().__init__(SHARE, Qt.SortOrder.DescendingOrder)
        self._attributes: tuple[Attribute, ...] = ()
        self._shares: NDArray[np.float64] = np.zeros(0)
        self._reach = (0.0, 0.0)
        self._overridden: frozenset[int] = frozenset()

    @property
    def shares(self) -> NDArray[np.float64]:
        """(K,) contributions in the class table's order of attributes."""
        return self._shares

    @property
    def total(self) -> float:
        """The sum of all contributions: the class score before gamma."""
        return float(self._shares.sum())

    def show_contributions(
        self,
        attributes: tuple[Attribute, ...],
        shares: NDArray[np.floating] | None,
        overridden: Collection[int] = (),
    ) -> None:
        """Show (K,) contributions, or nothing; ``overridden`` are the attributes whose scores were typed."""
        known = shares is not None and len(shares) == len(attributes)
        attributes = attributes if known else ()
        self._overridden = frozenset(overridden)
        new = attributes != self._attributes
        self._attributes = attributes
        self._shares = np.asarray(shares, dtype=np.float64) if known else np.zeros(0)
        self._reach = (float(self._shares.min()), float(self._shares.max())) if len(self._shares) else (0.0, 0.0)
        if new:
            self.set_items([f"{one.full_name} {attribute_text(one)}" for one in attributes])
        else:
            self.rearrange()

    def sort_key(self, column: int) -> NDArray[Any]:
        if column == SHARE:
            return np.abs(self._shares)
        names = [attribute_text(attribute).lower() for attribute in self._attributes]
        ranked = {name: rank for rank, name in enumerate(sorted(set(names)))}
        return np.array([ranked[name] for name in names])

    def cell(self, item: int, column: int, role: int) -> Any:
        attribute, share = self._attributes[item], float(self._shares[item])
        if role == Qt.ItemDataRole.ToolTipRole:
            note = ", from an overridden score" if item in self._overridden else ""
            return f"{attribute.full_name}\nContribution: {share:+.6g}{note}"
        if column == SHARE and role == BAR_ROLE:
            return (*bar(share, *self._reach), "positive" if share >= 0 else "negative")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column == NAME:
            return attribute.full_name
        text = f"{share:+.3f}"
        shown = "0.000" if float(text) == 0 else text.replace("-", "−")
        return shown + (OVERRIDDEN_SIGN if item in self._overridden else "")
