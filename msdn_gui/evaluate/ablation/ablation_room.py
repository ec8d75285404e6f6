"""Ablations within Evaluate: their list at the left, and at the right the chosen one, or the form of a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QListWidget, QStackedWidget, QVBoxLayout, QWidget

from msdn_core.recipes.ablation import Ablation
from msdn_gui.evaluate.ablation.ablation_form import AblationForm
from msdn_gui.evaluate.ablation.ablation_page import AblationPage
from msdn_gui.evaluate.ablation.ablations import Ablations
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_button, named

if TYPE_CHECKING:
    from msdn_gui.services import Services

_ROW = 28
_MOST_ROWS = 5
_NEW = "Train with parts left out, row by row and seed by seed"


class AblationRoom(QStackedWidget):
    """The right side; ``side`` is what stands under the list of runs."""

    entered = Signal()
    """An ablation was chosen, or a new one is asked for: this wants to be seen."""
    left = Signal()
    """The runs want to be seen again."""
    run_chosen = Signal(object, bool)
    """The directory of a run of an ablation that was clicked, and whether it is finished."""

    def __init__(
        self,
        session: Session,
        services: Services,
        configs: Callable[[], Mapping[str, Mapping[str, Any]]],
        *,
        queue_command: Sequence[str] | None = None,
    ) -> None:
        """``configs`` gives the settings of the project's runs by their name."""
        super().__init__()
        self.setObjectName("ablation_room")
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._configs = session, configs
        self.ablations = Ablations(session, services.run_monitor, self, queue_command=queue_command)
        self.form, self.page = AblationForm(), AblationPage(self.ablations)
        for widget in (self.form, self.page):
            self.addWidget(widget)
        self.list = named(QListWidget(), "ablations")
        self.list.setAccessibleName("Ablations")
        self.list.setStyleSheet("QListWidget::item { padding: 5px 8px; }")
        self.new = make_button("New ablation …", name="new_ablation")
        self.new.setToolTip(_NEW)
        bind_icon(self.new, "add")
        self.side = self._make_side()
        self.new.clicked.connect(self.ask)
        self.list.itemClicked.connect(lambda item: self._choose(item.text()))
        self.list.itemActivated.connect(lambda item: self._choose(item.text()))
        self.list.currentTextChanged.connect(lambda name: name and self._choose(name))
        self.form.asked.connect(self._start)
        self.form.left.connect(self._leave)
        self.page.run_chosen.connect(self.run_chosen)
        self.ablations.listed.connect(self._list)
        self.ablations.started.connect(self._choose)
        self.ablations.failed.connect(self._say_fault)
        session.document.project_changed.connect(lambda _: self.left.emit())
        self._list()

    def _make_side(self) -> QWidget:
        side = QWidget()
        heading = QLabel("Ablations")
        heading.setProperty("look", "heading")
        heading.setContentsMargins(SPACING, 0, SPACING, 0)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, SPACING, 0, SPACING)
        layout.setSpacing(SPACING // 2)
        row = QVBoxLayout()
        row.setContentsMargins(SPACING, 0, SPACING, 0)
        row.addWidget(self.new)
        layout.addWidget(heading)
        layout.addWidget(self.list)
        layout.addLayout(row)
        return side

    def deselect(self) -> None:
        """Something else is seen now."""
        self.ablations.choose(None)
        self._mark()

    def _list(self) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItems(self.ablations.names)
        self.list.setVisible(bool(self.ablations.names))
        self.list.setFixedHeight(_ROW * min(max(len(self.ablations.names), 1), _MOST_ROWS))
        self._mark()

    def allow(self, reason: str) -> None:
        """Offers a new one, or says why there can be none."""
        self.new.setEnabled(not reason)
        self.new.setToolTip(reason or _NEW)

    def _mark(self) -> None:
        chosen = self.ablations.chosen
        with QSignalBlocker(self.list):
            if chosen in self.ablations.names:
                self.list.setCurrentRow(self.ablations.names.index(chosen))
            else:
                self.list.setCurrentRow(-1)
                self.list.clearSelection()

    def _choose(self, name: str) -> None:
        if self.ablations.chosen != name:
            self.ablations.choose(name)
        self._mark()
        self.setCurrentWidget(self.page)
        self.entered.emit()

    def ask(self) -> None:
        """Shows the form of a new one."""
        project = self._session.document.project
        if project is None:
            return
        self.ablations.choose(None)
        self._mark()
        self.setCurrentWidget(self.form)
        self.entered.emit()
        self.form.open_for(project.path, self.ablations.names, self._configs())

    def _start(self, ablation: Ablation) -> None:
        self.form.start.setEnabled(False)
        self.ablations.start(ablation)

    def _leave(self) -> None:
        self.left.emit()

    def _say_fault(self, sentence: str) -> None:
        if self.currentWidget() is self.form:
            self.form.say(sentence)
            self.form.start.setEnabled(True)
        else:
            self._session.messages.error(sentence)
