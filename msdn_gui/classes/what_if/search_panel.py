"""Zero-shot search: the images of the collection that fit the selected class best, as its vector is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedWidget, QWidget

from msdn_core.domain.search import best_images
from msdn_gui.classes.what_if.rival_scores import RivalScores
from msdn_gui.look.theme import SPACING
from msdn_gui.session.collection import Collection, CollectionPhase
from msdn_gui.widgets.build import make_button, make_column, make_label, make_row
from msdn_gui.widgets.images.result_grid import ResultGrid
from msdn_gui.widgets.images.result_model import ImageResult, ResultModel
from msdn_gui.widgets.notices.scoring import Scoring
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.project import ImageRecord
    from msdn_gui.services import Services
    from msdn_gui.session import Session

SHOWN = 60
"""The number of best images."""


class SearchPanel(QWidget):
    """Follows the selected class, edited values and the checkpoint."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("search_panel")
        self._session = session
        self._records: dict[int, ImageRecord] | None = None
        self._known: NDArray[np.intp] | None = None
        """Places in the collection's scores of the images that are in the project; None if not looked up yet."""
        self._scores: NDArray[np.floating] | None = None
        self.view = ResultGrid(ResultModel(services.thumbnails), "search_results", "Best images for the class")
        self.rival_scores = RivalScores(self)
        self.facts = make_label(name="search_facts")
        self.facts.setProperty("look", "muted")
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.score_rest = make_button(name="score_again")
        self.score_rest.setProperty("look", "quiet")
        self.scoring = Scoring(
            session,
            services,
            "classes",
            "Then the images that fit the selected class best appear here, labelled or not, and move as you change its "
            "attributes.",
        )
        self._compose()
        self._refresher = Refresher(self, self._search)
        self._refresher.is_stale = True
        self.view.chosen.connect(session.selection.set_image)
        self.score_rest.clicked.connect(self.scoring.begin)
        self.rival_scores.computed.connect(self._update_facts)
        session.inference.collection.changed.connect(self._on_collection_changed)
        session.document.images_changed.connect(self._on_images_changed)
        session.document.table_changed.connect(self._refresher.on_table_changed)
        session.selection.class_changed.connect(self._refresher.request)
        session.inference.gamma_changed.connect(self._refresher.request)
        session.selection.image_changed.connect(self.view.show_record)

    def _compose(self) -> None:
        title = QLabel("Best images of the collection")
        title.setProperty("look", "heading")
        head = make_row(spacing=SPACING)
        head.addLayout(make_column(title, self.facts, spacing=2), 1)
        head.addWidget(self.score_rest)
        head.setContentsMargins(2 * SPACING, SPACING, SPACING, SPACING)
        found = QWidget()
        column = make_column(head, spacing=0)
        column.addWidget(self.view, 1)
        found.setLayout(column)
        self._pages = QStackedWidget()
        self._pages.addWidget(found)
        self._pages.addWidget(self.scoring)
        self.setLayout(make_column(self._pages))

    def settled(self) -> bool:
        """Return whether the shown images are the best ones."""
        is_loading = self._session.inference.collection.phase is CollectionPhase.LOADING
        return not is_loading and not self._refresher.is_stale

    def _search(self) -> None:
        session = self._session
        self._scores = scores = session.inference.collection_scores(session.selection.class_name)
        collection = session.inference.collection.collection
        is_ready = scores is not None or session.selection.class_name is None
        self._pages.setCurrentIndex(0 if is_ready and collection is not None else 1)
        if scores is None or collection is None:
            self.view.results.set_results(())
            self._update_facts()
            return
        records, name, known = self._known_records(), session.selection.class_name, self._known_places(collection)
        results = []
        for place in known[best_images(scores[known], SHOWN)].tolist():
            record = records[int(collection.image_ids[place])]
            score = f"{scores[place]:.3f}".replace("-", "−")
            results.append(ImageResult(record, score, f"score {score}", record.class_name == name))
        self.view.results.set_results(results)
        self.view.show_record(session.selection.image)
        self._update_facts()

    def _update_facts(self) -> None:
        session, results = self._session, self.view.results.results
        collection, name = session.inference.collection.collection, session.selection.class_name
        known = self._known_places(collection) if collection is not None else np.zeros(0, dtype=np.intp)
        unscored = len(session.document.images) - len(known)
        self.score_rest.setText(f"Score {unscored:,} more image{'' if unscored == 1 else 's'}")
        self.score_rest.setVisible(unscored > 0 and collection is not None)
        if not results or name is None or collection is None:
            self.facts.setText("Select a class to see which images fit it best." if name is None else "")
            return
        parts = [f"Best {len(results):,} of {len(known):,} images"]
        predicted = self._predicted_count(collection, name)
        parts.append(f"{'…' if predicted is None else f'{predicted:,}'} predicted as this class")
        correct = sum(one.is_ticked for one in results)
        if correct:
            parts.append(f"{correct:,} of the best labelled with it ✓")
        if unscored:
            parts.append(f"{unscored:,} not scored")
        self.facts.setText(" · ".join(parts))
        self.facts.setToolTip(
            "Ranked by class score. An image is predicted as the class if no other class scores higher, after "
            f"subtracting gamma ({session.inference.gamma:g}) from the scores of seen classes."
        )

    def _predicted_count(self, collection: Collection, name: str) -> int | None:
        """Return how many images are predicted as the class; None while scores of other classes are computed."""
        session, scores, table = self._session, self._scores, self._session.document.table
        row = table.class_index.get(name, -1)
        if scores is None or row < 0:
            return None
        gamma = session.inference.gamma
        clip = session.inference.checkpoint is not None and session.inference.checkpoint.header.clip_negative
        rival = self.rival_scores.of(collection, table, row, gamma, clip=clip)
        if rival is None:
            return None
        wins = scores - gamma * bool(table.seen[row]) > rival
        return int(np.count_nonzero(wins[self._known_places(collection)]))

    def _on_images_changed(self) -> None:
        self._records = None
        self._on_collection_changed()

    def _on_collection_changed(self) -> None:
        self._known = None
        self._refresher.request()

    def _known_places(self, collection: Collection) -> NDArray[np.intp]:
        if self._known is None:
            ids = np.fromiter((record.id for record in self._session.document.images), dtype=np.int64)
            self._known = np.flatnonzero(np.isin(collection.image_ids, ids))
        return self._known

    def _known_records(self) -> dict[int, ImageRecord]:
        if self._records is None:
            self._records = {record.id: record for record in self._session.document.images}
        return self._records
