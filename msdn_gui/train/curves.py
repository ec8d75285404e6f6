"""The live curves of a run: its losses, and U, S, H and CZSL."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from msdn_core.runs.events import Evaluated, Event, RunStarted, StepDone
from msdn_gui.theme import SPACING, small_font
from msdn_gui.train.plot import Curve, Plot
from msdn_gui.train.words import FIGURES, percent

_REDRAW_MS = 100

LOSSES = (
    Curve("total", "total", "text", width=2.2),
    Curve("ce_av", "CE A→V", "av"),
    Curve("ce_va", "CE V→A", "va"),
    Curve("ce_pooled", "CE pooled", "av", rare=True),
    Curve("calibration_av", "calibration A→V", "av", (6, 4)),
    Curve("calibration_va", "calibration V→A", "va", (6, 4)),
    Curve("calibration_pooled", "calibration pooled", "av", (6, 4), rare=True),
    Curve("jsd", "JSD", "warning", (2, 3)),
    Curve("symmetric_kl", "symmetric KL", "warning", (2, 3), rare=True),
    Curve("l2", "l2", "negative", (2, 3)),
)
FIGURE_CURVES = (
    Curve("H", "H", "text", width=2.2),
    Curve("U", "U ◆ unseen", "unseen"),
    Curve("S", "S ● seen", "seen"),
    Curve("czsl", "CZSL", "unseen", (6, 4)),
)


class Curves(QWidget):
    """Two plots over the same steps, redrawn a few times a second while there is something new and someone looks."""

    def __init__(self) -> None:
        super().__init__()
        self.losses = Plot("Losses", LOSSES, name="losses")
        self.figures = Plot("Figures, per cent", FIGURE_CURVES, name="figures")
        self.figures.view.setXLink(self.losses.view)
        self.logarithmic = QCheckBox("Log scale", objectName="log_scale")
        self.logarithmic.setFont(small_font())
        self.logarithmic.toggled.connect(self.losses.set_logarithmic)
        # The terms stand unweighted, so they lie powers of ten apart.
        self.logarithmic.setChecked(True)
        self.caption = QLabel(objectName="figures_caption")
        self.caption.setProperty("look", "muted")
        self.caption.setFont(small_font())
        self._new = False
        self._timer = QTimer(self, interval=_REDRAW_MS)
        self._timer.timeout.connect(self._tick)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACING, 0, SPACING, SPACING)
        foot.addWidget(self.logarithmic)
        foot.addStretch(1)
        foot.addWidget(self.caption)
        plots = QSplitter(objectName="train_plots")
        plots.setOrientation(plots.orientation().Vertical)
        plots.setHandleWidth(1)
        plots.addWidget(self.losses)
        plots.addWidget(self.figures)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(plots, 1)
        layout.addLayout(foot)
        for plot in (self.losses, self.figures):
            for other in (self.losses, self.figures):
                plot.hovered.connect(other.show_cursor)

    def clear(self) -> None:
        """Makes room for another run."""
        self.losses.clear()
        self.figures.clear()
        self.caption.setText("")

    def take(self, events: Sequence[Event]) -> None:
        """Adds what events tell; drawn with the next tick."""
        for event in events:
            if isinstance(event, StepDone):
                for key, value in event.losses.items():
                    if key in self.losses.series and _is_number(value):
                        self.losses.series[key].append(event.step, float(value))
            elif isinstance(event, Evaluated) and event.on == "test" and event.selected_on != "test":
                shown = "  ".join(f"{label} {percent(event.figures.get(key))}" for key, label in FIGURES)
                self.caption.setText(
                    f"Test, once, step {event.step:,}: {shown} · selected on {event.selected_on or 'the last step'}"
                )
            elif isinstance(event, Evaluated):
                for key, series in self.figures.series.items():
                    value = event.figures.get(key)
                    if _is_number(value):
                        series.append(event.step, 100 * float(value))
                if not self.caption.text().startswith("Test"):
                    chosen = ", selected on test" if event.selected_on == "test" else ""
                    self.caption.setText(f"Measured on {event.on}{chosen}")
            elif isinstance(event, RunStarted) and event.step == 0:
                self.clear()
        self._new = True
        if self.isVisible():
            self._timer.start()

    def redraw(self) -> None:
        """Draws now."""
        self._new = False
        for plot in (self.losses, self.figures):
            plot.redraw()
            plot.say_last()

    def _tick(self) -> None:
        if self._new:
            self.redraw()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
