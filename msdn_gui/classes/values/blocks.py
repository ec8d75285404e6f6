"""Blocks of cells as spreadsheets exchange them: lines of text, with tabs between the cells."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import MsdnError
from msdn_core.importers.findings import Findings
from msdn_core.importers.readers.cell_values import shortened
from msdn_core.importers.readers.sheet_columns import CellError as UnreadableCell
from msdn_core.importers.readers.sheet_columns import number_columns
from msdn_gui.classes.values.numbers import CellError, exact, out_of_range, parse_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, FloatArray


class BlockError(MsdnError):
    """A block that cannot be copied or pasted."""


def rectangle(selected: BoolArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows and columns of the block in an (m, k) mask; raise BlockError if it is not one block."""
    rows, columns = np.flatnonzero(selected.any(axis=1)), np.flatnonzero(selected.any(axis=0))
    if not len(rows):
        raise BlockError("No cells are selected; select some first.")
    if not selected[np.ix_(rows, columns)].all():
        raise BlockError("The selected cells are not one block; select cells that fill a rectangle.")
    return rows, columns


def block_text(values: FloatArray, row_names: Sequence[str] = (), column_names: Sequence[str] = ()) -> str:
    """Return an (m, k) block as text; names go into a first column and a first line."""
    lines = ["\t".join(map(exact, row)) for row in values.tolist()]
    if row_names:
        lines = [f"{name}\t{line}" for name, line in zip(row_names, lines, strict=True)]
        lines.insert(0, "\t".join(["", *column_names]))
    return "\n".join(lines)


def parse_block(
    text: str, value_range: tuple[float, float], max_size: tuple[int, int], findings: Findings | None = None
) -> FloatArray:
    """Return the (m, k) numbers of a copied block; blank rows and columns at its end are no part of it.

    Parameters
    ----------
    text
        The block, with tabs between its cells.
    value_range
        The least and the greatest value of the table.
    max_size
        The number of rows and columns of the table: a block that cannot fit is not parsed.
    findings
        Receives what commas and points mean where only other cells show it.

    Raises
    ------
    BlockError
        With the first cell that is wrong.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise BlockError("The clipboard contains no text; copy a block of numbers first.")
    size = len(lines), lines[0].rstrip("\t").count("\t") + 1
    if size[0] > max_size[0] or size[1] > max_size[1]:
        raise BlockError(
            f"Nothing was pasted: the clipboard contains {sized(*size)}, but there is room for only "
            f"{sized(*max_size)}; copy fewer cells."
        )
    try:
        rows = list(csv.reader(lines, delimiter="\t"))
    except csv.Error:
        raise BlockError("Nothing was pasted: the clipboard contains text, not a block of numbers.") from None
    width = len(rows[0])
    ragged = next((number for number, row in enumerate(rows) if len(row) != width), None)
    if ragged is not None:
        raise BlockError(
            f"Nothing was pasted: row {ragged + 1} of the clipboard has {len(rows[ragged])} cells, but the first row "
            f"has {width}; copy one block."
        )
    while width > 1 and not any(row[width - 1].strip() for row in rows):
        width -= 1
    return _numbers([row[:width] for row in rows], value_range, findings or Findings())


def _numbers(rows: list[list[str]], value_range: tuple[float, float], findings: Findings) -> FloatArray:
    try:
        values = number_columns([list(column) for column in zip(*rows, strict=True)], "The clipboard", findings)
    except UnreadableCell as error:
        cell = rows[error.row][error.column]
        raise _refused(rows, error.row, error.column, _reason(cell, str(error), value_range)) from None
    outside = np.argwhere((values < value_range[0]) | (values > value_range[1]))
    if len(outside):
        row, column = outside[0].tolist()
        raise _refused(rows, row, column, str(out_of_range(rows[row][column].strip(), value_range)))
    return values + 0.0  # Turns −0 into 0.


def _reason(cell: str, remedy: str, value_range: tuple[float, float]) -> str:
    try:
        parse_value(cell, value_range)
    except CellError as error:
        return str(error)
    return f"“{shortened(cell)}” is not clear; {remedy}."


def _refused(rows: list[list[str]], row: int, column: int, reason: str) -> BlockError:
    is_single = len(rows) == len(rows[0]) == 1
    where = "" if is_single else f" (row {row + 1}, column {column + 1} of the clipboard)"
    return BlockError(f"Nothing was pasted{where}: {reason}")


def fitted(
    block: FloatArray, rows: NDArray[np.intp], columns: NDArray[np.intp], size: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Return where a block goes: from one selected cell on, or into the selected cells, repeated to fill them.

    ``rows`` and ``columns`` are selected in a table of ``size``; raise BlockError if the block does not fit.
    """
    height, width = block.shape
    if len(rows) == 1 and len(columns) == 1:
        rows = np.arange(rows[0], rows[0] + height)
        columns = np.arange(columns[0], columns[0] + width)
        room = size[0] - int(rows[0]), size[1] - int(columns[0])
        if height > room[0] or width > room[1]:
            raise BlockError(
                f"Nothing was pasted: the clipboard contains {sized(height, width)}, but there is room for only "
                f"{sized(*room)} here; select a cell further up or left."
            )
        return rows, columns, block
    if len(rows) % height or len(columns) % width:
        raise BlockError(
            f"Nothing was pasted: the clipboard contains {sized(height, width)}, but {sized(len(rows), len(columns))} "
            "are selected; select the first cell only, or as many cells as were copied."
        )
    return rows, columns, np.tile(block, (len(rows) // height, len(columns) // width))


def sized(rows: int, columns: int) -> str:
    """Return a size in words, e.g. ``4 × 7 cells``."""
    return "1 cell" if rows == columns == 1 else f"{rows:,} × {columns:,} cells"
