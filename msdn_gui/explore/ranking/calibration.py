"""Where gamma stands on the seen-unseen curve of the test images, live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.metrics import SeenUnseenCurve, seen_unseen_curve
from msdn_core.domain.scoring import class_scores
from msdn_core.project import ImageRecord
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.services.background import Background
from msdn_gui.session import Session
from msdn_gui.session.collection import Collection, CollectionPhase
from msdn_gui.widgets.build import make_button, make_label

if TYPE_CHECKING:
    from msdn_gui.services import Services

_HEIGHT = 64
_TESTS = (Split.TEST_SEEN, Split.TEST_UNSEEN)


@dataclass(frozen=True, eq=False)
class TestCurve:
    """The seen-unseen curve of a project's test images, and how many there are."""

    curve: SeenUnseenCurve | None
    images: int

    @classmethod
    def of(
        cls, collection: Collection, images: list[ImageRecord], table: ClassTable, *, clip_negative: bool
    ) -> TestCurve:
        """From the attribute scores of the collection: a product of its test images with all classes."""
        rows = table.class_index
        label_of = {
            image.id: rows[image.class_name] for image in images if image.split in _TESTS and image.class_name in rows
        }
        labels = np.array([label_of.get(number, -1) for number in collection.image_ids.tolist()], dtype=np.int64)
        tested = np.flatnonzero(labels >= 0)
        unit = table.unit_vectors(clip_negative=clip_negative)
        scores = class_scores(collection.fused[tested], unit.astype(np.float32))
        return cls(seen_unseen_curve(scores, labels[tested], table.seen), len(tested))


class Calibration(QWidget):
    """Follows the session's gamma at once, and its table, images and checkpoint as soon as they were worked through."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("calibration")
        self._session = session
        self._found: TestCurve | None = None
        self._is_stale = True
        self.drawing = _Drawing()
        self.words = make_label(name="calibration_words", wrap=True)
        self.words.setProperty("look", "muted")
        self.words.setFont(small_font())
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.score = make_button("Score all images", name="calibration_score")
        self.score.setProperty("look", "quiet")
        self.score.setToolTip("Runs the checkpoint over all images once, in the background")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACING // 2, 0, 0)
        layout.setSpacing(2)
        for widget in (self.drawing, self.words, self.score):
            layout.addWidget(widget)
        self._work = Background(self)
        self._work.done.connect(self._take)
        self.score.clicked.connect(lambda: session.inference.collection.score(services.jobs, "explore"))
        for changed in (
            session.document.table_changed,
            session.document.images_changed,
            session.inference.collection.changed,
        ):
            changed.connect(self.refresh)
        session.inference.collection.scoring_changed.connect(self._show)
        session.inference.gamma_changed.connect(self._show)
        self._show()

    def settled(self) -> bool:
        """Whether the curve is that of the present table."""
        loading = self._session.inference.collection.phase is CollectionPhase.LOADING
        return not self.isVisible() or not (self._is_stale or loading)

    def refresh(self, *_: object) -> None:
        """Works the curve out anew; while it is hidden, once it is shown."""
        self._is_stale = True
        if self.isVisible():
            self._begin()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._begin()

    def _begin(self) -> None:
        session, collection = self._session, self._session.inference.collection.collection
        table = session.document.table
        if collection is None or collection.fused.shape[1] != len(table.attributes) or not table.classes:
            self._work.cancel()
            self._take(None)
            return
        clip = session.inference.checkpoint is not None and session.inference.checkpoint.header.clip_negative
        images = session.document.images
        self._work.start(lambda: TestCurve.of(collection, images, table, clip_negative=clip))

    def _take(self, found: TestCurve | None) -> None:
        self._is_stale = False
        self._found = found
        self._show()

    def _show(self, *_: object) -> None:
        session, found = self._session, self._found
        curve = found.curve if found is not None else None
        stretch = curve.stretch_of(session.inference.gamma) if curve is not None else 0
        self.drawing.show_point(curve, stretch)
        self.drawing.setVisible(curve is not None)
        missing = session.inference.collection.phase is CollectionPhase.MISSING
        self.score.setVisible(missing and session.inference.collection.job is None)
        if curve is not None:
            figures = (("U", curve.unseen[stretch]), ("S", curve.seen[stretch]), ("H", curve.harmonic[stretch]))
            said = "  ".join(f"{name} {100 * value:.1f}" for name, value in figures)
            self.words.setText(f"{said} on {found.images:,} test images")
            best = curve.best
            self.words.setToolTip(
                f"By the class vectors as they are now. The best H, {100 * curve.harmonic[best]:.1f}, is at gamma "
                f"{curve.gamma_of(best):.2f}: chosen on test, so an upper bound and no result."
            )
            return
        self.words.setToolTip("")
        if session.inference.collection.job is not None:
            job = session.inference.collection.job
            self.words.setText(
                f"Scoring all images: {job.done:,} of {job.total:,}" if job.total else "Scoring begins …"
            )
        elif missing:
            self.words.setText("Where gamma stands on the seen-unseen curve is known once all images were scored.")
        elif found is not None:
            self.words.setText("The curve needs test images of seen and of unseen classes.")
        else:
            self.words.setText("")


class _Drawing(QWidget):
    """U over S, with the point of the present gamma; a sketch without axes, as its numbers stand below it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("calibration_curve")
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName("Seen-unseen curve")
        self._curve: SeenUnseenCurve | None = None
        self._stretch = 0

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def show_point(self, curve: SeenUnseenCurve | None, stretch: int) -> None:
        """Draws a curve with a point on one of its stretches."""
        self._curve, self._stretch = curve, stretch
        if curve is not None:
            self.setAccessibleDescription(
                f"S {100 * curve.seen[stretch]:.1f}, U {100 * curve.unseen[stretch]:.1f} per cent"
            )
        self.update()

    def point(self) -> QPointF:
        """Where the point stands."""
        assert self._curve is not None
        return self._place(float(self._curve.seen[self._stretch]), float(self._curve.unseen[self._stretch]))

    def _place(self, seen: float, unseen: float) -> QPointF:
        room = QRectF(self.rect()).adjusted(14, 5, -6, -14)
        return QPointF(room.left() + seen * room.width(), room.bottom() - unseen * room.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        curve = self._curve
        if curve is None:
            return
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corner, right, top = self._place(0, 0), self._place(1, 0), self._place(0, 1)
        painter.setPen(QPen(colours.q("line"), 1))
        painter.drawLine(corner, right)
        painter.drawLine(corner, top)
        painter.setFont(small_font())
        painter.setPen(colours.q("muted"))
        painter.drawText(QRectF(right.x() - 60, right.y() + 1, 60, 13), Qt.AlignmentFlag.AlignRight, "S seen")
        painter.drawText(QRectF(0, top.y() - 3, 13, 14), Qt.AlignmentFlag.AlignLeft, "U")
        painter.setPen(QPen(colours.q("accent"), 1.5))
        # More points than pixels are not seen.
        kept = np.unique(np.linspace(0, len(curve.seen) - 1, min(len(curve.seen), 400)).round().astype(int))
        painter.drawPolyline(
            QPolygonF([self._place(float(curve.seen[at]), float(curve.unseen[at])) for at in kept.tolist()])
        )
        painter.setPen(QPen(colours.q("panel"), 1.5))
        painter.setBrush(colours.q("text"))
        painter.drawEllipse(self.point(), 4.5, 4.5)
        painter.end()
