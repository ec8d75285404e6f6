"""Blocks of cells as spreadsheets exchange them: rows of text, cells parted by tabs."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_core.errors import MsdnError
from msdn_gui.classes.table.numbers import CellError, exact, parse_value


class BlockError(MsdnError):
    """A block that cannot be copied or pasted as asked."""


def rectangle(chosen: BoolArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns whose crossings are the chosen cells of an (m, k) mask; BlockError where they make no block."""
    rows, columns = np.flatnonzero(chosen.any(axis=1)), np.flatnonzero(chosen.any(axis=0))
    if not len(rows):
        raise BlockError("No cell is chosen; choose some first.")
    if not chosen[np.ix_(rows, columns)].all():
        raise BlockError("The chosen cells do not make one block; choose cells that fill a rectangle.")
    return rows, columns


def block_text(values: FloatArray, row_names: Sequence[str] = (), column_names: Sequence[str] = ()) -> str:
    """An (m, k) block as text; with names, they stand in a first column and a first row."""
    lines = ["\t".join(map(exact, row)) for row in values.tolist()]
    if row_names:
        lines = [f"{name}\t{line}" for name, line in zip(row_names, lines, strict=True)]
        lines.insert(0, "\t".join(["", *column_names]))
    return "\n".join(lines)


def parse_block(text: str, value_range: tuple[float, float], room: tuple[int, int]) -> FloatArray:
    """The (m, k) numbers of a copied block; BlockError names the first cell that is wrong, or what does not fit.

    ``room`` is the number of rows and columns that there are at most, so that a huge text is not read for nothing.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if not lines.strip():
        raise BlockError("The clipboard holds no text; copy a block of numbers first.")
    size = lines.count("\n") + 1, lines.split("\n", 1)[0].count("\t") + 1
    if size[0] > room[0] or size[1] > room[1]:
        raise BlockError(
            f"The clipboard holds {sized(*size)} and there is room for {sized(*room)}, so nothing was pasted; choose a "
            "cell further up or left, or copy less."
        )
    try:
        rows = list(csv.reader(lines.split("\n"), delimiter="\t"))
    except csv.Error:
        raise BlockError("Nothing was pasted: the clipboard holds a long text and no block of numbers.") from None
    width = len(rows[0])
    ragged = next((number for number, row in enumerate(rows) if len(row) != width), None)
    if ragged is not None:
        raise BlockError(
            f"Row {ragged + 1} of the clipboard has {len(rows[ragged])} cells and the first has {width}, so nothing "
            "was pasted; copy one block."
        )
    try:
        # Most blocks are of plain numbers, which numpy reads at once; it would take 1_0 for 10.
        values = np.array(rows, dtype=np.float64)
    except ValueError:
        return _read_cells(rows, value_range)
    fits = "_" not in lines and bool(((values >= value_range[0]) & (values <= value_range[1])).all())
    return values + 0.0 if fits else _read_cells(rows, value_range)


def _read_cells(rows: list[list[str]], value_range: tuple[float, float]) -> FloatArray:
    """The numbers as a person types them; BlockError names the first cell that holds none."""
    values = np.empty((len(rows), len(rows[0])))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            try:
                values[number, column] = parse_value(cell, value_range)
            except CellError as fault:
                where = f", for in row {number + 1}, column {column + 1} of the clipboard" if values.size > 1 else ""
                raise BlockError(f"Nothing was pasted{where}: {fault}") from None
    return values


def fitted(
    block: FloatArray, rows: NDArray[np.intp], columns: NDArray[np.intp], size: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Where a block goes: from one chosen cell on, or into the chosen cells, repeated where it goes into them evenly.

    ``rows`` and ``columns`` are chosen, of a table of ``size``. BlockError says what does not fit.
    """
    height, width = block.shape
    if len(rows) == 1 and len(columns) == 1:
        rows = np.arange(rows[0], rows[0] + height)
        columns = np.arange(columns[0], columns[0] + width)
        room = size[0] - int(rows[0]), size[1] - int(columns[0])
        if height > room[0] or width > room[1]:
            raise BlockError(
                f"The clipboard holds {sized(height, width)} and from here on there is room for {sized(*room)}, so "
                "nothing was pasted; choose a cell further up or left."
            )
        return rows, columns, block
    if len(rows) % height or len(columns) % width:
        raise BlockError(
            f"The clipboard holds {sized(height, width)} and {sized(len(rows), len(columns))} are chosen, so nothing "
            "was pasted; choose one cell, where the block begins, or as many as it has."
        )
    return rows, columns, np.tile(block, (len(rows) // height, len(columns) // width))


def sized(rows: int, columns: int) -> str:
    """``4 × 7 cells``."""
    return "1 cell" if rows == columns == 1 else f"{rows:,} × {columns:,} cells"
