"""The Annotate workspace: the queue at the left, the image in the middle, what is said of it at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent, QUndoStack
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.annotation import HELD_OUT_EVERY, Certainty, ReviewState, Split
from msdn_core.domain.attributes import FloatArray
from msdn_core.errors import MsdnError
from msdn_gui.annotate.actions import ActionMaker, review_actions
from msdn_gui.annotate.annotations import Annotations, count_of
from msdn_gui.annotate.attributes.attributes_panel import AttributesPanel
from msdn_gui.annotate.exchange import Exchange
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.labels.label_by_folder import ByFolders
from msdn_gui.annotate.labels.label_panel import LabelPanel
from msdn_gui.annotate.picture.canvas import Canvas
from msdn_gui.annotate.picture.marks_panel import PlacesPanel
from msdn_gui.annotate.picture.picture_panel import PicturePanel
from msdn_gui.annotate.queue.queue_panel import QueuePanel
from msdn_gui.annotate.suggestions.bulk import Proposing
from msdn_gui.annotate.summary.agreement_panel import AgreementPanel
from msdn_gui.annotate.summary.vectors_panel import VectorsPanel
from msdn_gui.annotate.undo_bar import UndoBar
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.session.table_commands import SetCells
from msdn_gui.widgets.action import allow, belongs_to, part_of
from msdn_gui.widgets.build import make_button, make_label, make_line_edit, named
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from msdn_gui.services import Services


class AnnotateWorkspace(Workspace):
    """What is said here is kept at once, and can be undone here."""

    title = "Annotate"
    icon_name = "annotate"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("annotate")
        self._session, self._services = session, services
        self.undo_stack = QUndoStack(self)
        services.undo_group.addStack(self.undo_stack)
        self.annotations = Annotations(session, self.undo_stack, services.settings)
        maker = ActionMaker(self)
        self.reviews = review_actions(maker, self._review)
        self.attributes = AttributesPanel(session, self.annotations, maker)
        threshold = self.attributes.threshold.value
        self.queue = QueuePanel(session, services, self.annotations, threshold)
        self.canvas = Canvas()
        self.picture = PicturePanel(session, self.annotations, self.canvas, self.reviews)
        self.labels = LabelPanel(session, maker)
        self.places = PlacesPanel(session, self.annotations, self.canvas, maker)
        self.vectors = VectorsPanel(session, self.annotations, maker)
        self.agreement = AgreementPanel(session, self.annotations, maker, threshold)
        self.proposing = Proposing(session, services, self.annotations, self.queue, self.attributes, maker)
        self.by_folders = ByFolders(session, self.annotations, maker)
        of_classes = [self.proposing.pass_class, self.by_folders.action]
        for action in of_classes:
            self.labels.offer(action)
        of_many = [self.proposing.suggest, self.proposing.pass_verdicts]
        self.attributes.offer(of_many)
        self._exchange = Exchange(self, session, self.annotations, maker)
        self.advance = maker.toggle("advance", "Go on by itself", "M", on=True, tip="After each word on an image")
        self._general = [
            maker.make("find_image", "Find an image", "Ctrl+F", lambda: _focus(self.queue.search), sign="search"),
            maker.make(
                "arrange",
                "Leave out what is done",
                "R",
                self.queue.refresh,
                tip="Narrow the queue down and sort it anew",
            ),
            maker.make("whole", "Show the whole image", "Ctrl+0", self.canvas.show_whole, sign="fit"),
            self.advance,
            maker.make(
                "hold_out",
                "Keep a fifth for testing",
                "",
                self._hold_out,
                tip="Every fifth training image of a class: a run is measured on images that it was not trained on",
            ),
        ]
        self.tabs = named(QTabWidget(), "annotate_tabs")
        self._tab_actions: list[list[QAction]] = []
        self._show_tabs: list[QAction] = []
        self._add_tab(maker, self.labels, "Class", "F6", [*self.labels.actions_of_tab, *of_classes])
        self._add_tab(maker, self.attributes, "Attributes", "F7", [*self.attributes.actions_of_tab, *of_many])
        self._add_tab(maker, self.places, "Places", "F8", self.places.actions_of_tab)
        self._add_tab(maker, self.vectors, "Vectors", "F9", self.vectors.actions_of_tab)
        self._add_tab(maker, self.agreement, "Agreement", "F11", self.agreement.actions_of_tab)
        self._compose()

        self.tabs.currentChanged.connect(self._give_keys)
        self.labels.chosen.connect(self._label)
        self.labels.new_class.connect(self._label_new)
        self.attributes.judged.connect(self._judge)
        self.attributes.taken_back.connect(self._take_back)
        self.attributes.answered.connect(self._answer)
        self.vectors.accepted.connect(self._set_vectors)
        for looked_through in (self.proposing, self.by_folders):
            looked_through.left.connect(self._leave_proposals)
            looked_through.shown.connect(lambda one=looked_through: self._middle.setCurrentWidget(one.panel))
        self.picture.note_left.connect(lambda: self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason))
        session.inference.explanation_changed.connect(self._look_ahead)
        session.document.project_changed.connect(self._project_changed)
        session.document.table_changed.connect(self._tell_borrowed)
        self._give_keys()
        self._tell_borrowed()

    def actions(self) -> list[QAction]:
        """What the menu of this workspace offers."""
        of_tab = self._tab_actions[self.tabs.currentIndex()]
        return [*self._show_tabs, *self._general, *self.reviews.values(), *of_tab, *self._exchange.actions]

    def step_image(self, by: int) -> bool:
        """Goes on in the queue, which may be in another order than Explore's list."""
        self.queue.view.step(by)
        return True

    def settled(self) -> bool:
        """Whether the queue's thumbnails and the chosen image are on the screen."""
        return self._services.thumbnails.settled() and self.picture.settled

    # Composition

    def _add_tab(self, maker: ActionMaker, panel: QWidget, text: str, keys: str, actions: list[QAction]) -> None:
        place = self.tabs.addTab(panel, text)
        show = maker.make(
            f"tab_{text.lower().replace(' ', '_')}", f"Show {text}", keys, lambda: self.tabs.setCurrentIndex(place)
        )
        show.changed.connect(lambda: self.tabs.setTabToolTip(place, show.toolTip()))
        self.tabs.setTabToolTip(place, show.toolTip())
        for action in actions:
            belongs_to(action, text)
        self._tab_actions.append(actions)
        self._show_tabs.append(show)

    def _compose(self) -> None:
        self._borrowed = named(QWidget(), "annotate_borrowed")
        sentence = make_label(
            "The classes and attributes are the checkpoint's: take them into the project to annotate with them.",
            wrap=True,
        )
        adopt = make_button("Take them into the project", name="annotate_adopt")
        adopt.clicked.connect(self._adopt)
        column = QVBoxLayout(self._borrowed)
        column.setContentsMargins(SPACING, SPACING, SPACING, 0)
        column.addWidget(sentence)
        column.addWidget(adopt)
        self._who = make_line_edit(name="annotator", text=self._services.settings.value.annotator)
        self._who.setPlaceholderText(self.annotations.annotator)
        self._who.setToolTip("The name that is kept with all that you say")
        self._who.setAccessibleName("Your name")
        self._who.editingFinished.connect(lambda: self._services.settings.change(annotator=self._who.text().strip()))
        self._services.settings.changed.connect(self._show_who)
        name = QHBoxLayout()
        name.setContentsMargins(SPACING, SPACING, SPACING, 0)
        name.setSpacing(SPACING)
        name.addWidget(QLabel("Annotating as"))
        name.addWidget(self._who, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        foot.setSpacing(SPACING // 2)
        foot.addWidget(KeyButton(self.advance), 1)
        foot.addWidget(UndoBar(self.undo_stack))
        right = QWidget()
        right.setProperty("look", "panel")
        right.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        right.setMinimumWidth(300)
        side = QVBoxLayout(right)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        side.addLayout(name)
        side.addWidget(self._borrowed)
        side.addSpacing(SPACING // 2)
        side.addWidget(self.tabs, 1)
        side.addLayout(foot)
        self.columns = named(QSplitter(Qt.Orientation.Horizontal), "annotate_columns")
        self.columns.setHandleWidth(1)
        self.columns.setChildrenCollapsible(False)
        self._middle = QStackedWidget()
        self._middle.addWidget(self.picture)
        for panel in (self.proposing.panel, self.by_folders.panel):
            self._middle.addWidget(panel)
        for widget in (self.queue, self._middle, right):
            self.columns.addWidget(widget)
        self.columns.setStretchFactor(1, 1)
        self.columns.setSizes([210, 600, 390])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.columns)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.isAncestorOf(QApplication.focusWidget()):
            self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_who(self) -> None:
        """The name may be changed in the settings too."""
        if not self._who.hasFocus():
            self._who.setText(self._services.settings.value.annotator)

    # What is said

    def _label(self, name: str | None) -> None:
        images = self.queue.view.selected()
        if images and self._has_own_table():
            self.annotations.label(images, name)
            self._go_on()

    def _label_new(self, name: str) -> None:
        vector = np.zeros(len(self._session.document.table.attributes))
        self.annotations.label_new(self.queue.view.selected(), name, vector)
        self._go_on()
        self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_vectors(self, vectors: dict[str, FloatArray]) -> None:
        count = len(vectors)
        what = f"the vector of {next(iter(vectors))}" if count == 1 else f"the vectors of {count} classes"
        edit = SetCells.of_vectors(self._session, f"Set {what} from judgements", vectors)
        if edit is not None:
            self.undo_stack.push(edit)

    def _judge(self, present: bool, certainty: Certainty) -> None:
        images, columns = self.queue.view.selected(), self.attributes.tree.columns()
        if not self._has_own_table():
            return
        if not images or not columns:
            self._session.messages.info("Choose an attribute to judge, in the list at the right.")
            return
        self.annotations.judge(images, columns, present, certainty)
        if self.attributes.goes_on_by_image:
            self._go_on()
        elif self.advance.isChecked() and not self.attributes.tree.step(1) and self._go_on():
            self.attributes.tree.begin()

    def _hold_out(self) -> None:
        if not self._has_own_table():
            return
        images, messages = self._session.document.images, self._session.messages
        kept = sum(image.split is Split.TEST_SEEN for image in images)
        if kept:
            messages.info(f"{count_of(range(kept))} of seen classes are kept for testing already.")
        elif not (kept := self.annotations.hold_out(images)):
            messages.info(f"No class has {HELD_OUT_EVERY} training images, so none was kept for testing: label more.")
        else:
            messages.info(
                f"{count_of(range(kept))} are kept for testing. A run that is trained from now on is measured on them.",
            )

    def _take_back(self) -> None:
        self.annotations.withdraw(self.queue.view.selected(), self.attributes.tree.columns())

    def _answer(self, columns: list[int], accepted: bool, certainty: Certainty) -> None:
        """What the model suggested for the shown image is taken, or held against, under the annotator's name."""
        session = self._session
        if session.selection.image is not None and session.inference.checkpoint is not None:
            suggested_by = session.inference.checkpoint.label if accepted else ""
            self.annotations.judge([session.selection.image], columns, accepted, certainty, suggested_by=suggested_by)

    def _review(self, state: ReviewState) -> None:
        images = self.queue.view.selected()
        if not images:
            return
        self.annotations.review(images, state)
        if state is ReviewState.FLAGGED:
            self.picture.ask_for_note(images)
        else:
            self._go_on()

    def _go_on(self) -> bool:
        """Goes to the next image where that is wanted; whether there was one."""
        if not self.advance.isChecked():
            return False
        went: bool = self.queue.view.step(1)
        if not went:
            self._session.messages.info("That was the last image of this queue.")
        return went

    def _has_own_table(self) -> bool:
        """Whether the project knows the classes and attributes that stand here; a message says what to do if not."""
        if self._session.document.table_is_borrowed:
            self._session.messages.info(
                "Nothing was said yet: these classes and attributes are the checkpoint's. Take them into the project "
                "with the button at the right, or begin with your own in Classes.",
            )
        return not self._session.document.table_is_borrowed

    # Inside

    def _give_keys(self, *_: object) -> None:
        """A key means what the shown tab makes of it."""
        for place, actions in enumerate(self._tab_actions):
            for action in actions:
                allow(action, "" if place == self.tabs.currentIndex() else f"It belongs to the tab {part_of(action)}.")
        if self.tabs.currentWidget() is self.attributes:
            self.attributes.choose_first()
        for panel in (self.places, self.vectors, self.agreement):
            panel.set_shown(self.tabs.currentWidget() is panel)

    def _leave_proposals(self) -> None:
        if self._middle.currentWidget() is not self.picture:
            self._middle.setCurrentWidget(self.picture)
            self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look_ahead(self, explanation: object) -> None:
        """Once this image is there, the next ones of the queue are fetched: a step shows them at once."""
        if explanation is not None and self.isVisible():
            ahead = self.queue.view.following(2)
            self._session.inference.prefetch(ahead)
            self.picture.look_ahead(ahead)

    def _project_changed(self, project: object) -> None:
        self.undo_stack.clear()
        if project is None:
            self.canvas.show_picture(None)

    def _tell_borrowed(self) -> None:
        self._borrowed.setVisible(self._session.document.table_is_borrowed)

    def _adopt(self) -> None:
        try:
            self._session.edits.adopt_checkpoint_table()
        except MsdnError as fault:
            self._session.messages.error(str(fault))


def _focus(line: QLineEdit) -> None:
    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line.selectAll()
