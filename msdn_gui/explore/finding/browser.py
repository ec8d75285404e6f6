"""Which images a query leaves, and in which order: worked out on a thread of its own, from what it has kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.image_columns import ImageColumns, natural_key, review_codes
from msdn_core.domain.predictions import Predictions, predict
from msdn_core.domain.query import Query
from msdn_core.domain.query_matching import Facet, facets, matching
from msdn_core.domain.suggestions import disagreement
from msdn_core.project import ImageRecord, Project
from msdn_gui.explore.finding.orders import Order
from msdn_gui.session.collection import Collection


@dataclass(frozen=True, eq=False)
class Request:
    """All that an answer hangs on; nothing in it is ever changed."""

    project: Path
    records: Sequence[ImageRecord]
    reviews: int
    """Another number than before where people may have reviewed images since."""
    table: ClassTable
    collection: Collection | None
    gamma: float
    clip_negative: bool
    query: Query
    order: Order
    is_reversed: bool
    class_name: str | None
    attribute: int
    wants_facets: bool


@dataclass(frozen=True, eq=False)
class Answer:
    """What is shown."""

    rows: NDArray[np.intp]
    """Places among the images, in the order in which they are shown."""
    unscored: int
    """How many images the network has not looked at, where that matters."""
    facets: tuple[Facet, ...]


class Browser:
    """Keeps what several answers need, until what it was made of is another one. For one thread at a time."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Hashable, ...], tuple[object, ...], Any]] = {}

    def answer(self, request: Request) -> Answer:
        """The images that are asked for; QueryError where the query names what is not there."""
        columns = self._columns(request)
        rows = np.flatnonzero(matching(request.query, columns))
        if request.order is not Order.PROJECT:
            rows = rows[np.argsort(self._keys(request, columns)[rows], kind="stable")]
        elif request.is_reversed:
            rows = rows[::-1]
        asks_network = request.query.needs_scores or request.order.asks_network
        unscored = len(columns.ids) - len(columns.scored) if asks_network and columns.scored is not None else 0
        found = tuple(facets(request.query, columns)) if request.wants_facets else ()
        return Answer(rows, unscored, found)

    def _columns(self, request: Request) -> ImageColumns:
        """The columns with all that the query asks for."""
        columns: ImageColumns = self._keep(
            "images", (), (request.records,), lambda: ImageColumns.from_images(request.records)
        )
        columns = replace(
            columns,
            predictable=request.table.classes,
            attributes=tuple(attribute.full_name for attribute in request.table.attributes),
        )
        if request.wants_facets or request.query.needs_reviews:
            codes = self._keep(
                "reviews", (request.reviews,), (request.records,), lambda: _reviews(request.project, columns)
            )
            columns = replace(columns, review_of=codes)
        collection = request.collection
        if collection is None:
            return columns
        places = self._keep(
            "scored", (), (request.records, collection), lambda: columns.rows_of_ids(collection.image_ids)
        )
        here = places >= 0
        if here.all():
            scores = {"score": collection.fused, "av": collection.scores_av, "va": collection.scores_va}
        else:
            scores = self._keep(
                "scores",
                (),
                (request.records, collection),
                lambda: {
                    "score": collection.fused[here],
                    "av": collection.scores_av[here],
                    "va": collection.scores_va[here],
                },
            )
        columns = replace(columns, scores=scores, scored=places[here])
        if request.wants_facets or request.query.needs_predictions:
            predicted = np.full(len(columns.ids), -1, dtype=np.int32)
            predicted[places[here]] = self._predictions(request, collection).winners[here]
            columns = replace(columns, predicted_of=predicted)
        return columns

    def _predictions(self, request: Request, collection: Collection) -> Predictions:
        table = request.table
        return self._keep(
            "predictions",
            (request.gamma, request.clip_negative),
            (collection, table),
            lambda: predict(
                collection.fused, table.unit_vectors(clip_negative=request.clip_negative), table.seen, request.gamma
            ),
        )

    def _keys(self, request: Request, columns: ImageColumns) -> NDArray[np.floating]:
        """(N,) the lowest comes first, NaN last."""
        order, collection = request.order, request.collection
        if order is Order.NAME:
            keys = self._keep("names", (), (request.records,), lambda: _ranks(columns.names))
            return -keys if request.is_reversed else keys
        if order is Order.CLASS:
            keys = np.where(columns.class_of < 0, np.nan, columns.class_of)
            return -keys if request.is_reversed else keys
        keys = np.full(len(columns.ids), np.nan)
        if collection is not None and columns.scored is not None:
            here = columns.rows_of_ids(collection.image_ids) >= 0
            keys[columns.scored] = self._scores(request, collection)[here]
        return keys if request.is_reversed else -keys

    def _scores(self, request: Request, collection: Collection) -> NDArray[np.floating]:
        """(n,) one number an image that the network has looked at."""
        order, table = request.order, request.table
        if order is Order.DOUBT:
            return self._predictions(request, collection).uncertainty
        if order is Order.DISAGREEMENT:
            return self._keep(
                "disagreement", (), (collection,), lambda: disagreement(collection.scores_av, collection.scores_va)
            )
        if order is Order.ATTRIBUTE_SCORE:
            return collection.fused[:, request.attribute]
        row = table.class_index[str(request.class_name)]
        vector = table.unit_vectors(clip_negative=request.clip_negative)[row]
        return collection.fused @ vector.astype(np.float32)

    def _keep(
        self, name: str, values: tuple[Hashable, ...], objects: tuple[object, ...], make: Callable[[], Any]
    ) -> Any:
        """What was made last of these very objects and values, or what is made now."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != values or any(old is not new for old, new in zip(kept[1], objects, strict=True)):
            kept = self._kept[name] = (values, objects, make())
        return kept[2]


def _reviews(project: Path, columns: ImageColumns) -> NDArray[np.int32]:
    with Project.open(project, read_only=True) as opened:
        return review_codes(columns, opened.annotations.review_states())


def _ranks(names: Sequence[str]) -> NDArray[np.floating]:
    """(N,) the place of each name by the alphabet."""
    keys = [natural_key(name) for name in names]
    ranks = np.empty(len(names))
    ranks[sorted(range(len(names)), key=keys.__getitem__)] = np.arange(len(names))
    return ranks
