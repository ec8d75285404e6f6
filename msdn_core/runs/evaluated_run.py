"""The evaluation of a run, and what follows from its predictions at any gamma."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.metrics import (
    BestSeenUnseen,
    SeenUnseenCurve,
    best_seen_unseen,
    class_accuracies,
    seen_unseen_curve,
)
from msdn_core.domain.scoring import calibrated, class_scores, fused_attribute_scores
from msdn_core.domain.seriation import by_similarity
from msdn_core.errors import RunError
from msdn_core.runs.evaluations import StoredEvaluation, evaluation_folder, read_evaluation, stale_reasons
from msdn_core.runs.trained_on import training_overlap_warning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import ImageRecord
    from msdn_core.runs.directory import RunDirectory

TRAINED, VALIDATED, BEST = "trained", "validated", "best"
GAMMAS = {
    TRAINED: "gamma as trained",
    VALIDATED: "gamma selected on validation",
    BEST: "best gamma, selected on test",
}
VALIDATED_GAMMA_NOTE = "often too large, because fewer classes count as unseen than on test"
"""A caution about gammas selected on validation (docs/experiments.md)."""


@dataclass(frozen=True, eq=False)
class EvaluatedRun:
    """The evaluation of N test images and M classes; created on a background thread of the window."""

    name: str
    kind: str
    """The checkpoint: ``best`` or ``last``."""
    evaluation: StoredEvaluation
    table: ClassTable
    labels: NDArray[np.int64]
    """(N,) class rows."""
    fused: NDArray[np.float32]
    """(N, K) fused attribute scores."""
    scores: NDArray[np.float32]
    """(N, M) class scores before calibration."""
    best: BestSeenUnseen
    curve: SeenUnseenCurve | None
    similarity_order: NDArray[np.intp]
    """(M,) class rows, ordered so that classes with similar vectors are adjacent."""
    checkpoint: Path | None = None
    """The evaluated file, if it still exists."""
    stale: tuple[str, ...] = ()
    """Why the figures are out of date, a sentence each."""
    doubt: str = ""
    """Why the figures may be too high; empty without a reason."""
    _predicted: dict[float, NDArray[np.intp]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        name: str,
        kind: str,
        kept: StoredEvaluation,
        checkpoint: Path | None = None,
        stale: tuple[str, ...] = (),
        doubt: str = "",
    ) -> EvaluatedRun:
        """Compute scores, the curve and the order of the classes, which takes a moment, from a stored evaluation."""
        found = kept.predictions
        table = found.table
        fused = fused_attribute_scores(found.scores_av, found.scores_va, found.scores_pooled, found.weights).astype(
            np.float32
        )
        unit = table.unit_vectors(clip_negative=found.clip_negative).astype(np.float32)
        scores = class_scores(fused, unit)
        return cls(
            name,
            kind,
            kept,
            table,
            found.labels,
            fused,
            scores,
            best_seen_unseen(scores, table.seen),
            seen_unseen_curve(scores, found.labels, table.seen),
            by_similarity(table.vectors),
            checkpoint,
            stale,
            doubt,
        )

    @property
    def figures(self) -> dict[str, Any]:
        """The figures of the evaluation."""
        return self.evaluation.figures

    @property
    def selected_on(self) -> str:
        """What the checkpoint was selected on."""
        return self.evaluation.predictions.selected_on or "the last step"

    @cached_property
    def images_of_class(self) -> NDArray[np.int64]:
        """(M,) number of test images of each class."""
        return np.bincount(self.labels, minlength=len(self.table.classes))

    def row(self, choice: str) -> dict[str, Any] | None:
        """Return the figures CZSL, U, S and H at one of ``GAMMAS``; None if there is no such gamma."""
        return self.figures if choice == TRAINED else self.figures.get(choice)

    def gamma(self, choice: str) -> float:
        """Return the gamma of a choice; the trained one if there is no such gamma."""
        row = self.row(choice)
        return float(row["gamma"]) if row is not None else float(self.evaluation.predictions.gamma)

    def predictions(self, gamma: float) -> NDArray[np.intp]:
        """Return the (N,) predicted class rows at a gamma."""
        if gamma not in self._predicted:
            self._predicted[gamma] = self.best.at(gamma)
        return self._predicted[gamma]

    def margins(self, gamma: float) -> NDArray[np.float64]:
        """Return (N,) by how much the predicted class scores above the true one; 0 for correct predictions."""
        images = np.arange(len(self.labels))

        def calibrated_scores(rows: NDArray[np.integer]) -> NDArray[np.floating]:
            # Of two classes per image: all classes would take longer than a frame.
            return calibrated(self.scores[images, rows], self.table.seen[rows], gamma)

        return np.asarray(calibrated_scores(self.predictions(gamma)) - calibrated_scores(self.labels), dtype=np.float64)

    def accuracies(self, gamma: float) -> NDArray[np.float64]:
        """Return the (M,) accuracy within each class; NaN without test images."""
        return class_accuracies(self.labels, self.predictions(gamma), len(self.table.classes))


def read_evaluated_run(
    run: RunDirectory, kind: str, table: ClassTable, images: Sequence[ImageRecord]
) -> EvaluatedRun | None:
    """Return the stored evaluation of a run's ``best`` or ``last`` checkpoint, and whether it is up to date.

    Returns None if the checkpoint has not been evaluated; raises RunError if the files cannot be read.
    """
    kept = read_evaluation(evaluation_folder(run, kind))
    if kept is None:
        return None
    checkpoint = run.checkpoint(kind)
    stale = tuple(stale_reasons(kept, table, images, checkpoint))
    try:
        doubt = training_overlap_warning(run.data(), images)
    except RunError:
        doubt = ""  # The run of a published checkpoint has no data description.
    return EvaluatedRun.of(run.name, kind, kept, checkpoint, stale, doubt)
