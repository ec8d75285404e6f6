"""A folded group stands as one column: the highest of its values in each class, to read and not to edit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import ClassTable, FloatArray

Members = Mapping[int, NDArray[np.intp]]
"""The first column of a folded group, which stands for it, to all of its columns."""


def members(table: ClassTable, folded: frozenset[str]) -> Members:
    """The groups that are folded; one of a single attribute has nothing to fold."""
    columns = (table.groups[group] for group in folded & table.groups.keys())
    return {own[0]: np.array(own, dtype=np.intp) for own in columns if len(own) > 1}


def values(table: ClassTable, rows: NDArray[np.intp], columns: NDArray[np.intp], folded: Members) -> FloatArray:
    """The (m, k) values that are shown at rows and columns of the table."""
    shown: FloatArray = table.vectors[np.ix_(rows, columns)]
    for place, column in enumerate(columns.tolist() if folded else ()):
        if column in folded:
            shown[:, place] = table.vectors[np.ix_(rows, folded[column])].max(axis=1)
    return shown


def strongest(table: ClassTable, row: int, column: int, folded: Members) -> int:
    """The attribute whose value is shown in a cell: the column's own, or the highest of a folded group."""
    if column not in folded:
        return column
    return int(folded[column][table.vectors[row, folded[column]].argmax()])
