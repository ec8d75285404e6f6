"""Zero-shot search: the images of the whole collection that fit the chosen class best, as its vector is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from msdn_core.domain.search import best_images
from msdn_core.project import ImageRecord
from msdn_gui.classes.what_if.rival_scores import Rivals
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.session.collection import CollectionPhase
from msdn_gui.widgets.build import make_button, make_label
from msdn_gui.widgets.images.result_grid import ResultGrid
from msdn_gui.widgets.images.result_model import ImageResult, ResultModel
from msdn_gui.widgets.scoring import Scoring

if TYPE_CHECKING:
    from msdn_gui.services import Services

SHOWN = 60
"""How many of the best images stand there."""


class SearchPanel(QWidget):
    """Follows the session: another class, an edited value, another checkpoint."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("search_panel")
        self._session = session
        self._records: dict[int, ImageRecord] | None = None
        self._known: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._scores: NDArray[np.floating] | None = None
        self._is_stale = True
        self.view = ResultGrid(ResultModel(services.thumbnails), "search_results", "Best images for the class")
        self.rivals = Rivals(self)
        self.facts = make_label(name="search_facts")
        self.facts.setProperty("look", "muted")
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.again = make_button("Score the rest", name="score_again")
        self.again.setProperty("look", "quiet")
        self.scoring = Scoring(
            session,
            services,
            "classes",
            "From then on the images that fit a class best stand here, and move as you change its attributes, whether "
            "anyone has labelled them or not.",
        )
        title = QLabel("Best images of the collection")
        title.setProperty("look", "heading")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(self.facts)
        head = QHBoxLayout()
        head.setContentsMargins(2 * SPACING, SPACING, SPACING, SPACING)
        head.addLayout(words, 1)
        head.addWidget(self.again)
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(found)
        self._pages.addWidget(self.scoring)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.view.chosen.connect(session.selection.set_image)
        self.again.clicked.connect(self.scoring.begin)
        self.rivals.found.connect(self._say_facts)
        session.inference.collection.changed.connect(self._take_collection)
        session.document.images_changed.connect(self._take_images)
        for signal in (
            session.document.table_changed,
            session.selection.class_changed,
            session.inference.gamma_changed,
        ):
            signal.connect(self.refresh)
        session.selection.image_changed.connect(self.view.show_record)
        self._take_images()

    def settled(self) -> bool:
        """Whether what stands here is what the collection's scores say."""
        return self._session.inference.collection.phase is not CollectionPhase.LOADING and not self._is_stale

    def refresh(self, *_: object) -> None:
        """Search anew; while the panel is hidden, once it is shown."""
        self._is_stale = True
        if self.isVisible():
            self._search()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._search()

    def _search(self) -> None:
        self._is_stale = False
        self._scores = scores = self._session.inference.collection_scores(self._session.selection.class_name)
        is_ready = scores is not None or self._session.selection.class_name is None
        self._pages.setCurrentIndex(0 if is_ready and self._session.inference.collection.collection is not None else 1)
        if scores is None:
            self.view.results.set_results(())
            self._say_facts()
            return
        records, name = self._known_records(), self._session.selection.class_name
        known = scores[self._known]
        ids = self._session.inference.collection.collection.image_ids
        found = []
        for place in best_images(known, SHOWN).tolist():
            record = records[int(ids[self._known[place]])]
            score = f"{known[place]:.3f}".replace("-", "−")
            found.append(ImageResult(record, score, f"score {score}", record.class_name == name))
        self.view.results.set_results(found)
        self.view.show_record(self._session.selection.image)
        self._say_facts()

    def _say_facts(self) -> None:
        session, found = self._session, self.view.results.results
        unscored = len(session.document.images) - len(self._known)
        self.again.setVisible(unscored > 0 and session.inference.collection.collection is not None)
        name = session.selection.class_name
        if not found or name is None:
            self.facts.setText("Choose a class to see which images fit it." if name is None else "")
            return
        parts = [f"{len(found):,} of {len(self._known):,} images"]
        taken = self._taken()
        parts.append("… taken for it" if taken is None else f"{taken:,} taken for it")
        hits = sum(one.is_ticked for one in found)
        if hits:
            parts.append(f"{hits:,} of the {len(found):,} are its own ✓")
        if unscored:
            parts.append(f"{unscored:,} have no scores")
        self.facts.setText(" · ".join(parts))
        self.facts.setToolTip(
            "Ranked by the class's score. An image is taken for the class where no other class scores higher, with "
            f"gamma {session.inference.gamma:g} taken off the seen classes' scores."
        )

    def _taken(self) -> int | None:
        """How many images the class wins; None while the other classes' scores are worked out."""
        session, scores = self._session, self._scores
        if scores is None:
            return None
        table, row = session.document.table, session.document.table.class_index[str(session.selection.class_name)]
        clip = session.inference.checkpoint is not None and session.inference.checkpoint.header.clip_negative
        rival = self.rivals.of(session.inference.collection.collection, table, row, session.inference.gamma, clip=clip)
        if rival is None:
            return None
        wins = scores - session.inference.gamma * bool(table.seen[row]) > rival
        return int(np.count_nonzero(wins[self._known]))

    def _take_images(self) -> None:
        self._records = None
        self._take_collection()

    def _take_collection(self) -> None:
        collection = self._session.inference.collection.collection
        self._known = np.zeros(0, dtype=np.intp)
        if collection is not None:
            there = np.fromiter((record.id for record in self._session.document.images), dtype=np.int64)
            self._known = np.flatnonzero(np.isin(collection.image_ids, there))
        self.refresh()

    def _known_records(self) -> dict[int, ImageRecord]:
        if self._records is None:
            self._records = {record.id: record for record in self._session.document.images}
        return self._records
