"""CZSL, U, S and H of one or two runs at each gamma, what each was selected on, and whether they differ."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from msdn_core.number_text import percent, points
from msdn_core.runs.evaluated_run import BEST, GAMMAS, TRAINED, EvaluatedRun
from msdn_core.runs.figure_text import FIGURES, gamma_text, seed_differences, seed_summary, selection_text
from msdn_core.runs.noise import NOISE_NOTE, Noise
from msdn_gui.evaluate.build import make_note
from msdn_gui.look.theme import SPACING, small_font, text_font
from msdn_gui.widgets.build import make_label, named

if TYPE_CHECKING:
    from collections.abc import Sequence


class FiguresPanel(QWidget):
    """A block of rows per gamma; its button selects the gamma of all pages."""

    gamma_selected = Signal(str)
    """One of ``GAMMAS``."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("figures_panel")
        self.choice = TRAINED
        self._runs: tuple[EvaluatedRun, EvaluatedRun | None] | None = None
        self._seeds: tuple[dict[str, Any], ...] = ()
        self._other_seeds: tuple[dict[str, Any], ...] = ()
        self._noise: Noise | None = None
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * SPACING)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(len(FIGURES) + 1, 1)
        self._labels: dict[tuple[str, str, str], QLabel] = {}
        self._buttons: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._make_rows()
        self.facts = make_note("figures_facts")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING // 2)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(self._grid)
        layout.addWidget(self.facts)

    def label(self, choice: str, line: str, figure: str) -> QLabel:
        """Return the label of a figure; ``line`` is ``run``, ``other`` or ``difference``."""
        return self._labels[choice, line, figure]

    def show_runs(
        self,
        run: EvaluatedRun,
        other: EvaluatedRun | None,
        seeds: Sequence[dict[str, Any]] = (),
        other_seeds: Sequence[dict[str, Any]] = (),
    ) -> None:
        """Show the figures of a run, and of another; ``seeds`` are the figures of each one's configuration."""
        self._runs, self._noise = (run, other), None
        self._seeds, self._other_seeds = tuple(seeds), tuple(other_seeds)
        if run.row(self.choice) is None:
            self.choice = TRAINED
        for choice in GAMMAS:
            self._show_choice(choice, run, other)
        self._update_facts()

    def set_noise(self, noise: Noise | None) -> None:
        """Set which differences of the two runs are within noise; None: they have different test images."""
        run, other = self._runs if self._runs is not None else (None, None)
        if run is None or other is None:
            return
        self._noise = noise
        for choice in GAMMAS:
            self._fill_difference(choice, run.row(choice), other.row(choice))
        self._update_facts()

    def _show_choice(self, choice: str, run: EvaluatedRun, other: EvaluatedRun | None) -> None:
        """Show the figures at one choice of gamma, if they are known."""
        row = run.row(choice)
        other_row = other.row(choice) if other is not None and row is not None else None
        button = self._buttons[choice]
        button.setVisible(row is not None)
        button.setText(gamma_text(run, choice) if row is not None else "")
        button.setToolTip(f"Show all pages at this gamma. {selection_text(run, choice).capitalize()}.")
        with QSignalBlocker(button):
            button.setChecked(choice == self.choice)
        for line, is_shown in (
            ("run", row is not None),
            ("other", other_row is not None),
            ("difference", other_row is not None),
        ):
            if line != "run":
                self._labels[choice, line, "name"].setVisible(is_shown)
            for figure, _ in FIGURES:
                self._labels[choice, line, figure].setVisible(is_shown)
        self._fill(choice, "run", row)
        if other is not None and other_row is not None:
            self._labels[choice, "other", "name"].setText(f"{other.name}, {other.gamma(choice):.2f}")
            self._labels[choice, "difference", "name"].setText("Difference")
            self._fill(choice, "other", other_row)
            self._fill_difference(choice, row, other_row)

    def _fill(self, choice: str, line: str, row: dict[str, Any] | None) -> None:
        if row is not None:
            for figure, _ in FIGURES:
                self._labels[choice, line, figure].setText(percent(row.get(figure)))

    def _fill_difference(self, choice: str, row: dict[str, Any] | None, other: dict[str, Any] | None) -> None:
        if row is None or other is None:
            return
        for figure, _ in FIGURES:
            is_known = row.get(figure) is not None and other.get(figure) is not None
            sign = self._noise.sign(choice, figure) if self._noise is not None else ""
            label = self._labels[choice, "difference", figure]
            label.setText(f"{sign}{points(other[figure] - row[figure])}" if is_known else "–")
            label.setToolTip(self._noise.tooltip(choice, figure) if self._noise is not None else "")

    def _update_facts(self) -> None:
        if self._runs is None:
            return
        run, other = self._runs
        lines = [self._run_facts(run)]
        if other is not None:
            lines.append(self._run_facts(other))
        if len(self._seeds) > 1:
            lines.append(f"{run.name}: {seed_summary(self._seeds)}")
        if other is not None and len(self._other_seeds) > 1:
            lines.append(f"{other.name}: {seed_summary(self._other_seeds)}")
            lines += seed_differences(self._seeds, self._other_seeds)
        if self._noise is not None:
            lines.append(NOISE_NOTE)
        self.facts.setText("\n".join(lines))

    def _run_facts(self, run: EvaluatedRun) -> str:
        images = run.figures["images"]
        seed = (run.figures.get("made") or {}).get("config", {}).get("seed")
        return " · ".join(
            (
                f"{run.name}: {selection_text(run, self.choice)}",
                f"one seed ({seed})" if seed is not None else "one seed",
                f"{images.get('test_seen', 0):,} seen and {images.get('test_unseen', 0):,} unseen test images",
                f"variant {run.figures.get('variant', '?')}",
            )
        )

    def _make_rows(self) -> None:
        for column, (_, heading) in enumerate(FIGURES, 1):
            head = QLabel(heading)
            head.setProperty("look", "muted")
            self._grid.addWidget(head, 0, column)
        row = 1
        for choice in GAMMAS:
            button = named(QRadioButton(), f"gamma_{choice}")
            button.toggled.connect(partial(self._on_gamma_toggled, choice))
            self._group.addButton(button)
            self._buttons[choice] = button
            self._grid.addWidget(button, row, 0)
            for line in ("run", "other", "difference"):
                if line != "run":
                    name = make_label(name=f"{choice}_{line}_name")
                    name.setProperty("look", "muted")
                    name.setFont(small_font())
                    name.setIndent(22)
                    self._labels[choice, line, "name"] = name
                    self._grid.addWidget(name, row, 0)
                for column, (figure, _) in enumerate(FIGURES, 1):
                    label = make_label(name=f"{choice}_{line}_{figure}")
                    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                    label.setFont(text_font(bold=line == "run" and choice != BEST))
                    if line == "difference" or choice == BEST:
                        label.setProperty("look", "muted")
                    self._labels[choice, line, figure] = label
                    self._grid.addWidget(label, row, column)
                row += 1

    def _on_gamma_toggled(self, choice: str, is_on: bool) -> None:
        if is_on and choice != self.choice:
            self.choice = choice
            self._update_facts()
            self.gamma_selected.emit(choice)
