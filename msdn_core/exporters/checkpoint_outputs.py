"""The outputs of a checkpoint for a project's images, batch by batch, for export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from msdn_core.backbones.devices import choose_device
from msdn_core.domain.evidence import attribute_evidence
from msdn_core.domain.scoring import Floats, calibrated, class_scores, fused_attribute_scores, fused_evidence
from msdn_core.errors import RunError
from msdn_core.evaluation.scored_split import features_of
from msdn_core.msdn.batches import FeatureBatches, Rows, run_batches
from msdn_core.msdn.checkpoint import load_network
from msdn_core.msdn.network import MSDN, Outputs, RegionOutputs
from msdn_core.runs.predictions import Predictions, make_predictions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Split
    from msdn_core.domain.attributes import ClassTable
    from msdn_core.importers.dataset import ProgressReport
    from msdn_core.project import ImageRecord, Project
    from msdn_core.runs.header import CheckpointHeader

_BATCH = 64


class EvidenceMaps(NamedTuple):
    """The evidence of the attributes in B images, (B, K, R) each (``msdn_core.domain.evidence``)."""

    av: Floats
    va: Floats
    fused: Floats


@dataclass(frozen=True, eq=False)
class CheckpointOutputs:
    """The outputs of a checkpoint for N images of a project, in the order of the project."""

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
        """The sub-nets of the network, of ``av`` and ``va``."""
        return tuple(side for side in ("av", "va") if not self.header.sub_nets.absence(side))

    @property
    def scored_sides(self) -> tuple[str, ...]:
        """The sub-nets with scores; the baseline's scores are those of ``av``."""
        return self.sides or ("av",)

    def batches(self) -> Iterator[tuple[slice, Outputs]]:
        """Yield slices of the images and the network's outputs for them, on the CPU."""
        for part, outputs in run_batches(self._network, self._features, self._rows, batch_size=_BATCH):
            yield part, Outputs(*(value.float().cpu() for value in outputs))
            self._progress("scoring", part.stop, len(self._rows))

    def explained_batches(self) -> Iterator[tuple[slice, Outputs, EvidenceMaps]]:
        """Yield what ``batches`` yields, and the evidence of the same images."""

        def forward(features: torch.Tensor) -> tuple[Outputs, RegionOutputs]:
            return self._network(features), self._network.regions(features)

        for part, (outputs, regions) in run_batches(forward, self._features, self._rows, batch_size=_BATCH):
            maps = (value.float().cpu().numpy() for value in regions)
            attention_av, regions_av, _, regions_va = maps
            av, va = attribute_evidence(attention_av, regions_av, regions_va, self.header.cosine_scale)
            fused = fused_evidence(av, va, self.header.fusion)
            yield part, Outputs(*(value.float().cpu() for value in outputs)), EvidenceMaps(av, va, fused)
            self._progress("scoring", part.stop, len(self._rows))

    @staticmethod
    def fill(predictions: Predictions, part: slice, out: Outputs) -> None:
        """Write the attribute scores of a batch into predictions."""
        predictions.scores_av[part], predictions.scores_va[part] = out.scores_av.numpy(), out.scores_va.numpy()
        predictions.scores_pooled[part] = out.scores_pooled.numpy()

    def new_predictions(self) -> Predictions:
        """Return predictions for all images with scores of 0, to be filled in."""
        shape = len(self.images), len(self.table.attributes)
        empty = (np.zeros(shape, np.float32) for _ in range(3))
        return make_predictions(self.header, self.table, self.images, *empty)

    def fused(self, out: Outputs) -> Floats:
        """Return the (B, K) fused attribute scores of a batch."""
        return fused_attribute_scores(
            out.scores_av.numpy(), out.scores_va.numpy(), out.scores_pooled.numpy(), self.header.fusion
        )

    def class_scores(self, fused: Floats) -> NDArray[np.float64]:
        """Return (B, M) class scores with calibrated stacking from (B, K) fused attribute scores."""
        unit = self.table.unit_vectors(clip_negative=self.header.clip_negative)
        return np.asarray(calibrated(class_scores(fused, unit), self.table.seen, self.header.gamma))


def open_outputs(
    project: Project, checkpoint: Path, splits: Sequence[Split], device: str, progress: ProgressReport
) -> CheckpointOutputs:
    """Return the outputs of a checkpoint for the images of some splits that have features.

    Raises
    ------
    CheckpointError
        If the checkpoint belongs to other attributes, or its backbone is not available.
    RunError
        If there are no such images.
    """
    target = choose_device(device)
    network, header = load_network(checkpoint, target)
    table, images = project.table(), project.images()
    header.check_attributes(table)
    store = features_of(project.path, header, images, target, lambda p: progress("features", p.done, p.total))
    included = tuple(image for image in images if image.split in splits and store.has(image.id))
    if not included:
        raise RunError(f"{project.path} has no images with features in this split; choose another --split.")
    rows = store.rows([image.id for image in included])
    features = FeatureBatches(store, target, rows)
    return CheckpointOutputs(header, table, included, store.spec.grid, network, features, rows, progress)
