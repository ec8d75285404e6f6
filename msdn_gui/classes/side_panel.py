"""Beside the table: the chosen class, or in its place the form of a new class or of an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from msdn_gui.classes.attributes.form import AttributeFacts, AttributeForm
from msdn_gui.classes.class_panel.panel import ClassPanel
from msdn_gui.classes.new_class.form import NewClassForm
from msdn_gui.session import Session

if TYPE_CHECKING:
    from msdn_gui.services import Services


class SidePanel(QStackedWidget):
    """A form goes when it is left."""

    left = Signal()
    """A form was left without a deed."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self.panel = ClassPanel(session, services.thumbnails)
        self.form = NewClassForm(session, services.thumbnails)
        self.attribute_form = AttributeForm()
        for page in (self.panel, self.form, self.attribute_form):
            self.addWidget(_scrolled(page))
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(260)
        for form in (self.form, self.attribute_form):
            form.left.connect(self.left)

    def ask_for_class(self, source: str | None) -> None:
        """Shows the form of a new class, that starts as ``source``."""
        self.setCurrentIndex(1)
        self.form.begin(self._session.document.table, source)

    def ask_for_attribute(self, facts: AttributeFacts, column: int) -> None:
        """Shows the form of a new attribute (−1) or of the one in a column."""
        self.setCurrentIndex(2)
        self.attribute_form.begin(facts, column)

    def ask_for_group(self, facts: AttributeFacts, group: str) -> None:
        """Shows the form of another name for a group."""
        self.setCurrentIndex(2)
        self.attribute_form.begin_group(facts, group)

    def show_class(self) -> None:
        """Shows the chosen class."""
        self.setCurrentIndex(0)


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    for part in (area.viewport(), widget):
        part.setProperty("look", "panel")
        part.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return area
