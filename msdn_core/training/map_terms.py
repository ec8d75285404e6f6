"""The loss terms on attention maps of a run: taught attention, and map distillation.

What a step is taught with follows from the seed and the step alone, as its batch does. Taught attention takes some
marked images beside the batch, map distillation the first images of the batch, which are a random part of it under
every sampling. Each term is a mean over pairs of an image and an attribute; on several ranks each rank computes the
pairs of its own images, and the gradients of all ranks are summed (``distributed``).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from msdn_core.domain.metrics import binarised
from msdn_core.errors import RunError
from msdn_core.msdn.losses import LossTerms
from msdn_core.msdn.map_losses import map_distillation, selected_logits, taught_attention
from msdn_core.torchrun import TorchRanks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from msdn_core.evaluation.labelled_rows import LabelledRows
    from msdn_core.msdn.batches import FeatureBatches, Rows
    from msdn_core.msdn.network import MSDN, Outputs
    from msdn_core.ranks import Ranks
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.training.data import TrainingData
    from msdn_core.vision.marked_places import MarkedImage

MAP_IMAGES = 16
"""The most images of a batch that map distillation takes: all of them would cost a fifth of a step."""


class TaughtImages(NamedTuple):
    """The marked images that a run is taught with."""

    rows: Rows
    """(N,) rows of the feature store, ascending."""
    marked: tuple[MarkedImage, ...]
    labels: Rows
    """(N,) rows of the class table."""


class MapTerms:
    """Adds the loss terms on attention maps to those of a step; without any the step is as it was."""

    def __init__(
        self, config: TrainConfig, data: TrainingData, train: LabelledRows, features: FeatureBatches, ranks: Ranks
    ) -> None:
        """Choose the marked images among the (N,) training images; raise RunError if taught attention has none."""
        self._config, self._device, self._ranks = config, features.device, ranks
        self._features = features.with_own_buffer()
        self._attributes_of = [np.flatnonzero(row) for row in binarised(data.table.vectors)]
        self._taught: TaughtImages | None = None
        self.description: dict[str, Any] | None = None
        """What the run is taught with, for ``data.json``; None without taught attention."""
        if config.lambda_taught > 0:
            self._taught = choose_taught(train, data.marked, per_class=config.taught_per_class, seed=config.seed)
            if not len(self._taught.rows):
                raise RunError(
                    "Taught attention has no usable mark: no training image shows where an attribute of its class can "
                    "be seen. Mark parts or attribute groups in Annotate, or set lambda_taught to 0."
                )
            self.description = describe_taught(self._taught, data.table.classes)

    def added(
        self,
        terms: LossTerms,
        network: MSDN,
        projections: Tensor,
        features: Tensor,
        outputs: Outputs,
        labels: Rows,
        step: int,
    ) -> LossTerms:
        """Return the terms of a step with those on maps.

        ``projections`` are the network's, ``features`` (b, C, R) and ``outputs`` those of this rank's images, and the
        (B,) ``labels`` those of the whole batch.
        """
        config = self._config
        if not config.lambda_map and self._taught is None:
            return terms
        by_side = network.attention_projections(projections)
        found: dict[str, Tensor] = {}
        total = terms.total
        if self._taught is not None:
            found |= self._taught_terms(self._taught, by_side, step)
        if config.lambda_map:
            found["map_distillation"] = self._map_term(by_side["va"], features, outputs.attention_av, labels)
        self._join(found)
        for name, value in found.items():
            total = total + (config.lambda_map if name == "map_distillation" else config.lambda_taught) * value
        return LossTerms({**terms.terms, **found}, total)

    def _taught_terms(self, taught: TaughtImages, by_side: Mapping[str, Tensor], step: int) -> dict[str, Tensor]:
        """Return ``taught_av`` and ``taught_va`` of this rank's share of the step's marked images."""
        rng = np.random.default_rng([self._config.seed, 4, step])
        chosen = rng.permutation(len(taught.rows))[: self._config.taught_images]
        pairs = sum(len(taught.marked[image].columns) for image in chosen)
        own = chosen[self._share(len(chosen))]
        if not len(own):
            return {f"taught_{side}": projections.new_zeros(()) for side, projections in by_side.items()}
        columns, weights = padded([taught.marked[image].columns for image in own], pairs)
        # True where an image has fewer attributes than another one: no attention is missing there.
        inside = np.ones((*columns.shape, taught.marked[0].inside.shape[1]), np.bool_)
        for place, image in enumerate(own):
            inside[place, : len(taught.marked[image].inside)] = taught.marked[image].inside
        features = self._features.batch(taught.rows[own])
        on_device = [torch.from_numpy(array).to(self._device) for array in (columns, inside, weights)]
        return {
            f"taught_{side}": taught_attention(selected_logits(projections, features, on_device[0]), *on_device[1:])
            for side, projections in by_side.items()
        }

    def _map_term(self, projections: Tensor, features: Tensor, attention: Tensor, labels: Rows) -> Tensor:
        """Return the map distillation of this rank's images among the first ones of the batch."""
        attributes = [self._attributes_of[label] for label in labels[:MAP_IMAGES]]
        first = self._share(len(labels))
        own = attributes[first]
        if not len(own) or not any(map(len, own)):
            return projections.new_zeros(())
        columns, weights = (
            torch.from_numpy(array).to(self._device) for array in padded(own, sum(map(len, attributes)))
        )
        images = torch.arange(len(own), device=self._device)[:, None]
        logits = selected_logits(projections, features[: len(own)], columns)
        return map_distillation(attention[images, columns], logits, weights)

    def _share(self, count: int) -> slice:
        """Return this rank's part of ``count`` images, as it has of a batch."""
        start, end = (index * count // self._ranks.count for index in (self._ranks.index, self._ranks.index + 1))
        return slice(start, end)

    def _join(self, found: dict[str, Tensor]) -> None:
        """Replace terms by their sums over all ranks; their gradients remain those of this rank's images."""
        if isinstance(self._ranks, TorchRanks):
            own = torch.stack([value.detach() for value in found.values()])
            whole = own.clone()
            self._ranks.sum_in_place(whole)
            for (name, value), rest in zip(found.items(), whole - own, strict=True):
                found[name] = value + rest


def padded(columns: Sequence[NDArray[np.integer]], pairs: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return (B, k) columns of B images, filled up with 0, and their (B, k) weights: 1 / ``pairs``, 0 where filled."""
    shape = (len(columns), max(map(len, columns)))
    filled, weights = np.zeros(shape, np.int64), np.zeros(shape, np.float32)
    for row, own in enumerate(columns):
        filled[row, : len(own)], weights[row, : len(own)] = own, 1 / pairs
    return filled, weights


def choose_taught(train: LabelledRows, marked: Mapping[int, MarkedImage], *, per_class: int, seed: int) -> TaughtImages:
    """Return the marked ones among the training images, at most ``per_class`` of each class if that is not 0.

    The order within a class follows from the seed and the class, so that fewer images of it are among more of them.
    """
    is_marked = np.array([row in marked for row in train.rows.tolist()], np.bool_)
    rows, labels = train.rows[is_marked], train.labels[is_marked]
    if per_class:
        chosen = [
            np.random.default_rng([seed, 5, int(label)]).permutation(np.flatnonzero(labels == label))[:per_class]
            for label in np.unique(labels)
        ]
        kept = np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)
        rows, labels = rows[kept], labels[kept]
    order = np.argsort(rows, kind="stable")
    rows, labels = rows[order], labels[order]
    return TaughtImages(rows, tuple(marked[row] for row in rows.tolist()), labels)


def describe_taught(taught: TaughtImages, classes: Sequence[str]) -> dict[str, Any]:
    """Return what a run is taught with: counts of images, marks and attributes, per class and source, a fingerprint."""
    digest = hashlib.sha256(taught.rows.tobytes())
    sources: Counter[str] = Counter()
    for image in taught.marked:
        digest.update(image.columns.tobytes() + np.packbits(image.inside).tobytes())
        sources.update(image.marks)
    labels, counts = np.unique(taught.labels, return_counts=True)
    return {
        "count": len(taught.rows),
        "marks": sources.total(),
        "attributes": sum(len(image.columns) for image in taught.marked),
        "from": dict(sorted(sources.items())),
        "per_class": {classes[label]: int(count) for label, count in zip(labels, counts, strict=True)},
        "fingerprint": digest.hexdigest()[:16],
    }
