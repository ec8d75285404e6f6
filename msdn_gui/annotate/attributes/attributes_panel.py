"""Judging attributes: one of them over many images, or all of them in one image."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.domain.annotation import Certainty
from msdn_core.domain.suggestions import strengths
from msdn_gui.annotate.actions import ActionMaker
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.annotate.attributes.judgement_model import CERTAINTY_WORDS, JudgementModel
from msdn_gui.annotate.attributes.judgement_tree import JudgementTree
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.queue.orders import changes_by_attribute
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.widgets.action import tell_keys
from msdn_gui.widgets.build import make_label, make_line_edit, make_number_box


class AttributesPanel(QWidget):
    """Tree, verdicts with their certainty, what comes after each of them, and the model's suggestions."""

    judged = Signal(bool, object)
    """Presence and ``Certainty``, of the chosen attributes in the chosen images."""
    taken_back = Signal()
    certainty_changed = Signal()
    answered = Signal(object, bool, object)
    """Suggested columns that were accepted (True) or rejected in the shown image, and the ``Certainty``."""

    def __init__(self, session: Session, annotations: Annotations, maker: ActionMaker) -> None:
        super().__init__()
        self._session, self._annotations = session, annotations
        self.model = JudgementModel()
        self.tree = JudgementTree(self.model)
        self.search = make_line_edit(name="judgement_search", placeholder="Find an attribute", clearable=True)
        self._make_actions(maker)
        self.threshold = make_number_box(-3.0, 6.0, 1.0, name="suggest_from", decimals=1)
        self.threshold.setSingleStep(0.1)
        self.threshold.setToolTip(
            "An attribute is suggested as present from this strength on: standard deviations above the image's mean"
        )
        self.threshold.setAccessibleName("Suggest from this strength on")
        self.state = make_label(name="suggestions", wrap=True)
        self.state.setProperty("look", "muted")
        self._compose()

        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._choose_found)
        self.tree.chosen.connect(session.selection.set_attribute)
        self.tree.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        self.threshold.valueChanged.connect(lambda _: self._take_scores())
        session.selection.attribute_changed.connect(self.tree.show_column)
        session.document.table_changed.connect(self.take_image)
        session.selection.image_changed.connect(lambda _: self.take_image())
        session.inference.explanation_changed.connect(lambda _: self._take_scores())
        session.inference.checkpoint_changed.connect(lambda _: self._take_scores())
        annotations.changed.connect(self._take_change)
        self.take_image()

    @property
    def certainty(self) -> Certainty:
        """How sure the next verdict is."""
        return next(certainty for certainty, action in self._sure.items() if action.isChecked())

    @property
    def goes_on_by_image(self) -> bool:
        """Whether the next image comes after a verdict, and not the next attribute."""
        return self.by_image.isChecked()

    @property
    def actions_of_tab(self) -> list[QAction]:
        """What has its key while this tab is shown."""
        return [
            self.present, self.absent, self.hidden, self.back, *self._sure.values(), self.by_image, self.by_attribute,
            self.accept, self.reject, self.accept_all, self.next, self.previous, self.telling, self.find,
        ]  # fmt: skip

    def offer(self, actions: Sequence[QAction]) -> None:
        """Buttons more, for what is said of many images at once."""
        for action in actions:
            self._many.addWidget(KeyButton(action))

    # Composition

    def _make_actions(self, maker: ActionMaker) -> None:
        def say(present: bool, certainty: Certainty | None = None) -> Callable[[], None]:
            return lambda: self.judged.emit(present, certainty or self.certainty)

        make = maker.make
        self.present = make("present", "Present", "P", say(True), tip="The attribute can be seen in the image")
        self.absent = make("absent", "Absent", "A", say(False), tip="The attribute is not there")
        self.hidden = make(
            "not_visible", "Not visible", "N", say(False, Certainty.NOT_VISIBLE), tip="It cannot be told from the image"
        )
        self.back = make("take_back", "Take back", "Del", self.taken_back.emit, tip="Withdraw what you said")
        sure = QActionGroup(self)
        self._sure = {}
        for certainty in (Certainty.GUESSING, Certainty.PROBABLY, Certainty.DEFINITELY):
            word = CERTAINTY_WORDS[certainty].capitalize()
            action = maker.toggle(
                word.lower(), word, str(int(certainty)), on=certainty is Certainty.DEFINITELY, tip="How sure you are"
            )
            action.toggled.connect(lambda on: self.certainty_changed.emit() if on else None)
            sure.addAction(action)
            self._sure[certainty] = action
        way = QActionGroup(self)
        self.by_image = maker.toggle(
            "by_image", "Next image", "I", on=True, tip="After each: the next image, to judge one attribute over many"
        )
        self.by_attribute = maker.toggle(
            "by_attribute",
            "Next attribute",
            "K",
            on=False,
            tip="After each: the next attribute, to judge all of one image",
        )
        way.addAction(self.by_image)
        way.addAction(self.by_attribute)
        self.next = make("next_attribute", "Next attribute", "Ctrl+Down", lambda: self.tree.step(1))
        self.previous = make("previous_attribute", "Previous attribute", "Ctrl+Up", lambda: self.tree.step(-1))
        self.telling = make(
            "telling_attribute",
            "Most telling attribute",
            "G",
            self._choose_telling,
            tip="The attribute whose judgement is expected to tell most of the image's class",
        )
        self.find = make("find_attribute", "Find an attribute", "/", self._focus_search, sign="search")
        tell_keys(self.find, lambda keys: self.search.setPlaceholderText(f"Find an attribute{keys}"))
        self.accept = make(
            "accept", "Accept", "Y", lambda: self._answer(True), tip="As the model suggests: the attribute is present"
        )
        self.reject = make("reject", "Reject", "X", lambda: self._answer(False), tip="The model is wrong: it is absent")
        self.accept_all = make(
            "accept_all", "Accept all", "Shift+Y", self._accept_all, tip="Accept all suggestions for this image"
        )

    def _compose(self) -> None:
        self.accept_all_button = KeyButton(self.accept_all)
        verdicts = QGridLayout()
        verdicts.setSpacing(SPACING // 2)
        rows = (
            (self.present, self.absent, self.hidden),
            tuple(self._sure.values()),
            (self.by_image, self.by_attribute, self.back),
        )
        for row, actions in enumerate(rows):
            for column, action in enumerate(actions):
                verdicts.addWidget(KeyButton(action), row, column)
        suggest = QHBoxLayout()
        suggest.setSpacing(SPACING // 2)
        suggest.addWidget(KeyButton(self.accept), 1)
        suggest.addWidget(KeyButton(self.reject), 1)
        suggest.addWidget(self.accept_all_button, 2)
        self._many = QHBoxLayout()
        self._many.setSpacing(SPACING // 2)
        limit = QHBoxLayout()
        limit.setSpacing(SPACING)
        limit.addWidget(self.state, 1)
        limit.addWidget(QLabel("from"))
        limit.addWidget(self.threshold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        find = QHBoxLayout()
        find.setSpacing(SPACING // 2)
        find.addWidget(self.search, 1)
        find.addWidget(KeyButton(self.telling, "Most telling"))
        layout.addLayout(find)
        layout.addWidget(self.tree, 1)
        layout.addLayout(limit)
        layout.addLayout(suggest)
        layout.addLayout(self._many)
        layout.addSpacing(SPACING // 2)
        layout.addLayout(verdicts)

    # What is shown

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.take_image()

    def take_image(self) -> None:
        """Show what is said of the chosen image, while anybody looks."""
        if not self.isVisible():
            return
        session, room = self._session, self._annotations.store
        if self.model.set_table(session.document.table):
            self.tree.expandAll()
            self._narrow()
        self.tree.show_column(session.selection.attribute)
        count = len(session.document.table.attributes)
        if room is None or session.selection.image is None or session.document.table_is_borrowed:
            self.model.set_judgements(np.full(count, -1, np.int8), np.zeros(count, np.int8), {})
        else:
            present, certainty = room.effective_judgements([session.selection.image.id])
            self.model.set_judgements(present[0], certainty[0], room.judgements(session.selection.image.id))
        self._take_scores()

    def choose_first(self) -> None:
        """Choose an attribute where none is chosen, so that the keys have something to judge."""
        if self._session.selection.attribute < 0:
            self._session.selection.set_attribute(0)

    def _take_change(self, change: AnnotationChange) -> None:
        kind, ids = change.kind, change.image_ids
        if (
            kind is AnnotationKind.JUDGEMENTS
            and self._session.selection.image is not None
            and self._session.selection.image.id in ids
        ):
            self.take_image()

    def _take_scores(self) -> None:
        if not self.isVisible():
            return
        fused = self._session.inference.fused_scores()
        fits = fused is not None and len(fused) == len(self._session.document.table.attributes)
        self.model.set_strength(strengths(fused) if fits else None, self.threshold.value())
        self._tell()

    def _tell(self) -> None:
        session = self._session
        columns = self.model.suggested_columns()
        if not session.document.table.attributes:
            text = "This project has no attributes yet: they come with a class table."
        elif session.inference.checkpoint is None:
            text = "Choose a checkpoint, and the model suggests attributes."
        elif session.inference.fused_scores() is None:
            text = "The model looks at the image …"
        else:
            text = f"{len(columns)} suggested" if columns else "Nothing left to suggest"
        self.state.setText(text)
        self.accept_all_button.set_text(f"Accept all {len(columns)}" if columns else "Accept all")

    # What is done

    def _chosen_suggestions(self) -> list[int]:
        """The chosen suggestions, or the strongest one where none is chosen."""
        columns = self.model.suggested_columns()
        chosen = [column for column in self.tree.columns() if column in columns]
        return chosen or columns[:1]

    def _answer(self, accepted: bool) -> None:
        columns = self._chosen_suggestions()
        if columns:
            self.answered.emit(columns, accepted, self.certainty)
            left = self.model.suggested_columns()
            if left:
                self._session.selection.set_attribute(left[0])

    def _accept_all(self) -> None:
        columns = self.model.suggested_columns()
        if columns:
            self.answered.emit(columns, True, self.certainty)

    def _choose_telling(self) -> None:
        session, fused, ranking = (
            self._session,
            self._session.inference.fused_scores(),
            self._session.inference.class_ranking(),
        )
        if (
            fused is None
            or ranking is None
            or session.inference.checkpoint is None
            or len(fused) != len(self.model.present)
        ):
            session.messages.info("Choose a checkpoint first: what it says of the image decides what tells most.")
            return
        clip = session.inference.checkpoint.header.clip_negative
        changes = changes_by_attribute(
            fused[None], self.model.present[None], session.document.table, session.inference.gamma, clip_negative=clip
        )[0]
        column = int(changes.argmax())
        if changes[column] <= 0:
            session.messages.info("All attributes of this image are judged.")
            return
        session.selection.set_attribute(column)
        self.state.setText(f"Judging it tells {changes[column]:.2f} bits of the class")

    def _narrow(self) -> None:
        words = self.search.text().lower().split()
        attributes = self._session.document.table.attributes
        for group in range(self.model.rowCount()):
            top = self.model.index(group, 0)
            hidden = [
                not all(word in attributes[column].full_name.lower() for word in words)
                for column in self.model.columns_of(top)
            ]
            for row, hide in enumerate(hidden):
                self.tree.setRowHidden(row, top, hide)
            self.tree.setRowHidden(group, self.model.index(-1, -1), all(hidden))

    def _choose_found(self) -> None:
        words = self.search.text().lower().split()
        for column, attribute in enumerate(self._session.document.table.attributes):
            if all(word in attribute.full_name.lower() for word in words):
                self._session.selection.set_attribute(column)
                self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()
