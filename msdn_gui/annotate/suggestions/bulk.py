"""Saying something of many images at once: what the model suggests, or what holds for an image and its look-alikes.

Both are looked at image by image first, and are one step to undo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.annotation import Certainty
from msdn_core.project import ImageRecord
from msdn_gui.annotate.actions import ActionMaker
from msdn_gui.annotate.annotations import Annotations, count_of
from msdn_gui.annotate.attributes.attributes_panel import AttributesPanel
from msdn_gui.annotate.attributes.judgement_model import CERTAINTY_WORDS
from msdn_gui.annotate.queue.queue_model import verdict_word
from msdn_gui.annotate.queue.queue_panel import QueuePanel
from msdn_gui.annotate.suggestions.candidates import Proposal, look_alikes, suggestions, unjudged
from msdn_gui.annotate.suggestions.candidates_panel import Offer, ProposalsPanel
from msdn_gui.services.background import Background
from msdn_gui.session import Session
from msdn_gui.session.collection import Collection, CollectionPhase

if TYPE_CHECKING:
    from msdn_gui.services import Services

Found = tuple[Offer, list[Proposal], Callable[[Sequence[Proposal]], None]]
"""What is offered, of which images, and what accepting it does."""


class Proposing(QObject):
    """Finds proposals on another thread, shows them in its panel, and says what a person accepts."""

    shown = Signal()
    left = Signal()

    def __init__(
        self,
        session: Session,
        services: Services,
        annotations: Annotations,
        queue: QueuePanel,
        attributes: AttributesPanel,
        maker: ActionMaker,
    ) -> None:
        super().__init__(attributes)
        self._session, self._jobs, self._annotations = session, services.jobs, annotations
        self._queue, self._attributes = queue, attributes
        self._accept: Callable[[Sequence[Proposal]], None] = lambda _: None
        self._waiting: Callable[[], None] | None = None
        self._work = Background(self)
        self.panel = ProposalsPanel(services.thumbnails)
        self.suggest = maker.make(
            "suggest_many", "Suggestions over many", "S", self._suggest,
            tip="What the model suggests over the queue's images for the chosen attributes; where several images are "
            "selected, for all attributes of these",
        )  # fmt: skip
        self.pass_class = maker.make(
            "pass_class", "To look-alikes …", "E", self._pass_class,
            tip="Give the image's class to images that are like it, after a look at each",
        )  # fmt: skip
        self.pass_verdicts = maker.make(
            "pass_verdicts", "To look-alikes …", "E", self._pass_verdicts,
            tip="Say what is said of the chosen attributes of images that are like this one, after a look at each",
        )  # fmt: skip
        self.panel.accepted.connect(self._take)
        self.panel.left.connect(self.leave)
        self._work.done.connect(self._show)
        self._work.failed.connect(lambda sentence: session.messages.error(sentence))
        attributes.certainty_changed.connect(self.panel.tell)
        session.selection.image_changed.connect(lambda _: self.leave())
        session.document.project_changed.connect(lambda _: self.leave())
        session.inference.collection.changed.connect(self._go_on)

    def leave(self) -> None:
        """Nothing is proposed any more."""
        self._work.cancel()
        self._waiting = None
        self.left.emit()

    # What the model suggests

    def _suggest(self) -> None:
        session, selected = self._session, self._queue.view.selected()
        collection = self._collection(self._suggest)
        if collection is None or session.document.project is None:
            return
        several = len(selected) > 1
        columns = list(range(len(session.document.table.attributes))) if several else self._attributes.tree.columns()
        records = selected if several else self._queue.model.shown_records()
        if not columns:
            self._say("Choose an attribute, in the list at the right, or several images.")
            return
        path, threshold, names = session.document.project.path, self._attributes.threshold.value(), self._names(columns)
        offer = Offer(
            f"Suggested for {count_of(records)}" if several else f"Suggested: {names}",
            f"Images of which nobody has judged {'everything' if several else names} and where the model's score lies "
            f"{threshold:.1f} standard deviations or more above the image's mean. What you accept is said as present, "
            "as surely as is chosen at the right.",
            lambda ticked: f"Say present, {self._sure()}, {_times(ticked)}",
            lambda one: (
                f"+{one.value:.1f}" if len(one.columns) == 1 else f"+{one.value:.1f} · {len(one.columns)} attr."
            ),
            "Tick from strength",
            (threshold, max(threshold, 9.0), threshold),
        )

        def accept(ticked: Sequence[Proposal]) -> None:
            said = {(one.record.id, column): True for one in ticked for column in one.columns}
            self._judge(said, {}, f"accepting {len(said):,} suggestions in {count_of(ticked)}")

        self._work.start(lambda: (offer, suggestions(path, collection, records, columns, threshold), accept))

    # Look-alikes

    def _pass_class(self) -> None:
        session, image = self._session, self._session.selection.image
        name = image.class_name if image is not None else None
        collection = self._collection(self._pass_class)
        if collection is None or image is None:
            return
        if name is None:
            self._say("Give the image a class first; then it can be passed on to images that are like it.")
            return

        def proposal(record: ImageRecord, value: float) -> Proposal | None:
            if record.class_name == name:
                return None
            return Proposal(record, value, note=f"is {record.class_name}" if record.class_name else "")

        offer = self._alike(
            f"Images like this {name}",
            "Images that have another class now are not ticked by themselves.",
            lambda ticked: f"Label {count_of(ticked)} {name}",
        )
        records = list(session.document.images)

        def accept(ticked: Sequence[Proposal]) -> None:
            self._annotations.label([one.record for one in ticked], name)

        self._work.start(lambda: (offer, look_alikes(collection, records, image, proposal), accept))

    def _pass_verdicts(self) -> None:
        session, image, model = self._session, self._session.selection.image, self._attributes.model
        collection = self._collection(self._pass_verdicts)
        if collection is None or image is None or session.document.project is None:
            return
        verdicts = {column: model.verdict(column) for column in self._attributes.tree.columns()}
        said = {column: verdict for column, verdict in verdicts.items() if verdict is not None}
        if not said:
            self._say("Judge the chosen attribute in this image first; then it can be passed on to images like it.")
            return
        columns, path, records = list(said), session.document.project.path, list(session.document.images)
        words = verdict_word(said[columns[0]]) if len(columns) == 1 else "as they are here"
        offer = self._alike(
            f"Images like this one: {self._names(columns)} {words}?",
            "Images where somebody has judged this already are left out.",
            lambda ticked: f"Say {words}, {self._sure()}, {_times(ticked)}",
        )

        def find() -> Found:
            free = unjudged(path, records, columns)

            def proposal(record: ImageRecord, value: float) -> Proposal | None:
                return Proposal(record, value, free[record.id]) if record.id in free else None

            return offer, look_alikes(collection, records, image, proposal), accept

        def accept(ticked: Sequence[Proposal]) -> None:
            meant = {(one.record.id, column): bool(said[column][0]) for one in ticked for column in one.columns}
            hidden = {column: Certainty.NOT_VISIBLE for column, one in said.items() if verdict_word(one) == _HIDDEN}
            text = f"passing {self._names(columns)} on to {count_of(ticked)}"
            self._judge(meant, hidden, text, like=f", like {image.name}")

        self._work.start(find)

    def _alike(self, title: str, rule: str, deed: Callable[[Sequence[Proposal]], str]) -> Offer:
        why = (
            "The most alike first, by what the model says of all their attributes: 1 is the same, 0 no more alike than "
            f"any two images. {rule} Look at each before you accept."
        )
        return Offer(title, why, deed, lambda one: f"likeness {one.value:.2f}", "Tick from likeness", (0.0, 1.0, 0.8))

    # Shown and accepted

    def _show(self, found: Found) -> None:
        offer, proposals, accept = found
        if not proposals:
            self._say("There is no image left of which this could be said.")
            return
        self._accept = accept
        self.shown.emit()
        self.panel.show_proposals(offer, proposals)

    def _take(self, ticked: Sequence[Proposal]) -> None:
        self._accept(ticked)
        self._say(f"Said of {count_of(ticked)}; Undo takes all of it back.")
        self.leave()

    def _judge(
        self,
        said: dict[tuple[int, int], bool],
        hidden: dict[int, Certainty],
        text: str,
        *,
        like: str = "",
    ) -> None:
        checkpoint = self._session.inference.checkpoint
        if checkpoint is not None:
            sure = self._attributes.certainty
            verdicts = {key: (present, hidden.get(key[1], sure)) for key, present in said.items()}
            self._annotations.judge_each(verdicts, text, suggested_by=f"{checkpoint.label}{like}")

    # Inside

    def _collection(self, again: Callable[[], None]) -> Collection | None:
        """What the model says of all images; where it has not looked yet it is asked to, and ``again`` follows."""
        session = self._session
        collection, phase = session.inference.collection.collection, session.inference.collection.phase
        if session.inference.checkpoint is None or session.document.table_is_borrowed:
            self._say("Choose a checkpoint first: what it says of the images is what they are compared by.")
            return None
        if collection is not None and collection.fused.shape[1] == len(session.document.table.attributes):
            return collection
        self._waiting = again
        if phase is CollectionPhase.MISSING and session.inference.collection.score(self._jobs, "annotate") is not None:
            self._say("The model looks at all images once; what you asked for follows by itself.")
        return None

    def _go_on(self) -> None:
        if self._waiting is not None and self._session.inference.collection.phase is CollectionPhase.READY:
            waiting, self._waiting = self._waiting, None
            waiting()

    def _sure(self) -> str:
        return CERTAINTY_WORDS[self._attributes.certainty]

    def _names(self, columns: Sequence[int]) -> str:
        attributes = self._session.document.table.attributes
        return attributes[columns[0]].full_name if len(columns) == 1 else f"{len(columns)} attributes"

    def _say(self, sentence: str) -> None:
        self._session.messages.info(sentence)


_HIDDEN = "not visible"


def _times(ticked: Sequence[Proposal]) -> str:
    count = sum(len(one.columns) for one in ticked)
    if count == len(ticked):
        return f"of {count_of(ticked)}"
    return f"{count:,} times in {count_of(ticked)}"
