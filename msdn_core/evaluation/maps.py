"""A close look at the attention of test images: where it peaks, how much both sub-nets' maps share, what regions do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.domain.metrics import class_maps, enlarged_peaks, insertion_area, map_overlap
from msdn_core.domain.scoring import calibrated, class_scores, fused_attribute_scores
from msdn_core.evaluation.evaluate import ScoredSplit
from msdn_core.msdn.batches import FeatureBatches

_AT_ONCE = 32
_SEED = 0

Floats = NDArray[np.float64]


class MapMeasures(NamedTuple):
    """What was found of N images; G attribute groups."""

    overlap: NDArray[np.float32]
    """(N, K) how much of an attribute's two maps is shared."""
    peaks_av: NDArray[np.int64]
    peaks_va: NDArray[np.int64]
    """(N, G, 2) x and y, of 224, of the peak of the group's attribute that the sub-net scores highest."""
    insertion_av: Floats
    deletion_av: Floats
    insertion_va: Floats
    deletion_va: Floats
    random: Floats
    """(N,) areas under the predicted class's probability as regions come or go, in the order of either sub-net's
    attention to that class; ``random``: in an order drawn by chance."""


def measure_maps(
    tested: ScoredSplit,
    groups: Sequence[Sequence[int]],
    on_batch: Callable[[], None],
    progress: Callable[[int, int], None],
) -> MapMeasures:
    """Runs the network over the test images once more, and keeps of each batch's maps what the figures need.

    ``groups`` are the attribute columns of each group; ``on_batch`` is called between batches, and may raise;
    ``progress`` is told how many of how many images are done.
    """
    rows = tested.test.rows
    features = FeatureBatches(tested.store, next(tested.network.parameters()).device, rows)
    unit = tested.table.unit_vectors(clip_negative=tested.header.clip_negative).astype(np.float32)
    parts = []
    for start in range(0, len(rows), _AT_ONCE):
        on_batch()
        batch = slice(start, start + _AT_ONCE)
        with torch.inference_mode():
            outputs = tested.network.regions(features.batch(rows[batch]))
        maps = [value.float().cpu().numpy() for value in outputs]
        parts.append(_batch(tested, batch, groups, unit, *maps))
        progress(min(batch.stop, len(rows)), len(rows))
    return MapMeasures(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _batch(
    tested: ScoredSplit,
    batch: slice,
    groups: Sequence[Sequence[int]],
    unit: NDArray[np.float32],
    attention_av: NDArray[np.float32],
    regions_av: NDArray[np.float32],
    attention_va: NDArray[np.float32],
    regions_va: NDArray[np.float32],
) -> MapMeasures:
    header, seen, grid = tested.header, tested.table.seen, tested.store.spec.grid
    scores_av, scores_va = tested.scores.scores_av[batch], tested.scores.scores_va[batch]
    logits = class_scores(fused_attribute_scores(scores_av, scores_va, header.fusion), unit)
    target = calibrated(logits, seen, header.gamma).argmax(axis=1)

    def area(order: NDArray[np.integer]) -> Floats:
        return insertion_area(
            attention_av,
            regions_av,
            regions_va,
            order,
            target,
            unit_vectors=unit,
            offset=(-header.gamma * seen).astype(np.float32),
            fusion=header.fusion,
            cosine_scale=header.cosine_scale,
        )

    orders = [
        np.argsort(-class_maps(attention, unit[target]), axis=1, kind="stable")
        for attention in (attention_av, attention_va)
    ]
    rng = np.random.default_rng([_SEED, batch.start])
    by_chance = rng.permuted(np.tile(np.arange(attention_av.shape[2]), (len(target), 1)), axis=1)
    return MapMeasures(
        overlap=map_overlap(attention_av, attention_va),
        peaks_av=_peaks(attention_av, scores_av, groups, grid),
        peaks_va=_peaks(attention_va, scores_va, groups, grid),
        insertion_av=area(orders[0]),
        deletion_av=area(orders[0][:, ::-1]),
        insertion_va=area(orders[1]),
        deletion_va=area(orders[1][:, ::-1]),
        random=area(by_chance),
    )


def _peaks(
    attention: NDArray[np.float32],
    scores: NDArray[np.float32],
    groups: Sequence[Sequence[int]],
    grid: tuple[int, int],
) -> NDArray[np.int64]:
    """(N, G, 2) peaks of each group's attribute with the highest score."""
    best = [np.asarray(columns)[scores[:, list(columns)].argmax(axis=1)] for columns in groups]
    if not best:
        return np.zeros((len(scores), 0, 2), np.int64)
    chosen = np.take_along_axis(attention, np.stack(best, axis=1)[:, :, None], axis=1)
    return enlarged_peaks(chosen.reshape(*chosen.shape[:2], *grid))
