"""Measures of the maps of test images: peaks, overlap of both sub-nets, what happens when regions are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.evidence import attribute_evidence
from msdn_core.domain.metrics import (
    best_regions,
    class_maps,
    enlarged_peaks,
    insertion_area,
    map_overlap,
    random_regions,
    score_falls,
)
from msdn_core.domain.scoring import calibrated, class_scores, fused_attribute_scores, fused_evidence
from msdn_core.msdn.batches import FeatureBatches, run_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from msdn_core.evaluation.scored_split import ScoredSplit

_BATCH = 32
_SEED = 0

Floats = NDArray[np.float64]


class MapMeasures(NamedTuple):
    """Measures of N images; G attribute groups."""

    overlap: NDArray[np.float32]
    """(N, K) the shared mass of an attribute's two maps."""
    peaks_av: NDArray[np.int64]
    peaks_va: NDArray[np.int64]
    """(N, G, 2) x and y, of 224, of the peak of the attribute that the sub-net scores highest in the group."""
    insertion_av: Floats
    deletion_av: Floats
    insertion_va: Floats
    deletion_va: Floats
    insertion_evidence: Floats
    deletion_evidence: Floats
    random: Floats
    """(N,) areas under the predicted class's probability while regions are inserted or deleted in the order of a
    sub-net's attention to that class, or of the fused evidence for it; ``random``: in random order."""
    falls: NDArray[np.float32]
    random_falls: NDArray[np.float32]
    """(N, K) falls of the fused attribute scores without the regions with the most evidence, or without as many
    random ones."""


def measure_maps(
    tested: ScoredSplit,
    groups: Sequence[Sequence[int]],
    on_batch: Callable[[], None],
    progress: Callable[[int, int], None],
) -> MapMeasures:
    """Run the network on the test images once more and measure the maps of each batch.

    ``groups`` are the attribute columns of each group. ``on_batch`` is called before each batch and may raise;
    ``progress`` receives the number of images done and their total.
    """
    rows = tested.test.rows
    features = FeatureBatches(tested.store, next(tested.network.parameters()).device, rows)
    unit = tested.table.unit_vectors(clip_negative=tested.header.clip_negative).astype(np.float32)
    parts = []
    batches = run_batches(tested.network.regions, features, rows, batch_size=_BATCH, on_batch=on_batch)
    for part, outputs in batches:
        maps = [value.float().cpu().numpy() for value in outputs]
        parts.append(_measure_batch(tested, part, groups, unit, *maps))
        progress(part.stop, len(rows))
    return MapMeasures(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _measure_batch(
    tested: ScoredSplit,
    part: slice,
    groups: Sequence[Sequence[int]],
    unit: NDArray[np.float32],
    attention_av: NDArray[np.float32],
    regions_av: NDArray[np.float32],
    attention_va: NDArray[np.float32],
    regions_va: NDArray[np.float32],
) -> MapMeasures:
    header, seen, grid = tested.header, tested.table.seen, tested.store.spec.grid
    scores_av, scores_va = tested.scores.scores_av[part], tested.scores.scores_va[part]
    fused = fused_attribute_scores(scores_av, scores_va, tested.scores.scores_pooled[part], header.fusion)
    logits = class_scores(fused, unit)
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

    evidence = attribute_evidence(attention_av, regions_av, regions_va, header.cosine_scale)
    fused = fused_evidence(*evidence, header.fusion).astype(np.float32, copy=False)

    def falls(removed: NDArray[np.bool_]) -> NDArray[np.float32]:
        return score_falls(attention_av, *evidence, removed, header.fusion).astype(np.float32)

    orders = [
        np.argsort(-class_maps(maps, unit[target]), axis=1, kind="stable")
        for maps in (attention_av, attention_va, fused)
    ]
    rng = np.random.default_rng([_SEED, part.start])
    regions = attention_av.shape[2]
    random_order = rng.permuted(np.tile(np.arange(regions), (len(target), 1)), axis=1)
    return MapMeasures(
        overlap=map_overlap(attention_av, attention_va),
        peaks_av=_group_peaks(attention_av, scores_av, groups, grid),
        peaks_va=_group_peaks(attention_va, scores_va, groups, grid),
        insertion_av=area(orders[0]),
        deletion_av=area(orders[0][:, ::-1]),
        insertion_va=area(orders[1]),
        deletion_va=area(orders[1][:, ::-1]),
        insertion_evidence=area(orders[2]),
        deletion_evidence=area(orders[2][:, ::-1]),
        random=area(random_order),
        falls=falls(best_regions(fused)),
        random_falls=falls(random_regions(len(target), regions, rng)),
    )


def _group_peaks(
    attention: NDArray[np.float32],
    scores: NDArray[np.float32],
    groups: Sequence[Sequence[int]],
    grid: tuple[int, int],
) -> NDArray[np.int64]:
    """Return (N, G, 2) peaks of each group's highest-scoring attribute."""
    best = [np.asarray(columns)[scores[:, list(columns)].argmax(axis=1)] for columns in groups]
    if not best:
        return np.zeros((len(scores), 0, 2), np.int64)
    chosen = np.take_along_axis(attention, np.stack(best, axis=1)[:, :, None], axis=1)
    return enlarged_peaks(chosen.reshape(*chosen.shape[:2], *grid))
