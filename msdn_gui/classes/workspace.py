"""The Classes workspace: the class semantic vectors as a table, and the chosen class beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.attributes import Attribute, FloatArray
from msdn_core.errors import MsdnError
from msdn_gui.classes.actions import ClassesActions
from msdn_gui.classes.attributes.list_dialog import AttributeListDialog
from msdn_gui.classes.editing import Editing
from msdn_gui.classes.notice import Notice
from msdn_gui.classes.selection_link import SharedChoice
from msdn_gui.classes.sheets.sheets import Sheets
from msdn_gui.classes.side_panel import SidePanel
from msdn_gui.classes.table.find_bar import FindBar
from msdn_gui.classes.table.model import ClassTableModel
from msdn_gui.classes.table.name_editor import NameEditor
from msdn_gui.classes.table.value_bar import ValueBar
from msdn_gui.classes.table.view import ClassTableView
from msdn_gui.classes.toolbar import Toolbar
from msdn_gui.classes.what_if.page import WhatIf
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_label, make_line_edit
from msdn_gui.widgets.empty_state import EmptyState
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from msdn_gui.services import Services

_PANEL_WIDTH = 300


class ClassesWorkspace(Workspace):
    """What is chosen here is chosen everywhere; every edit is a step of ``undo_stack``, on disk at once."""

    title = "Classes"
    icon_name = "classes"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("classes")
        self._session, self._services = session, services
        self.model = ClassTableModel()
        self.view = ClassTableView(self.model)
        self.editing = Editing(session, self.view)
        self.undo_stack = self.editing.stack
        services.undo_group.addStack(self.undo_stack)
        self.names = NameEditor(self.view)
        self.value = ValueBar(self.view)
        self.find_bar = FindBar(self.view)
        self.what_if = WhatIf(session, services)
        self.side = SidePanel(session, services)
        self.panel, self.form, self.attribute_form = self.side.panel, self.side.form, self.side.attribute_form
        self.sheets = Sheets(session, services, self.editing, self)
        self._actions = ClassesActions(self)
        self.notice = Notice(session, self._actions.define)
        self.hint = make_label(parent=self.view.viewport(), name="classes_hint")
        self.hint.setProperty("look", "muted")
        self._choice = SharedChoice(session, self.view)
        self.toolbar = Toolbar(self._actions, self.model)
        self._compose()
        self._connect()
        self._take_table()

    def actions(self) -> list[QAction]:
        """What the menu of this workspace offers."""
        return list(self._actions.all)

    def settled(self) -> bool:
        """Whether the table and the chosen image's thumbnail are on the screen."""
        is_there = self.model.table is self._session.document.table and self._services.thumbnails.settled()
        return is_there and (not self.what_if.isVisible() or self.what_if.search.settled())

    # What the actions do

    def ask_for_class(self) -> None:
        """Shows the form of a new class, which starts empty."""
        self.side.ask_for_class(None)

    def ask_for_class_like_chosen(self) -> None:
        """Shows the form of a new class that starts as the chosen one."""
        self.side.ask_for_class(self._current_class())

    def ask_for_attribute(self) -> None:
        """Shows the form of a new attribute."""
        self.side.ask_for_attribute(self.editing.attribute_facts(), -1)

    def ask_for_attributes(self) -> None:
        """Asks for the first attributes of a project that has none of its own."""
        dialog = AttributeListDialog(self)
        dialog.written.connect(self.editing.define_attributes)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_for_name_of_attribute(self) -> None:
        """Shows the form of another name for the chosen attribute."""
        if self._session.selection.attribute >= 0:
            self.side.ask_for_attribute(self.editing.attribute_facts(), self._session.selection.attribute)

    def ask_for_name_of_group(self) -> None:
        """Shows the form of another name for the chosen attribute's group."""
        if self._session.selection.attribute >= 0:
            group = self._session.document.table.attributes[self._session.selection.attribute].group
            self.side.ask_for_group(self.editing.attribute_facts(), group)

    def rename_chosen(self) -> None:
        """Edits the chosen class's name where it stands."""
        row = self.view.currentIndex().row()
        if row >= 0:
            self.view.scrollTo(self.view.currentIndex())
            self.names.begin(row)

    def remove_chosen(self) -> None:
        """Takes the chosen classes out."""
        self.editing.remove_classes(self.view.chosen_classes())

    def show_find_bar(self) -> None:
        """Shows the line that finds and replaces values, ready to type in."""
        self._actions.what_if.setChecked(False)
        self._middle.setCurrentWidget(self._table)
        self.find_bar.begin()

    def focus_class_filter(self) -> None:
        """Puts the cursor into the filter of classes."""
        _focus(self.class_filter)

    def focus_attribute_filter(self) -> None:
        """Puts the cursor into the filter of attributes."""
        _focus(self.attribute_filter)

    def show_what_if(self, is_shown: bool) -> None:
        """Shows the sliders and the best images in the place of the table, or the table again."""
        self._middle.setCurrentWidget(self.what_if if is_shown else self._table)
        self.toolbar.counts.setVisible(not is_shown)
        self._focus_middle()

    def _focus_middle(self) -> None:
        is_what_if = self._middle.currentWidget() is self.what_if
        (self.what_if.sliders if is_what_if else self.view).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_borrowed(self) -> bool:
        """Whether the table is the checkpoint's."""
        return self._session.document.table_is_borrowed

    @property
    def can_define(self) -> bool:
        """Whether the project has no classes of its own, and may get some."""
        project, own = (
            self._session.document.project,
            self._session.document.table.attributes and not self._session.document.table_is_borrowed,
        )
        return project is not None and not project.read_only and not own

    def _show_comparison(self) -> None:
        self._middle.setCurrentWidget(self.sheets.panel)
        self._pages.setCurrentWidget(self._columns)

    def _leave_comparison(self) -> None:
        if self._middle.currentWidget() is self.sheets.panel:
            self.show_what_if(self._actions.what_if.isChecked())
            self._pages.setCurrentWidget(self._columns if self._session.document.table.attributes else self.empty)

    # Composition

    def _compose(self) -> None:
        self.class_filter = _filter("class_filter", "Filter classes", "Words of a name, or “seen” or “unseen”")
        self.attribute_filter = _filter("attribute_filter", "Filter attributes", "Words of a group or an attribute")
        corner = QVBoxLayout(self.view.corner)
        corner.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        corner.setSpacing(SPACING // 2)
        corner.addStretch(1)
        corner.addWidget(self.attribute_filter)
        corner.addWidget(self.class_filter)
        left = QWidget()
        left.setProperty("look", "panel")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._table = table = QWidget()
        rows = QVBoxLayout(table)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.value)
        rows.addWidget(self.find_bar)
        rows.addWidget(self.view, 1)
        self._middle = QStackedWidget()
        for page in (table, self.what_if, self.sheets.panel):
            self._middle.addWidget(page)
        for widget in (self.toolbar, self.notice):
            column.addWidget(widget)
        column.addWidget(self._middle, 1)
        self._columns = parted("classes_columns", BESIDE, left, self.side, sizes=[1000, _PANEL_WIDTH])
        self._columns.setStretchFactor(0, 1)
        self.empty = EmptyState(
            "classes",
            "No classes yet",
            "Classes are described by attributes, and this project has none. Write down your own, import a sheet with "
            "a line a class and a column an attribute, or a data set (File menu); or choose a checkpoint above: its "
            "classes can be taken into the project.",
            (self._actions.define, self._actions.take_sheet),
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._columns)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _connect(self) -> None:
        session, view = self._session, self.view
        session.document.table_changed.connect(self._take_table)
        session.document.project_changed.connect(self._take_project)
        self._choice.moved.connect(self._enable)
        view.classes.sectionDoubleClicked.connect(self._rename_row)
        view.values.faulted.connect(self.value.say)
        self.names.faulted.connect(self.value.say)
        self.names.renamed.connect(self.editing.rename_class)
        self.value.entered.connect(self.editing.set_chosen)
        self.find_bar.replace_asked.connect(self.editing.replace)
        self.what_if.moved.connect(self.editing.slide)
        self.sheets.shown.connect(self._show_comparison)
        self.sheets.left.connect(self._leave_comparison)
        self.notice.adopt_asked.connect(self._adopt)
        self.form.asked.connect(self._add_class)
        self.side.left.connect(self._leave_form)
        self.attribute_form.asked.connect(self._put_attribute)
        self.attribute_form.group_asked.connect(self._put_group)
        self.panel.described.connect(self.editing.describe_class)
        view.attributes.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.attributes.customContextMenuRequested.connect(self._show_attribute_menu)
        self.class_filter.textChanged.connect(self.model.filter_classes)
        self.attribute_filter.textChanged.connect(self.model.filter_attributes)
        for line in (self.class_filter, self.attribute_filter):
            line.returnPressed.connect(lambda: self.view.setFocus(Qt.FocusReason.OtherFocusReason))
        for changed in (self.model.modelReset, self.model.rowsInserted, self.model.rowsRemoved):
            changed.connect(self._show_counts)
        for widget, cells in ((view, True), (view.classes, False)):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(
                lambda place, widget=widget, cells=cells: self._show_menu(widget, place, cells)
            )

    # What follows the session

    def _take_project(self, _project: object) -> None:
        # Steps of another project cannot be undone in this one.
        self.undo_stack.clear()
        self.class_filter.clear()
        self.attribute_filter.clear()
        self._leave_form()
        self._leave_comparison()
        self._take_table()

    def _take_table(self) -> None:
        session = self._session
        project = session.document.project
        self.model.editable = project is not None and not project.read_only and not session.document.table_is_borrowed
        self.model.set_table(session.document.table)
        self.form.set_table(session.document.table)
        self.what_if.refresh()
        self._pages.setCurrentWidget(self._columns if session.document.table.attributes else self.empty)
        self._show_counts()
        self._choice.follow()
        self._enable()
        self.value.refresh()

    def _enable(self) -> None:
        there, chosen = bool(self._session.document.table.attributes), self.view.currentIndex().isValid()
        self._actions.enable(there=there, editable=self.model.editable and there, chosen=chosen)

    def _show_counts(self, *_: object) -> None:
        self.toolbar.show_counts()
        model, table = self.model, self.model.table
        empty = ""
        if not table.classes:
            empty = (
                "There is no class yet. Make a new one, or say in Annotate what the images show:\n"
                "By folders makes all classes at once."
            )
        elif not model.rowCount():
            empty = "No class matches; clear the filter of classes."
        elif not model.columnCount():
            empty = "No attribute matches; clear the filter of attributes."
        self.hint.setText(empty)
        self.hint.setVisible(bool(empty))
        self.hint.adjustSize()
        self.hint.move(SPACING, SPACING)

    # Classes

    def _current_class(self) -> str | None:
        row = self.view.currentIndex().row()
        return self.model.class_at(row) if row >= 0 else None

    def _rename_row(self, row: int) -> None:
        self.view.show_cell(row, -1)
        self._actions.rename.trigger()

    def _leave_form(self) -> None:
        self.side.show_class()
        self._focus_middle()

    def _add_class(self, name: str, vector: FloatArray, description: str) -> None:
        self.editing.add_class(name, vector, description)
        if name not in self._session.document.table.class_index:
            return
        if self.model.row_of(name) < 0:
            self.class_filter.clear()
        self.view.show_cell(self.model.row_of(name), 0)
        self._leave_form()

    def _put_attribute(self, column: int, attribute: Attribute) -> None:
        if column < 0:
            self.attribute_filter.clear()
            self.editing.add_attribute(attribute)
        else:
            self.editing.rename_attribute(column, attribute)
        self._leave_form()

    def _put_group(self, group: str, name: str) -> None:
        self.editing.rename_group(group, name)
        self._leave_form()

    def _show_attribute_menu(self, place: QPoint) -> None:
        column = self.view.attributes.logicalIndexAt(place)
        if column >= 0:
            self.view.show_cell(-1, column)
        self._actions.attribute_menu(self).popup(self.view.attributes.mapToGlobal(place))

    def _adopt(self) -> None:
        try:
            self._session.edits.adopt_checkpoint_table()
        except MsdnError as fault:
            self._session.messages.error(str(fault))
        else:
            self._session.messages.info("The classes are the project's own now and can be edited.")

    def _show_menu(self, widget: QWidget, place: QPoint, cells: bool) -> None:
        index = self.view.indexAt(place) if cells else self.model.index(self.view.classes.logicalIndexAt(place), 0)
        if index.isValid() and not self.view.selectionModel().isSelected(index):
            self.view.setCurrentIndex(index)
        source = widget.viewport() if isinstance(widget, ClassTableView) else widget
        self._actions.menu(self, cells=cells).popup(source.mapToGlobal(place))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The shown page's table takes the keys, once the page is there.
        QTimer.singleShot(0, self, self._take_focus)

    def _take_focus(self) -> None:
        self._choice.choose_first()
        if not self.isAncestorOf(QApplication.focusWidget()):
            self._focus_middle()


def _filter(name: str, placeholder: str, hint: str) -> QLineEdit:
    line = make_line_edit(name=name, placeholder=placeholder, clearable=True)
    line.setAccessibleName(placeholder)
    line.setToolTip(hint)
    return line


def _focus(line: QLineEdit) -> None:
    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line.selectAll()
