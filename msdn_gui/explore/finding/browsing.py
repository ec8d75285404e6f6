"""The query and order of Explore's gallery, and the images they give: computed on another thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from msdn_core.domain.query import Query, parse_query
from msdn_core.errors import QueryError
from msdn_gui.explore.finding.browser import Answer, Browser, Request
from msdn_gui.explore.finding.orders import Order
from msdn_gui.services.background import Background
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from msdn_core.domain.query_matching import Facet
    from msdn_gui.session import Session


class Browsing(QObject):
    """One query and one order; a query that cannot be read becomes ``error``, and the last good answer stays."""

    arranged = Signal()
    """``rows``, ``facets`` or ``needs_scores`` may have changed."""
    error_changed = Signal(str)

    def __init__(self, session: Session, gallery: QWidget) -> None:
        """While ``gallery`` is hidden, nothing is computed."""
        super().__init__(gallery)
        self._session = session
        self.query = Query()
        """The last query that could be read."""
        self.order = Order.PROJECT
        self.is_reversed = False
        self.rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        """Indices of the session's images, in the order in which they are shown."""
        self.facets: tuple[Facet, ...] = ()
        self.unscored = 0
        """The number of images without scores, if scores are needed."""
        self.needs_scores = False
        """Whether the query or the order needs scores that do not exist."""
        self.error = ""
        self.is_settled = True
        self._query_error = ""
        self._wants_facets = False
        self._reviews = 0
        self._browser = Browser()
        self._background = Background(self)
        self._background.done.connect(self._on_answered)
        self._background.failed.connect(self._on_failed)
        self._refresher = Refresher(gallery, self.refresh)
        session.document.project_changed.connect(self._on_project_changed)
        session.document.images_changed.connect(self._on_images_changed)
        for changed in (
            session.document.table_changed,
            session.inference.collection.changed,
            session.inference.gamma_changed,
        ):
            changed.connect(self._on_scores_changed)
        session.selection.class_changed.connect(lambda _: self._refresh_if(self.order is Order.CLASS_SCORE))
        session.selection.attribute_changed.connect(lambda _: self._refresh_if(self.order is Order.ATTRIBUTE_SCORE))

    def search(self, text: str) -> None:
        """Show the images that match a query; a QueryError becomes ``error``."""
        try:
            query = parse_query(text)
        except QueryError as error:
            self._query_error = str(error)
            self._set_error("")
            return
        self._query_error = ""
        self.query = query
        self.refresh()

    def sort(self, order: Order, *, is_reversed: bool) -> None:
        """Show the images in an order."""
        self.order, self.is_reversed = order, is_reversed
        self.refresh()

    def want_facets(self, wanted: bool) -> None:
        """Compute facets with every answer, or not."""
        self._wants_facets = wanted
        if wanted:
            self.refresh()

    def on_shown(self) -> None:
        """Read reviews again: images may have been reviewed in Annotate meanwhile."""
        self._reviews += 1
        if self.query.needs_reviews:
            self.refresh()

    def refresh(self) -> None:
        """Compute again what is shown."""
        self._background.cancel()
        self.is_settled = True
        session, collection = self._session, self._session.inference.collection.collection
        if collection is not None and collection.fused.shape[1] != len(session.document.table.attributes):
            collection = None
        self.needs_scores = self._needs_scores and collection is None and bool(session.document.images)
        missing = self._missing_selection()
        self._set_error(missing)
        if session.document.project is None or self.needs_scores or missing:
            self.arranged.emit()
        elif not (self.query.terms or self._wants_facets or self.is_reversed or self.order is not Order.PROJECT):
            self._show(Answer(np.arange(len(session.document.images)), 0, ()))
        else:
            self.is_settled = False
            request = Request(
                session.document.project.path,
                session.document.images,
                self._reviews,
                session.document.table,
                collection,
                session.inference.gamma,
                session.inference.checkpoint is not None and session.inference.checkpoint.header.clip_negative,
                self.query,
                self.order,
                self.is_reversed,
                session.selection.class_name,
                session.selection.attribute,
                self._wants_facets,
            )
            self._background.start(lambda: (request, self._browser.answer(request)))

    # Inside

    @property
    def _needs_scores(self) -> bool:
        return self.query.needs_scores or self.order.needs_scores

    def _missing_selection(self) -> str:
        """Return what must be selected for the order, or which sub-net the network does not have."""
        if self.order is Order.CLASS_SCORE and self._session.selection.class_name is None:
            return "Select a class in the ranking to sort images by its score."
        if self.order is Order.ATTRIBUTE_SCORE and self._session.selection.attribute < 0:
            return "Select an attribute to sort images by its score."
        if self._session.inference.checkpoint is None:
            return ""
        sub_nets = self._session.inference.checkpoint.header.sub_nets
        needed = {term.key for term in self.query.terms} & {"av", "va"}
        if self.order is Order.DISAGREEMENT:
            needed = {"av", "va"}
        return next((absence for name in sorted(needed) if (absence := sub_nets.absence(name))), "")

    def _on_scores_changed(self) -> None:
        self._refresh_if(self._needs_scores or self._wants_facets)

    def _refresh_if(self, is_affected: bool) -> None:
        if is_affected:
            self._refresher.request()

    def _on_project_changed(self) -> None:
        self._browser = Browser()  # Its cache of the other project is large.
        self.rows = np.arange(len(self._session.document.images))
        self.facets = ()

    def _on_images_changed(self) -> None:
        self._reviews += 1
        count = len(self._session.document.images)
        fits = int(self.rows.max(initial=-1)) < count and (bool(self.query.terms) or len(self.rows) == count)
        if not fits:
            self.rows = np.arange(count)
        self._session.selection.browsed = self.rows
        self._refresher.request()

    def _on_answered(self, answered: tuple[Request, Answer]) -> None:
        request, answer = answered
        self.is_settled = True
        if request.records is self._session.document.images:
            self._show(answer)

    def _on_failed(self, sentence: str) -> None:
        self.is_settled = True
        self._set_error(sentence)

    def _show(self, answer: Answer) -> None:
        self.rows, self.facets, self.unscored = answer.rows, answer.facets, answer.unscored
        self._session.selection.browsed = answer.rows
        self.arranged.emit()

    def _set_error(self, sentence: str) -> None:
        error = self._query_error or sentence
        if error != self.error:
            self.error = error
            self.error_changed.emit(error)
