"""The Evaluate workspace: runs on the left, the results of one run or of two on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QShowEvent, QUndoStack
from PySide6.QtWidgets import QApplication, QLabel, QStackedWidget, QVBoxLayout, QWidget

from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.evaluate.ablation.ablation_panel import AblationPanel
from msdn_gui.evaluate.actions import ABLATION, WORKSPACE_ACTIONS
from msdn_gui.evaluate.build import follow_action
from msdn_gui.evaluate.reporting import ReportWriter
from msdn_gui.evaluate.result_pages import ResultPages
from msdn_gui.evaluate.runs.checkpoint_use import use_checkpoint
from msdn_gui.evaluate.runs.evaluation_notice import EvaluationNotice
from msdn_gui.evaluate.runs.evaluations import Evaluations, RunEntry
from msdn_gui.evaluate.runs.run_list import ENTRY_ROLE, RunList, RunListModel
from msdn_gui.evaluate.runs.run_selection import RunSelection
from msdn_gui.look.theme import SPACING
from msdn_gui.session.readiness import training_obstacle
from msdn_gui.widgets.build import make_row, without_margins
from msdn_gui.widgets.notices.empty_state import EmptyState
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.refresh import Refresher
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.services import Services
    from msdn_gui.session import Session


class EvaluateWorkspace(Workspace):
    """Shows evaluations; a class, image or checkpoint that is selected here is selected everywhere."""

    title = "Evaluate"
    icon_name = "evaluate"

    def __init__(self, session: Session, services: Services, *, queue_command: Sequence[str] | None = None) -> None:
        """``queue_command`` replaces the command that starts the queue, in tests."""
        super().__init__()
        self.setObjectName("evaluate")
        self.undo_stack = QUndoStack(self)
        services.undo_group.addStack(self.undo_stack)
        self._session, self._services = session, services
        self._name: str | None = None
        self._run: EvaluatedRun | None = None
        self._other: EvaluatedRun | None = None
        self._actions = ActionSet(self, WORKSPACE_ACTIONS)
        self.evaluations = Evaluations(session, services.run_monitor, self)
        self.run_model = RunListModel(self.evaluations)
        self.run_list = RunList(self.run_model)
        self.ablations = AblationPanel(session, services, self._configs, queue_command=queue_command)
        self.notice = EvaluationNotice(session, services)
        self._report_writer = ReportWriter(session, services, self)
        self.results = ResultPages(session, services, self._actions)
        self._lay_out()
        self._refresher = Refresher(self, self._check_results)
        self._bind_actions()
        self._connect()
        self._on_runs_listed()

    def actions(self) -> list[QAction]:
        """Return what the menu of this workspace offers."""
        return self._actions.in_menu()

    @property
    def run(self) -> EvaluatedRun | None:
        """The run whose results are shown; None if there are none."""
        return self._run

    @property
    def other(self) -> EvaluatedRun | None:
        """The run that it is compared with."""
        return self._other

    def settled(self) -> bool:
        """Return whether the results of the selected run are on the screen."""
        is_reading = self.evaluations.is_reading or self.ablations.ablations.is_reading
        return not is_reading and self.results.is_settled() and self._services.thumbnails.settled()

    def show_part(self, part: str) -> None:
        """Show the page of that title, or the first ablation."""
        if part == ABLATION:
            self.ablations.show_first()
        else:
            self._show_runs()
            super().show_part(part)

    def hides_part(self, part: str) -> bool:
        """Return whether a page, or the ablations, are not shown now."""
        shows_ablations = self._right.currentWidget() is self.ablations
        if part == ABLATION:
            return not shows_ablations and self.ablations.has_ablations
        return shows_ablations or super().hides_part(part)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self.run_list.setFocus(Qt.FocusReason.OtherFocusReason)
        # Meanwhile a run may have saved its first checkpoint, or been evaluated from the command line.
        self.evaluations.list_runs()

    # Composition

    def _lay_out(self) -> None:
        open_train = QAction("Open Train", self)
        open_train.triggered.connect(self._session.navigation.show_train)
        self.empty = EmptyState(
            "evaluate",
            "No runs yet",
            "The results of runs on the test images will appear here: the seen-unseen curve, per-class accuracy, "
            "confusions and attributes. Start a run in Train.",
            (open_train,),
        )
        self._blank = QWidget()
        self._stack = QStackedWidget()
        for widget in (self._blank, self.empty, self.notice, self.results):
            self._stack.addWidget(widget)
        self._stack.setProperty("look", "panel")
        self._stack.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._right = QStackedWidget()
        self._right.addWidget(self._stack)
        self._right.addWidget(self.ablations)
        columns = parted("evaluate_columns", BESIDE, self._make_side(), self._right, sizes=[220, 1000])
        columns.setStretchFactor(1, 1)
        self.setLayout(make_row(columns))

    def _make_side(self) -> QWidget:
        side = QWidget()
        side.setProperty("look", "panel")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setMinimumWidth(180)
        heading = QLabel("Runs")
        heading.setProperty("look", "heading")
        heading.setContentsMargins(SPACING, 0, SPACING, 0)
        layout = without_margins(QVBoxLayout(side))
        layout.setContentsMargins(0, SPACING, 0, 0)
        layout.addWidget(heading)
        layout.addWidget(self.run_list, 1)
        layout.addWidget(self.ablations.side)
        return side

    def _bind_actions(self) -> None:
        self._actions.bind(
            {
                "evaluate.run": self._evaluate,
                "evaluate.explore": self._open_in_explore,
                "evaluate.report": self._save_report,
                "evaluate.new_ablation": self.ablations.show_form,
            }
        )
        follow_action(self.notice.start, self._actions["evaluate.run"])
        follow_action(self.ablations.new, self._actions["evaluate.new_ablation"], "add")

    def _connect(self) -> None:
        session = self._session
        self.run_list.selectionModel().currentChanged.connect(self._on_run_selected)
        self.run_list.clicked.connect(lambda _: self._show_runs())
        self.ablations.opened.connect(self._show_ablations)
        self.ablations.closed.connect(self._show_runs)
        self.ablations.run_selected.connect(self._show_run_of_ablation)
        self.evaluations.listed.connect(self._on_runs_listed)
        self.evaluations.loaded.connect(self._on_evaluation_loaded)
        self.notice.ended.connect(self._on_evaluation_ended)
        self.results.header.comparison_changed.connect(self._on_comparison_changed)
        self.results.update_requested.connect(self._update_page)
        session.document.table_changed.connect(self._refresher.on_table_changed)
        session.document.images_changed.connect(self._refresher.request)

    # The selected run

    def _on_runs_listed(self) -> None:
        """Show the same run as before, or the first that has been evaluated."""
        self._list_others()
        entries = self.evaluations.entries
        if not entries:
            self._name, self._run, self._other = None, None, None
            self._stack.setCurrentWidget(self.empty if self.evaluations.is_listed else self._blank)
            self._update_actions()
            return
        row = self.run_model.row_of(self._name)
        if row < 0:
            evaluated = (row for row, entry in enumerate(entries) if entry.figures is not None)
            trained = (row for row, entry in enumerate(entries) if entry.kind is not None)
            row = next(evaluated, next(trained, 0))
        self._select_row(row)
        if self._right.currentWidget() is self.ablations:
            self.run_list.clearSelection()
        self._show_entry(entries[row])

    def _on_run_selected(self, index: QModelIndex) -> None:
        if index.isValid():
            self._show_runs()
            self._show_entry(index.data(ENTRY_ROLE))

    def _select_row(self, row: int) -> None:
        with QSignalBlocker(self.run_list.selectionModel()):
            self.run_list.setCurrentIndex(self.run_model.index(row))
        # The blocked signals would have redrawn the list.
        self.run_list.viewport().update()

    def _configs(self) -> dict[str, dict[str, Any]]:
        return {entry.name: entry.config for entry in self.evaluations.entries}

    def _show_runs(self) -> None:
        """Show the selected run in place of an ablation."""
        self._right.setCurrentWidget(self._stack)
        self.ablations.deselect()
        self._select_row(self.run_model.row_of(self._name))

    def _show_ablations(self) -> None:
        self._right.setCurrentWidget(self.ablations)
        self.run_list.clearSelection()

    def _show_run_of_ablation(self, run: RunDirectory, is_finished: bool) -> None:
        """Show a finished run here, and any other in Train."""
        row = self.run_model.row_of(run.name)
        if is_finished and row >= 0:
            self._set_name(run.name)
            self._show_runs()
            self._show_entry(self.run_model.index(row).data(ENTRY_ROLE))
        else:
            self._session.navigation.show_run(run.path)

    def _set_name(self, name: str) -> None:
        if name != self._name:
            self._name, self._run = name, None
            self._list_others()

    def _show_entry(self, entry: RunEntry) -> None:
        self._set_name(entry.name)
        if entry.figures is None or self.notice.is_running(entry.name):
            self._run = None
            self.notice.show_entry(entry, entry.fault)
            self._stack.setCurrentWidget(self.notice)
        else:
            if self._run is None:
                self._stack.setCurrentWidget(self._blank)
            self.evaluations.load(entry.name)
        self._update_actions()

    def _on_evaluation_loaded(self, name: str, run: EvaluatedRun | None, fault: str) -> None:
        if name == self._name:
            self._run = run
            if run is None:
                self.notice.show_entry(self.evaluations.entry(name), fault)
                self._stack.setCurrentWidget(self.notice)
            else:
                self._stack.setCurrentWidget(self.results)
        if name == self.results.header.other:
            self._other = run
            if fault:
                self._session.messages.error(fault)
        self._update_page()

    def _update_page(self) -> None:
        run, other = self._run, self._other
        if run is None:
            return
        seeds = self.evaluations.seeds_of(run.name)
        other_seeds = self.evaluations.other_seeds(run.name, other.name) if other is not None else ()
        self.results.show_runs(RunSelection(run, other, self.results.choice, seeds, other_seeds))
        self._update_actions()

    def _list_others(self) -> None:
        """Offer all other evaluated runs for comparison."""
        entries = self.evaluations.entries
        self.results.header.list_others(e.name for e in entries if e.figures is not None and e.name != self._name)
        if self.results.header.other is None:
            self._other = None

    def _on_comparison_changed(self) -> None:
        name = self.results.header.other
        if name is None:
            self._other = None
            self._update_page()
        else:
            self.evaluations.load(name)

    def _check_results(self) -> None:
        """Read the results again, because class vectors or labels changed: they may be out of date."""
        self._update_actions()
        if self._run is not None:
            self.evaluations.load(self._run.name)

    # Actions

    def _update_actions(self) -> None:
        entry = self.evaluations.entry(self._name)
        missing = "" if entry is not None and entry.kind is not None else "Select a run that has a checkpoint."
        is_running = entry is not None and self.notice.is_running(entry.name)
        set_reason(self._actions["evaluate.run"], missing or ("This run is being evaluated." if is_running else ""))
        set_reason(self._actions["evaluate.explore"], missing)
        set_reason(
            self._actions["evaluate.report"], "" if self._run is not None else "Select a run that has been evaluated."
        )
        set_reason(self._actions["evaluate.new_ablation"], training_obstacle(self._session.document))

    def _evaluate(self) -> None:
        entry = self.evaluations.entry(self._name)
        if entry is not None:
            self.notice.begin(entry)
            self._show_entry(entry)

    def _on_evaluation_ended(self, name: str) -> None:
        if name == self._name:
            self._run = None
        self.evaluations.list_runs()

    def _open_in_explore(self) -> None:
        entry = self.evaluations.entry(self._name)
        path = entry.directory.checkpoint(entry.kind) if entry is not None and entry.kind is not None else None
        if path is not None and use_checkpoint(self._session, path):
            self._session.navigation.explore_requested.emit()

    def _save_report(self) -> None:
        if self._run is not None:
            self._report_writer.ask(self._run, self._other)
