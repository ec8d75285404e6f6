"""The left of the workspace: the project's images with the query that filters them and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from msdn_core.domain.query import NAMED, Term
from msdn_gui.actions.bind import ActionSet, bind_button, follow_keys
from msdn_gui.explore.finding.browsing import Browsing
from msdn_gui.explore.finding.facet_panel import FacetPanel
from msdn_gui.explore.finding.gallery_model import GalleryModel
from msdn_gui.explore.finding.jump_bar import JumpBar
from msdn_gui.explore.finding.orders import ORDER_TEXTS, ORDER_TIPS, Order
from msdn_gui.explore.finding.query_box import Names, QueryBox
from msdn_gui.explore.finding.saved_searches import SavedSearches, Search
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.session.collection import CollectionPhase
from msdn_gui.widgets.build import make_button, make_column, make_combo_box, make_label, make_row, make_tool_button
from msdn_gui.widgets.images.image_view import CELL, ImageListView
from msdn_gui.widgets.notices.scoring import Scoring

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from msdn_gui.services import Services
    from msdn_gui.session import Session

_USE = "Then images can be searched and sorted by their scores."


class Gallery(QWidget):
    """Query, order, thumbnails, and the number of images shown."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self.browsing = Browsing(session, self)
        self.model = GalleryModel(services.thumbnails)
        self.view = ImageListView(self.model, "gallery", "Images")
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.query = QueryBox(self._names)
        self.order = make_combo_box(name="gallery_order", accessible="Order of the images")
        for index, (order, text) in enumerate(ORDER_TEXTS.items()):
            self.order.addItem(text, order.value)
            self.order.setItemData(index, ORDER_TIPS[order], Qt.ItemDataRole.ToolTipRole)
        self.order.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.order.setMinimumContentsLength(6)
        self.order.view().setMinimumWidth(230)
        self.reverse = _tool("gallery_reverse", "sort", "Reverse order")
        self.reverse.setCheckable(True)
        self.filter = _tool("gallery_facets", "filter", "Filter images")
        self.jump = JumpBar(session, self.view)
        self.error = make_label(name="query_error", wrap=True)
        self.error.hide()
        self.count = make_label(name="gallery_count")
        self.place = make_label(name="gallery_place")
        self.empty = make_label(name="gallery_empty", wrap=True)
        for label in (self.error, self.count, self.place, self.empty):
            label.setProperty("look", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(SPACING * 2, 0, SPACING * 2, 0)
        self.rest = make_button(name="score_rest")
        self.rest.setProperty("look", "quiet")
        self.rest.hide()
        self.scoring = Scoring(session, services, "explore", _USE, line=2 * CELL - 20)
        self.facets = FacetPanel(self)
        self.saved = SavedSearches(session, self, self._current_search, self._show_search)
        self._pages = QStackedWidget()
        for page in (self.view, self.empty, self.scoring):
            self._pages.addWidget(page)
        self._lay_out()
        self._connect()
        self._update()
        self.browsing.refresh()
        self._select_first()

    def _connect(self) -> None:
        session = self._session
        self.query.searched.connect(self.browsing.search)
        self.query.menu_requested.connect(self.saved.open_menu)
        self.order.currentIndexChanged.connect(self._sort)
        self.reverse.toggled.connect(self._sort)
        self.facets.toggled.connect(self._toggle_term)
        self.facets.cleared.connect(lambda: self.query.set_query(""))
        self.facets.scores_requested.connect(self.scoring.begin)
        self.facets.closed.connect(lambda: self.browsing.want_facets(False))
        self.rest.clicked.connect(self.scoring.begin)
        self.browsing.arranged.connect(self._update)
        self.browsing.error_changed.connect(self._show_error)
        self.view.chosen.connect(session.selection.set_image)
        session.document.project_changed.connect(self._on_project_changed)
        session.selection.image_changed.connect(self._update_current)
        session.document.images_changed.connect(self._select_first)
        session.inference.collection.scoring_changed.connect(self._update_facets)

    def _lay_out(self) -> None:
        row = make_row(self.order, self.reverse, self.filter, spacing=SPACING // 2)
        row.setStretchFactor(self.order, 1)
        top = make_column(self.query, self.error, row, self.jump, spacing=SPACING // 2)
        top.setContentsMargins(SPACING, SPACING, SPACING, 0)
        bottom = make_row(self.count, self.place)
        bottom.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        bottom.setStretchFactor(self.count, 1)
        layout = make_column(top, self._pages, self.rest, bottom, spacing=SPACING // 2)
        layout.setStretchFactor(self._pages, 1)
        self.setLayout(layout)
        self.setMinimumWidth(2 * CELL + 20)

    @property
    def is_settled(self) -> bool:
        """Whether the list shows the query and order that are set."""
        if self.browsing.needs_scores and self._session.inference.collection.phase is CollectionPhase.LOADING:
            return False
        return self.query.is_settled and self.browsing.is_settled

    def open_facets(self) -> None:
        """Open the list of facets beside the images."""
        self.browsing.want_facets(True)
        self.facets.open_at(self.mapToGlobal(QPoint(self.width() + 2, SPACING)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.browsing.on_shown()

    def use_actions(self, actions: ActionSet) -> None:
        """Bind the buttons to their actions."""
        bind_button(self.filter, actions["explore.filter_images"])
        saved = actions["explore.saved_searches"]
        self.query.menu.triggered.connect(lambda: saved.trigger())
        follow_keys(saved, lambda keys: self.query.menu.setToolTip(f"Open saved searches{keys}"))

    # Query and order

    def _names(self) -> Names:
        table = self._session.document.table
        return Names(table.classes, [attribute.full_name for attribute in table.attributes])

    def _sort(self) -> None:
        self.order.setToolTip(self.order.currentData(Qt.ItemDataRole.ToolTipRole))
        self.browsing.sort(Order(self.order.currentData()), is_reversed=self.reverse.isChecked())

    def _toggle_term(self, term: Term) -> None:
        query, facets = self.browsing.query, self.browsing.facets
        if term.key in NAMED:
            # “split:test” means both test splits: removing one leaves the other.
            values = (facet.term.values[0] for facet in facets if facet.term.key == term.key and facet.is_chosen)
            query = query.spelled_out(term.key, tuple(values))
        self.query.set_query(str(query.toggled(term)))

    def _current_search(self) -> Search:
        return Search(self.query.text().strip(), self.browsing.order, self.browsing.is_reversed)

    def _show_search(self, search: Search) -> None:
        self.reverse.setChecked(search.is_reversed)
        self.order.setCurrentIndex(self.order.findData(search.order.value))
        self.query.set_query(search.query)

    def _on_project_changed(self) -> None:
        """Clear the query: another project has other classes."""
        self._show_search(Search(""))

    # Contents

    def _update(self) -> None:
        session, browsing = self._session, self.browsing
        self.model.show_images(session.document.images, browsing.rows)
        shown, total = self.model.rowCount(), self.model.total
        self.count.setText(count_text(shown, total))
        page = self.scoring if browsing.needs_scores else self.view if shown else self.empty
        was_empty = page is self.view and self._pages.currentWidget() is self.empty
        self._pages.setCurrentWidget(page)
        if was_empty and self.query.hasFocus() and not self.query.text():
            # Let the arrow keys go through the images immediately.
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        if session.document.project is None:
            self.empty.setText("No project is open.\n\nOpen one, or drop a folder of images on this window.")
        elif not total:
            self.empty.setText("This project has no images yet.\n\nDrop a folder of images on this window to add them.")
        else:
            self.empty.setText("No matches.\n\nRemove a term from the search, or clear it.")
        unscored = 0 if browsing.needs_scores else browsing.unscored
        self.rest.setVisible(unscored > 0 and session.inference.collection.job is None)
        self.rest.setText(f"Score {unscored:,} more image{'' if unscored == 1 else 's'}")
        self._update_current()
        self._update_facets()

    def _update_facets(self) -> None:
        session = self._session
        missing = (
            session.inference.collection.phase is CollectionPhase.MISSING and session.inference.collection.job is None
        )
        self.facets.show_facets(self.browsing.facets, can_score=missing and bool(session.document.images))

    def _show_error(self, sentence: str) -> None:
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))

    def _update_current(self) -> None:
        image = self._session.selection.image
        self.view.show_record(image)
        row = self.model.row_of(image)
        self.place.setText(f"No. {row + 1:,}" if row >= 0 and image is not None else "")

    def _select_first(self) -> None:
        if self._session.selection.image is None and self._session.document.images:
            self._session.selection.set_image(self._session.document.images[0])


def count_text(shown: int, total: int) -> str:
    """Return how many images are shown: ``1,500 images``, ``12 of 1,500 images``."""
    noun = "image" if total == 1 else "images"
    return f"{total:,} {noun}" if shown == total else f"{shown:,} of {total:,} {noun}"


def _tool(name: str, icon: str, text: str) -> QToolButton:
    button = make_tool_button(name=name, tip=text, accessible=text)
    bind_icon(button, icon, "muted")
    button.setStyleSheet("QToolButton { padding: 3px 3px; }")  # The row is narrow.
    return button
