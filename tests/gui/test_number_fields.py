"""Numbers are typed with point or comma, and shown in one form, in every locale; settings keep all their digits."""

from __future__ import annotations

import json
import locale
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QLineEdit, QSpinBox

from msdn_core.errors import ConfigError
from msdn_core.number_text import exact_number, parse_number, parse_whole
from msdn_core.recipes.config import TrainConfig, from_settings
from msdn_core.recipes.config_file import read_config, write_config
from msdn_core.recipes.grid import grid_runs, parse_grid
from msdn_gui.evaluate.ablation.ablation_form import AblationForm
from msdn_gui.explore.attributes.score_delegate import parse_score
from msdn_gui.program import use_one_form_of_numbers
from msdn_gui.train.form.run_form import RunForm
from msdn_gui.train.run.settings_view import setting_text
from msdn_gui.widgets.build import make_number_box, make_spin_box

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

LOCALES = ("en_US", "de_DE", "fr_FR", "ar_EG")
HALVES = ("0.5", "0,5", "٠٫٥")
"""A half in an English, a German or French, and an Arabic text."""
EXACT = 1.2345678e-4
NOT_SHOWN = {"maxTracesSpin", "downsampleSpin"}
"""Boxes of pyqtgraph's own menu of plots, which is disabled."""


@pytest.fixture(params=LOCALES)
def in_locale(request: pytest.FixtureRequest) -> Iterator[QLocale]:
    kept = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield QLocale(request.param)
    QLocale.setDefault(kept)


def type_into(box: QAbstractSpinBox | QLineEdit, text: str) -> None:
    line = box.lineEdit() if isinstance(box, QAbstractSpinBox) else box
    line.selectAll()
    for letter in text:
        # A key that types a letter of any script; QTest knows only those of Latin 1 in older releases.
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)
            QGuiApplication.sendEvent(box, event)


def enter(box: QAbstractSpinBox) -> None:
    QTest.keyClick(box, Qt.Key.Key_Return)


def test_every_number_box_of_the_window_reads_point_and_comma(window) -> None:
    for name in ("explore", "classes", "annotate", "train", "evaluate"):
        window.show_workspace(name)
    window.commands["shell.settings"].trigger()
    fractions = window.findChildren(QDoubleSpinBox)
    wholes = [box for box in window.findChildren(QSpinBox) if box.objectName() not in NOT_SHOWN]
    assert {"candidates_limit", "suggest_from"} <= {box.objectName() for box in fractions}
    assert {"vectors_minimum", "ablation_seeds", "settings_explanations_kept"} <= {box.objectName() for box in wholes}
    lines = [line for line in window.findChildren(QLineEdit) if line.metaObject().className() == "NumberLine"]
    assert len(lines) > 10
    for name in LOCALES:
        window.setLocale(QLocale(name))
        for half in HALVES:
            for box in fractions:
                box.setEnabled(True)
                box.setValue(0.25)
                type_into(box, half)
                assert box.value() == 0.5, f"{box.objectName()}, {name}: “{half}” is {box.value()}"
                enter(box)
                assert float(box.text()) == 0.5
        for box in wholes:
            box.setEnabled(True)
            before, shown = box.value(), box.text()
            type_into(box, "0.5" if name == "en_US" else "0,5")
            enter(box)
            assert (box.value(), box.text()) == (before, shown), f"{box.objectName()}, {name}"


def test_number_boxes_work_under_the_locale_they_are_made_in(application, in_locale, qtbot) -> None:  # noqa: ARG001
    fraction, whole = make_number_box(-3.0, 6.0, 1.0, decimals=1, step=0.1), make_spin_box(0, 99_999, 12_345)
    for box in (fraction, whole):
        qtbot.addWidget(box)
        box.show()
    assert (fraction.text(), whole.text()) == ("1.0", "12345")
    for half in HALVES:
        fraction.setValue(1.0)
        type_into(fraction, half)
        assert fraction.value() == 0.5
    fraction.stepUp()
    assert fraction.text() == "0.6"
    type_into(fraction, "−0,125")
    assert fraction.value() == -0.125
    enter(fraction)
    assert fraction.text() == "-0.125"
    for text in ("1.234,5", "9", "two", ""):
        type_into(fraction, text)
        enter(fraction)
        assert fraction.value() == -0.125
    for text in ("1.234", "1,234", "0.5"):
        type_into(whole, text)
        enter(whole)
        assert whole.value() == 12_345, "a separator is neither dropped nor one of thousands"
    type_into(whole, "٤٢")
    assert whole.value() == 42


@pytest.mark.usefixtures("application", "in_locale")
def test_the_program_writes_numbers_in_one_form() -> None:
    use_one_form_of_numbers()
    assert QLocale().toString(1234.5) == "1234.5"
    assert locale.localeconv()["decimal_point"] == "."


def test_a_pasted_number_may_have_spaces_around_it(application, qtbot) -> None:  # noqa: ARG001
    box = make_number_box()
    qtbot.addWidget(box)
    QGuiApplication.clipboard().setText(" 0,5 ")
    box.lineEdit().selectAll()
    box.lineEdit().paste()
    assert box.value() == 0.5
    enter(box)
    assert box.text() == "0.50"


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 0.5), ("0,5", 0.5), (" ,5 ", 0.5), ("٠٫٥", 0.5), ("−1e-4", -1e-4), ("1,234", 1.234), ("\u200e0.5", 0.5)],
)
def test_typed_numbers(text: str, value: float) -> None:
    assert parse_number(text) == value
    assert parse_score(text) == value


@pytest.mark.parametrize("text", ["", "1.234,5", "1,234,567", "1_0", "nan", "inf", "1e999", "0x1", "1 2", ".", "half"])
def test_texts_that_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="“"):
        parse_number(text)
    with pytest.raises(ValueError, match="“"):
        parse_whole(text)


@pytest.mark.parametrize("value", [EXACT, 0.1 + 0.2, 1e-8, 5.0, 123456.789, -2.5])
def test_exact_numbers_are_read_back(value: float) -> None:
    assert parse_number(exact_number(value)) == value


def fine_config() -> TrainConfig:
    return replace(TrainConfig(), learning_rate=EXACT, lambda_cal=0.1 + 0.2, seed=2**40 + 1)


def setting(form: QWidget, name: str) -> QLineEdit:
    return form.findChild(object, f"setting_{name}").findChild(QLineEdit)


@pytest.mark.usefixtures("in_locale")
def test_settings_go_through_the_form_with_all_their_digits(application, qtbot) -> None:  # noqa: ARG001
    form, config = RunForm(), fine_config()
    qtbot.addWidget(form)
    form.load(config)
    assert form.config() == config
    type_into(setting(form, "momentum"), "0,5")
    assert form.config().momentum == 0.5
    type_into(setting(form, "momentum"), "1.234,5")
    assert "Momentum is not a number" in form.fault.text()


def test_settings_keep_all_their_digits_in_files_grids_and_ablations(application, tmp_path: Path, qtbot) -> None:  # noqa: ARG001
    config = fine_config()
    write_config(tmp_path / "settings.json", config)
    assert read_config(tmp_path / "settings.json") == config
    assert from_settings("demo", [f"{name}={value}" for name, value in config.to_json().items()]) == config
    runs = grid_runs(TrainConfig(), parse_grid("lr: 1.2345678e-4, 1.2345679e-4"))
    assert [run.config.learning_rate for run in runs] == [EXACT, 1.2345679e-4]
    assert runs[0].suffix != runs[1].suffix
    assert setting_text("learning_rate", EXACT) == "0.00012345678"
    form = AblationForm()
    qtbot.addWidget(form)
    form.open_for(tmp_path, [], {"first": json.loads(json.dumps(config.to_json()))})
    form.base.setCurrentText("Run first")
    assert form.ablation().config == config


def test_a_comma_between_two_numbers_of_a_grid_is_asked_about() -> None:
    with pytest.raises(ConfigError, match=r"“0,5” can be one value or two; write 0\.5, or 0, 5 with a space"):
        parse_grid("lambda_cal: 0,5")
    assert parse_grid("lambda_cal: 0, 5; lr: 1e-4,3e-4; seed: 0,1") == {
        "lambda_cal": ("0", "5"),
        "learning_rate": ("1e-4", "3e-4"),
        "seed": ("0", "1"),
    }
    assert from_settings("demo", ["lambda_cal=0,5"]).lambda_cal == 0.5


def test_a_setting_out_of_range_is_named_with_all_its_digits() -> None:
    with pytest.raises(ConfigError, match="cannot be 9007199254740993; enter a number from 0 to 9007199254740991"):
        from_settings("demo", [f"seed={2**53 + 1}"])
