"""Boxes and points in the selected image: tools, the subject of the next mark, and a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QWidget

from msdn_core.domain.annotation import Box, Mark, PartPoint
from msdn_core.domain.display_names import group_text
from msdn_gui.actions.bind import ActionSet, follow_keys
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.picture.canvas import Canvas, Tool
from msdn_gui.look.theme import SPACING
from msdn_gui.session.changes import ChangeKind, TableChange
from msdn_gui.widgets.build import make_check_box, make_column, make_combo_box, make_label, make_row, named
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.session import Session

WHOLE_OBJECT = "Whole object"
_TOOLS = {
    Tool.SELECT: "annotate.tool_select",
    Tool.BOX: "annotate.tool_box",
    Tool.POINT: "annotate.tool_point",
}


class MarksPanel(QWidget):
    """Draws and edits marks in the canvas while its tab is shown."""

    def __init__(self, session: Session, annotations: Annotations, canvas: Canvas, actions: ActionSet) -> None:
        super().__init__()
        self._session, self._annotations, self._canvas = session, annotations, canvas
        self._marks: Mapping[int, Mark] = {}
        self._is_active = False
        self._tools = self._make_tools(actions)
        self.subject = make_combo_box(name="mark_subject", accessible="Subject of the mark")
        self.subject.setToolTip("What the selected or the next mark shows: a part or an attribute group")
        self.subject.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list = named(QListWidget(), "marks")
        self.list.setAccessibleName("Marks of the image")
        self.given = make_check_box("Show marks of the data set (dotted)", name="marks_given", checked=True)
        self.hint = make_label(name="marks_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        follow_keys(
            actions["annotate.add_mark"],
            lambda keys: self.hint.setText(
                f"No marks yet. Drag in the image to draw one, or add one in the centre{keys}."
            ),
        )
        self._compose(actions)
        self._connect()
        self._update_subjects()
        self._update_marks()

    def set_active(self, is_active: bool) -> None:
        """Show marks and use the tools only while the tab is shown."""
        self._is_active = is_active
        tool = next(tool for tool, action in self._tools.items() if action.isChecked())
        self._canvas.set_tool(tool if is_active else Tool.LOOK)
        self._update_marks()

    # Actions

    def add_in_centre(self) -> None:
        """Add a box or a point in the centre of the image."""
        picture = self._canvas.picture
        if picture is None:
            return
        width, height = picture.width, picture.height
        if self._tools[Tool.POINT].isChecked():
            self._draw(Box(width // 2, height // 2, 0, 0))
        else:
            self._draw(Box(width // 4, height // 4, width // 2, height // 2))
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def remove_selected(self) -> None:
        """Remove the selected mark."""
        if self._canvas.selected_mark is not None:
            self._annotations.remove_mark(self._canvas.selected_mark)

    # Composition

    def _make_tools(self, actions: ActionSet) -> dict[Tool, QAction]:
        group = QActionGroup(self)
        tools = {tool: actions[name] for tool, name in _TOOLS.items()}
        for tool, action in tools.items():
            group.addAction(action)
            action.toggled.connect(lambda is_on, tool=tool: self._use(tool) if is_on else None)
        return tools

    def _compose(self, actions: ActionSet) -> None:
        half = SPACING // 2
        edits = make_row(spacing=half)
        edits.addWidget(KeyButton(actions["annotate.add_mark"]), 2)
        edits.addWidget(KeyButton(actions["annotate.remove_mark"]), 1)
        layout = make_column(spacing=half, margin=SPACING)
        layout.addLayout(make_row(*(KeyButton(action) for action in self._tools.values()), spacing=half))
        layout.addWidget(QLabel("Subject"))
        layout.addWidget(self.subject)
        layout.addSpacing(half)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.hint)
        layout.addWidget(self.given)
        layout.addLayout(edits)
        self.setLayout(layout)

    def _connect(self) -> None:
        session, canvas = self._session, self._canvas
        marks = Refresher(self, self._update_marks)
        subjects = Refresher(self, self._update_subjects, _keeps_subjects)
        canvas.drawn.connect(self._draw)
        canvas.changed.connect(lambda number, place: self._annotations.move_mark(number, self._marks[number], place))
        canvas.selected.connect(self._on_mark_selected)
        self.subject.activated.connect(self._set_subject)
        self.list.currentRowChanged.connect(self._select_row)
        self.given.toggled.connect(lambda _: self._update_marks())
        session.selection.image_changed.connect(marks.request)
        session.document.table_changed.connect(subjects.on_table_changed)
        self._annotations.changed.connect(self._on_annotations_changed)

    # Inside

    def _update_marks(self) -> None:
        """Show the marks of the selected image."""
        store, image, project = self._annotations.store, self._session.selection.image, self._session.document.project
        self._marks = {}
        given_box: Box | None = None
        given_points: tuple[PartPoint, ...] = ()
        if store is not None and project is not None and image is not None and self._is_active:
            self._marks = store.marks(image.id)
            if self.given.isChecked():
                given_box, given_points = project.box(image.id), project.parts(image.id)
        self._canvas.show_marks(self._marks, given_box, given_points)
        with QSignalBlocker(self.list):
            self.list.clear()
            for mark in self._marks.values():
                self.list.addItem(_mark_text(mark))
        self._on_mark_selected(self._canvas.selected_mark)

    def _update_subjects(self) -> None:
        project = self._session.document.project
        parts = project.part_names() if project is not None else ()
        groups = [group for group in self._session.document.table.groups if group and group not in parts]
        selected = self.subject.currentData()
        self.subject.clear()
        self.subject.addItem(WHOLE_OBJECT, "")
        for name in (*parts, *groups):
            self.subject.addItem(group_text(name), name)
            self.subject.setItemData(self.subject.count() - 1, name, Qt.ItemDataRole.ToolTipRole)
        self.subject.setCurrentIndex(max(0, self.subject.findData(selected)))

    def _use(self, tool: Tool) -> None:
        if self._is_active:
            self._canvas.set_tool(tool)

    def _draw(self, place: Box) -> None:
        image = self._session.selection.image
        if image is not None:
            number = self._annotations.mark(image, self.subject.currentData(), place)
            if number in self._marks:
                self._canvas.select(number)

    def _set_subject(self) -> None:
        number, subject = self._canvas.selected_mark, self.subject.currentData()
        if number is not None and self._marks[number].subject != subject:
            self._annotations.rename_mark(number, self._marks[number], subject)

    def _select_row(self, row: int) -> None:
        if 0 <= row < len(self._marks):
            self._canvas.select(list(self._marks)[row])

    def _on_mark_selected(self, number: int | None) -> None:
        numbers = list(self._marks)
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(numbers.index(number) if number in numbers else -1)
        if number is not None and number in self._marks:
            self.subject.setCurrentIndex(self.subject.findData(self._marks[number].subject))
        self.hint.setVisible(not self._marks)

    def _on_annotations_changed(self, change: AnnotationChange) -> None:
        image = self._session.selection.image
        if change.kind is AnnotationKind.MARKS and image is not None and image.id in change.image_ids:
            self._update_marks()


def _keeps_subjects(change: TableChange) -> bool:
    """Return whether a change of the table leaves the attribute groups as they are."""
    return change.kind in (ChangeKind.VALUES, ChangeKind.CLASSES)


def _mark_text(mark: Mark) -> str:
    box = mark.place
    subject = group_text(mark.subject) if mark.subject else WHOLE_OBJECT
    size = "" if mark.is_point else f", {box.width:.0f} × {box.height:.0f}"
    return f"{subject} – {'point' if mark.is_point else 'box'} at {box.x:.0f}, {box.y:.0f}{size}"
