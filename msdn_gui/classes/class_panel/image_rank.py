"""Where the chosen class stands for the image that is looked at in Explore, as the table is edited."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_gui.classes.class_panel.class_list import ClassLine, ClassList, ClassListModel
from msdn_gui.classes.class_panel.score_strip import ScoreStrip
from msdn_gui.look.theme import SPACING, text_font
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_label
from msdn_gui.widgets.elided_label import ElidedLabel

_PICTURE = QSize(84, 64)
_SHOWN = 5


class Standing(QWidget):
    """The image, the class's rank and score for it, and the best class; in numpy, without the network."""

    def __init__(self, session: Session, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._session, self._thumbnails = session, thumbnails
        self.picture = QLabel()
        self.picture.setFixedHeight(_PICTURE.height())
        self.rank = make_label(name="class_rank")
        self.rank.setFont(text_font(12.0, bold=True))
        self.score = make_label(name="class_score")
        self.image = ElidedLabel(name="standing_image", middle=True)
        self.image.setProperty("look", "muted")
        self.strip = ScoreStrip()
        self.ranking = ClassList(ClassListModel(), _SHOWN, "image_ranking", "Ranking of the image")
        """Stands below this widget, over the panel's whole width."""
        self.ranking.setParent(self)
        self.hint = make_label(name="standing_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        for widget in (self.rank, self.score, self.image):
            words.addWidget(widget)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(SPACING)
        top.addWidget(self.picture)
        top.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(top)
        layout.addWidget(self.strip)
        layout.addWidget(self.hint)
        for signal in (
            session.document.table_changed,
            session.selection.class_changed,
            session.inference.explanation_changed,
            session.inference.explaining_changed,
            session.inference.gamma_changed,
            session.inference.checkpoint_changed,
        ):
            signal.connect(self.refresh)
        session.selection.image_changed.connect(self._show_image)
        thumbnails.ready.connect(self._take_picture)
        self._show_image()
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Rank and score anew."""
        session = self._session
        row = session.document.table.class_index.get(session.selection.class_name or "", -1)
        ranking = session.inference.class_ranking() if row >= 0 else None
        self.hint.setText("" if ranking is not None else self._missing())
        self.hint.setVisible(ranking is None)
        for widget in (self.rank, self.score, self.strip, self.ranking):
            widget.setVisible(ranking is not None)
        if ranking is None:
            return
        order, scores = ranking
        rank = int(np.flatnonzero(order == row)[0]) + 1
        self.rank.setText(f"Rank {rank:,} of {len(order):,}")
        self.score.setText(f"Score {_number(scores[row])}")
        self.score.setToolTip(
            f"Score {scores[row]:.6g}, gamma {session.inference.gamma:g} taken off where the class is seen"
        )
        self.strip.show_scores(scores, row, "seen" if session.document.table.seen[row] else "unseen")
        self.ranking.items.set_lines(
            [self._line(place, int(order[place]), scores) for place in _places(rank, len(order))]
        )

    def _line(self, place: int, row: int, scores: NDArray[np.floating]) -> ClassLine:
        table = self._session.document.table
        name, seen, score = table.classes[row], bool(table.seen[row]), _number(scores[row])
        return ClassLine(
            name,
            seen,
            score,
            f"Place {place + 1:,}, score {score}",
            f"{place + 1:,}",
            name == self._session.selection.class_name,
        )

    def _missing(self) -> str:
        session = self._session
        if session.inference.checkpoint is None:
            return "There is no checkpoint to look through; choose one above, or train a run."
        if session.selection.image is None:
            return "Choose an image in Explore: where this class stands for it is shown here, as you edit."
        if session.selection.class_name is None:
            return "Choose a class to see where it stands for this image."
        if session.inference.explaining.phase is ExplainPhase.FAILED:
            return session.inference.explaining.text
        return "The network is looking at the image …"

    def _show_image(self, *_: object) -> None:
        record = self._session.selection.image
        self.picture.setVisible(record is not None)
        self.image.setVisible(record is not None)
        self.picture.clear()
        if record is not None:
            self.image.setText(record.name)
            self._take_picture(record.path)
        self.refresh()

    def _take_picture(self, path: Path) -> None:
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


def _places(rank: int, count: int) -> list[int]:
    """The first places of the ranking, and where the class stands further down, it and the one before it."""
    if rank <= _SHOWN:
        return list(range(min(_SHOWN, count)))
    return [*range(_SHOWN - 2), rank - 2, rank - 1]


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")
