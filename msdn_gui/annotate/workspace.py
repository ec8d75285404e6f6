"""The Annotate workspace: images on the left, the selected one in the middle, its annotations on the right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent, QUndoStack
from PySide6.QtWidgets import QApplication, QStackedWidget, QTabWidget, QWidget

from msdn_core.domain.annotation import HELD_OUT_EVERY, Certainty, ReviewState, Split
from msdn_core.domain.display_names import class_text
from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.annotate.actions import ACTIONS, REVIEWS, TABS
from msdn_gui.annotate.annotations import Annotations, count_of
from msdn_gui.annotate.attributes.attributes_panel import AttributesPanel
from msdn_gui.annotate.binding import list_handlers, tab_handlers
from msdn_gui.annotate.exchange import Exchange
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.labels.label_by_folder import LabelByFolder
from msdn_gui.annotate.labels.label_panel import LabelPanel
from msdn_gui.annotate.picture.canvas import Canvas
from msdn_gui.annotate.picture.marks_panel import MarksPanel
from msdn_gui.annotate.picture.picture_panel import PicturePanel
from msdn_gui.annotate.queue.queue_panel import QueuePanel
from msdn_gui.annotate.side_bar import AnnotatorField, BorrowedNotice
from msdn_gui.annotate.suggestions.bulk import BulkAnnotation
from msdn_gui.annotate.summary.agreement_panel import AgreementPanel
from msdn_gui.annotate.summary.vectors_panel import VectorsPanel
from msdn_gui.annotate.tab_actions import AGREEMENT, ATTRIBUTES, CLASS, MARKS, VECTORS
from msdn_gui.annotate.undo_bar import UndoBar
from msdn_gui.look.theme import SPACING
from msdn_gui.session.table_commands import SetCells
from msdn_gui.widgets.build import make_column, make_row, named
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from msdn_core.domain.attributes import FloatArray
    from msdn_core.domain.explanation import Explanation
    from msdn_core.project import Project
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_SIDE_WIDTH = 300
_COLUMN_WIDTHS = (210, 600, 390)
_PREFETCHED = 2


class AnnotateWorkspace(Workspace):
    """Every annotation is saved at once, and can be undone here."""

    title = "Annotate"
    icon_name = "annotate"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("annotate")
        self._session, self._services = session, services
        self.undo_stack = QUndoStack(self)
        services.undo_group.addStack(self.undo_stack)
        self.annotations = Annotations(session, self.undo_stack, services.settings)
        self._actions = ActionSet(self, ACTIONS)
        self._advance = self._actions["annotate.advance"]
        self._make_panels()
        self.exchange = Exchange(self, session, self.annotations)
        self._bind_actions()
        self.tabs = self._make_tabs()
        self._compose()
        self._connect()
        self._on_tab_changed()

    def actions(self) -> list[QAction]:
        """Return what the menu of this workspace offers: everything but the actions of hidden tabs."""
        specs, tab = self._actions.specs, self.tabs.tabText(self.tabs.currentIndex())
        return [action for action in self._actions.in_menu() if specs[action.objectName()].part in ("", tab)]

    def step_image(self, by: int) -> bool:
        """Select the image ``by`` places further in the list, whose order may differ from Explore's."""
        self.queue.view.step(by)
        return True

    def settled(self) -> bool:
        """Return whether the thumbnails and the selected image are on the screen."""
        return self._services.thumbnails.settled() and self.picture.is_settled

    def showEvent(self, event: QShowEvent) -> None:
        """Move the keyboard focus to the list, so that keys annotate."""
        super().showEvent(event)
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # Annotations

    def label(self, name: str | None) -> None:
        """Give the selected images a class, or remove theirs (None)."""
        images = self.queue.view.selected()
        if images and self._has_own_table():
            self.annotations.label(images, name)
            self._advance_image()

    def label_new(self, name: str) -> None:
        """Add a class with an empty vector, and give it to the selected images, in one step."""
        vector = np.zeros(len(self._session.document.table.attributes))
        self.annotations.label_new(self.queue.view.selected(), name, vector)
        self._advance_image()
        self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def judge(self, present: bool, certainty: Certainty) -> None:
        """Judge the selected attributes in the selected images."""
        images, columns = self.queue.view.selected(), self.attributes.tree.columns()
        if not self._has_own_table():
            return
        if not images or not columns:
            self._session.messages.info("Select an attribute in the list on the right first.")
            return
        self.annotations.judge(images, columns, present, certainty)
        if self.attributes.advances_by_image:
            self._advance_image()
        elif self._advance.isChecked() and not self.attributes.tree.step(1) and self._advance_image():
            self.attributes.tree.begin()

    def withdraw(self) -> None:
        """Delete the annotator's judgements of the selected attributes in the selected images."""
        self.annotations.withdraw(self.queue.view.selected(), self.attributes.tree.columns())

    def answer(self, columns: list[int], accepted: bool, certainty: Certainty) -> None:
        """Accept or reject suggestions for the selected image, under the annotator's name."""
        image, checkpoint = self._session.selection.image, self._session.inference.checkpoint
        if image is not None and checkpoint is not None:
            suggested_by = checkpoint.label if accepted else ""
            self.annotations.judge([image], columns, accepted, certainty, suggested_by=suggested_by)

    def review(self, state: ReviewState) -> None:
        """Set the review of the selected images; a flag asks for a note."""
        images = self.queue.view.selected()
        if not images:
            return
        self.annotations.review(images, state)
        if state is ReviewState.FLAGGED:
            self.picture.ask_for_note(images)
        else:
            self._advance_image()

    def hold_out(self) -> None:
        """Keep a fifth of the training images of each class for testing, and post what was done."""
        if not self._has_own_table():
            return
        images, messages = self._session.document.images, self._session.messages
        kept = sum(image.split is Split.TEST_SEEN for image in images)
        if kept:
            messages.info(f"{count_of(range(kept))} of seen classes are already kept for testing.")
        elif not (kept := self.annotations.hold_out(images)):
            messages.info(
                f"No class has {HELD_OUT_EVERY} training images, so none was kept for testing; label more images."
            )
        else:
            messages.info(f"{count_of(range(kept))} are kept for testing; new runs are evaluated on them.")

    def set_vectors(self, vectors: dict[str, FloatArray]) -> None:
        """Set class vectors, in one step."""
        count = len(vectors)
        what = f"the vector of {class_text(next(iter(vectors)))}" if count == 1 else f"the vectors of {count} classes"
        edit = SetCells.of_vectors(self._session, f"Set {what} from judgements", vectors)
        if edit is not None:
            self.undo_stack.push(edit)

    # Composition

    def _make_panels(self) -> None:
        session, services, annotations, actions = self._session, self._services, self.annotations, self._actions
        self.attributes = AttributesPanel(session, annotations, actions)
        threshold = self.attributes.threshold.value
        self.queue = QueuePanel(session, services, annotations, actions, threshold)
        self.canvas = Canvas()
        self.picture = PicturePanel(session, annotations, self.canvas, actions)
        self.labels = LabelPanel(session, actions)
        self.marks = MarksPanel(session, annotations, self.canvas, actions)
        self.vectors = VectorsPanel(session, annotations, actions)
        self.agreement = AgreementPanel(session, annotations, actions, threshold)
        self.bulk = BulkAnnotation(session, services, annotations, self.queue, self.attributes)
        self.label_by_folder = LabelByFolder(session, annotations)

    def _bind_actions(self) -> None:
        tabs = tab_handlers(self.labels, self.attributes, self.marks, self.vectors, self.agreement)
        self._actions.bind(tabs)
        self._actions.bind(list_handlers(self.queue, self.bulk, self.label_by_folder, self.exchange))
        self._actions.bind({name: partial(self.show_part, part) for part, name in TABS.items()})
        self._actions.bind({name: partial(self.review, state) for state, name in REVIEWS.items()})
        self._actions.bind(
            {
                "annotate.whole_image": self.canvas.show_whole,
                "annotate.hold_out": self.hold_out,
                "annotate.no_class": partial(self.label, None),
                "annotate.withdraw": self.withdraw,
            }
        )

    def _make_tabs(self) -> QTabWidget:
        tabs = named(QTabWidget(), "annotate_tabs")
        panels = {
            CLASS: self.labels,
            ATTRIBUTES: self.attributes,
            MARKS: self.marks,
            VECTORS: self.vectors,
            AGREEMENT: self.agreement,
        }
        for part, panel in panels.items():
            index, action = tabs.addTab(panel, part), self._actions[TABS[part]]
            tabs.setTabToolTip(index, action.toolTip())
            action.changed.connect(lambda index=index, action=action: tabs.setTabToolTip(index, action.toolTip()))
        return tabs

    def _compose(self) -> None:
        right = QWidget()
        right.setProperty("look", "panel")
        right.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        right.setMinimumWidth(_SIDE_WIDTH)
        foot = make_row(spacing=SPACING // 2)
        foot.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        foot.addWidget(KeyButton(self._advance), 1)
        foot.addWidget(UndoBar(self.undo_stack))
        annotator = AnnotatorField(self.annotations, self._services.settings)
        side = make_column(annotator, BorrowedNotice(self._session), spacing=0)
        side.addSpacing(SPACING // 2)
        side.addWidget(self.tabs, 1)
        side.addLayout(foot)
        right.setLayout(side)
        self._middle = QStackedWidget()
        for widget in (self.picture, self.bulk.panel, self.label_by_folder.panel):
            self._middle.addWidget(widget)
        self.columns = parted("annotate_columns", BESIDE, self.queue, self._middle, right, sizes=_COLUMN_WIDTHS)
        self.columns.setStretchFactor(1, 1)
        self.setLayout(make_column(self.columns))

    def _connect(self) -> None:
        session = self._session
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.labels.chosen.connect(self.label)
        self.labels.new_class.connect(self.label_new)
        self.attributes.judged.connect(self.judge)
        self.attributes.answered.connect(self.answer)
        self.attributes.threshold.valueChanged.connect(self.agreement.refresher.request)
        self.vectors.accepted.connect(self.set_vectors)
        self.bulk.left.connect(self._show_picture)
        self.bulk.shown.connect(lambda: self._middle.setCurrentWidget(self.bulk.panel))
        self.label_by_folder.left.connect(self._show_picture)
        self.label_by_folder.shown.connect(lambda: self._middle.setCurrentWidget(self.label_by_folder.panel))
        self.picture.note_left.connect(lambda: self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason))
        session.inference.explanation_changed.connect(self._prefetch)
        session.document.project_changed.connect(self._on_project_changed)

    # Inside

    def _advance_image(self) -> bool:
        """Select the next image if that is switched on; return whether there was one."""
        if not self._advance.isChecked():
            return False
        has_next = self.queue.view.step(1)
        if not has_next:
            self._session.messages.info("This was the last image of the list.")
        return has_next

    def _has_own_table(self) -> bool:
        """Return whether classes and attributes are the project's own; post what to do if not."""
        is_borrowed = self._session.document.table_is_borrowed
        if is_borrowed:
            self._session.messages.info(
                "Nothing was annotated: these classes and attributes belong to the checkpoint. Copy them into the "
                "project with the button on the right, or define your own in Classes."
            )
        return not is_borrowed

    def _on_tab_changed(self) -> None:
        """Enable the actions of the shown tab alone: tabs share keys."""
        shown = self.tabs.tabText(self.tabs.currentIndex())
        for spec in ACTIONS:
            if spec.part:
                reason = "" if spec.part == shown else f"Available on the {spec.part} tab."
                set_reason(self._actions[spec.id], reason)
        if shown == ATTRIBUTES:
            self.attributes.select_first()
        self.marks.set_active(shown == MARKS)

    def _show_picture(self) -> None:
        if self._middle.currentWidget() is not self.picture:
            self._middle.setCurrentWidget(self.picture)
            self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _prefetch(self, explanation: Explanation | None) -> None:
        """Once the selected image is explained, compute the next ones of the list."""
        if explanation is not None and self.isVisible():
            following = self.queue.view.following(_PREFETCHED)
            self._session.inference.prefetch(following)
            self.picture.prefetch(following)

    def _on_project_changed(self, project: Project | None) -> None:
        self.undo_stack.clear()
        if project is None:
            self.canvas.show_picture(None)
