"""Beside the table: the selected class, or in its place the form of a new class or of an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from msdn_gui.classes.attributes.form import AttributeForm
from msdn_gui.classes.class_panel.panel import ClassPanel
from msdn_gui.classes.new_class.form import NewClassForm

if TYPE_CHECKING:
    from msdn_gui.classes.attributes.facts import AttributeFacts
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_CLASS, _NEW_CLASS, _ATTRIBUTE = range(3)


class SidePanel(QStackedWidget):
    """Shows the selected class when no form is open."""

    cancelled = Signal()
    """A form was closed without submitting it."""

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
        self.form.cancelled.connect(self.cancelled)
        self.attribute_form.cancelled.connect(self.cancelled)

    def show_new_class_form(self, source: str | None) -> None:
        """Show the form of a new class that starts from ``source``."""
        self.setCurrentIndex(_NEW_CLASS)
        self.form.begin(self._session.document.table, source)

    def show_attribute_form(self, facts: AttributeFacts, column: int) -> None:
        """Show the form of a new attribute (−1) or of the one in a column."""
        self.setCurrentIndex(_ATTRIBUTE)
        self.attribute_form.begin(facts, column)

    def show_group_form(self, facts: AttributeFacts, group: str) -> None:
        """Show the form that renames a group."""
        self.setCurrentIndex(_ATTRIBUTE)
        self.attribute_form.begin_group(facts, group)

    def show_class(self) -> None:
        """Show the selected class."""
        self.setCurrentIndex(_CLASS)


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    for part in (area.viewport(), widget):
        part.setProperty("look", "panel")
        part.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return area
