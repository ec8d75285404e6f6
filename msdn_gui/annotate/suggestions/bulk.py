"""Annotating many images at once: the model's suggestions, or what holds for an image and similar ones.

A person checks every image first; accepting is one step to undo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.annotation import Certainty
from msdn_core.domain.display_names import attribute_text, class_text
from msdn_gui.annotate.annotations import Annotations, count_of
from msdn_gui.annotate.suggestions.candidates import Candidate, similar_images, suggestions, unjudged
from msdn_gui.annotate.suggestions.candidates_panel import CandidatesPanel, CandidateTexts
from msdn_gui.annotate.wording import CERTAINTY_TEXTS, verdict_text
from msdn_gui.services.background import Background
from msdn_gui.session.collection import Collection, CollectionPhase

if TYPE_CHECKING:
    from msdn_core.project import ImageRecord
    from msdn_gui.annotate.attributes.attributes_panel import AttributesPanel
    from msdn_gui.annotate.queue.queue_panel import QueuePanel
    from msdn_gui.services import Services
    from msdn_gui.session import Session

Found = tuple[CandidateTexts, list[Candidate], Callable[[Sequence[Candidate]], None]]
"""Texts, candidates, and what accepting them does."""


class BulkAnnotation(QObject):
    """Finds candidates on another thread, shows them in its panel, and annotates those that a person accepts."""

    shown = Signal()
    left = Signal()

    def __init__(
        self,
        session: Session,
        services: Services,
        annotations: Annotations,
        queue: QueuePanel,
        attributes: AttributesPanel,
    ) -> None:
        super().__init__(attributes)
        self._session, self._jobs, self._annotations = session, services.jobs, annotations
        self._queue, self._attributes = queue, attributes
        self._accept: Callable[[Sequence[Candidate]], None] = lambda _: None
        self._waiting: Callable[[], None] | None = None
        self._work = Background(self)
        self.panel = CandidatesPanel(services.thumbnails)
        self.panel.accepted.connect(self._on_accepted)
        self.panel.left.connect(self.leave)
        self._work.done.connect(self._on_found)
        self._work.failed.connect(lambda sentence: session.messages.error(sentence))
        attributes.certainty_changed.connect(self.panel.update_texts)
        session.selection.image_changed.connect(self.leave)
        session.document.project_changed.connect(self.leave)
        session.inference.collection.changed.connect(self._on_collection_changed)

    def leave(self) -> None:
        """Drop the candidates."""
        self._work.cancel()
        self._waiting = None
        self.left.emit()

    # Suggestions

    def suggest(self) -> None:
        """Find suggestions for the selected attributes in the listed images, or for all in the selected images."""
        document, selected = self._session.document, self._queue.view.selected()
        collection = self._collection(self.suggest)
        if collection is None or document.project is None:
            return
        is_several = len(selected) > 1
        columns = list(range(len(document.table.attributes))) if is_several else self._attributes.tree.columns()
        records = selected if is_several else self._queue.model.shown_records()
        if not columns:
            self._session.messages.info("Select an attribute in the list on the right, or several images.")
            return
        path, threshold, names = document.project.path, self._attributes.threshold.value(), self._names(columns)
        texts = CandidateTexts(
            f"Suggestions for {count_of(records)}" if is_several else f"Suggestions: {names}",
            f"Images in which nobody has judged {'every attribute' if is_several else names}, and whose score is at "
            f"least {threshold:.1f} standard deviations above the image's mean. Accepted images are judged as present "
            "with the certainty selected on the right.",
            lambda ticked: f"Judge as present, {self._certainty_text()}, {_count_text(ticked)}",
            lambda one: (
                f"+{one.value:.1f}" if len(one.columns) == 1 else f"+{one.value:.1f} · {len(one.columns)} attr."
            ),
            "Minimum strength",
            (threshold, max(threshold, 9.0), threshold),
        )

        def accept(ticked: Sequence[Candidate]) -> None:
            present = {(one.record.id, column): True for one in ticked for column in one.columns}
            self._judge(present, {}, f"Accept {len(present):,} suggestions in {count_of(ticked)}")

        self._work.start(lambda: (texts, suggestions(path, collection, records, columns, threshold), accept))

    # Similar images

    def copy_class(self) -> None:
        """Find images similar to the selected one, to give them its class."""
        session, image = self._session, self._session.selection.image
        name = image.class_name if image is not None else None
        collection = self._collection(self.copy_class)
        if collection is None or image is None:
            return
        if name is None:
            session.messages.info("Label this image first; its class can then be applied to similar images.")
            return

        def make_candidate(record: ImageRecord, value: float) -> Candidate | None:
            if record.class_name == name:
                return None
            return Candidate(record, value, note=f"now {class_text(record.class_name)}" if record.class_name else "")

        texts = self._similarity_texts(
            f"Images similar to this {class_text(name)}",
            "Images that have another class are not ticked.",
            lambda ticked: f"Label {count_of(ticked)} as {class_text(name)}",
        )
        records = list(session.document.images)

        def accept(ticked: Sequence[Candidate]) -> None:
            self._annotations.label([one.record for one in ticked], name)

        self._work.start(lambda: (texts, similar_images(collection, records, image, make_candidate), accept))

    def copy_judgements(self) -> None:
        """Find images similar to the selected one, to give them its judgements of the selected attributes."""
        session, image, model = self._session, self._session.selection.image, self._attributes.model
        collection = self._collection(self.copy_judgements)
        if collection is None or image is None or session.document.project is None:
            return
        verdicts = {column: model.verdict(column) for column in self._attributes.tree.columns()}
        judged = {column: verdict for column, verdict in verdicts.items() if verdict is not None}
        if not judged:
            session.messages.info(
                "Judge the selected attribute in this image first; the judgement can then be applied to similar images."
            )
            return
        columns, path, records = list(judged), session.document.project.path, list(session.document.images)
        texts = self._judgement_texts(judged)

        def find() -> Found:
            free = unjudged(path, records, columns)

            def make_candidate(record: ImageRecord, value: float) -> Candidate | None:
                return Candidate(record, value, free[record.id]) if record.id in free else None

            return texts, similar_images(collection, records, image, make_candidate), accept

        def accept(ticked: Sequence[Candidate]) -> None:
            present = {(one.record.id, column): bool(judged[column][0]) for one in ticked for column in one.columns}
            fixed = {column: Certainty.NOT_VISIBLE for column, one in judged.items() if one[1] == Certainty.NOT_VISIBLE}
            text = f"Apply {self._names(columns)} to {count_of(ticked)}"
            self._judge(present, fixed, text, source=f", like {image.name}")

        self._work.start(find)

    def _judgement_texts(self, judged: Mapping[int, tuple[int, int]]) -> CandidateTexts:
        columns = list(judged)
        verdict = verdict_text(judged[columns[0]])
        is_one = len(columns) == 1
        return self._similarity_texts(
            f"Images similar to this one: {self._names(columns)} {verdict if is_one else 'as judged here'}",
            "Images in which these attributes have been judged are left out.",
            lambda ticked: (
                f"Judge as {verdict if is_one else 'in this image'}, {self._certainty_text()}, {_count_text(ticked)}"
            ),
        )

    def _similarity_texts(self, title: str, rule: str, accept: Callable[[Sequence[Candidate]], str]) -> CandidateTexts:
        explanation = (
            "Sorted by the similarity of the model's scores of all attributes: 1 is identical, 0 is no more similar "
            f"than two random images. {rule} Check each image before you accept."
        )
        return CandidateTexts(
            title,
            explanation,
            accept,
            lambda one: f"similarity {one.value:.2f}",
            "Minimum similarity",
            (0.0, 1.0, 0.8),
        )

    # Show and accept

    def _on_found(self, found: Found) -> None:
        texts, candidates, accept = found
        if not candidates:
            self._session.messages.info("There are no more images to annotate in this way.")
            return
        self._accept = accept
        self.shown.emit()
        self.panel.show_candidates(texts, candidates)

    def _on_accepted(self, ticked: Sequence[Candidate]) -> None:
        self._accept(ticked)
        self._session.messages.info(f"Annotated {count_of(ticked)}; one undo reverts all of it.")
        self.leave()

    def _judge(
        self,
        present: Mapping[tuple[int, int], bool],
        fixed: Mapping[int, Certainty],
        text: str,
        *,
        source: str = "",
    ) -> None:
        """Judge (image id, column) pairs with the selected certainty, or the fixed one of a column."""
        checkpoint = self._session.inference.checkpoint
        if checkpoint is not None:
            certainty = self._attributes.certainty
            verdicts = {key: (value, fixed.get(key[1], certainty)) for key, value in present.items()}
            self._annotations.judge_each(verdicts, text, suggested_by=f"{checkpoint.label}{source}")

    # Inside

    def _collection(self, again: Callable[[], None]) -> Collection | None:
        """Return the scores of all images; if there are none, request them and call ``again`` once they are there."""
        session = self._session
        collection, phase = session.inference.collection.collection, session.inference.collection.phase
        if session.inference.checkpoint is None or session.document.table_is_borrowed:
            session.messages.info("Select a checkpoint first: images are compared by its scores.")
            return None
        if collection is not None and collection.fused.shape[1] == len(session.document.table.attributes):
            return collection
        self._waiting = again
        if phase is CollectionPhase.MISSING and session.inference.collection.score(self._jobs, "annotate") is not None:
            session.messages.info("Scoring all images first; this continues automatically.")
        return None

    def _on_collection_changed(self) -> None:
        if self._waiting is not None and self._session.inference.collection.phase is CollectionPhase.READY:
            waiting, self._waiting = self._waiting, None
            waiting()

    def _certainty_text(self) -> str:
        return CERTAINTY_TEXTS[self._attributes.certainty]

    def _names(self, columns: Sequence[int]) -> str:
        attributes = self._session.document.table.attributes
        return attribute_text(attributes[columns[0]]) if len(columns) == 1 else f"{len(columns)} attributes"


def _count_text(ticked: Sequence[Candidate]) -> str:
    count = sum(len(one.columns) for one in ticked)
    if count == len(ticked):
        return f"in {count_of(ticked)}"
    return f"{count:,} times in {count_of(ticked)}"
