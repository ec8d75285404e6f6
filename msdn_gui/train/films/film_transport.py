"""The time of a film: a slider over its frames with marks at evaluations, play and pause, and a readout."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from msdn_gui.actions.bind import ActionSet, follow_keys
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.train.actions import FILM, actions_of
from msdn_gui.widgets.build import make_label, make_slider, make_tool_button

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.runs.film import Film

_WHOLE_MS = 10_000
"""How long a film of many frames takes to play."""
_SHORTEST_MS, _LONGEST_MS = 40, 400
_HANDLE = 14.0
"""Pixels of the slider's handle with its border: its middle starts half of that behind the slider's edge."""


class FilmTransport(QWidget):
    """``frame_changed`` is sent when the person, the play button or a new frame changes the time."""

    frame_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._steps = np.zeros(0, np.int64)
        self._keys: list[int] = []
        self._play_keys = ""
        self._epochs = np.zeros(0, np.int64)
        self.slider = make_slider(name="film_time")
        self.slider.setAccessibleName("Film position")
        self.slider.setMaximum(0)
        self.marks = _Marks()
        self.play = self._button("film_play", "play", "Play", self.toggle)
        self.back = self._button("film_back", "step-back", "Previous evaluation", lambda: self._jump(-1))
        self.on = self._button("film_on", "step-forward", "Next evaluation", lambda: self._jump(1))
        self.readout = make_label(name="film_readout")
        self.readout.setMinimumWidth(
            self.readout.fontMetrics().horizontalAdvance("step 000,000 of 000,000 · epoch 000")
        )
        track = QVBoxLayout()
        track.setSpacing(0)
        track.addWidget(self.slider)
        track.addWidget(self.marks)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        for button in (self.play, self.back, self.on):
            layout.addWidget(button)
        layout.addSpacing(SPACING // 2)
        layout.addLayout(track, 1)
        layout.addSpacing(SPACING)
        layout.addWidget(self.readout)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)
        self.slider.valueChanged.connect(self._on_moved)
        self.slider.sliderPressed.connect(self.pause)

    def make_shortcuts(self, owner: QWidget) -> None:
        """Make the film's keys work wherever the keyboard is within ``owner``."""
        actions = ActionSet(
            owner,
            actions_of(FILM),
            {
                "train.film_play": self.toggle,
                "train.film_previous": lambda: self._jump(-1),
                "train.film_next": lambda: self._jump(1),
            },
        )
        follow_keys(actions["train.film_play"], self._on_play_keys_changed)
        for button, name in ((self.back, "train.film_previous"), (self.on, "train.film_next")):
            follow_keys(actions[name], partial(_update_tip, button))

    @property
    def frame(self) -> int:
        """The index of the shown frame."""
        return self.slider.value()

    @property
    def playing(self) -> bool:
        """Whether the film is playing."""
        return self._timer.isActive()

    def show_film(self, film: Film, *, anew: bool) -> None:
        """Show a film; at its newest frame the view follows new ones. ``anew`` means another film, shown at its end."""
        at_end = anew or (self.slider.value() == self.slider.maximum() and not self.playing)
        self._steps, self._keys = film.steps, film.keys.tolist()
        self._epochs = film.frames["epoch"]
        count = len(self._steps)
        if anew:
            self.pause()
        self.slider.setRange(0, max(0, count - 1))
        self.slider.setPageStep(max(1, count // 10))
        self.marks.show_marks([key / max(1, count - 1) for key in self._keys])
        if at_end:
            self.slider.setValue(count - 1)
        for button in (self.back, self.on):
            button.setEnabled(bool(self._keys))
        self.play.setEnabled(count > 1)
        self._on_moved(self.slider.value())

    def go_to(self, frame: int) -> None:
        """Show a frame and pause."""
        self.pause()
        self.slider.setValue(frame)

    def toggle(self) -> None:
        """Play, from the start if the end is shown, or pause."""
        if self.playing:
            self.pause()
            return
        count = len(self._steps)
        if count < 2:
            return
        if self.slider.value() == self.slider.maximum():
            self.slider.setValue(0)
        self._timer.start(int(np.clip(_WHOLE_MS // count, _SHORTEST_MS, _LONGEST_MS)))
        self._show_button()

    def pause(self) -> None:
        """Pause at the shown frame."""
        self._timer.stop()
        self._show_button()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.pause()

    def _next(self) -> None:
        # Skip frames of long films, which would play for minutes.
        by = max(1, round(len(self._steps) * _SHORTEST_MS / _WHOLE_MS))
        self.slider.setValue(self.slider.value() + by)
        if self.slider.value() == self.slider.maximum():
            self.pause()

    def _jump(self, direction: int) -> None:
        here = self.frame
        beyond = [key for key in self._keys if (key - here) * direction > 0]
        if beyond:
            self.go_to(min(beyond) if direction > 0 else max(beyond))

    def _on_moved(self, frame: int) -> None:
        if not len(self._steps):
            self.readout.setText("")
            return
        frame = min(frame, len(self._steps) - 1)
        step, last = int(self._steps[frame]), int(self._steps[-1])
        text = f"step {step:,} of {last:,} · epoch {int(self._epochs[frame])}"
        self.readout.setText(text)
        self.readout.setToolTip(f"Frame {frame + 1} of {len(self._steps)}" + (", evaluated" * (frame in self._keys)))
        self.slider.setToolTip(text)
        self.frame_changed.emit(frame)

    def _on_play_keys_changed(self, keys: str) -> None:
        self._play_keys = keys
        self._show_button()

    def _show_button(self) -> None:
        bind_icon(self.play, "pause" if self.playing else "play")
        self.play.setToolTip(("Pause" if self.playing else "Play") + self._play_keys)
        self.play.setAccessibleName("Pause the film" if self.playing else "Play the film")

    @staticmethod
    def _button(name: str, sign: str, words: str, do: Callable[[], object]) -> QToolButton:
        button = make_tool_button(name=name)
        button.setAutoRaise(True)
        button.setToolTip(words)
        button.setAccessibleName(words)
        bind_icon(button, sign)
        button.clicked.connect(lambda: do())
        return button


def _update_tip(button: QToolButton, keys: str) -> None:
    button.setToolTip(f"{button.accessibleName()}{keys}")


class _Marks(QWidget):
    """Ticks below the slider where the run was evaluated."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(6)
        self.setToolTip("Evaluations of the run")
        self._shares: list[float] = []
        theme().changed.connect(self.update)

    def show_marks(self, shares: list[float]) -> None:
        self._shares = shares
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colours.q("muted"), 1.2))
        room = self.width() - _HANDLE
        for share in self._shares:
            x = _HANDLE / 2 + share * room
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
