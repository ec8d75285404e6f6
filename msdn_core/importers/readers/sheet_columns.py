"""Columns of numbers and of truth values: what one cell leaves open follows from the others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.wording import counted
from msdn_core.importers.readers.cell_values import (
    CROSSES,
    decimal_marks,
    is_gap,
    is_percentage,
    parse_number,
    parse_truth,
    shortened,
    unclear_mark,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from msdn_core.domain.attributes import FloatArray
    from msdn_core.importers.findings import Findings

Column = list[str]


class CellError(ValueError):
    """A cell that cannot be read; its text is what to do, to follow after “has “…”;”."""

    def __init__(self, row: int, column: int, clause: str) -> None:
        super().__init__(clause)
        self.row = row
        self.column = column


def number_columns(
    columns: Sequence[Column],
    name: str,
    findings: Findings,
    *,
    default_marks: Collection[str] = (),
    gaps: bool = False,
    words: bool = False,
) -> FloatArray:
    """Return the numbers of some columns of one sheet.

    Parameters
    ----------
    columns
        C columns of N cells.
    name
        The sheet's name in findings.
    findings
        Receives how many numbers have separators of thousands or decimals that follow from other cells, and other
        changes.
    default_marks
        The decimal marks of a sheet in which no number shows them; of two, neither is certain.
    gaps
        Whether cells may be empty; they become NaN.
    words
        Whether a column may have yes and no, or crosses in some cells, which become 1 and 0.

    Returns
    -------
    FloatArray
        (N, C)

    Raises
    ------
    CellError
        For the first cell that is not a number, or may be two.
    """
    distinct = [set(column) for column in columns]
    # Most sheets have decimal points alone, which leave nothing open.
    is_plain = not default_marks and all(_has_points_alone(text) for texts in distinct for text in texts)
    own_marks = [frozenset[str]() if is_plain else decimal_marks(texts) for texts in distinct]
    all_marks = frozenset().union(*own_marks)
    crossed = words and any(_has_crosses_and_gaps(texts) for texts in distinct)
    values = np.empty((len(columns[0]) if columns else 0, len(columns)))
    changes = _Changes()
    for place, (column, texts) in enumerate(zip(columns, distinct, strict=True)):
        marks = own_marks[place] or all_marks or default_marks
        if crossed and _has_only_crosses(texts):
            known = {text: 0.0 if is_gap(text) else 1.0 for text in texts}
            changes.crossed += 1
        elif words and _is_worded(texts):
            known = {text: float(bool(parse_truth(text))) for text in texts}
            changes.worded += 1
        else:
            known = _numbers(column, place, texts, marks, gaps)
            changes.count(column, known, marks)
        values[:, place] = [known[text] for text in column]
    changes.say(name, findings)
    return values


def truth_column(column: Column, place: int = 0) -> list[bool | None]:
    """Return the truth values of a column; None for an empty cell.

    If all cells that are not empty have crosses, an empty one means no.

    Raises
    ------
    CellError
        For the first cell that is not a truth value.
    """
    texts = set(column)
    known: dict[str, bool | None] = {}
    crossed = _has_crosses_and_gaps(texts)
    for text in texts:
        if crossed:
            known[text] = not is_gap(text)
        else:
            known[text] = None if is_gap(text) else parse_truth(text)
    for row, text in enumerate(column):
        if known[text] is None and not is_gap(text):
            raise CellError(row, place, "write yes or no")
    return [known[text] for text in column]


def _numbers(
    column: Column, place: int, texts: Collection[str], marks: Collection[str], gaps: bool
) -> dict[str, float]:
    """Return the number of each different text of a column."""
    known: dict[str, float] = {}
    faults: dict[str, str] = {}
    percent = any(is_percentage(text) for text in texts)
    for text in texts:
        if is_gap(text):
            known[text] = math.nan
            if not gaps:
                faults[text] = "enter a number"
            continue
        try:
            known[text] = parse_number(text, marks, percent=percent)
        except ValueError as error:
            faults[text] = str(error)
            continue
        if percent and known[text] and not is_percentage(text):
            faults[text] = "write a percent sign in all cells of the column, or in none"
    if faults:
        row = next(row for row, text in enumerate(column) if text in faults)
        raise CellError(row, place, faults[column[row]])
    return known


def _has_points_alone(text: str) -> bool:
    return "," not in text and text.count(".") < 2 and text.isascii()


def _has_only_crosses(texts: Collection[str]) -> bool:
    return all(is_gap(text) or text.strip().casefold() in CROSSES for text in texts)


def _has_crosses_and_gaps(texts: Collection[str]) -> bool:
    return 0 < sum(map(is_gap, texts)) < len(texts) and _has_only_crosses(texts)


def _is_worded(texts: Collection[str]) -> bool:
    """Return whether all texts are truth values, and one of them is no number."""
    return all(parse_truth(text) is not None for text in texts) and not all(_is_number(text) for text in texts)


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


class _Changes:
    """Counts what was changed or concluded on the way from text to number."""

    def __init__(self) -> None:
        self.crossed = self.worded = 0
        self._percent = 0
        self._concluded: dict[bool, list[tuple[str, float]]] = {True: [], False: []}
        """Numbers whose mark separates thousands, and those whose comma separates decimals."""

    def count(self, column: Column, known: dict[str, float], marks: Collection[str]) -> None:
        """Count the numbers of a column whose reading follows from the marks of other cells."""
        self._percent += any(is_percentage(text) for text in known)
        unclear = {text: mark for text in known if marks and (mark := unclear_mark(text))}
        for text in column:
            if text in unclear:
                separates_thousands = unclear[text] not in marks
                if separates_thousands or unclear[text] == ",":
                    self._concluded[separates_thousands].append((text, known[text]))

    def say(self, name: str, findings: Findings) -> None:
        """Add a finding for each kind of change."""
        for separates_thousands, found in self._concluded.items():
            if found:
                what = counted(len(found), "number has", "numbers have")
                kind = "a separator of thousands" if separates_thousands else "a decimal comma"
                text, value = found[0]
                findings.add(
                    f"{name}: {what} {kind}, as others of the sheet show: “{shortened(text)}” was read as {value:.15g}."
                )
        for number, what in (
            (self._percent, "percentages, which were read as parts of 1: 50 % is 0.5"),
            (self.worded, "words such as yes and no, which were read as 1 and 0"),
            (self.crossed, "crosses, which were read as 1, and empty cells as 0"),
        ):
            if number:
                findings.add(f"{name}: {counted(number, 'column has', 'columns have')} {what}.")
