"""A checkpoint's look at a project's images, batch by batch, for the exports that write down what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.backbones.devices import choose_device
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.scoring import Floats, calibrated, class_scores, fused_attribute_scores
from msdn_core.errors import RunError
from msdn_core.evaluation.scored_split import features_of
from msdn_core.importers.dataset import ProgressReport
from msdn_core.msdn.batches import FeatureBatches, Rows
from msdn_core.msdn.checkpoint import load_network
from msdn_core.msdn.network import MSDN, Outputs
from msdn_core.project import ImageRecord, Project
from msdn_core.runs.header import CheckpointHeader
from msdn_core.runs.predictions import Predictions, make_predictions

_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class CheckpointOutputs:
    """A checkpoint over N images of a project, in the order of the project."""

    header: CheckpointHeader
    table: ClassTable
    images: tuple[ImageRecord, ...]
    grid: tuple[int, int]
    _network: MSDN
    _features: FeatureBatches
    _rows: Rows
    _progress: ProgressReport

    @property
    def sides(self) -> tuple[str, ...]:
        """The sub-nets that there are, ``av`` and ``va``."""
        return tuple(side for side in ("av", "va") if not self.header.sub_nets.absence(side))

    @property
    def scored_sides(self) -> tuple[str, ...]:
        """Those that have scores: the baseline's stand in the place of ``av``."""
        return self.sides or ("av",)

    def batches(self) -> Iterator[tuple[slice, Outputs]]:
        """Which images, and what the network says of them, on the CPU."""
        with torch.inference_mode():
            for start in range(0, len(self._rows), _AT_ONCE):
                part = slice(start, min(start + _AT_ONCE, len(self._rows)))
                said = self._network(self._features.batch(self._rows[part]))
                yield part, Outputs(*(value.float().cpu() for value in said))
                self._progress("looking", part.stop, len(self._rows))

    def new_predictions(self) -> Predictions:
        """Predictions of all images, whose scores are 0 until someone fills them in."""
        shape = len(self.images), len(self.table.attributes)
        empty = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        return make_predictions(self.header, self.table, self.images, *empty)

    def class_scores(self, scores_av: Floats, scores_va: Floats) -> NDArray[np.float64]:
        """(B, M) scores of all classes with calibrated stacking, from attribute scores (B, K) of both sub-nets."""
        fused = fused_attribute_scores(scores_av, scores_va, self.header.fusion)
        unit = self.table.unit_vectors(clip_negative=self.header.clip_negative)
        return np.asarray(calibrated(class_scores(fused, unit), self.table.seen, self.header.gamma))


def open_outputs(
    project: Project, checkpoint: Path, splits: Sequence[Split], device: str, progress: ProgressReport
) -> CheckpointOutputs:
    """The checkpoint over the project's images of these splits that have features.

    Raises:
        CheckpointError: if it belongs to other attributes, or its backbone cannot be had.
        RunError: if there is no such image.
    """
    target = choose_device(device)
    network, header = load_network(checkpoint, target)
    table, images = project.table(), project.images()
    header.check_attributes(table)
    store = features_of(project.path, header, images, target, lambda p: progress("features", p.done, p.total))
    there = tuple(image for image in images if image.split in splits and store.has(image.id))
    if not there:
        raise RunError(f"{project.path} has no image of this kind that has features; choose another --split.")
    rows = store.rows([image.id for image in there])
    return CheckpointOutputs(
        header, table, there, store.spec.grid, network, FeatureBatches(store, target, rows), rows, progress
    )
