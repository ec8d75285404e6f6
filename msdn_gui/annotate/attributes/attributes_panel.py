"""Judging attributes: one of them in many images, or all of them in one image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from msdn_core.domain.annotation import Certainty
from msdn_core.domain.display_names import attribute_text
from msdn_core.domain.suggestions import strengths
from msdn_core.domain.text_search import has_words, search_words
from msdn_gui.actions.bind import ActionSet, follow_keys
from msdn_gui.annotate.attributes.judgement_model import JudgementModel
from msdn_gui.annotate.attributes.judgement_tree import JudgementTree
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.queue.orders import changes_by_attribute
from msdn_gui.annotate.tab_actions import CERTAINTIES
from msdn_gui.look.theme import SPACING
from msdn_gui.session.changes import ChangeKind, TableChange
from msdn_gui.widgets.build import make_column, make_label, make_line_edit, make_number_box, make_row
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.session import Session


class AttributesPanel(QWidget):
    """Tree of attributes, buttons for judgements and their certainty, and the model's suggestions."""

    judged = Signal(bool, object)
    """Presence and ``Certainty`` for the selected attributes in the selected images."""
    answered = Signal(object, bool, object)
    """Suggested columns that were accepted (True) or rejected in the selected image, and the ``Certainty``."""
    certainty_changed = Signal()

    def __init__(self, session: Session, annotations: Annotations, actions: ActionSet) -> None:
        super().__init__()
        self._session, self._annotations = session, annotations
        self.model = JudgementModel()
        self.tree = JudgementTree(self.model)
        self._group_actions(actions)
        self._make_controls(actions)
        self._compose(actions)
        self._connect()
        self._refresh()

    @property
    def certainty(self) -> Certainty:
        """The certainty of the next judgements."""
        return next(certainty for certainty, action in self._certainties.items() if action.isChecked())

    @property
    def advances_by_image(self) -> bool:
        """Whether a judgement is followed by the next image, and not by the next attribute."""
        return self._advance_image.isChecked()

    # Actions

    def judge(self, present: bool) -> None:
        """Judge the selected attributes as present or absent, with the selected certainty."""
        self.judged.emit(present, self.certainty)

    def judge_not_visible(self) -> None:
        """Judge the selected attributes as not visible."""
        self.judged.emit(False, Certainty.NOT_VISIBLE)

    def answer(self, accepted: bool) -> None:
        """Accept or reject the selected suggestions, or the strongest one if none is selected."""
        columns = self._selected_suggestions()
        if columns:
            self.answered.emit(columns, accepted, self.certainty)
            left = self.model.suggested_columns()
            if left:
                self._session.selection.set_attribute(left[0])

    def accept_all(self) -> None:
        """Accept all suggestions for the selected image."""
        columns = self.model.suggested_columns()
        if columns:
            self.answered.emit(columns, True, self.certainty)

    def select_most_informative(self) -> None:
        """Select the attribute whose judgement is expected to change the belief about the image's class most."""
        session = self._session
        fused, ranking = session.inference.fused_scores(), session.inference.class_ranking()
        checkpoint, table = session.inference.checkpoint, session.document.table
        if checkpoint is None or session.selection.image is None:
            session.messages.info("Select a checkpoint first: its scores decide which attribute is most informative.")
            return
        if fused is None or ranking is None or len(fused) != len(self.model.present):
            session.messages.info("The scores of this image are still being computed; try again in a moment.")
            return
        changes = changes_by_attribute(
            fused[None],
            self.model.present[None],
            table,
            session.inference.gamma,
            clip_negative=checkpoint.header.clip_negative,
        )[0]
        column = int(changes.argmax())
        if changes[column] <= 0:
            session.messages.info("All attributes of this image have been judged.")
            return
        session.selection.set_attribute(column)
        self.state.setText(f"Expected information about the class: {changes[column]:.2f} bits")

    def select_first(self) -> None:
        """Select the first attribute if none is selected, so that the keys have something to judge."""
        if self._session.selection.attribute < 0:
            self._session.selection.set_attribute(0)

    def focus_search(self) -> None:
        """Move the keyboard focus to the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # Composition

    def _group_actions(self, actions: ActionSet) -> None:
        self._certainties = {certainty: actions[name] for certainty, name in CERTAINTIES.items()}
        self._advance_image = actions["annotate.advance_image"]
        advance = (self._advance_image, actions["annotate.advance_attribute"])
        for alternatives in (tuple(self._certainties.values()), advance):
            group = QActionGroup(self)
            for action in alternatives:
                group.addAction(action)
        for action in self._certainties.values():
            action.toggled.connect(lambda is_on: self.certainty_changed.emit() if is_on else None)

    def _make_controls(self, actions: ActionSet) -> None:
        self.search = make_line_edit(name="judgement_search", clearable=True)
        follow_keys(
            actions["annotate.search_attributes"],
            lambda keys: self.search.setPlaceholderText(f"Search attributes{keys}"),
        )
        self.threshold = make_number_box(-3.0, 6.0, 1.0, name="suggest_from", decimals=1, step=0.1)
        self.threshold.setToolTip(
            "Attributes are suggested as present from this strength: standard deviations above the image's mean score"
        )
        self.threshold.setAccessibleName("Minimum strength of suggestions")
        self.state = make_label(name="suggestions", wrap=True)
        self.state.setProperty("look", "muted")

    def _compose(self, actions: ActionSet) -> None:
        half = SPACING // 2
        self.accept_all_button = KeyButton(actions["annotate.accept_all"])
        judgements = QGridLayout()
        judgements.setSpacing(half)
        rows: tuple[tuple[QAction, ...], ...] = (
            tuple(actions[f"annotate.{name}"] for name in ("present", "absent", "not_visible")),
            tuple(self._certainties.values()),
            tuple(actions[f"annotate.{name}"] for name in ("advance_image", "advance_attribute", "withdraw")),
        )
        for row, row_actions in enumerate(rows):
            for column, action in enumerate(row_actions):
                judgements.addWidget(KeyButton(action), row, column)
        suggestions = make_row(spacing=half)
        suggestions.addWidget(KeyButton(actions["annotate.accept"]), 1)
        suggestions.addWidget(KeyButton(actions["annotate.reject"]), 1)
        suggestions.addWidget(self.accept_all_button, 2)
        many = make_row(
            KeyButton(actions["annotate.suggest_many"], "For many images"),
            KeyButton(actions["annotate.copy_judgements"]),
            spacing=half,
        )
        limit = make_row(spacing=SPACING)
        limit.addWidget(self.state, 1)
        limit.addWidget(QLabel("strength ≥"))
        limit.addWidget(self.threshold)
        top = make_row(spacing=half)
        top.addWidget(self.search, 1)
        top.addWidget(KeyButton(actions["annotate.informative_attribute"], "Most informative"))
        layout = make_column(top, spacing=half, margin=SPACING)
        layout.addWidget(self.tree, 1)
        for part in (limit, suggestions, many):
            layout.addLayout(part)
        layout.addSpacing(half)
        layout.addLayout(judgements)
        self.setLayout(layout)

    def _connect(self) -> None:
        session = self._session
        self._refresher = Refresher(self, self._refresh, self._apply_table_change)
        scores = Refresher(self, self._update_scores)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._select_first_match)
        self.tree.chosen.connect(session.selection.set_attribute)
        self.tree.selectionModel().selectionChanged.connect(lambda *_: self._update_state())
        self.threshold.valueChanged.connect(lambda _: self._update_scores())
        session.selection.attribute_changed.connect(self.tree.show_column)
        session.document.table_changed.connect(self._refresher.on_table_changed)
        session.selection.image_changed.connect(self._refresher.request)
        session.inference.explanation_changed.connect(scores.request)
        session.inference.checkpoint_changed.connect(scores.request)
        self._annotations.changed.connect(self._on_annotations_changed)

    # What is shown

    def _refresh(self) -> None:
        """Show the judgements of the selected image."""
        session, store, image = self._session, self._annotations.store, self._session.selection.image
        if self.model.set_table(session.document.table):
            self.tree.expandAll()
            self._filter()
        self.tree.show_column(session.selection.attribute)
        count = len(session.document.table.attributes)
        if store is None or image is None or session.document.table_is_borrowed:
            self.model.set_judgements(np.full(count, -1, np.int8), np.zeros(count, np.int8), {})
        else:
            present, certainty = store.effective_judgements([image.id])
            self.model.set_judgements(present[0], certainty[0], store.judgements(image.id))
        self._update_scores()

    def _apply_table_change(self, change: TableChange) -> bool:
        """Return whether the panel shows nothing of what changed: it shows no class values."""
        return change.kind in (ChangeKind.VALUES, ChangeKind.CLASSES)

    def _on_annotations_changed(self, change: AnnotationChange) -> None:
        image = self._session.selection.image
        if change.kind is AnnotationKind.JUDGEMENTS and image is not None and image.id in change.image_ids:
            self._refresher.request()

    def _update_scores(self) -> None:
        fused = self._session.inference.fused_scores()
        if fused is not None and len(fused) == len(self._session.document.table.attributes):
            self.model.set_strength(strengths(fused), self.threshold.value())
        else:
            self.model.set_strength(None, self.threshold.value())
        self._update_state()

    def _update_state(self) -> None:
        session = self._session
        columns = self.model.suggested_columns()
        if not session.document.table.attributes:
            text = "This project has no attributes yet; define them in Classes."
        elif session.inference.checkpoint is None:
            text = "Select a checkpoint to see suggestions"
        elif session.selection.image is None:
            text = "No image selected"
        elif session.inference.fused_scores() is None:
            text = "Computing suggestions …"
        else:
            text = f"{len(columns)} suggested" if columns else "No suggestions left"
        self.state.setText(text)
        self.accept_all_button.set_text(f"Accept all {len(columns)}" if columns else "Accept all")

    # Search

    def _selected_suggestions(self) -> list[int]:
        columns = self.model.suggested_columns()
        selected = [column for column in self.tree.columns() if column in columns]
        return selected or columns[:1]

    def _matches(self, column: int) -> bool:
        attribute = self._session.document.table.attributes[column]
        return has_words(f"{attribute.full_name}\n{attribute_text(attribute)}", search_words(self.search.text()))

    def _filter(self) -> None:
        for group in range(self.model.rowCount()):
            top = self.model.index(group, 0)
            hidden = [not self._matches(column) for column in self.model.columns_of(top)]
            for row, hide in enumerate(hidden):
                self.tree.setRowHidden(row, top, hide)
            self.tree.setRowHidden(group, QModelIndex(), all(hidden))

    def _select_first_match(self) -> None:
        for column in range(len(self._session.document.table.attributes)):
            if self._matches(column):
                self._session.selection.set_attribute(column)
                self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
                return
