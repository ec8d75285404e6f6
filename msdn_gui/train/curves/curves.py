"""The live curves of a run: losses, U, S, H and CZSL, learning rate and use of the machine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from msdn_core.number_text import percent
from msdn_core.runs.events import Evaluated, Event, MachineUse, RunStarted, StepDone
from msdn_core.runs.figure_text import FIGURES
from msdn_core.runs.trained_on import taught_text
from msdn_gui.actions.bind import ActionSet
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.timers import make_timer
from msdn_gui.train.actions import CURVES, actions_of
from msdn_gui.train.curves.plot import Curve, Plot
from msdn_gui.widgets.build import make_check_box, make_combo_box, make_slider, make_tool_button, named
from msdn_gui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QHideEvent, QShowEvent

_REDRAW_MS = 100
_MACHINE = {"cpu": 1.0, "memory": 1e-9, "gpu": 1.0, "gpu_memory": 1e-9}
_SMOOTHEST = 0.2
"""The largest share of all points that one value averages."""

LOSSES = (
    Curve("total", "total", "text", width=2.2),
    Curve("ce_av", "CE A→V", "av"),
    Curve("ce_va", "CE V→A", "va"),
    Curve("ce_pooled", "CE pooled", "av", rare=True),
    Curve("ce_global", "CE global branch", "accent", rare=True),
    Curve("calibration_av", "calibration A→V", "av", (6, 4)),
    Curve("calibration_va", "calibration V→A", "va", (6, 4)),
    Curve("calibration_pooled", "calibration pooled", "av", (6, 4), rare=True),
    Curve("jsd", "JSD", "warning", (2, 3)),
    Curve("symmetric_kl", "symmetric KL", "warning", (2, 3), rare=True),
    Curve("l2", "l2", "negative", (2, 3)),
    Curve("taught_av", "taught A→V", "av", (1, 2), rare=True),
    Curve("taught_va", "taught V→A", "va", (1, 2), rare=True),
    Curve("map_distillation", "map distillation", "accent", (2, 3), rare=True),
)
FIGURE_CURVES = (
    Curve("H", "H", "text", width=2.2),
    Curve("U", "U ◆ unseen", "unseen"),
    Curve("S", "S ● seen", "seen"),
    Curve("czsl", "CZSL", "unseen", (6, 4)),
)
ALSO = {
    Curve("learning_rate", "Learning rate", "accent"): "learning rate",
    Curve("images_per_second", "Images per second", "accent"): "images per second",
    Curve("cpu", "CPU, % of all processors", "accent"): "CPU",
    Curve("memory", "Memory, GB resident", "accent"): "memory",
    Curve("gpu", "GPU, % of the time", "accent"): "GPU",
    Curve("gpu_memory", "GPU memory, GB allocated", "accent"): "GPU memory",
}
"""What the third plot can show, one at a time."""


class Curves(QWidget):
    """Plots over the same steps, redrawn a few times per second while they are visible and something is new."""

    def __init__(self) -> None:
        super().__init__()
        self.losses = Plot("Losses", LOSSES, name="losses")
        self.figures = Plot("Figures, %", FIGURE_CURVES, name="figures")
        self.also = Plot("", list(ALSO), name="also")
        self.also.hide()
        self.plots = (self.losses, self.figures, self.also)
        for plot in (self.figures, self.also):
            plot.follow(self.losses)
        self.more = make_combo_box(name="also_shown")
        self.more.setAccessibleName("Third plot")
        self.more.addItem("none", "")
        for curve, words in ALSO.items():
            self.more.addItem(words, curve.key)
        self.more.currentIndexChanged.connect(lambda _: self._show_also())
        also_label = QLabel("Third plot")
        also_label.setFont(small_font())
        also_label.setBuddy(self.more)
        self.logarithmic = make_check_box("Log scale", name="log_scale")
        self.logarithmic.setFont(small_font())
        self.logarithmic.toggled.connect(self.losses.set_logarithmic)
        # The terms are unweighted, so they are powers of ten apart.
        self.logarithmic.setChecked(True)
        self.smoothing = make_slider(0, 100, name="smoothing")
        self.smoothing.setAccessibleName("Smoothing of the curves")
        self.smoothing.setToolTip("Each value of a line is the mean of up to a fifth of its points, which stay visible")
        self.smoothing.setFixedWidth(110)
        self.smoothing.valueChanged.connect(self._smooth)
        smoothing_label = QLabel("Smoothing")
        smoothing_label.setFont(small_font())
        smoothing_label.setBuddy(self.smoothing)
        self.caption = ElidedLabel(name="figures_caption")
        self.caption.setProperty("look", "muted")
        self.caption.setFont(small_font())
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._stale: set[Plot] = set()
        self._timer = make_timer(self, _REDRAW_MS)
        self._timer.timeout.connect(self._tick)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACING, 0, SPACING, SPACING)
        foot.setSpacing(SPACING)
        foot.addWidget(self.logarithmic)
        foot.addSpacing(SPACING)
        foot.addWidget(smoothing_label)
        foot.addWidget(self.smoothing)
        foot.addSpacing(SPACING)
        actions = ActionSet(
            self,
            actions_of(CURVES),
            {
                "train.zoom_in": lambda: self.zoom(0.5),
                "train.zoom_out": lambda: self.zoom(2.0),
                "train.zoom_all": self.show_whole,
            },
        )
        for action in actions:
            button = make_tool_button(name=action.objectName().partition(".")[2], accessible=action.text())
            button.setAutoRaise(True)
            button.setDefaultAction(action)
            foot.addWidget(button)
        foot.addSpacing(SPACING)
        foot.addWidget(also_label)
        foot.addWidget(self.more)
        foot.addWidget(self.caption, 1)
        plots = named(QSplitter(), "train_plots")
        plots.setOrientation(plots.orientation().Vertical)
        plots.setHandleWidth(1)
        for plot in self.plots:
            plots.addWidget(plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(plots, 1)
        layout.addLayout(foot)
        for plot in self.plots:
            for other in self.plots:
                plot.hovered.connect(other.show_cursor)

    def clear(self) -> None:
        """Remove all points."""
        for plot in self.plots:
            plot.clear()
        self.caption.setText("")

    def add_events(self, events: Sequence[Event]) -> None:
        """Add new events; they are drawn with the next tick."""
        started = [place for place, event in enumerate(events) if isinstance(event, RunStarted) and event.step == 0]
        if started:
            self.clear()
        for event in events[started[-1] + 1 if started else 0 :]:
            if isinstance(event, StepDone):
                self._stale.update((self.losses, self.also))
                for key in ("learning_rate", "images_per_second"):
                    self.also.series[key].append(event.step, getattr(event, key))
                for key, value in event.losses.items():
                    if key in self.losses.series and _is_number(value):
                        self.losses.series[key].append(event.step, float(value))
            elif isinstance(event, MachineUse):
                self._stale.add(self.also)
                for key, scale in _MACHINE.items():
                    used = getattr(event, key)
                    if _is_number(used):
                        self.also.series[key].append(event.step, scale * used)
            elif isinstance(event, Evaluated) and event.on == "test" and event.selected_on != "test":
                shown = "  ".join(f"{label} {percent(event.figures.get(key))}" for key, label in FIGURES)
                self.caption.setText(
                    f"Test (evaluated once, step {event.step:,}): {shown} · "
                    f"selected on {event.selected_on or 'the last step'}{_taught_note(event)}"
                )
            elif isinstance(event, Evaluated):
                self._stale.add(self.figures)
                for key, series in self.figures.series.items():
                    figure = event.figures.get(key)
                    if figure is not None and _is_number(figure):
                        series.append(event.step, 100 * float(figure))
                if not self.caption.text().startswith("Test ("):
                    chosen = ", selected on test" if event.selected_on == "test" else ""
                    self.caption.setText(f"Measured on {event.on}{chosen}{_taught_note(event)}")
        if self.isVisible():
            self._timer.start()

    def zoom(self, by: float) -> None:
        """Show ``by`` times as many steps."""
        self.losses.zoom(by)

    def show_whole(self) -> None:
        """Show all steps, and those to come."""
        for plot in self.plots:
            plot.show_whole()

    def redraw(self) -> None:
        """Draw what is new."""
        for plot in self._stale:
            if not plot.isHidden():
                plot.redraw()
                plot.show_last_values()
        self._stale.clear()

    def _show_also(self) -> None:
        key = self.more.currentData()
        self.also.setVisible(bool(key))
        if key:
            self.also.show_only(key)
            self.also.redraw()

    def _smooth(self, value: int) -> None:
        for plot in self.plots:
            plot.set_smoothing(_SMOOTHEST * value / 100)

    def _tick(self) -> None:
        if self._stale:
            self.redraw()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._stale.update(self.plots)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _taught_note(event: Evaluated) -> str:
    taught = taught_text({"taught": event.taught})
    return f", {taught}" if taught else ""
