"""The first page of a run: its figures, the seen-unseen curve and per-class accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.runs.noise import Noise, noise_between
from msdn_gui.evaluate.overview.class_bars import ClassBars
from msdn_gui.evaluate.overview.curve_plot import CurvePlot
from msdn_gui.evaluate.overview.figures_panel import FiguresPanel
from msdn_gui.services.background import Background
from msdn_gui.widgets.build import without_margins
from msdn_gui.widgets.parted import BESIDE, parted

if TYPE_CHECKING:
    from msdn_gui.evaluate.runs.run_selection import RunSelection


class Overview(QWidget):
    """Figures at the top; the curve and the classes side by side."""

    title = "Overview"

    def __init__(self) -> None:
        super().__init__()
        self.figures, self.curve, self.classes = FiguresPanel(), CurvePlot(), ClassBars()
        below = parted("evaluate_overview", BESIDE, self.curve, self.classes, sizes=[440, 520])
        layout = without_margins(QVBoxLayout(self), 0)
        layout.addWidget(self.figures)
        layout.addWidget(below, 1)
        self.is_computing = False
        """Whether it is being computed which differences are within noise."""
        self._background = Background(self)
        self._background.done.connect(self._set_noise)
        self._background.failed.connect(lambda _: self._set_noise(None))

    def show_runs(self, selection: RunSelection) -> None:
        """Show one run, or two; which differences are within noise follows a moment later."""
        run, other = selection.run, selection.other
        self._background.cancel()
        self.is_computing = other is not None
        if other is not None:
            self._background.start(lambda: noise_between(run, other, selection.choice))
        self.figures.show_runs(run, other, selection.seeds, selection.other_seeds)
        self.curve.show_runs(*(one for one in (run, other) if one is not None))
        self.classes.show_runs(run, selection.gamma, other, selection.other_gamma)

    def _set_noise(self, noise: Noise | None) -> None:
        self.is_computing = False
        self.figures.set_noise(noise)
        self.classes.model.set_noise(noise.classes if noise is not None else None)
