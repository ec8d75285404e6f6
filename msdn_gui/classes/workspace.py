"""The Classes workspace: the class semantic vectors as a table, and the selected class beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QStackedWidget, QWidget

from msdn_core.errors import MsdnError
from msdn_gui.classes.binding import ClassActions, TableState
from msdn_gui.classes.editing import Editing
from msdn_gui.classes.forms import Forms
from msdn_gui.classes.read_only_notice import ReadOnlyNotice
from msdn_gui.classes.selection_link import SelectionLink
from msdn_gui.classes.sheets.sheets import Sheets
from msdn_gui.classes.side_panel import SidePanel
from msdn_gui.classes.table.page import TablePage
from msdn_gui.classes.toolbar import Toolbar
from msdn_gui.classes.what_if.page import WhatIf
from msdn_gui.widgets.build import make_column, make_row
from msdn_gui.widgets.notices.empty_state import EmptyState
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.refresh import Refresher
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QAction, QShowEvent

    from msdn_gui.services import Services
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange

_PANEL_WIDTH = 300


class ClassesWorkspace(Workspace):
    """Every edit is a step of ``undo_stack`` and saved at once."""

    title = "Classes"
    icon_name = "classes"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("classes")
        self._session, self._services = session, services
        self.table = TablePage()
        self.model, self.view = self.table.model, self.table.view
        self.editing = Editing(session, self.view)
        self.undo_stack = self.editing.stack
        services.undo_group.addStack(self.undo_stack)
        self.what_if = WhatIf(session, services)
        self.side = SidePanel(session, services)
        self.panel, self.form, self.attribute_form = self.side.panel, self.side.form, self.side.attribute_form
        self.sheets = Sheets(session, services, self.editing, self)
        self.forms = Forms(session, self.editing, self.side, self.table, self)
        self.class_actions = ClassActions(self, self.view, self._handlers())
        self.notice = ReadOnlyNotice(
            session, self.class_actions["classes.define_attributes"], self.class_actions["classes.adopt"]
        )
        self._link = SelectionLink(session, self.view, self)
        self.toolbar = Toolbar(self.class_actions, self.undo_stack, self.model)
        self._refresher = Refresher(self, self._refresh, self._apply_change)
        self._compose()
        self._connect()
        self._refresh()

    def actions(self) -> list[QAction]:
        """Return the actions of the menu that is named after the workspace."""
        return self.class_actions.in_menu()

    def settled(self) -> bool:
        """Return whether the table and the selected image's thumbnail are on the screen, if the workspace is."""
        is_current = self._refresher.is_stale or self.model.table is self._session.document.table
        if not is_current or not self._services.thumbnails.settled():
            return False
        return not self.what_if.isVisible() or self.what_if.search.settled()

    def _handlers(self) -> Mapping[str, Callable[[], object]]:
        editing, view, table, sheets, forms = self.editing, self.view, self.table, self.sheets, self.forms
        return {
            "classes.new": forms.new_class,
            "classes.duplicate": forms.duplicate_class,
            "classes.rename": self._rename_class,
            "classes.remove": lambda: editing.remove_classes(view.selected_classes()),
            "classes.cut": editing.cut,
            "classes.copy": editing.copy,
            "classes.copy_with_names": lambda: editing.copy(with_names=True),
            "classes.paste": editing.paste,
            "classes.fill_down": editing.fill_down,
            "classes.clear": lambda: editing.set_selected(0.0),
            "classes.new_attribute": forms.new_attribute,
            "classes.rename_attribute": forms.rename_attribute,
            "classes.rename_group": forms.rename_group,
            "classes.define_attributes": forms.define_attributes,
            "classes.adopt": self._adopt,
            "classes.filter_classes": lambda: self._focus_filter(table.class_filter),
            "classes.filter_attributes": lambda: self._focus_filter(table.attribute_filter),
            "classes.replace": self._show_find_bar,
            "classes.sort": view.sort,
            "classes.fold": view.fold,
            "classes.fold_all": view.fold_all,
            "classes.import_sheet": sheets.import_sheet,
            "classes.export_sheet": sheets.export_sheet,
            "classes.compare": sheets.compare_with_checkpoint,
        }

    def _rename_class(self) -> None:
        self._show_table()
        self.table.rename_current()

    # What the middle shows

    def show_what_if(self, is_shown: bool) -> None:
        """Show What if in place of the table, or the table."""
        self._middle.setCurrentWidget(self.what_if if is_shown else self.table)
        self.toolbar.counts.setVisible(not is_shown)
        self._focus_middle()

    def _show_table(self) -> None:
        self.class_actions["classes.what_if"].setChecked(False)
        self._middle.setCurrentWidget(self.table)

    def _show_find_bar(self) -> None:
        self._show_table()
        self.table.find_bar.begin()

    def _focus_filter(self, line: QLineEdit) -> None:
        self._show_table()
        line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        line.selectAll()

    def _focus_middle(self) -> None:
        is_what_if = self._middle.currentWidget() is self.what_if
        (self.what_if.sliders if is_what_if else self.view).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_comparison(self) -> None:
        self._middle.setCurrentWidget(self.sheets.panel)
        self._pages.setCurrentWidget(self._columns)

    def _close_comparison(self) -> None:
        if self._middle.currentWidget() is self.sheets.panel:
            self.show_what_if(self.class_actions["classes.what_if"].isChecked())
            self._show_page()

    def _show_page(self) -> None:
        self._pages.setCurrentWidget(self._columns if self._session.document.table.attributes else self.empty)

    # Composition

    def _compose(self) -> None:
        left = QWidget()
        left.setProperty("look", "panel")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._middle = QStackedWidget()
        for page in (self.table, self.what_if, self.sheets.panel):
            self._middle.addWidget(page)
        column = make_column(self.toolbar, self.notice, spacing=0)
        column.addWidget(self._middle, 1)
        left.setLayout(column)
        self._columns = parted("classes_columns", BESIDE, left, self.side, sizes=[1000, _PANEL_WIDTH])
        self._columns.setStretchFactor(0, 1)
        self.empty = EmptyState(
            "classes",
            "No classes yet",
            "Attributes describe the classes, and this project has none yet. Define attributes, or import a class "
            "sheet with one class per row and one attribute per column. You can also import a data set from the File "
            "menu, or select a checkpoint above and copy its classes into the project.",
            (self.class_actions["classes.define_attributes"], self.class_actions["classes.import_sheet"]),
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._columns)
        self.setLayout(make_row(self._pages))

    def _connect(self) -> None:
        document, view, table = self._session.document, self.view, self.table
        document.table_changed.connect(self._refresher.on_table_changed)
        document.project_changed.connect(self._on_project_changed)
        self._link.moved.connect(self._update_actions)
        self.class_actions["classes.heat"].toggled.connect(view.set_heat)
        self.class_actions["classes.what_if"].toggled.connect(self.show_what_if)
        view.classes.sectionDoubleClicked.connect(self._on_class_double_clicked)
        table.names.renamed.connect(self.editing.rename_class)
        table.value_bar.entered.connect(self.editing.set_selected)
        table.find_bar.replace_requested.connect(self.editing.replace)
        table.counts_changed.connect(self.toolbar.update_counts)
        self.what_if.moved.connect(self.editing.slide)
        self.sheets.opened.connect(self._show_comparison)
        self.sheets.closed.connect(self._close_comparison)
        self.forms.closed.connect(self._focus_middle)
        self.panel.described.connect(self.editing.describe_class)
        for widget in (view, view.classes, view.attributes):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._on_cell_menu_requested)
        view.classes.customContextMenuRequested.connect(self._on_class_menu_requested)
        view.attributes.customContextMenuRequested.connect(self._on_attribute_menu_requested)

    # Following the session

    def _on_project_changed(self) -> None:
        # Edits of another project cannot be undone in this one.
        self.undo_stack.clear()
        self.table.clear_filters()
        self.forms.close()
        self._close_comparison()
        self._refresher.request()

    def _apply_change(self, change: TableChange) -> bool:
        """Show changed values; anything else needs more."""
        if not change.is_values_only:
            return False
        self.model.set_values(self._session.document.table, change)
        self.form.set_table(self._session.document.table)
        return True

    def _refresh(self) -> None:
        document = self._session.document
        project = document.project
        self.model.editable = project is not None and not project.read_only and not document.table_is_borrowed
        self.model.set_table(document.table)
        self.form.set_table(document.table)
        self.notice.refresh()
        self._show_page()
        self.table.update_hint()
        self.toolbar.update_counts()
        self._link.update_view()
        self._update_actions()
        self.table.value_bar.refresh()

    def _update_actions(self) -> None:
        document = self._session.document
        project, has_attributes = document.project, bool(document.table.attributes)
        borrowed = document.table_is_borrowed
        read_only = ""
        if project is None:
            read_only = "Open a project first."
        elif project.read_only:
            read_only = "This project is read-only."
        no_table = "" if has_attributes else "This project has no attributes yet; define some first."
        copy_first = "These classes belong to the checkpoint; copy them into the project first." if borrowed else ""
        has_own = "This project already has attributes." if has_attributes and not borrowed else ""
        self.class_actions.update(
            TableState(
                no_table=no_table,
                no_edit=read_only or no_table or copy_first,
                no_define=read_only or has_own,
                no_adopt=read_only or ("" if borrowed else "No checkpoint's classes are shown."),
                is_borrowed=borrowed,
                has_selection=self.view.currentIndex().isValid(),
            )
        )

    def _on_class_double_clicked(self, row: int) -> None:
        self.view.show_cell(row, -1)
        self.class_actions["classes.rename"].trigger()

    def _adopt(self) -> None:
        try:
            self._session.edits.adopt_checkpoint_table()
        except MsdnError as error:
            self._session.messages.error(str(error))
        else:
            self._session.messages.info("The classes were copied into the project and can now be edited.")

    def _on_attribute_menu_requested(self, place: QPoint) -> None:
        column = self.view.attributes.logicalIndexAt(place)
        if column >= 0:
            self.view.show_cell(-1, column)
        self.class_actions.attribute_menu(self).popup(self.view.attributes.mapToGlobal(place))

    def _on_class_menu_requested(self, place: QPoint) -> None:
        self._select_for_menu(self.view.classes.logicalIndexAt(place), 0)
        self.class_actions.class_menu(self).popup(self.view.classes.mapToGlobal(place))

    def _on_cell_menu_requested(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        self._select_for_menu(index.row(), index.column())
        self.class_actions.cell_menu(self).popup(self.view.viewport().mapToGlobal(place))

    def _select_for_menu(self, row: int, column: int) -> None:
        index = self.model.index(row, column)
        if index.isValid() and not self.view.selectionModel().isSelected(index):
            self.view.setCurrentIndex(index)

    def showEvent(self, event: QShowEvent) -> None:
        """Give the keyboard focus to the table, once the page is visible."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._focus_when_shown)

    def _focus_when_shown(self) -> None:
        self._link.select_first()
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self._focus_middle()
