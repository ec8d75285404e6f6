"""Above the pages: the name of the run, the run it is compared with, and whether the results are out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_gui.evaluate.build import follow_action
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.build import make_button, make_combo_box, make_label, make_row, without_margins
from msdn_gui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.actions.bind import ActionSet


class RunHeader(QWidget):
    """Names the selected run and offers the runs that it can be compared with."""

    comparison_changed = Signal()
    """Another run, or none, was selected for comparison."""

    def __init__(self, actions: ActionSet) -> None:
        super().__init__()
        self.name = ElidedLabel(name="evaluated_name")
        self.name.setProperty("look", "heading")
        self.compare = make_combo_box(name="compare_with", accessible="Compare with another run")
        self.compare.setMinimumWidth(200)
        evaluate = make_button("Evaluate run", name="again")
        follow_action(evaluate, actions["evaluate.run"], "refresh")
        report = make_button("Save report …", name="report")
        follow_action(report, actions["evaluate.report"], "export")
        self.stale = make_label(name="stale", wrap=True)
        self.stale.setFont(small_font())
        row = make_row(self.name, self.compare, evaluate, report)
        row.setStretch(0, 1)
        layout = without_margins(QVBoxLayout(self), SPACING // 2)
        layout.setContentsMargins(SPACING, SPACING, SPACING, 0)
        layout.addLayout(row)
        layout.addWidget(self.stale)
        self.compare.currentIndexChanged.connect(lambda _: self.comparison_changed.emit())

    @property
    def other(self) -> str | None:
        """The name of the run that is selected for comparison."""
        name = self.compare.currentData()
        return None if name is None else str(name)

    def show_run(self, run: EvaluatedRun) -> None:
        """Show the name and checkpoint of a run, and why its results may not be used."""
        step = run.figures.get("step")
        self.name.setText(f"{run.name}, {run.kind} checkpoint" + (f", step {step:,}" if isinstance(step, int) else ""))
        stale = f"These results are out of date. {' '.join(run.stale)} Evaluate the run again." if run.stale else ""
        self.stale.setText(" ".join(filter(None, (stale, run.doubt))))
        self.stale.setVisible(bool(self.stale.text()))

    def list_others(self, names: Iterable[str]) -> None:
        """Offer runs for comparison; the selected one stays selected if it is among them."""
        names, selected = list(names), self.other
        with QSignalBlocker(self.compare):
            self.compare.clear()
            self.compare.addItem("Compare with another run" if names else "No other evaluated run", None)
            for name in names:
                self.compare.addItem(f"Compared with {name}", name)
            self.compare.setCurrentIndex(max(0, self.compare.findData(selected)))
        self.compare.setEnabled(bool(names))
