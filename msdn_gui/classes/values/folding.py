"""Folded attribute groups: one column shows the highest value of the group in each class and cannot be edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable, FloatArray

Members = Mapping[int, NDArray[np.intp]]
"""All columns of each folded group, by the group's first column, which represents it."""


def members(table: ClassTable, folded: frozenset[str]) -> Members:
    """Return the columns of folded groups; a group of one attribute cannot be folded."""
    columns = (table.groups[group] for group in folded & table.groups.keys())
    return {of_group[0]: np.array(of_group, dtype=np.intp) for of_group in columns if len(of_group) > 1}


def values(table: ClassTable, rows: NDArray[np.intp], columns: NDArray[np.intp], folded: Members) -> FloatArray:
    """Return the (m, k) values that rows and columns of the table show."""
    shown: FloatArray = table.vectors[np.ix_(rows, columns)]
    for place, column in enumerate(columns.tolist() if folded else ()):
        if column in folded:
            shown[:, place] = table.vectors[np.ix_(rows, folded[column])].max(axis=1)
    return shown


def strongest(table: ClassTable, row: int, column: int, folded: Members) -> int:
    """Return the attribute whose value a cell shows: the column's own, or the highest of a folded group."""
    if column not in folded:
        return column
    return int(folded[column][table.vectors[row, folded[column]].argmax()])
