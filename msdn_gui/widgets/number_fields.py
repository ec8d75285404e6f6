"""The number fields of the program: point and comma are read alike, and numbers look the same, in every locale."""

from __future__ import annotations

import re

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QSpinBox

from msdn_core.number_text import exact_number, parse_number, parse_whole

_State = QValidator.State
_BEGINNING = re.compile(r"[\s\d.,٫،eE+\-−\u061c\u200e\u200f]*")
"""What can still become a number. Refusing a sign such as the point would join the digits around it: 0.5 to 05."""
_MOST_DECIMALS = 15


class NumberField(QDoubleSpinBox):
    """A field for a number; it shows ``shown_decimals``, or more if the number has more."""

    def __init__(self, shown_decimals: int = 2) -> None:
        super().__init__()
        self._shown_decimals = shown_decimals
        # The field rounds what is set to its decimals, so it has as many as a number can need.
        self.setDecimals(_MOST_DECIMALS)
        self._before: float | None = None
        """The value before a person began to edit it: while one types, the field has the value of what is there yet."""
        self.lineEdit().textEdited.connect(self._begin_edit)
        self.editingFinished.connect(self._end_edit)

    def textFromValue(self, value: float) -> str:
        """Return a number with a decimal point, whatever the locale."""
        text = f"{value:.{self._shown_decimals}f}"
        return text if abs(float(text) - value) < 1e-12 else exact_number(value)

    def valueFromText(self, text: str) -> float:
        """Return the number in a text with point or comma; the present one for a text that is not a number."""
        bare = _bare(text, self.prefix(), self.suffix())
        try:
            return parse_number(bare)
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept a number in the range; keep what is not one yet, without removing letters from it."""
        bare = _bare(text, self.prefix(), self.suffix())
        try:
            accepted = self.minimum() <= parse_number(bare) <= self.maximum()
        except ValueError:
            return _unfinished(bare), text, position
        return _State.Acceptable if accepted else _State.Intermediate, text, position

    def fixup(self, _text: str) -> str:
        """Return the text before editing; Qt would remove the locale's thousands separators from this one."""
        return self.textFromValue(self._before if self._before is not None else self.value())

    def setValue(self, value: float) -> None:
        """Set the value, also while it is edited."""
        self._end_edit()
        super().setValue(value)

    def stepBy(self, steps: int) -> None:
        """Add steps to the value, also while it is edited."""
        super().stepBy(steps)
        self._end_edit()

    def _begin_edit(self) -> None:
        if self._before is None:
            self._before = self.value()

    def _end_edit(self) -> None:
        self._before = None


class WholeNumberField(QSpinBox):
    """A field for a whole number, without any separators."""

    def __init__(self) -> None:
        super().__init__()
        self._before: int | None = None
        """The value before a person began to edit it: while one types, the field has the value of what is there yet."""
        self.lineEdit().textEdited.connect(self._begin_edit)
        self.editingFinished.connect(self._end_edit)

    def textFromValue(self, value: int) -> str:
        """Return the digits of a number."""
        return str(value)

    def valueFromText(self, text: str) -> int:
        """Return the whole number in a text; the present one for a text that is not a whole number."""
        if self.specialValueText() and text == self.specialValueText():
            return self.minimum()
        try:
            return parse_whole(_bare(text, self.prefix(), self.suffix()))
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept a whole number in the range; keep what is not one yet, without removing letters from it."""
        if self.specialValueText() and text == self.specialValueText():
            return _State.Acceptable, text, position
        bare = _bare(text, self.prefix(), self.suffix())
        try:
            accepted = self.minimum() <= parse_whole(bare) <= self.maximum()
        except ValueError:
            return _unfinished(bare), text, position
        return _State.Acceptable if accepted else _State.Intermediate, text, position

    def fixup(self, _text: str) -> str:
        """Return the text before editing; Qt would remove the locale's thousands separators from this one."""
        value = self._before if self._before is not None else self.value()
        if self.specialValueText() and value == self.minimum():
            return self.specialValueText()
        return f"{self.prefix()}{self.textFromValue(value)}{self.suffix()}"

    def setValue(self, value: int) -> None:
        """Set the value, also while it is edited."""
        self._end_edit()
        super().setValue(value)

    def stepBy(self, steps: int) -> None:
        """Add steps to the value, also while it is edited."""
        super().stepBy(steps)
        self._end_edit()

    def _begin_edit(self) -> None:
        if self._before is None:
            self._before = self.value()

    def _end_edit(self) -> None:
        self._before = None


class NumberLine(QLineEdit):
    """A line for a number of any size, in the fewest digits that are read back as the same one."""

    def __init__(self, *, whole: bool = False) -> None:
        super().__init__()
        self._is_whole = whole

    def value(self) -> float:
        """Return the number, an ``int`` in a line of whole numbers; raise ValueError if the text is not one."""
        return parse_whole(self.text()) if self._is_whole else parse_number(self.text())

    def set_value(self, value: float) -> None:
        """Show a number."""
        self.setText(str(value) if isinstance(value, int) else exact_number(value))


def _bare(text: str, prefix: str, suffix: str) -> str:
    return text.removeprefix(prefix).removesuffix(suffix)


def _unfinished(text: str) -> QValidator.State:
    return _State.Intermediate if _BEGINNING.fullmatch(text) else _State.Invalid
