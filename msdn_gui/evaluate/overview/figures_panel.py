"""CZSL, U, S and H of one or two runs at each gamma, what each was selected on, and whether they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from msdn_core.runs.evaluated_run import BEST, GAMMAS, TRAINED, EvaluatedRun
from msdn_core.runs.figure_text import (
    FIGURES,
    gamma_text,
    percent,
    points,
    seed_differences,
    seed_summary,
    selection_text,
)
from msdn_core.runs.noise import NOISE_NOTE, Noise
from msdn_gui.look.theme import SPACING, small_font, text_font
from msdn_gui.widgets.build import make_label, named


class FiguresPanel(QWidget):
    """A block of rows a gamma; its button chooses the gamma that all other pages are shown at."""

    gamma_chosen = Signal(str)
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
        self._make()
        self.facts = make_label(name="figures_facts", wrap=True)
        self.facts.setProperty("look", "muted")
        self.facts.setFont(small_font())
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING // 2)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(self._grid)
        layout.addWidget(self.facts)

    def label(self, choice: str, line: str, figure: str) -> QLabel:
        """The label of a figure: ``line`` is ``run``, ``other`` or ``difference``."""
        return self._labels[choice, line, figure]

    def show_runs(
        self,
        run: EvaluatedRun,
        other: EvaluatedRun | None,
        seeds: Sequence[dict[str, Any]] = (),
        other_seeds: Sequence[dict[str, Any]] = (),
    ) -> None:
        """Shows a run's figures, beside another's where there is one; seeds are those of each one's configuration."""
        self._runs, self._noise = (run, other), None
        self._seeds, self._other_seeds = tuple(seeds), tuple(other_seeds)
        if run.row(self.choice) is None:
            self.choice = TRAINED
        for choice in GAMMAS:
            there = run.row(choice) is not None
            both = there and other is not None and other.row(choice) is not None
            button = self._buttons[choice]
            button.setVisible(there)
            button.setText(gamma_text(run, choice) if there else "")
            button.setToolTip(f"Show all pages at this gamma. {selection_text(run, choice).capitalize()}.")
            with QSignalBlocker(button):
                button.setChecked(choice == self.choice)
            for line, shown in (("run", there), ("other", both), ("difference", both)):
                if line != "run":
                    self._labels[choice, line, "name"].setVisible(shown)
                for figure, _ in FIGURES:
                    self._labels[choice, line, figure].setVisible(shown)
            if there:
                self._fill(choice, "run", run)
            if both:
                self._labels[choice, "other", "name"].setText(f"{other.name}, {other.gamma(choice):.2f}")
                self._labels[choice, "difference", "name"].setText("difference")
                self._fill(choice, "other", other)
                self._fill_difference(choice, run, other)
        self._say_facts()

    def set_noise(self, noise: Noise | None) -> None:
        """Says which differences of the two shown runs are within noise; None: they had other test images."""
        if self._runs is None or self._runs[1] is None:
            return
        self._noise = noise
        run, other = self._runs
        for choice in GAMMAS:
            if run.row(choice) is not None and other.row(choice) is not None:
                self._fill_difference(choice, run, other)
        self._say_facts()

    def _fill(self, choice: str, line: str, run: EvaluatedRun) -> None:
        row = run.row(choice)
        for figure, _ in FIGURES:
            self._labels[choice, line, figure].setText(percent(row[figure]))

    def _fill_difference(self, choice: str, run: EvaluatedRun, other: EvaluatedRun) -> None:
        mine, theirs = run.row(choice), other.row(choice)
        for figure, _ in FIGURES:
            known = mine[figure] is not None and theirs[figure] is not None
            sign = self._noise.sign(choice, figure) if self._noise is not None else ""
            label = self._labels[choice, "difference", figure]
            label.setText(f"{sign}{points(theirs[figure] - mine[figure])}" if known else "–")
            label.setToolTip(self._noise.tooltip(choice, figure) if self._noise is not None else "")

    def _say_facts(self) -> None:
        run, other = self._runs
        lines = []
        for one in (run, other):
            if one is None:
                continue
            images = one.figures["images"]
            seed = (one.figures.get("made") or {}).get("config", {}).get("seed")
            parts = [
                f"{one.name}: {selection_text(one, self.choice)}",
                f"one seed ({seed})" if seed is not None else "one seed",
                f"{images.get('test_seen', 0):,} seen and {images.get('test_unseen', 0):,} unseen test images",
                f"variant {one.figures.get('variant', '?')}",
            ]
            lines.append(" · ".join(parts))
        if len(self._seeds) > 1:
            lines.append(f"{run.name}: {seed_summary(self._seeds)}")
        if other is not None and len(self._other_seeds) > 1:
            lines.append(f"{other.name}: {seed_summary(self._other_seeds)}")
            lines += seed_differences(self._seeds, self._other_seeds)
        if self._noise is not None:
            lines.append(NOISE_NOTE)
        self.facts.setText("\n".join(lines))

    def _make(self) -> None:
        for column, (_, word) in enumerate(FIGURES, 1):
            head = QLabel(word)
            head.setProperty("look", "muted")
            self._grid.addWidget(head, 0, column)
        row = 1
        for choice in GAMMAS:
            button = named(QRadioButton(), f"gamma_{choice}")
            button.toggled.connect(lambda on, choice=choice: self._choose(choice) if on else None)
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

    def _choose(self, choice: str) -> None:
        if choice != self.choice:
            self.choice = choice
            self._say_facts()
            self.gamma_chosen.emit(choice)
