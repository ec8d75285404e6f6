"""The first page of a run: its figures, the seen-unseen curve, and how well each class is told."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.runs.noise import Noise, noise_between
from msdn_gui.evaluate.overview.class_bars import ClassBars
from msdn_gui.evaluate.overview.curve_plot import CurvePlot
from msdn_gui.evaluate.overview.figures_panel import FiguresPanel
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.services.background import Background
from msdn_gui.widgets.parted import BESIDE, parted


class Overview(QWidget):
    """Figures above; the curve and the classes side by side."""

    title = "Overview"

    def __init__(self) -> None:
        super().__init__()
        self.figures, self.curve, self.classes = FiguresPanel(), CurvePlot(), ClassBars()
        below = parted("evaluate_overview", BESIDE, self.curve, self.classes, sizes=[440, 520])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.figures)
        layout.addWidget(below, 1)
        self.is_drawing = False
        """Whether it is being found out what is noise."""
        self._draws = Background(self)
        self._draws.done.connect(self._take_noise)
        self._draws.failed.connect(lambda _: self._take_noise(None))

    def show_runs(self, shown: Shown) -> None:
        """Shows one run, or two; of two, what is noise follows a moment later."""
        run, other = shown.run, shown.other
        self._draws.cancel()
        self.is_drawing = other is not None
        if other is not None:
            self._draws.start(lambda: noise_between(run, other, shown.choice))
        self.figures.show_runs(run, other, shown.seeds, shown.other_seeds)
        self.curve.show_runs(*(one for one in (run, other) if one is not None))
        self.classes.show_runs(run, shown.gamma, other, shown.other_gamma)

    def _take_noise(self, noise: Noise | None) -> None:
        self.is_drawing = False
        self.figures.set_noise(noise)
        self.classes.model.set_noise(noise.classes if noise is not None else None)
