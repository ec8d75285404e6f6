"""The Evaluate workspace: runs at the left; at the right what the test says of one, or of two side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QShowEvent, QUndoStack
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_gui.evaluate.ablation.ablation_room import AblationRoom
from msdn_gui.evaluate.embedding.embedding_page import EmbeddingPage
from msdn_gui.evaluate.errors.confusion_page import ConfusionPage
from msdn_gui.evaluate.errors.errors_page import ErrorsPage
from msdn_gui.evaluate.measures.attributes_page import AttributesPage
from msdn_gui.evaluate.measures.parts_page import PartsPage
from msdn_gui.evaluate.overview.overview import Overview
from msdn_gui.evaluate.reporting import Reporting
from msdn_gui.evaluate.runs.evaluating import Evaluating
from msdn_gui.evaluate.runs.evaluations import Evaluations, RunEntry
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.evaluate.runs.run_list import ENTRY_ROLE, RunList, RunListModel
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.session import Session
from msdn_gui.session.readiness import training_obstacle
from msdn_gui.widgets.action import allow, make_action
from msdn_gui.widgets.build import make_button, make_combo_box, make_label, named
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.empty_state import EmptyState
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from msdn_core.runs.directory import RunDirectory
    from msdn_gui.services import Services


class EvaluateWorkspace(Workspace):
    """What is chosen here is chosen everywhere: a class, an image, and the checkpoint that it is looked at through."""

    title = "Evaluate"
    icon_name = "evaluate"

    def __init__(self, session: Session, services: Services, *, queue_command: Sequence[str] | None = None) -> None:
        """``queue_command`` takes the place of the queue's process in tests."""
        super().__init__()
        self.setObjectName("evaluate")
        self.undo_stack = QUndoStack(self)
        services.undo_group.addStack(self.undo_stack)
        self._session, self._services = session, services
        self._name: str | None = None
        self._run: EvaluatedRun | None = None
        self._other: EvaluatedRun | None = None
        self.evaluations = Evaluations(session, services.run_monitor, self)
        self.model = RunListModel(self.evaluations)
        self.list = RunList(self.model)
        self.ablations = AblationRoom(session, services, self._configs, queue_command=queue_command)
        self.evaluating = Evaluating(session, services)
        self._reporting = Reporting(session, services, self)
        self.overview = Overview()
        self.confusion = ConfusionPage(session, services)
        self.errors = ErrorsPage(session, services)
        self.attributes = AttributesPage()
        self.embedding = EmbeddingPage(session, services)
        self.parts = PartsPage(session, services)
        self.pages = (self.overview, self.confusion, self.errors, self.attributes, self.parts, self.embedding)
        self.tabs = named(QTabWidget(), "evaluate_pages")
        self.tabs.setDocumentMode(True)
        for page in self.pages:
            self.tabs.addTab(page, page.title)
        self._make_actions()
        self.empty = EmptyState(
            "evaluate",
            "No runs yet",
            "Once a run was trained, its figures on the test images stand here: the seen-unseen curve, every class, "
            "and what it takes for what. Train one in Train.",
        )
        self._reading = QWidget()
        self._measured = self._make_measured()
        self._stack = QStackedWidget()
        for page in (self._reading, self.empty, self.evaluating, self._measured):
            self._stack.addWidget(page)
        self._stack.setProperty("look", "panel")
        self._stack.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._right = QStackedWidget()
        self._right.addWidget(self._stack)
        self._right.addWidget(self.ablations)
        columns = parted("evaluate_columns", BESIDE, self._left(), self._right, sizes=[220, 1000])
        columns.setStretchFactor(1, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(columns)

        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.list.clicked.connect(self._show_runs)
        self.ablations.entered.connect(self._show_ablations)
        self.ablations.left.connect(self._show_runs)
        self.ablations.run_chosen.connect(self._show_run_of_ablation)
        self.evaluations.listed.connect(self._choose_again)
        self.evaluations.loaded.connect(self._take)
        self.evaluating.done.connect(self._evaluated)
        self.compare.currentIndexChanged.connect(self._compare_chosen)
        self.tabs.currentChanged.connect(self._show_page)
        self.overview.figures.gamma_chosen.connect(lambda _: self._show_page())
        self.overview.classes.chosen.connect(session.selection.set_class)
        self.overview.classes.opened.connect(self._show_errors_of)
        self.attributes.chosen.connect(session.selection.set_attribute)
        self.attributes.class_chosen.connect(session.selection.set_class)
        session.selection.class_changed.connect(self.overview.classes.mark)
        session.document.table_changed.connect(self._look_whether_it_holds)
        session.document.images_changed.connect(self._look_whether_it_holds)
        self._choose_again()

    def actions(self) -> list[QAction]:
        """What the menu of this workspace offers."""
        return [self.again, self.look, self.report, self.new_ablation]

    @property
    def run(self) -> EvaluatedRun | None:
        """The run whose figures are shown; None while there are none."""
        return self._run

    @property
    def other(self) -> EvaluatedRun | None:
        """The run beside it."""
        return self._other

    def settled(self) -> bool:
        """Whether the chosen run's figures are on the screen."""
        reads = self.evaluations.is_reading or any(
            page.is_drawing for page in (self.overview, self.attributes, self.parts)
        )
        others = self.embedding.is_reading or self.ablations.ablations.is_reading
        return not reads and not others and self._services.thumbnails.settled()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.isAncestorOf(QApplication.focusWidget()):
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        # A run may have saved its first checkpoint, or been evaluated in a shell, meanwhile.
        self.evaluations.list_runs()

    # Composition

    def _left(self) -> QWidget:
        side = QWidget()
        side.setProperty("look", "panel")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setMinimumWidth(180)
        heading = QLabel("Runs")
        heading.setProperty("look", "heading")
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, SPACING, 0, 0)
        heading.setContentsMargins(SPACING, 0, SPACING, 0)
        layout.addWidget(heading)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.ablations.side)
        return side

    def _make_actions(self) -> None:
        self.again = make_action(
            self,
            "evaluate_again",
            "Evaluate",
            "Ctrl+R",
            self._begin,
            hint="Measure the run's checkpoint on the test images, again where that was done",
            sign="refresh",
        )
        self.look = make_action(self, "evaluate_look", "Look through its checkpoint", "L", self._look, sign="explore")
        self.report = make_action(
            self,
            "evaluate_report",
            "Report …",
            "Ctrl+Shift+R",
            self._report,
            hint="One HTML file of this run, and of the one beside it: to keep, to print, to send",
            sign="export",
        )
        self.new_ablation = make_action(
            self,
            "evaluate_new_ablation",
            "New ablation …",
            do=self.ablations.ask,
            hint="Train with parts left out, row by row and seed by seed",
            sign="add",
        )

    def _make_measured(self) -> QWidget:
        self.name = ElidedLabel(name="evaluated_name")
        self.name.setProperty("look", "heading")
        self.compare = make_combo_box(name="compare_with")
        self.compare.setAccessibleName("Compare with another run")
        self.compare.setMinimumWidth(200)
        again = make_button("Evaluate again", name="again")
        bind_icon(again, "refresh")
        again.clicked.connect(self.again.trigger)
        report = make_button("Report …", name="report", tip=self.report.toolTip())
        bind_icon(report, "export")
        report.clicked.connect(self.report.trigger)
        self.stale = make_label(name="stale", wrap=True)
        self.stale.setFont(small_font())
        self.stale.setContentsMargins(SPACING, 0, SPACING, 0)
        head = QHBoxLayout()
        head.setContentsMargins(SPACING, SPACING, SPACING, 0)
        head.addWidget(self.name, 1)
        head.addWidget(self.compare)
        head.addWidget(again)
        head.addWidget(report)
        made = QWidget()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.stale)
        layout.addWidget(self.tabs, 1)
        return made

    # What is chosen

    def _choose_again(self) -> None:
        """After the list changed: the run that is shown, or the first that was evaluated."""
        self._fill_compare()
        entries = self.evaluations.entries
        if not entries:
            self._name, self._run, self._other = None, None, None
            known = self.evaluations.is_listed
            self._stack.setCurrentWidget(self.empty if known else self._reading)
            self._allow()
            return
        row = self.model.row_of(self._name)
        if row < 0:
            measured = (row for row, entry in enumerate(entries) if entry.figures is not None)
            trained = (row for row, entry in enumerate(entries) if entry.kind is not None)
            row = next(measured, next(trained, 0))
        with QSignalBlocker(self.list.selectionModel()):
            self.list.setCurrentIndex(self.model.index(row))
        if self._right.currentWidget() is self.ablations:
            self.list.clearSelection()
        self.list.viewport().update()
        self._show(entries[row])

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self._show_runs()
            self._show(index.data(ENTRY_ROLE))

    def _configs(self) -> dict[str, dict[str, Any]]:
        return {entry.name: entry.config for entry in self.evaluations.entries}

    def _show_runs(self, *_: object) -> None:
        """The chosen run instead of ablations."""
        self._right.setCurrentWidget(self._stack)
        self.ablations.deselect()
        with QSignalBlocker(self.list.selectionModel()):
            self.list.setCurrentIndex(self.model.index(self.model.row_of(self._name)))
        self.list.viewport().update()

    def _show_ablations(self) -> None:
        self._right.setCurrentWidget(self.ablations)
        self.list.clearSelection()

    def _show_run_of_ablation(self, run: RunDirectory, finished: bool) -> None:
        row = self.model.row_of(run.name)
        if finished and row >= 0:
            self._name = run.name
            self._run = None
            self._fill_compare()
            self._show_runs()
            self._show(self.model.index(row).data(ENTRY_ROLE))
        else:
            self._session.navigation.show_run(run.path)

    def _show(self, entry: RunEntry) -> None:
        if entry.name != self._name:
            self._name, self._run = entry.name, None
            self._fill_compare()
        if entry.figures is None or self.evaluating.is_running(entry.name):
            self._run = None
            self.evaluating.show_entry(entry, entry.fault)
            self._stack.setCurrentWidget(self.evaluating)
        else:
            if self._run is None:
                self._stack.setCurrentWidget(self._reading)
            self.evaluations.load(entry.name)
        self._allow()

    def _take(self, name: str, run: EvaluatedRun | None, fault: str) -> None:
        if name == self._name:
            self._run = run
            if run is None:
                self.evaluating.show_entry(self.evaluations.entry(name), fault)
                self._stack.setCurrentWidget(self.evaluating)
            else:
                self._stack.setCurrentWidget(self._measured)
        if name == self.compare.currentData():
            self._other = run
            if fault:
                self._session.messages.error(fault)
        self._show_page()

    def _show_page(self, *_: object) -> None:
        if self._run is None:
            return
        run = self._run
        step = run.figures.get("step")
        self.name.setText(f"{run.name}, {run.kind} checkpoint" + (f", step {step:,}" if isinstance(step, int) else ""))
        stale = f"These figures hold no longer. {' '.join(run.stale)} Evaluate again." if run.stale else ""
        self.stale.setText(" ".join(filter(None, (stale, run.doubt))))
        self.stale.setVisible(bool(self.stale.text()))
        self.tabs.currentWidget().show_runs(
            Shown(
                run,
                self._other,
                self.overview.figures.choice,
                self.evaluations.seeds_of(run.name),
                self.evaluations.seeds_beside(run.name, self._other.name) if self._other is not None else (),
            )
        )
        self.overview.classes.mark(self._session.selection.class_name)
        self._allow()

    def _fill_compare(self) -> None:
        chosen = self.compare.currentData()
        others = [e.name for e in self.evaluations.entries if e.figures is not None and e.name != self._name]
        with QSignalBlocker(self.compare):
            self.compare.clear()
            self.compare.addItem("Compare with another run" if others else "No other run was evaluated", None)
            for name in others:
                self.compare.addItem(f"beside {name}", name)
            self.compare.setCurrentIndex(max(0, self.compare.findData(chosen)))
        self.compare.setEnabled(bool(others))
        if self.compare.currentData() is None:
            self._other = None

    def _compare_chosen(self) -> None:
        name = self.compare.currentData()
        if name is None:
            self._other = None
            self._show_page()
        else:
            self.evaluations.load(name)

    def _show_errors_of(self, name: str) -> None:
        """A class's errors: its confusions alone are listed."""
        self.tabs.setCurrentWidget(self.errors)
        self.errors.search.setText(name)

    def _look_whether_it_holds(self) -> None:
        """Class vectors or labels were changed: the figures may be those of others."""
        self._allow()
        if self._run is not None:
            self.evaluations.load(self._run.name)

    def _allow(self) -> None:
        entry = self.evaluations.entry(self._name)
        there = entry is not None and entry.kind is not None
        missing = "" if there else "Choose a run that has a checkpoint."
        running = "It is being evaluated." if there and self.evaluating.is_running(entry.name) else ""
        allow(self.again, missing or running)
        allow(self.look, missing)
        reason = training_obstacle(self._session.document)
        allow(self.new_ablation, reason)
        self.ablations.allow(reason)
        allow(self.report, "" if self._run is not None else "Choose a run that was evaluated.")

    # What the actions do

    def _begin(self) -> None:
        entry = self.evaluations.entry(self._name)
        if entry is not None:
            self.evaluating.begin(entry)
            self._show(entry)

    def _evaluated(self, name: str) -> None:
        if name == self._name:
            self._run = None
        self.evaluations.list_runs()

    def _look(self) -> None:
        entry = self.evaluations.entry(self._name)
        if entry is not None and entry.kind is not None:
            self._session.inference.set_checkpoint(entry.directory.checkpoint(entry.kind))

    def _report(self) -> None:
        if self._run is not None:
            self._reporting.ask(self._run, self._other)
