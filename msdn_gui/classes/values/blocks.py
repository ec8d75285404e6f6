"""Blocks of cells as spreadsheets exchange them: lines of text, with tabs between the cells."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import MsdnError
from msdn_gui.classes.values.numbers import CellError, exact, parse_value

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


def parse_block(text: str, value_range: tuple[float, float], max_size: tuple[int, int]) -> FloatArray:
    """Return the (m, k) numbers of a copied block; raise BlockError that names the first cell that is wrong.

    ``max_size`` is the number of rows and columns of the table: a block that cannot fit is not parsed.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if not lines.strip():
        raise BlockError("The clipboard contains no text; copy a block of numbers first.")
    size = lines.count("\n") + 1, lines.split("\n", 1)[0].count("\t") + 1
    if size[0] > max_size[0] or size[1] > max_size[1]:
        raise BlockError(
            f"Nothing was pasted: the clipboard contains {sized(*size)}, but there is room for only "
            f"{sized(*max_size)}; copy fewer cells."
        )
    try:
        rows = list(csv.reader(lines.split("\n"), delimiter="\t"))
    except csv.Error:
        raise BlockError("Nothing was pasted: the clipboard contains text, not a block of numbers.") from None
    width = len(rows[0])
    ragged = next((number for number, row in enumerate(rows) if len(row) != width), None)
    if ragged is not None:
        raise BlockError(
            f"Nothing was pasted: row {ragged + 1} of the clipboard has {len(rows[ragged])} cells, but the first row "
            f"has {width}; copy one block."
        )
    try:
        # Most blocks contain plain numbers, which numpy reads at once; it would take 1_0 for 10.
        values = np.array(rows, dtype=np.float64)
    except ValueError:
        return _parse_cells(rows, value_range)
    fits = "_" not in lines and bool(((values >= value_range[0]) & (values <= value_range[1])).all())
    return values + 0.0 if fits else _parse_cells(rows, value_range)


def _parse_cells(rows: list[list[str]], value_range: tuple[float, float]) -> FloatArray:
    """Parse numbers cell by cell, as typed ones; raise BlockError that names the first cell without one."""
    values = np.empty((len(rows), len(rows[0])))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            try:
                values[number, column] = parse_value(cell, value_range)
            except CellError as error:
                where = f" (row {number + 1}, column {column + 1} of the clipboard)" if values.size > 1 else ""
                raise BlockError(f"Nothing was pasted{where}: {error}") from None
    return values


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
