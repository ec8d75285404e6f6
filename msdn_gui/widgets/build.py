"""Typed builders of common widgets: what Qt's constructors take as untyped keyword arguments."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from msdn_gui.widgets.number_fields import NumberField, NumberLine, WholeNumberField

AnyObject = TypeVar("AnyObject", bound=QObject)
AnyLayout = TypeVar("AnyLayout", bound=QLayout)


_SPIN_BOX_PADDING = 5
"""The style sheet's padding does not reach the line inside a spin box."""


def named(target: AnyObject, name: str) -> AnyObject:
    """Give an object its object name, and return it."""
    target.setObjectName(name)
    return target


def make_label(
    text: str = "",
    parent: QWidget | None = None,
    *,
    name: str = "",
    wrap: bool = False,
    alignment: Qt.AlignmentFlag | None = None,
    text_format: Qt.TextFormat | None = None,
) -> QLabel:
    """Return a label."""
    made = named(QLabel(text, parent), name)
    made.setWordWrap(wrap)
    if alignment is not None:
        made.setAlignment(alignment)
    if text_format is not None:
        made.setTextFormat(text_format)
    return made


def make_button(
    text: str = "",
    *,
    name: str = "",
    tip: str = "",
    accessible: str = "",
    checkable: bool = False,
    flat: bool = False,
) -> QPushButton:
    """Return a push button."""
    made = named(QPushButton(text), name)
    made.setToolTip(tip)
    made.setAccessibleName(accessible)
    made.setCheckable(checkable)
    made.setFlat(flat)
    return made


def make_tool_button(
    *, name: str = "", text: str = "", tip: str = "", accessible: str = "", checkable: bool = False
) -> QToolButton:
    """Return a tool button."""
    made = named(QToolButton(), name)
    made.setText(text)
    made.setToolTip(tip)
    made.setAccessibleName(accessible)
    made.setCheckable(checkable)
    return made


def make_line_edit(
    text: str = "",
    parent: QWidget | None = None,
    *,
    name: str = "",
    placeholder: str = "",
    clearable: bool = False,
    accessible: str = "",
    alignment: Qt.AlignmentFlag | None = None,
) -> QLineEdit:
    """Return a field for one line of text."""
    made = named(QLineEdit(text, parent), name)
    made.setPlaceholderText(placeholder)
    made.setClearButtonEnabled(clearable)
    made.setAccessibleName(accessible)
    if alignment is not None:
        made.setAlignment(alignment)
    return made


def make_check_box(
    text: str = "", parent: QWidget | None = None, *, name: str = "", checked: bool = False
) -> QCheckBox:
    """Return a check box."""
    made = named(QCheckBox(text, parent), name)
    made.setChecked(checked)
    return made


def make_combo_box(*, name: str = "", accessible: str = "") -> QComboBox:
    """Return a combo box without items."""
    made = named(QComboBox(), name)
    made.setAccessibleName(accessible)
    return made


def make_spin_box(minimum: int, maximum: int, value: int | None = None, *, name: str = "") -> WholeNumberField:
    """Return a field for a whole number."""
    made = named(WholeNumberField(), name)
    made.lineEdit().setTextMargins(_SPIN_BOX_PADDING, 0, 0, 0)
    made.setRange(minimum, maximum)
    if value is not None:
        made.setValue(value)
    return made


def make_number_box(
    minimum: float = 0.0,
    maximum: float = 1.0,
    value: float | None = None,
    *,
    name: str = "",
    decimals: int = 2,
    step: float | None = None,
) -> NumberField:
    """Return a field for a number; ``decimals`` are shown at least."""
    made = named(NumberField(decimals), name)
    made.lineEdit().setTextMargins(_SPIN_BOX_PADDING, 0, 0, 0)
    made.setRange(minimum, maximum)
    if step is not None:
        made.setSingleStep(step)
    if value is not None:
        made.setValue(value)
    return made


def make_number_line(*, name: str = "", whole: bool = False) -> NumberLine:
    """Return a line for a number of any size."""
    return named(NumberLine(whole=whole), name)


def make_slider(minimum: int = 0, maximum: int = 0, *, name: str = "", accessible: str = "") -> QSlider:
    """Return a horizontal slider."""
    made = named(QSlider(Qt.Orientation.Horizontal), name)
    made.setRange(minimum, maximum)
    made.setAccessibleName(accessible)
    return made


def make_progress_bar(*, name: str = "") -> QProgressBar:
    """Return a progress bar without text."""
    made = named(QProgressBar(), name)
    made.setTextVisible(False)
    return made


def make_row(*items: QWidget | QLayout, spacing: int | None = None, margin: int = 0) -> QHBoxLayout:
    """Return a horizontal layout of items, without margins unless given."""
    return _filled(QHBoxLayout(), items, spacing, margin)


def make_column(*items: QWidget | QLayout, spacing: int | None = None, margin: int = 0) -> QVBoxLayout:
    """Return a vertical layout of items, without margins unless given."""
    return _filled(QVBoxLayout(), items, spacing, margin)


def without_margins(layout: AnyLayout, spacing: int | None = None) -> AnyLayout:
    """Remove a layout's margins, and return it."""
    layout.setContentsMargins(0, 0, 0, 0)
    if spacing is not None:
        layout.setSpacing(spacing)
    return layout


_AnyBox = TypeVar("_AnyBox", bound=QBoxLayout)


def _filled(box: _AnyBox, items: tuple[QWidget | QLayout, ...], spacing: int | None, margin: int) -> _AnyBox:
    box.setContentsMargins(margin, margin, margin, margin)
    if spacing is not None:
        box.setSpacing(spacing)
    for item in items:
        if isinstance(item, QWidget):
            box.addWidget(item)
        else:
            box.addLayout(item)
    return box
