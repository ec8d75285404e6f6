"""The models, numbers and blocks of Classes, and Qt's rules for models."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from small_birds import ATTRIBUTES, CLASSES, SEEN, VECTORS

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_gui.classes.class_panel.nearest_classes import NearestModel
from msdn_gui.classes.table.model import ClassTableModel, difference
from msdn_gui.classes.values.blocks import BlockError, block_text, fitted, parse_block, rectangle
from msdn_gui.classes.values.heat import heat_image
from msdn_gui.classes.values.numbers import CellError, exact, parse_value, shown
from msdn_gui.look.theme import LIGHT

TABLE = ClassTable(ATTRIBUTES, CLASSES, VECTORS, SEEN)


def big_table(rows: int = 1000, columns: int = 312) -> ClassTable:
    draw = np.random.default_rng(0)
    attributes = tuple(Attribute(f"group {column // 11}", f"value {column}") for column in range(columns))
    names = tuple(f"{row:04}.Some_kind_of_bird" for row in range(rows))
    return ClassTable(attributes, names, draw.uniform(0, 100, (rows, columns)), draw.random(rows) < 0.75)


def test_the_models_keep_the_rules_of_qt(qtmodeltester) -> None:
    model, near = ClassTableModel(), NearestModel()
    model.editable = True
    qtmodeltester.check(model)
    for change in (
        lambda: model.set_table(TABLE),
        lambda: model.filter_attributes("wing"),
        lambda: model.filter_classes("er"),
        lambda: model.set_table(TABLE.with_class("Newer", np.zeros(6))),
        lambda: model.set_table(TABLE.without_class("Striped heron")),
        lambda: model.set_table(TABLE.renamed("Red wader", "Crimson wader")),
        lambda: model.set_table(ClassTable.empty()),
    ):
        change()
        qtmodeltester.check(model)
    qtmodeltester.check(near)
    near.show_neighbours(TABLE, 0, clip_negative=False)
    qtmodeltester.check(near)


def told(model: ClassTableModel) -> list[str]:
    said: list[str] = []
    model.modelReset.connect(lambda: said.append("reset"))
    model.rowsInserted.connect(lambda _, first, last: said.append(f"in {first}-{last}"))
    model.rowsRemoved.connect(lambda _, first, last: said.append(f"out {first}-{last}"))
    model.headerDataChanged.connect(lambda *_: said.append("names"))
    model.dataChanged.connect(lambda a, b: said.append(f"cells {a.row()},{a.column()}-{b.row()},{b.column()}"))
    return said


def test_views_are_told_what_changed_and_no_more() -> None:
    model = ClassTableModel()
    model.set_table(TABLE)
    said = told(model)
    edited = TABLE.with_values([1, 1], [2, 4], [0.5, 0.25])
    model.set_table(edited)
    model.set_table(edited.with_class("Newer", np.zeros(6), row=1))
    model.set_table(edited)
    model.set_table(edited.renamed("Red wader", "Crimson wader"))
    assert said == ["cells 1,2-1,4", "in 1-1", "out 1-1", "names"]


def test_both_axes_are_filtered_by_words_and_classes_by_their_kind() -> None:
    model = ClassTableModel()
    model.set_table(TABLE)
    model.filter_classes("unseen tern")
    model.filter_attributes("WING str")
    assert [model.class_at(row) for row in range(model.rowCount())] == ["Blue-crested tern"]
    assert model.headerData(0, Qt.Orientation.Horizontal) == "striped"
    assert model.columnCount() == 1
    assert model.index(0, 0).data() == "0.30"
    assert (model.row_of("Red wader"), model.column_of(2)) == (-1, 0)
    model.filter_classes("seen")
    assert model.rowCount() == 2


def test_headers_and_cells_say_in_words_what_colour_and_sign_say() -> None:
    model = ClassTableModel()
    model.set_table(TABLE)
    assert model.headerData(2, Qt.Orientation.Vertical) == "◆ Blue-crested tern"
    assert "Unseen" in model.headerData(2, Qt.Orientation.Vertical, Qt.ItemDataRole.ToolTipRole)
    assert model.index(0, 2).data(Qt.ItemDataRole.AccessibleTextRole) == "wing pattern: striped, ● Red wader: 0.1"


@pytest.mark.parametrize(
    ("text", "value"), [("0.5", 0.5), (" 0,25 ", 0.25), ("1e-1", 0.1), ("-0", 0.0), ("1", 1.0), (".5", 0.5)]
)
def test_numbers_are_read_as_people_type_them(text: str, value: float) -> None:
    assert parse_value(text, (0, 1)) == value
    assert exact(parse_value(text, (0, 1))) != "-0"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Enter a number"),
        ("red", "“red” is not a number"),
        ("nan", "not a finite number"),
        ("inf", "not a finite number"),
        ("1_0", "not a finite number"),
        ("1,234", "“1,234” is not clear; write 1234 or 1.2340"),
        ("1.5", "out of range; enter a number from 0 to 1"),
        ("-0.1", "out of range; enter a number from 0 to 1"),
        ("9e99", "out of range"),
        ("9" * 500, "not a finite number"),
    ],
)
def test_what_is_no_value_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(CellError, match=why):
        parse_value(text, (0.0, 1.0))


def test_cells_show_few_digits_and_a_bare_zero() -> None:
    assert [shown(value) for value in (0.0, 0.456, -0.5)] == ["0", "0.46", "−0.50"]
    assert shown(83.333) == "83.33"
    assert [shown(value) for value in (1.92307692308, 100.0, 1234.5)] == ["1.92", "100.0", "1234"]


def test_a_copied_block_is_pasted_as_the_same_numbers() -> None:
    values = np.array([[0.1, 1 / 3], [0.0, 1.0]])
    text = block_text(values)
    assert text.splitlines()[1] == "0\t1"
    np.testing.assert_array_equal(parse_block(text + "\r\n", (0, 1), (9, 9)), values)
    assert block_text(values, ["A", "B"], ["x", "y"]).splitlines()[0] == "\tx\ty"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no text"),
        ("1\t0\n1", "row 2 of the clipboard has 1 cells, but the first row has 2"),
        ("1\t0\n1\tx", r"row 2, column 2 of the clipboard\): “x” is not a number"),
        ("1\t2", r"row 1, column 2 of the clipboard\): 2 is out of range"),
        ("1\n" * 4, "4 × 1 cells, but there is room for only 3 × 6 cells"),
        ("1\t" * 6 + "1", "1 × 7 cells, but there is room for only 3 × 6 cells"),
        ("x" * 200_000, "contains text, not a block"),
    ],
)
def test_a_block_that_cannot_be_pasted_is_refused_as_a_whole(text: str, why: str) -> None:
    with pytest.raises(BlockError, match=why):
        parse_block(text, (0, 1), (3, 6))


def test_a_block_goes_where_it_fits() -> None:
    block = np.array([[0.1, 0.2]])
    rows, columns, values = fitted(block, np.array([1]), np.array([2]), (3, 6))
    assert (rows.tolist(), columns.tolist()) == ([1], [2, 3])
    rows, columns, values = fitted(block, np.array([0, 2]), np.arange(4), (3, 6))
    assert values.tolist() == [[0.1, 0.2, 0.1, 0.2]] * 2
    with pytest.raises(BlockError, match=r"1 × 2 cells.*2 × 3 cells are selected"):
        fitted(block, np.array([0, 1]), np.arange(3), (3, 6))
    with pytest.raises(BlockError, match=r"1 × 2 cells.*room for only 3 × 1 cells"):
        fitted(block, np.array([0]), np.array([5]), (3, 6))


def test_chosen_cells_make_a_block_or_are_refused() -> None:
    chosen = np.zeros((4, 4), dtype=bool)
    with pytest.raises(BlockError, match="No cells"):
        rectangle(chosen)
    chosen[np.ix_([0, 3], [1, 2])] = True
    assert [part.tolist() for part in rectangle(chosen)] == [[0, 3], [1, 2]]
    chosen[0, 3] = True
    with pytest.raises(BlockError, match="one block"):
        rectangle(chosen)


def test_the_place_where_two_lists_part() -> None:
    assert difference("abcd", "abcd") == (4, 0, 0)
    assert difference("abd", "abcd") == (2, 0, 1)
    assert difference("aab", "ab") == (1, 1, 0)
    assert difference("abcd", "axyd") == (1, 2, 2)
    assert difference("", "ab") == (0, 0, 2)


def test_heat_runs_from_the_ground_to_the_colour_of_high_values_and_of_negative_ones() -> None:
    ground, high, low = LIGHT.q("panel"), LIGHT.q("heat"), LIGHT.q("negative")
    image = heat_image(np.array([[0.0, 100.0], [-1.0, 50.0]]), (-1, 100), ground, high, low)
    assert image.pixelColor(0, 0) == ground
    assert image.pixelColor(1, 0) == high
    assert image.pixelColor(0, 1) == low
    assert ground.red() > image.pixelColor(1, 1).red() > high.red()


def test_the_nearest_classes_come_first_without_the_class_itself() -> None:
    near = NearestModel()
    table = TABLE.with_class("Twin", VECTORS[0] * 0.5).with_class("Nothing", np.zeros(6))
    near.show_neighbours(table, 0, clip_negative=False)
    names = [name for name, _, _ in near.neighbours]
    cosines = [cosine for _, _, cosine in near.neighbours]
    assert names[0] == "Twin"
    assert cosines[0] == pytest.approx(1.0)
    assert "Red wader" not in names
    assert cosines == sorted(cosines, reverse=True)
    assert cosines[-1] == 0.0


def test_a_large_table_is_compared_and_filtered_in_little_time() -> None:
    table = big_table()
    model = ClassTableModel()
    model.set_table(table)
    edited = table.with_values([500], [100], [1.0])
    begun = time.thread_time()
    model.set_table(edited)
    model.filter_classes("99")
    model.filter_attributes("group 28::")
    # The time of this thread on a core: a busy machine adds nothing to it.
    assert time.thread_time() - begun < 0.5
    assert model.columnCount() == 4
