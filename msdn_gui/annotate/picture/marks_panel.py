"""Boxes and points: where in the image something is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QListWidget, QVBoxLayout, QWidget

from msdn_core.domain.annotation import Box, Mark
from msdn_gui.annotate.actions import ActionMaker
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.picture.canvas import Canvas, Tool
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_check_box, make_combo_box, make_label, named

WHOLE = "The whole object"


class PlacesPanel(QWidget):
    """Tools, what the next mark is of, and the marks of the chosen image."""

    def __init__(self, session: Session, annotations: Annotations, canvas: Canvas, maker: ActionMaker) -> None:
        super().__init__()
        self._session, self._annotations, self._canvas = session, annotations, canvas
        self._marks: Mapping[int, Mark] = {}
        self._shown = False
        self._make_actions(maker)
        self.subject = make_combo_box(name="mark_subject", accessible="What it is of")
        self.subject.setToolTip("What the chosen mark, or the next one, is of: a part or an attribute group")
        self.subject.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list = named(QListWidget(), "marks")
        self.list.setAccessibleName("Boxes and points of the image")
        self.given = make_check_box("Show the data set's own, dotted", name="marks_given", checked=True)
        self.hint = make_label(name="marks_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        tools = QHBoxLayout()
        tools.setSpacing(SPACING // 2)
        for tool in self._tools:
            tools.addWidget(KeyButton(self._tools[tool]))
        edits = QHBoxLayout()
        edits.setSpacing(SPACING // 2)
        edits.addWidget(KeyButton(self.middle), 2)
        edits.addWidget(KeyButton(self.remove), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(tools)
        layout.addWidget(QLabel("What it is of"))
        layout.addWidget(self.subject)
        layout.addSpacing(SPACING // 2)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.hint)
        layout.addWidget(self.given)
        layout.addLayout(edits)

        canvas.drawn.connect(self._draw)
        canvas.changed.connect(lambda number, place: annotations.move_mark(number, self._marks[number], place))
        canvas.selected.connect(self._take_selection)
        self.subject.activated.connect(self._rename)
        self.list.currentRowChanged.connect(self._choose_row)
        self.given.toggled.connect(lambda _: self.take_image())
        session.selection.image_changed.connect(lambda _: self.take_image())
        session.document.table_changed.connect(self._fill_subjects)
        annotations.changed.connect(self._on_annotations_changed)
        self._fill_subjects()

    @property
    def actions_of_tab(self) -> list[QAction]:
        """What has its key while this tab is shown."""
        return [*self._tools.values(), self.middle, self.remove]

    def set_shown(self, shown: bool) -> None:
        """Marks are drawn and the tools work while this tab is shown."""
        self._shown = shown
        tool = next(tool for tool, action in self._tools.items() if action.isChecked())
        self._canvas.set_tool(tool if shown else Tool.LOOK)
        self.take_image()

    def take_image(self) -> None:
        """Show the marks of the chosen image."""
        room, record, project = self._annotations.store, self._session.selection.image, self._session.document.project
        there = room is not None and project is not None and record is not None and self._shown
        self._marks = room.marks(record.id) if there else {}
        given = there and self.given.isChecked()
        self._canvas.show_marks(
            self._marks, project.box(record.id) if given else None, project.parts(record.id) if given else ()
        )
        with QSignalBlocker(self.list):
            self.list.clear()
            for mark in self._marks.values():
                self.list.addItem(_words(mark))
        self._take_selection(self._canvas.selected_mark)

    # Inside

    def _make_actions(self, maker: ActionMaker) -> None:
        group = QActionGroup(self)
        self._tools: dict[Tool, QAction] = {}
        for tool, text, keys, tip in (
            (Tool.SELECT, "Select", "V", "Choose, move and resize marks; the arrow keys move, with Shift they resize"),
            (Tool.BOX, "Box", "B", "Draw a box by dragging"),
            (Tool.POINT, "Point", "O", "Set a point by clicking"),
        ):
            action = maker.toggle(f"tool_{tool}", text, keys, on=tool is Tool.BOX, tip=tip)
            action.toggled.connect(lambda on, tool=tool: self._use(tool) if on else None)
            group.addAction(action)
            self._tools[tool] = action
        self.middle = maker.make(
            "mark_middle", "New in the middle", "N", self._put_in_middle, tip="Then the arrow keys move it"
        )
        self.remove = maker.make("mark_remove", "Remove", "Del", self._remove, tip="Take the chosen mark away")

    def _use(self, tool: Tool) -> None:
        if self._shown:
            self._canvas.set_tool(tool)

    def _fill_subjects(self) -> None:
        project = self._session.document.project
        parts = project.part_names() if project is not None else ()
        groups = [group for group in self._session.document.table.groups if group and group not in parts]
        chosen = self.subject.currentData()
        self.subject.clear()
        self.subject.addItem(WHOLE, "")
        for name in (*parts, *groups):
            self.subject.addItem(name, name)
        self.subject.setCurrentIndex(max(0, self.subject.findData(chosen)))

    def _draw(self, place: Box) -> None:
        if self._session.selection.image is not None:
            number = self._annotations.mark(self._session.selection.image, self.subject.currentData(), place)
            if number in self._marks:
                self._canvas.select(number)

    def _put_in_middle(self) -> None:
        picture = self._canvas.picture
        if picture is None:
            return
        width, height = picture.width, picture.height
        if self._tools[Tool.POINT].isChecked():
            self._draw(Box(width // 2, height // 2, 0, 0))
        else:
            self._draw(Box(width // 4, height // 4, width // 2, height // 2))
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self) -> None:
        if self._canvas.selected_mark is not None:
            self._annotations.remove_mark(self._canvas.selected_mark)

    def _rename(self) -> None:
        number = self._canvas.selected_mark
        if number is not None and self._marks[number].subject != self.subject.currentData():
            self._annotations.rename_mark(number, self._marks[number], self.subject.currentData())

    def _choose_row(self, row: int) -> None:
        if 0 <= row < len(self._marks):
            self._canvas.select(list(self._marks)[row])

    def _take_selection(self, number: int | None) -> None:
        numbers = list(self._marks)
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(numbers.index(number) if number in numbers else -1)
        if number in self._marks:
            self.subject.setCurrentIndex(self.subject.findData(self._marks[number].subject))
        self.hint.setText(
            "" if self._marks else "No boxes or points yet: drag in the image, or press N for one in the middle."
        )
        self.hint.setVisible(not self._marks)

    def _on_annotations_changed(self, change: AnnotationChange) -> None:
        image = self._session.selection.image
        if change.kind is AnnotationKind.MARKS and image is not None and image.id in change.image_ids:
            self.take_image()


def _words(mark: Mark) -> str:
    box = mark.place
    where = f"{box.x:.0f}, {box.y:.0f}"
    size = "" if mark.is_point else f", {box.width:.0f} × {box.height:.0f}"
    return f"{mark.subject or WHOLE} – {'point' if mark.is_point else 'box'} at {where}{size}"
