"""The left of the workspace: the project's images, the query that narrows them down, and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.query import NAMED, Term
from msdn_gui.explore.finding.browsing import Browsing
from msdn_gui.explore.finding.facet_panel import FacetPanel
from msdn_gui.explore.finding.gallery_model import GalleryModel
from msdn_gui.explore.finding.jump_bar import JumpBar
from msdn_gui.explore.finding.orders import ORDER_TIPS, ORDER_WORDS, Order
from msdn_gui.explore.finding.query_box import Names, QueryBox
from msdn_gui.explore.finding.saved_searches import SavedSearches, Search
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.session.collection import CollectionPhase
from msdn_gui.widgets.build import make_button, make_combo_box, make_label, make_tool_button
from msdn_gui.widgets.images.image_view import CELL, ImageListView
from msdn_gui.widgets.scoring import Scoring

if TYPE_CHECKING:
    from msdn_gui.services import Services

_USE = "From then on images can be searched and sorted by what the network says of them."


class Gallery(QWidget):
    """Query, order, thumbnails, and how many of how many images are shown."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._jobs = session, services.jobs
        self.browsing = Browsing(session, self)
        self.model = GalleryModel(services.thumbnails)
        self.view = ImageListView(self.model, "gallery", "Images")
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.query = QueryBox(self._names)
        self.order = make_combo_box(name="gallery_order", accessible="In which order")
        for place, (order, words) in enumerate(ORDER_WORDS.items()):
            self.order.addItem(words, order.value)
            self.order.setItemData(place, ORDER_TIPS[order], Qt.ItemDataRole.ToolTipRole)
        self.order.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.order.setMinimumContentsLength(6)
        self.order.view().setMinimumWidth(230)
        self.reverse = _tool("gallery_reverse", "sort", "Turn the order round")
        self.reverse.setCheckable(True)
        self.narrow = _tool("gallery_facets", "filter", "Narrow down: values with counts")
        self.jump = JumpBar(session, self.view)
        self.fault = make_label(name="query_fault", wrap=True)
        self.fault.hide()
        self.count = make_label(name="gallery_count")
        self.place = make_label(name="gallery_place")
        self.empty = make_label(name="gallery_empty", wrap=True)
        for label in (self.fault, self.count, self.place, self.empty):
            label.setProperty("look", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(SPACING * 2, 0, SPACING * 2, 0)
        self.rest = make_button("Score the rest", name="score_rest")
        self.rest.setProperty("look", "quiet")
        self.rest.hide()
        self.scoring = Scoring(session, services, "explore", _USE, line=2 * CELL - 20)
        self.facets = FacetPanel(self)
        self.saved = SavedSearches(session, self, self._search, self._choose_search)
        self._pages = QStackedWidget()
        for page in (self.view, self.empty, self.scoring):
            self._pages.addWidget(page)
        self._lay_out()

        self.query.asked.connect(self.browsing.ask)
        self.query.menu_asked.connect(self.saved.open_menu)
        self.order.currentIndexChanged.connect(self._sort)
        self.reverse.toggled.connect(self._sort)
        self.narrow.clicked.connect(self.open_facets)
        self.facets.toggled.connect(self._toggle)
        self.facets.cleared.connect(lambda: self.query.put_query(""))
        self.facets.scores_asked.connect(self.scoring.begin)
        self.facets.closed.connect(lambda: self.browsing.want_facets(False))
        self.rest.clicked.connect(self.scoring.begin)
        self.browsing.arranged.connect(self._show)
        self.browsing.fault_changed.connect(self._say_fault)
        self.view.chosen.connect(session.selection.set_image)
        session.document.project_changed.connect(self._start_over)
        session.selection.image_changed.connect(self._show_record)
        session.document.images_changed.connect(self._choose_first)
        session.inference.collection.scoring_changed.connect(self._show_facets)
        self._show()
        self.browsing.refresh()
        self._choose_first()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACING // 2)
        row.addWidget(self.order, 1)
        row.addWidget(self.reverse)
        row.addWidget(self.narrow)
        top = QVBoxLayout()
        top.setContentsMargins(SPACING, SPACING, SPACING, 0)
        top.setSpacing(SPACING // 2)
        top.addWidget(self.query)
        top.addWidget(self.fault)
        top.addLayout(row)
        top.addWidget(self.jump)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        bottom.addWidget(self.count, 1)
        bottom.addWidget(self.place)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.rest)
        layout.addLayout(bottom)
        self.setMinimumWidth(2 * CELL + 20)

    @property
    def is_settled(self) -> bool:
        """Whether what is shown is what is asked for."""
        if self.browsing.needs_scores and self._session.inference.collection.phase is CollectionPhase.LOADING:
            return False
        return self.query.is_settled and self.browsing.is_settled

    def open_facets(self) -> None:
        """What the images can be narrowed down to, beside the list."""
        self.browsing.want_facets(True)
        self.facets.open_at(self.mapToGlobal(QPoint(self.width() + 2, SPACING)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.browsing.set_shown(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.browsing.set_shown(False)

    # What is asked

    def _names(self) -> Names:
        table = self._session.document.table
        return Names(table.classes, [attribute.full_name for attribute in table.attributes])

    def _sort(self, *_: object) -> None:
        self.order.setToolTip(self.order.currentData(Qt.ItemDataRole.ToolTipRole))
        self.browsing.sort(Order(self.order.currentData()), is_reversed=self.reverse.isChecked())

    def _toggle(self, term: Term) -> None:
        query, facets = self.browsing.query, self.browsing.facets
        if term.key in NAMED:
            # “split:test” means both of them: taking one out leaves the other.
            chosen = (facet.term.values[0] for facet in facets if facet.term.key == term.key and facet.is_chosen)
            query = query.spelled_out(term.key, tuple(chosen))
        self.query.put_query(str(query.toggled(term)))

    def _search(self) -> Search:
        return Search(self.query.text().strip(), self.browsing.order, self.browsing.is_reversed)

    def _choose_search(self, search: Search) -> None:
        self.reverse.setChecked(search.is_reversed)
        self.order.setCurrentIndex(self.order.findData(search.order.value))
        self.query.put_query(search.query)

    def _start_over(self, _project: object) -> None:
        """Another project has other classes to search by."""
        self._choose_search(Search(""))

    # What is shown

    def _show(self) -> None:
        session, browsing = self._session, self.browsing
        self.model.show_images(session.document.images, browsing.rows)
        shown, total = self.model.rowCount(), self.model.total
        self.count.setText(count_words(shown, total))
        page = self.scoring if browsing.needs_scores else self.view if shown else self.empty
        appears = page is self.view and self._pages.currentWidget() is self.empty
        self._pages.setCurrentWidget(page)
        if appears and self.query.hasFocus() and not self.query.text():
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)  # Arrow keys go through the images at once.
        if session.document.project is None:
            self.empty.setText("No project is open.\n\nOpen one, or drop a folder of images on this window.")
        elif not total:
            self.empty.setText(
                "This project has no images yet.\n\nDrop a folder of images on this window to look at them."
            )
        else:
            self.empty.setText("No image matches.\n\nTake something out of the search, or clear it.")
        unscored = 0 if browsing.needs_scores else browsing.unscored
        self.rest.setVisible(unscored > 0 and session.inference.collection.job is None)
        self.rest.setText(f"{unscored:,} not scored: score the rest")
        self._show_record(session.selection.image)
        self._show_facets()

    def _show_facets(self) -> None:
        session = self._session
        missing = (
            session.inference.collection.phase is CollectionPhase.MISSING and session.inference.collection.job is None
        )
        self.facets.show_facets(self.browsing.facets, can_score=missing and bool(session.document.images))

    def _say_fault(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    def _show_record(self, record: object) -> None:
        self.view.show_record(self._session.selection.image)
        row = self.model.row_of(self._session.selection.image)
        self.place.setText(f"No. {row + 1:,}" if row >= 0 and record is not None else "")

    def _choose_first(self) -> None:
        if self._session.selection.image is None and self._session.document.images:
            self._session.selection.set_image(self._session.document.images[0])


def count_words(shown: int, total: int) -> str:
    """How many images are shown, in words: ``1,500 images``, ``12 of 1,500 images``."""
    noun = "image" if total == 1 else "images"
    return f"{total:,} {noun}" if shown == total else f"{shown:,} of {total:,} {noun}"


def _tool(name: str, icon: str, words: str) -> QToolButton:
    button = make_tool_button(name=name, tip=words)
    button.setAccessibleName(words)
    bind_icon(button, icon, "muted")
    button.setStyleSheet("QToolButton { padding: 3px 3px; }")  # The line is short: words go before air.
    return button
