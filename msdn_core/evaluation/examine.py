"""Everything that is measured of one checkpoint, with the tables and predictions behind the figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.metrics import (
    attribute_auc,
    binarised,
    jensen_shannon,
    mean_known,
    score_correlation,
    seen_unseen_curve,
)
from msdn_core.domain.name_spellings import loose_word
from msdn_core.domain.scoring import calibrated, class_scores, fused_attribute_scores
from msdn_core.domain.variants import SubNets
from msdn_core.evaluation.evaluate import main_figures
from msdn_core.evaluation.localisation import PartHits, PartPlan, part_hits, part_rows, pcp_figures, plan_parts
from msdn_core.evaluation.maps import MapMeasures, measure_maps
from msdn_core.evaluation.scored_split import ScoredSplit, score_test_split
from msdn_core.evaluation.tables import Row, attribute_rows, class_rows, curve_rows
from msdn_core.project import Project
from msdn_core.runs.image_measures import ImageMeasures
from msdn_core.runs.predictions import Predictions, make_predictions
from msdn_core.safe_files import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from msdn_core.backbones.extraction import Progress

JUDGED = "image judgements"
BY_CLASS = "class vectors"
REGIONS = "cached regions: the network is run on the regions that are in, no pixel is changed"


@dataclass(frozen=True, eq=False, slots=True)
class Evaluation:
    """Figures as JSON values, and the tables and arrays that they were computed from."""

    figures: dict[str, Any]
    classes: list[Row]
    attributes: list[Row]
    parts: list[Row]
    curve: list[Row]
    predictions: Predictions
    measures: ImageMeasures


def examine(
    project_path: Path,
    checkpoint: Path,
    *,
    device: str = "auto",
    precision: str = "float32",
    progress: Callable[[Progress], None] | None = None,
    on_batch: Callable[[], None] = lambda: None,
    maps_progress: Callable[[int, int], None] = lambda *_: None,
) -> Evaluation:
    """Return everything that is measured of a checkpoint on a project's test images.

    Parameters
    ----------
    project_path, checkpoint, device, precision, progress, on_batch
        As of ``evaluate``.
    maps_progress
        Called with the number of images whose maps were measured and their total.

    Returns
    -------
    Evaluation
        ``figures`` holds those of ``evaluate`` and these: ``attributes``, the means over the attributes of the AUC
        and of their reliability, and the truth that the AUC was measured against; ``pcp``, part localisation;
        ``region_insertion``, the areas under region insertion and deletion; ``agreement`` of the two sub-nets.

    Raises
    ------
    CheckpointError, RunError
        As ``evaluate``.
    """
    tested = score_test_split(
        project_path, checkpoint, device=device, precision=precision, progress=progress, on_batch=on_batch
    )
    header, table, labels = tested.header, tested.table, tested.test.labels
    unit = table.unit_vectors(clip_negative=header.clip_negative)
    by_subnet = {"av": tested.scores.scores_av, "va": tested.scores.scores_va}
    by_subnet["fused"] = fused_attribute_scores(
        by_subnet["av"], by_subnet["va"], tested.scores.scores_pooled, header.fusion
    )
    scores = class_scores(by_subnet["fused"], unit)
    present = binarised(table.vectors)[labels]

    plan = plan_parts(tested)
    study = measure_maps(tested, plan.groups, on_batch, maps_progress)
    # A single sub-net is biased as in training: by gamma without the weights of the fusion.
    bias = header.gamma / (header.fusion.av + header.fusion.va)
    jsd = jensen_shannon(*(calibrated(class_scores(by_subnet[side], unit), table.seen, bias) for side in ("av", "va")))
    overlap = np.where(present, study.overlap, np.nan)
    truth, truth_from = _attribute_truth(Path(project_path), tested, present)
    has_scores = {"av": header.sub_nets is not SubNets.VA, "va": header.sub_nets.has_va, "fused": True}
    unknown = np.full(len(table.attributes), np.nan)
    auc = {
        f"auc_{side}": attribute_auc(values, truth) if has_scores[side] else unknown
        for side, values in by_subnet.items()
    }
    card = _reliability(tested, by_subnet, truth, study, present)
    attends = {"av": header.sub_nets.has_av, "va": header.sub_nets.has_va}
    if not all(attends.values()):
        # A single sub-net has nothing to agree with.
        jsd, overlap = np.full_like(jsd, np.nan), np.full_like(overlap, np.nan)

    figures = main_figures(tested)
    gammas = {"accuracy": header.gamma}
    if figures["validated"] is not None:
        gammas["accuracy_validated"] = figures["validated"]["gamma"]
    peaks = {"av": study.peaks_av, "va": study.peaks_va}
    hits = part_hits(tested, plan, {side: values if attends[side] else None for side, values in peaks.items()})
    parts = part_rows(tested, plan, hits)
    image_overlap = _mean_over_attributes(overlap)
    pcp = pcp_figures(plan, parts) if any(attends.values()) else None
    if pcp is None and any(attends.values()):
        figures["missing"].append("The locations of objects and parts are unknown, so PCP cannot be measured.")
    figures |= {
        "attributes": {
            **{name: mean_known(values) for name, values in (auc | card).items()},
            "measured": int((~np.isnan(auc["auc_fused"])).sum()),
            "truth": truth_from,
        },
        "pcp": pcp,
        "region_insertion": _insertion(study, attends),
        "agreement": {"jsd_nats": mean_known(jsd), "map_overlap": mean_known(overlap)}
        if all(attends.values())
        else None,
    }
    return Evaluation(
        figures,
        class_rows(table, labels, scores, gammas, jsd, image_overlap),
        attribute_rows(table, truth, truth_from, auc | card, present, jsd, overlap, tested.pointing),
        parts,
        curve_rows(seen_unseen_curve(scores, labels, table.seen)),
        make_predictions(
            header,
            table,
            tested.images,
            tested.scores.scores_av,
            tested.scores.scores_va,
            tested.scores.scores_pooled,
        ),
        _measures(tested, plan, hits, truth, jsd, image_overlap),
    )


def _measures(
    tested: ScoredSplit,
    plan: PartPlan,
    hits: PartHits,
    truth: NDArray[np.int8],
    jsd: NDArray[np.floating],
    overlap: NDArray[np.floating],
) -> ImageMeasures:
    game, unknown = tested.pointing, np.full(truth.shape, np.nan)
    pointing = {"av": unknown if game is None else game.av, "va": unknown if game is None else game.va}
    measures: dict[str, Any] = {
        "image_ids": np.array([image.id for image in tested.images], np.int64),
        "jsd": jsd.astype(np.float32),
        "overlap": overlap.astype(np.float32),
        "truth": truth,
        **{f"pointing_{side}": np.nan_to_num(hit, nan=-1).astype(np.int8) for side, hit in pointing.items()},
        "parts": np.array([part.name for part in plan.parts], np.str_),
        "counted": np.array([part.counted for part in plan.parts], np.bool_),
        **{f"pcp_{name}": shares.astype(np.float32) for name, shares in hits.hits.items()},
    }
    return ImageMeasures(**measures)


def _reliability(
    tested: ScoredSplit,
    by_subnet: Mapping[str, NDArray[np.floating]],
    truth: NDArray[np.int8],
    study: MapMeasures,
    present: NDArray[np.bool_],
) -> dict[str, NDArray[np.floating]]:
    """Return (K,) what tells whether an attribute's score and its maps can be relied on; NaN if not measured.

    The falls of the score are in standard deviations of the score over the test images, so that attributes can be
    compared, and are averaged over the images whose class has the attribute.
    """
    unseen = ~tested.table.seen[tested.test.labels]
    correlation = np.full(len(tested.table.attributes), np.nan)
    if tested.header.sub_nets is SubNets.BOTH:
        correlation = score_correlation(by_subnet["av"], by_subnet["va"])
    spread = by_subnet["fused"].std(axis=0, dtype=np.float64)
    images = present.sum(axis=0)
    measured = (spread > 0) & (images > 0) & (np.prod(tested.store.spec.grid) > 1)
    falls = {
        name: np.divide(
            np.where(present, values, 0.0).sum(axis=0, dtype=np.float64),
            images * spread,
            out=np.full(len(spread), np.nan),
            where=measured,
        )
        for name, values in (("fall", study.falls), ("fall_random", study.random_falls))
    }
    return {
        "auc_unseen": attribute_auc(by_subnet["fused"][unseen], truth[unseen]),
        "score_correlation": correlation,
        **falls,
    }


def _insertion(study: MapMeasures, attends: Mapping[str, bool]) -> dict[str, Any]:
    """Return the areas in the order of each sub-net's attention, and of the fused evidence.

    They are None for a sub-net without attention, which gives no order of regions.
    """
    areas: dict[str, Any] = {"variant": REGIONS}
    areas["evidence"] = {way: float(getattr(study, f"{way}_evidence").mean()) for way in ("insertion", "deletion")}
    for side, has_attention in attends.items():
        areas[side] = None
        if has_attention:
            areas[side] = {way: float(getattr(study, f"{way}_{side}").mean()) for way in ("insertion", "deletion")}
    return {**areas, "random": float(study.random.mean()), "n": len(study.random)}


def _mean_over_attributes(overlap: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the (N,) means over each image's known values; NaN without any."""
    known = ~np.isnan(overlap)
    total = np.where(known, overlap, 0.0).sum(axis=1, dtype=np.float64)
    count = known.sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0))


def _attribute_truth(
    project_path: Path, tested: ScoredSplit, present: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], str]:
    """Return the (N, K) truth, 1, 0, or -1 for unknown, and where it comes from.

    It is what people judged in the images or, without any judgements, the vectors of their classes. A judgement
    marked as not visible counts as unknown.
    """
    with Project.open(project_path, read_only=True) as project:
        judgements = [project.image_attributes(image.id) for image in tested.images]
        hidden = _not_visible(project.meta("certainties"))
    if all(entry is None for entry in judgements):
        return present.astype(np.int8), BY_CLASS
    truth = np.full(present.shape, -1, np.int8)
    for row, entry in enumerate(judgements):
        if entry is not None:
            judged, certainty = entry
            truth[row] = np.where(np.isin(certainty, hidden), -1, judged)
    return truth, JUDGED


def _not_visible(certainties: str | None) -> Sequence[int]:
    """Return the numbers that mean “not visible” on the data set's scale of certainty."""
    try:
        names = parse_json(certainties or "{}")
        return [int(number) for number, name in names.items() if loose_word(str(name)) == "notvisible"]
    except (ValueError, AttributeError):
        return []
