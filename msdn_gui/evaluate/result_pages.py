"""The results of a run, or of two: a header above the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from msdn_gui.evaluate.embedding.embedding_page import EmbeddingPage
from msdn_gui.evaluate.errors.confusion_page import ConfusionPage
from msdn_gui.evaluate.errors.errors_page import ErrorsPage
from msdn_gui.evaluate.measures.attributes_page import AttributesPage
from msdn_gui.evaluate.measures.parts_page import PartsPage
from msdn_gui.evaluate.overview.overview import Overview
from msdn_gui.evaluate.runs.run_header import RunHeader
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import named, without_margins

if TYPE_CHECKING:
    from msdn_gui.actions.bind import ActionSet
    from msdn_gui.evaluate.runs.run_selection import RunSelection
    from msdn_gui.services import Services
    from msdn_gui.session import Session


class ResultPages(QWidget):
    """Only the visible page shows the selected runs; another one catches up when its tab is selected."""

    update_requested = Signal()
    """Another page or another gamma was selected."""

    def __init__(self, session: Session, services: Services, actions: ActionSet) -> None:
        super().__init__()
        self._session = session
        self.header = RunHeader(actions)
        self.overview = Overview()
        self.confusion = ConfusionPage(session, services)
        self.errors = ErrorsPage(session, services)
        self.attributes = AttributesPage()
        self.parts = PartsPage(session, services)
        self.embedding = EmbeddingPage(session, services)
        self.pages = (self.overview, self.confusion, self.errors, self.attributes, self.parts, self.embedding)
        self.tabs = named(QTabWidget(), "evaluate_pages")
        self.tabs.setDocumentMode(True)
        for page in self.pages:
            self.tabs.addTab(page, page.title)
        layout = without_margins(QVBoxLayout(self), SPACING // 2)
        layout.addWidget(self.header)
        layout.addWidget(self.tabs, 1)
        self.tabs.currentChanged.connect(lambda _: self.update_requested.emit())
        self.overview.figures.gamma_selected.connect(lambda _: self.update_requested.emit())
        self.overview.classes.selected.connect(session.selection.set_class)
        self.overview.classes.opened.connect(self._show_errors_of)
        self.attributes.attribute_selected.connect(session.selection.set_attribute)
        self.attributes.class_selected.connect(session.selection.set_class)
        session.selection.class_changed.connect(self.overview.classes.show_class)

    @property
    def choice(self) -> str:
        """The choice of gamma, one of ``GAMMAS``."""
        return self.overview.figures.choice

    def is_settled(self) -> bool:
        """Return whether no page is reading or computing."""
        is_computing = any(page.is_computing for page in (self.overview, self.attributes, self.parts))
        return not is_computing and not self.embedding.is_reading

    def show_runs(self, selection: RunSelection) -> None:
        """Show the selected runs in the header and on the visible page."""
        self.header.show_run(selection.run)
        self.pages[self.tabs.currentIndex()].show_runs(selection)
        self.overview.classes.show_class(self._session.selection.class_name)

    def _show_errors_of(self, name: str) -> None:
        """Show the confusions of one class."""
        self.tabs.setCurrentWidget(self.errors)
        self.errors.search.setText(name)
