"""Ablations: their list on the left, and on the right the selected one or the form of a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QListWidget, QStackedWidget, QWidget

from msdn_gui.evaluate.ablation.ablation_form import AblationForm
from msdn_gui.evaluate.ablation.ablation_page import AblationPage
from msdn_gui.evaluate.ablation.ablations import Ablations
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_column, named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from msdn_core.recipes.ablation import Ablation
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_ROW_HEIGHT = 28
_MAX_ROWS = 5


class AblationPanel(QStackedWidget):
    """The right side; ``side`` is shown below the list of runs."""

    opened = Signal()
    """An ablation was selected, or a new one was requested: this panel is to be shown."""
    closed = Signal()
    """The runs are to be shown again."""
    run_selected = Signal(object, bool)
    """The directory of a run of an ablation, and whether the run is finished."""

    def __init__(
        self,
        session: Session,
        services: Services,
        configs: Callable[[], Mapping[str, Mapping[str, Any]]],
        *,
        queue_command: Sequence[str] | None = None,
    ) -> None:
        """``configs`` returns the settings of the project's runs by name."""
        super().__init__()
        self.setObjectName("ablation_panel")
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._configs = session, configs
        self.ablations = Ablations(session, services.run_monitor, self, queue_command=queue_command)
        self.form, self.page = AblationForm(), AblationPage(self.ablations)
        self.addWidget(self.form)
        self.addWidget(self.page)
        self.list = named(QListWidget(), "ablations")
        self.list.setAccessibleName("Ablations")
        self.list.setStyleSheet("QListWidget::item { padding: 5px 8px; }")
        self.new = make_button("New ablation …", name="new_ablation")
        self.side = self._make_side()
        self.list.itemClicked.connect(lambda item: self._select(item.text()))
        self.list.itemActivated.connect(lambda item: self._select(item.text()))
        self.list.currentTextChanged.connect(self._on_current_changed)
        self.form.submitted.connect(self._start)
        self.form.cancelled.connect(self.closed)
        self.page.run_selected.connect(self.run_selected)
        self.ablations.listed.connect(self._update_list)
        self.ablations.started.connect(self._select)
        self.ablations.failed.connect(self._show_fault)
        session.document.project_changed.connect(lambda _: self.closed.emit())
        self._update_list()

    @property
    def has_ablations(self) -> bool:
        """Whether the project has any."""
        return bool(self.ablations.names)

    def deselect(self) -> None:
        """Select no ablation, because runs are shown."""
        self.ablations.select(None)
        self._update_selection()

    def show_form(self) -> None:
        """Show the form of a new ablation."""
        project = self._session.document.project
        if project is None:
            return
        self.deselect()
        self.setCurrentWidget(self.form)
        self.opened.emit()
        self.form.open_for(project.path, self.ablations.names, self._configs())

    def show_first(self) -> None:
        """Show the first ablation unless one is shown."""
        if self.has_ablations and self.ablations.selected is None:
            self._select(self.ablations.names[0])

    def _make_side(self) -> QWidget:
        side = QWidget()
        heading = QLabel("Ablations")
        heading.setProperty("look", "heading")
        heading.setContentsMargins(SPACING, 0, SPACING, 0)
        row = make_column(self.new)
        row.setContentsMargins(SPACING, 0, SPACING, 0)
        layout = make_column(heading, self.list, row, spacing=SPACING // 2)
        layout.setContentsMargins(0, SPACING, 0, SPACING)
        side.setLayout(layout)
        return side

    def _update_list(self) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItems(self.ablations.names)
        self.list.setVisible(self.has_ablations)
        self.list.setFixedHeight(_ROW_HEIGHT * min(max(len(self.ablations.names), 1), _MAX_ROWS))
        self._update_selection()

    def _update_selection(self) -> None:
        selected = self.ablations.selected
        with QSignalBlocker(self.list):
            if selected in self.ablations.names:
                self.list.setCurrentRow(self.ablations.names.index(selected))
            else:
                self.list.setCurrentRow(-1)
                self.list.clearSelection()

    def _on_current_changed(self, name: str) -> None:
        if name:
            self._select(name)

    def _select(self, name: str) -> None:
        if self.ablations.selected != name:
            self.ablations.select(name)
        self._update_selection()
        self.setCurrentWidget(self.page)
        self.opened.emit()

    def _start(self, ablation: Ablation) -> None:
        self.form.start.setEnabled(False)
        self.ablations.start(ablation)

    def _show_fault(self, sentence: str) -> None:
        if self.currentWidget() is self.form:
            self.form.show_fault(sentence)
            self.form.start.setEnabled(True)
        else:
            self._session.messages.error(sentence)
