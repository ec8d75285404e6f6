"""Which images match a query, and in which order: computed on a thread of its own, with a cache."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.image_columns import ImageColumns, natural_key, review_codes
from msdn_core.domain.predictions import Predictions, predict
from msdn_core.domain.query_matching import Facet, facets, matching
from msdn_core.domain.suggestions import disagreement
from msdn_core.project import ImageRecord, Project
from msdn_gui.explore.finding.orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from pathlib import Path

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.domain.query import Query
    from msdn_gui.session.collection import Collection

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Request:
    """Everything an answer depends on; nothing in it ever changes."""

    project: Path
    records: Sequence[ImageRecord]
    reviews: int
    """Changes whenever images may have been reviewed."""
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
    """The images to show."""

    rows: NDArray[np.intp]
    """Indices of the images, in the order in which they are shown."""
    unscored: int
    """The number of images without scores, if scores are needed."""
    facets: tuple[Facet, ...]


class _Cached(Generic[T]):
    """The last value computed, with the values and objects it was computed from."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[Hashable, ...], tuple[object, ...], T] | None = None

    def get(self, values: tuple[Hashable, ...], objects: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return the kept value if it is of equal values and the same objects; compute it otherwise."""
        kept = self._kept
        if kept is None or kept[0] != values or any(old is not new for old, new in zip(kept[1], objects, strict=True)):
            kept = self._kept = (values, objects, compute())
        return kept[2]


class Browser:
    """Answers requests; use it from one thread at a time."""

    def __init__(self) -> None:
        self._images = _Cached[ImageColumns]()
        self._reviews = _Cached[NDArray[np.int32]]()
        self._rows = _Cached[NDArray[np.int32]]()
        self._score_stacks = _Cached[dict[str, NDArray[np.float32]]]()
        self._predicted = _Cached[Predictions]()
        self._name_ranks = _Cached[NDArray[np.floating]]()
        self._disagreement = _Cached[NDArray[np.floating]]()

    def answer(self, request: Request) -> Answer:
        """Return the images to show; raise QueryError if the query names something that does not exist."""
        columns = self._columns(request)
        rows = np.flatnonzero(matching(request.query, columns))
        if request.order is not Order.PROJECT:
            rows = rows[np.argsort(self._keys(request, columns)[rows], kind="stable")]
        elif request.is_reversed:
            rows = rows[::-1]
        needs_scores = request.query.needs_scores or request.order.needs_scores
        unscored = len(columns.ids) - len(columns.scored) if needs_scores and columns.scored is not None else 0
        found = tuple(facets(request.query, columns)) if request.wants_facets else ()
        return Answer(rows, unscored, found)

    def _columns(self, request: Request) -> ImageColumns:
        """Return the columns that the query needs."""
        records = request.records
        images = self._images.get((), (records,), lambda: ImageColumns.from_images(records))
        columns = replace(
            images,
            predictable=request.table.classes,
            attributes=tuple(attribute.full_name for attribute in request.table.attributes),
        )
        if request.wants_facets or request.query.needs_reviews:
            codes = self._reviews.get((request.reviews,), (records,), lambda: _read_reviews(request.project, images))
            columns = replace(columns, review_of=codes)
        collection = request.collection
        if collection is None:
            return columns
        rows = self._rows.get((), (records, collection), lambda: images.rows_of_ids(collection.image_ids))
        here = rows >= 0
        if here.all():
            scores = {"score": collection.fused, "av": collection.scores_av, "va": collection.scores_va}
        else:
            scores = self._score_stacks.get(
                (),
                (records, collection),
                lambda: {
                    "score": collection.fused[here],
                    "av": collection.scores_av[here],
                    "va": collection.scores_va[here],
                },
            )
        columns = replace(columns, scores=scores, scored=rows[here])
        if request.wants_facets or request.query.needs_predictions:
            predicted = np.full(len(columns.ids), -1, dtype=np.int32)
            predicted[rows[here]] = self._predictions(request, collection).winners[here]
            columns = replace(columns, predicted_of=predicted)
        return columns

    def _predictions(self, request: Request, collection: Collection) -> Predictions:
        table = request.table
        return self._predicted.get(
            (request.gamma, request.clip_negative),
            (collection, table),
            lambda: predict(
                collection.fused, table.unit_vectors(clip_negative=request.clip_negative), table.seen, request.gamma
            ),
        )

    def _keys(self, request: Request, columns: ImageColumns) -> NDArray[np.floating]:
        """Return (N,) sort keys: the lowest comes first, NaN last."""
        order, collection = request.order, request.collection
        if order is Order.NAME:
            ranks = self._name_ranks.get((), (request.records,), lambda: _name_ranks(columns.names))
            return -ranks if request.is_reversed else ranks
        if order is Order.CLASS:
            classes: NDArray[np.floating] = np.where(columns.class_of < 0, np.nan, columns.class_of)
            return -classes if request.is_reversed else classes
        keys = np.full(len(columns.ids), np.nan)
        if collection is not None and columns.scored is not None:
            here = columns.rows_of_ids(collection.image_ids) >= 0
            keys[columns.scored] = self._scores(request, collection)[here]
        return keys if request.is_reversed else -keys

    def _scores(self, request: Request, collection: Collection) -> NDArray[np.floating]:
        """Return (n,) numbers of the images that have scores."""
        order, table = request.order, request.table
        if order is Order.UNCERTAINTY:
            return self._predictions(request, collection).uncertainty
        if order is Order.DISAGREEMENT:
            return self._disagreement.get(
                (), (collection,), lambda: disagreement(collection.scores_av, collection.scores_va)
            )
        if order is Order.ATTRIBUTE_SCORE:
            return collection.fused[:, request.attribute]
        row = table.class_index[str(request.class_name)]
        vector = table.unit_vectors(clip_negative=request.clip_negative)[row]
        scores: NDArray[np.floating] = collection.fused @ vector.astype(np.float32)
        return scores


def _read_reviews(project: Path, columns: ImageColumns) -> NDArray[np.int32]:
    with Project.open(project, read_only=True) as opened:
        return review_codes(columns, opened.annotations.review_states())


def _name_ranks(names: Sequence[str]) -> NDArray[np.floating]:
    """Return (N,) the rank of each name in natural order."""
    keys = [natural_key(name) for name in names]
    ranks = np.empty(len(names))
    ranks[sorted(range(len(names)), key=keys.__getitem__)] = np.arange(len(names))
    return ranks
