"""The rank of the selected class for the image that is selected in Explore, as the table is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from msdn_gui.classes.class_panel.class_list import ClassLine, ClassList, ClassListModel
from msdn_gui.classes.class_panel.score_strip import ScoreStrip
from msdn_gui.look.theme import SPACING, text_font
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.widgets.build import make_column, make_label, make_row
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange

_PICTURE = QSize(84, 64)
_COUNT = 5


class ImageRank(QWidget):
    """The image, the class's rank and score for it, and the best classes; computed without the network."""

    def __init__(self, session: Session, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._session, self._thumbnails = session, thumbnails
        self.picture = QLabel()
        self.picture.setFixedHeight(_PICTURE.height())
        self.rank = make_label(name="class_rank")
        self.rank.setFont(text_font(12.0, bold=True))
        self.score = make_label(name="class_score")
        self.image = ElidedLabel(name="rank_image", middle=True)
        self.image.setProperty("look", "muted")
        self.strip = ScoreStrip()
        self.ranking = ClassList(ClassListModel(), _COUNT, "image_ranking", "Ranking of the image")
        """Placed below this widget, over the panel's whole width."""
        self.ranking.setParent(self)
        self.hint = make_label(name="rank_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        self._compose()
        self._refresher = Refresher(self, self._refresh, self._apply_change)
        session.document.table_changed.connect(self._refresher.on_table_changed)
        for signal in (
            session.selection.class_changed,
            session.inference.explanation_changed,
            session.inference.explaining_changed,
            session.inference.gamma_changed,
            session.inference.checkpoint_changed,
            session.selection.image_changed,
        ):
            signal.connect(self._refresher.request)
        session.selection.image_changed.connect(self._on_image_changed)
        thumbnails.ready.connect(self._on_thumbnail_ready)
        self._on_image_changed()
        self._refresh()

    def _compose(self) -> None:
        words = make_column(spacing=2)
        words.addStretch(1)
        for widget in (self.rank, self.score, self.image):
            words.addWidget(widget)
        words.addStretch(1)
        top = make_row(self.picture, spacing=SPACING)
        top.addLayout(words, 1)
        self.setLayout(make_column(top, self.strip, self.hint, spacing=SPACING // 2))

    def _apply_change(self, change: TableChange) -> bool:
        """Rank again, which any value may change; nothing else depends on values."""
        if change.is_values_only and self.rank.isVisibleTo(self):
            self._show_ranking()
            return True
        return False

    def _refresh(self, *_: object) -> None:
        is_ranked = self._show_ranking()
        self.hint.setText("" if is_ranked else self._missing_text())
        self.hint.setVisible(not is_ranked)
        for widget in (self.rank, self.score, self.strip, self.ranking):
            widget.setVisible(is_ranked)

    def _show_ranking(self) -> bool:
        """Show rank and score; return False if there are none."""
        session, table = self._session, self._session.document.table
        row = table.class_index.get(session.selection.class_name or "", -1)
        ranking = session.inference.class_ranking() if row >= 0 else None
        if ranking is None:
            return False
        order, scores = ranking
        rank = int(np.flatnonzero(order == row)[0]) + 1
        self.rank.setText(f"Rank {rank:,} of {len(order):,}")
        self.score.setText(f"Score {_number(scores[row])}")
        gamma = f", after subtracting gamma ({session.inference.gamma:g})" if table.seen[row] else ""
        self.score.setToolTip(f"Score {scores[row]:.6g}{gamma}")
        self.strip.show_scores(scores, row, "seen" if table.seen[row] else "unseen")
        places = _shown_places(rank, len(order))
        self.ranking.items.set_lines([self._line(place, int(order[place]), scores) for place in places])
        return True

    def _line(self, place: int, row: int, scores: NDArray[np.floating]) -> ClassLine:
        table = self._session.document.table
        name, score, rank = table.classes[row], _number(scores[row]), f"{place + 1:,}"
        is_selected = name == self._session.selection.class_name
        return ClassLine(name, bool(table.seen[row]), score, f"Rank {rank}, score {score}", rank, is_selected)

    def _missing_text(self) -> str:
        session = self._session
        if session.inference.checkpoint is None:
            return "No checkpoint is selected; select one above, or train a run."
        if session.selection.image is None:
            return "Select an image in Explore to see the rank of this class for it as you edit."
        if session.selection.class_name is None:
            return "Select a class to see its rank for this image."
        if session.inference.explaining.phase is ExplainPhase.FAILED:
            return session.inference.explaining.text
        return "Computing attribute scores …"

    def _on_image_changed(self, *_: object) -> None:
        record = self._session.selection.image
        self.picture.setVisible(record is not None)
        self.image.setVisible(record is not None)
        self.picture.clear()
        if record is not None:
            self.image.setText(record.name)
            self._on_thumbnail_ready(record.path)

    def _on_thumbnail_ready(self, path: Path) -> None:
        record = self._session.selection.image
        if record is None or record.path != path:
            return
        image = self._thumbnails.get(path)
        if image is not None and not image.isNull():
            ratio = self.devicePixelRatioF()
            fitted = QPixmap.fromImage(image).scaled(
                _PICTURE * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            fitted.setDevicePixelRatio(ratio)
            self.picture.setPixmap(fitted)


def _shown_places(rank: int, count: int) -> list[int]:
    """Return the first places; for a class further down, also its own and the one before it."""
    if rank <= _COUNT:
        return list(range(min(_COUNT, count)))
    return [*range(_COUNT - 2), rank - 2, rank - 1]


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")
