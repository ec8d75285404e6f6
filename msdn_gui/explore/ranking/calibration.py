"""The seen-unseen curve of the test images, with the present gamma on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from msdn_core.domain.annotation import Split
from msdn_core.domain.metrics import SeenUnseenCurve, seen_unseen_curve
from msdn_core.domain.scoring import class_scores
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.services.background import Background
from msdn_gui.session.collection import Collection, CollectionPhase
from msdn_gui.widgets.build import make_button, make_column, make_label
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import ImageRecord
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_HEIGHT = 64
_TESTS = (Split.TEST_SEEN, Split.TEST_UNSEEN)


@dataclass(frozen=True, eq=False)
class TestCurve:
    """The seen-unseen curve of a project's test images, and their number."""

    curve: SeenUnseenCurve | None
    images: int

    @classmethod
    def of(
        cls, collection: Collection, images: list[ImageRecord], table: ClassTable, *, clip_negative: bool
    ) -> TestCurve:
        """Return the curve of a collection: the scores of its test images for all classes, at every gamma."""
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
    """Shows a new gamma at once; the curve is computed in the background."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("calibration")
        self._session = session
        self._curve: TestCurve | None = None
        self.drawing = _Drawing()
        self.text = make_label(name="calibration_text", wrap=True)
        self.text.setProperty("look", "muted")
        self.text.setFont(small_font())
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.score = make_button("Score all images", name="calibration_score")
        self.score.setProperty("look", "quiet")
        self.score.setToolTip("Runs the checkpoint on all images once, in the background")
        layout = make_column(self.drawing, self.text, self.score, spacing=2)
        layout.setContentsMargins(0, SPACING // 2, 0, 0)
        self.setLayout(layout)
        self._is_computing = False
        self._background = Background(self)
        self._background.done.connect(self._on_computed)
        self._refresher = Refresher(self, self._compute)
        self.score.clicked.connect(lambda: session.inference.collection.score(services.jobs, "explore"))
        session.document.table_changed.connect(self._refresher.on_table_changed)
        session.document.images_changed.connect(self._refresher.request)
        session.inference.collection.changed.connect(self._refresher.request)
        session.inference.collection.scoring_changed.connect(self._update)
        session.inference.gamma_changed.connect(self._update)
        self._compute()

    def settled(self) -> bool:
        """Return whether the curve is up to date."""
        is_loading = self._session.inference.collection.phase is CollectionPhase.LOADING
        return not self.isVisible() or not (self._is_computing or self._refresher.is_stale or is_loading)

    def _compute(self) -> None:
        session, collection = self._session, self._session.inference.collection.collection
        table = session.document.table
        if collection is None or collection.fused.shape[1] != len(table.attributes) or not table.classes:
            self._background.cancel()
            self._on_computed(None)
            return
        self._is_computing = True
        clip = session.inference.checkpoint is not None and session.inference.checkpoint.header.clip_negative
        images = session.document.images
        self._background.start(lambda: TestCurve.of(collection, images, table, clip_negative=clip))

    def _on_computed(self, curve: TestCurve | None) -> None:
        self._is_computing = False
        self._curve = curve
        self._update()

    def _update(self) -> None:
        collection, computed = self._session.inference.collection, self._curve
        is_missing = collection.phase is CollectionPhase.MISSING
        self.score.setVisible(is_missing and collection.job is None)
        has_curve = computed is not None and computed.curve is not None
        self.drawing.setVisible(has_curve)
        if computed is not None and computed.curve is not None:
            self._show_curve(computed.curve, computed.images)
            return
        self.drawing.show_point(None, 0)
        self.text.setToolTip("")
        if collection.job is not None:
            job = collection.job
            self.text.setText(f"Scoring all images: {job.done:,} of {job.total:,}" if job.total else "Starting …")
        elif is_missing:
            self.text.setText("Score all images to see gamma on the seen-unseen curve.")
        elif computed is not None:
            self.text.setText("The curve needs test images of seen and of unseen classes.")
        else:
            self.text.setText("")

    def _show_curve(self, curve: SeenUnseenCurve, images: int) -> None:
        stretch, best = curve.stretch_of(self._session.inference.gamma), curve.best
        self.drawing.show_point(curve, stretch)
        figures = (("U", curve.unseen[stretch]), ("S", curve.seen[stretch]), ("H", curve.harmonic[stretch]))
        text = "  ".join(f"{name} {100 * value:.1f}" for name, value in figures)
        self.text.setText(f"{text} on {images:,} test images")
        self.text.setToolTip(
            f"With the current class vectors. The best H, {100 * curve.harmonic[best]:.1f}, is at gamma "
            f"{curve.gamma_of(best):.2f}: selected on the test split, so it is an upper bound and not a result."
        )


class _Drawing(QWidget):
    """U over S, with a point at the present gamma; a sketch without scales, as the numbers are below it."""

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
        """Draw a curve with a point on one of its stretches."""
        self._curve, self._stretch = curve, stretch
        if curve is not None:
            self.setAccessibleDescription(
                f"S {100 * curve.seen[stretch]:.1f}, U {100 * curve.unseen[stretch]:.1f} percent"
            )
        self.update()

    def point(self) -> QPointF:
        """Return the position of the point."""
        assert self._curve is not None
        return self._position(float(self._curve.seen[self._stretch]), float(self._curve.unseen[self._stretch]))

    def _position(self, seen: float, unseen: float) -> QPointF:
        room = QRectF(self.rect()).adjusted(14, 5, -6, -14)
        return QPointF(room.left() + seen * room.width(), room.bottom() - unseen * room.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        curve = self._curve
        if curve is None:
            return
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corner, right, top = self._position(0, 0), self._position(1, 0), self._position(0, 1)
        painter.setPen(QPen(colours.q("line"), 1))
        painter.drawLine(corner, right)
        painter.drawLine(corner, top)
        painter.setFont(small_font())
        painter.setPen(colours.q("muted"))
        painter.drawText(QRectF(right.x() - 60, right.y() + 1, 60, 13), Qt.AlignmentFlag.AlignRight, "S seen")
        painter.drawText(QRectF(0, top.y() - 3, 13, 14), Qt.AlignmentFlag.AlignLeft, "U")
        painter.setPen(QPen(colours.q("accent"), 1.5))
        # More points than pixels are not visible.
        kept = np.unique(np.linspace(0, len(curve.seen) - 1, min(len(curve.seen), 400)).round().astype(int))
        painter.drawPolyline(
            QPolygonF([self._position(float(curve.seen[at]), float(curve.unseen[at])) for at in kept.tolist()])
        )
        painter.setPen(QPen(colours.q("panel"), 1.5))
        painter.setBrush(colours.q("text"))
        painter.drawEllipse(self.point(), 4.5, 4.5)
        painter.end()
