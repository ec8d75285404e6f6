"""What Explore's gallery is asked for, and what it shows: follows the session, and answers on another thread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from msdn_core.domain.query import Query, parse_query
from msdn_core.domain.query_matching import Facet
from msdn_core.errors import QueryError
from msdn_gui.explore.finding.browser import Answer, Browser, Request
from msdn_gui.explore.finding.orders import Order
from msdn_gui.services.background import Background
from msdn_gui.session import Session


class Browsing(QObject):
    """One query and one order. What cannot be read is said in ``fault``; the last good answer stays."""

    arranged = Signal()
    """``rows``, ``facets`` or what is missing may be other ones."""
    fault_changed = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.query = Query()
        """The last query that could be read."""
        self.order = Order.PROJECT
        self.is_reversed = False
        self.rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        """Places among the session's images, as they are shown."""
        self.facets: tuple[Facet, ...] = ()
        self.unscored = 0
        """How many images the network has not looked at, where that matters."""
        self.needs_scores = False
        """Whether the query or the order hangs on scores that are not there."""
        self.fault = ""
        self.is_settled = True
        self._text_fault = ""
        self._wants_facets = False
        self._is_shown = False
        self._is_stale = False
        self._reviews = 0
        self._browser = Browser()
        self._background = Background(self)
        self._background.done.connect(self._take)
        self._background.failed.connect(self._take_fault)
        session.document.project_changed.connect(self._take_project)
        session.document.images_changed.connect(self._take_images)
        session.document.table_changed.connect(lambda: self._follow(self._needs_scores or self._wants_facets))
        session.inference.collection.changed.connect(lambda: self._follow(self._needs_scores or self._wants_facets))
        session.inference.gamma_changed.connect(lambda _: self._follow(self._needs_scores or self._wants_facets))
        session.selection.class_changed.connect(lambda _: self._follow(self.order is Order.CLASS_SCORE))
        session.selection.attribute_changed.connect(lambda _: self._follow(self.order is Order.ATTRIBUTE_SCORE))

    def ask(self, text: str) -> None:
        """Show the images that a query leaves; QueryErrors become ``fault``."""
        try:
            query = parse_query(text)
        except QueryError as fault:
            self._text_fault = str(fault)
            self._tell_fault("")
            return
        self._text_fault = ""
        self.query = query
        self.refresh()

    def sort(self, order: Order, *, is_reversed: bool) -> None:
        """Show them in this order."""
        self.order, self.is_reversed = order, is_reversed
        self.refresh()

    def want_facets(self, wanted: bool) -> None:
        """Whether counts are looked at."""
        self._wants_facets = wanted
        if wanted:
            self.refresh()

    def set_shown(self, shown: bool) -> None:
        """While nobody looks, nothing is worked out; what has changed meanwhile is caught up with."""
        self._is_shown = shown
        if shown:
            self._reviews += 1  # Another workspace may have been at work.
            if self._is_stale or self.query.needs_reviews:
                self.refresh()

    def refresh(self) -> None:
        """Work out anew what is shown."""
        self._is_stale = False
        self._background.cancel()
        self.is_settled = True
        session, collection = self._session, self._session.inference.collection.collection
        if collection is not None and collection.fused.shape[1] != len(session.document.table.attributes):
            collection = None
        self.needs_scores = self._needs_scores and collection is None and bool(session.document.images)
        missing = self._missing_choice()
        self._tell_fault(missing)
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
        return self.query.needs_scores or self.order.asks_network

    def _missing_choice(self) -> str:
        """What the order or the query asks for that is not chosen, or that this network has not."""
        if self.order is Order.CLASS_SCORE and self._session.selection.class_name is None:
            return "Choose a class in the ranking: the images are sorted by its score."
        if self.order is Order.ATTRIBUTE_SCORE and self._session.selection.attribute < 0:
            return "Choose an attribute: the images are sorted by its score."
        if self._session.inference.checkpoint is None:
            return ""
        there = self._session.inference.checkpoint.header.sub_nets
        asked = {term.key for term in self.query.terms} & {"av", "va"}
        if self.order is Order.DISAGREEMENT:
            asked = {"av", "va"}
        return next((words for name in sorted(asked) if (words := there.absence(name))), "")

    def _follow(self, matters: bool) -> None:
        if matters and self._is_shown:
            self.refresh()
        elif matters:
            self._is_stale = True

    def _take_project(self, _project: object) -> None:
        self._browser = Browser()  # What it has kept of the other one is large.
        self.rows = np.arange(len(self._session.document.images))
        self.facets = ()

    def _take_images(self) -> None:
        self._reviews += 1
        count = len(self._session.document.images)
        fits = int(self.rows.max(initial=-1)) < count and (bool(self.query.terms) or len(self.rows) == count)
        if not fits:
            self.rows = np.arange(count)
        self._session.selection.browsed = self.rows
        self.refresh()

    def _take(self, answered: tuple[Request, Answer]) -> None:
        request, answer = answered
        self.is_settled = True
        if request.records is self._session.document.images:
            self._show(answer)

    def _take_fault(self, sentence: str) -> None:
        self.is_settled = True
        self._tell_fault(sentence)

    def _show(self, answer: Answer) -> None:
        self.rows, self.facets, self.unscored = answer.rows, answer.facets, answer.unscored
        self._session.selection.browsed = answer.rows
        self.arranged.emit()

    def _tell_fault(self, sentence: str) -> None:
        fault = self._text_fault or sentence
        if fault != self.fault:
            self.fault = fault
            self.fault_changed.emit(fault)
