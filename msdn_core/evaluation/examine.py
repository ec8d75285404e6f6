"""One checkpoint measured in every way there is, with the tables and predictions behind its figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.backbones.extraction import Progress
from msdn_core.domain.metrics import (
    attribute_auc,
    binarised,
    jensen_shannon,
    mean_known,
    seen_unseen_curve,
)
from msdn_core.domain.scoring import calibrated, class_scores, fused_attribute_scores
from msdn_core.domain.variants import SubNets
from msdn_core.evaluation.evaluate import ScoredSplit, main_figures, run_test
from msdn_core.evaluation.localisation import PartHits, PartPlan, part_hits, part_rows, pcp_figures, plan_parts
from msdn_core.evaluation.maps import MapMeasures, measure_maps
from msdn_core.evaluation.tables import Row, attribute_rows, class_rows, curve_rows
from msdn_core.project import Project
from msdn_core.runs.image_measures import ImageMeasures
from msdn_core.runs.predictions import Predictions, make_predictions

JUDGED = "image judgements"
BY_CLASS = "class vectors"
REGIONS = "cached regions: the network is run on the regions that are in, no pixel is changed"


@dataclass(frozen=True, eq=False, slots=True)
class Evaluation:
    """Figures as JSON knows them, and what they were made of; every row is one of a table's."""

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
    """All that is measured of a checkpoint on a project's test split.

    ``figures`` are those of ``msdn_core.evaluation.evaluate.evaluate`` and these: ``attributes`` the mean AUC of
    attribute scores and what it was measured against; ``pcp`` part localisation; ``region_insertion`` the areas
    under region insertion and deletion; ``agreement`` of the two sub-nets. ``maps_progress`` is told how many of how
    many images were looked at closely; other arguments and errors as in ``run_test``.
    """
    tested = run_test(
        project_path, checkpoint, device=device, precision=precision, progress=progress, on_batch=on_batch
    )
    header, table, labels = tested.header, tested.table, tested.test.labels
    unit = table.unit_vectors(clip_negative=header.clip_negative)
    by_subnet = {"av": tested.scores.scores_av, "va": tested.scores.scores_va}
    by_subnet["fused"] = fused_attribute_scores(by_subnet["av"], by_subnet["va"], header.fusion)
    scores = class_scores(by_subnet["fused"], unit)
    present = binarised(table.vectors)[labels]

    plan = plan_parts(tested)
    study = measure_maps(tested, plan.groups, on_batch, maps_progress)
    # A sub-net alone is biased as in training: by what gamma is once the fusion's weights are taken off it.
    bias = header.gamma / (header.fusion.av + header.fusion.va)
    jsd = jensen_shannon(*(calibrated(class_scores(by_subnet[side], unit), table.seen, bias) for side in ("av", "va")))
    overlap = np.where(present, study.overlap, np.nan)
    truth, truth_from = _attribute_truth(Path(project_path), tested, present)
    there = {"av": header.sub_nets is not SubNets.VA, "va": header.sub_nets.has_va, "fused": True}
    unknown = np.full(len(table.attributes), np.nan)
    auc = {
        f"auc_{side}": attribute_auc(values, truth) if there[side] else unknown for side, values in by_subnet.items()
    }
    looks = {"av": header.sub_nets.has_av, "va": header.sub_nets.has_va}
    if not all(looks.values()):
        # One sub-net agrees with nobody.
        jsd, overlap = np.full_like(jsd, np.nan), np.full_like(overlap, np.nan)

    figures = main_figures(tested)
    gammas = {"accuracy": header.gamma}
    if figures["validated"] is not None:
        gammas["accuracy_validated"] = figures["validated"]["gamma"]
    peaks = {"av": study.peaks_av, "va": study.peaks_va}
    hits = part_hits(tested, plan, {side: found if looks[side] else None for side, found in peaks.items()})
    parts = part_rows(tested, plan, hits)
    overlap_of_image = _mean_over_attributes(overlap)
    pcp = pcp_figures(plan, parts) if any(looks.values()) else None
    if pcp is None and any(looks.values()):
        figures["missing"].append("It is not known where objects and parts are, so PCP cannot be measured.")
    figures |= {
        "attributes": {
            **{name: mean_known(values) for name, values in auc.items()},
            "measured": int((~np.isnan(auc["auc_fused"])).sum()),
            "truth": truth_from,
        },
        "pcp": pcp,
        "region_insertion": _insertion(study, looks),
        "agreement": {"jsd_nats": mean_known(jsd), "map_overlap": mean_known(overlap)} if all(looks.values()) else None,
    }
    return Evaluation(
        figures,
        class_rows(table, labels, scores, gammas, jsd, overlap_of_image),
        attribute_rows(table, truth, truth_from, auc, present, jsd, overlap, tested.pointing),
        parts,
        curve_rows(seen_unseen_curve(scores, labels, table.seen)),
        make_predictions(header, table, tested.images, tested.scores.scores_av, tested.scores.scores_va),
        _measures(tested, plan, hits, truth, jsd, overlap_of_image),
    )


def _measures(
    tested: ScoredSplit,
    plan: PartPlan,
    hits: PartHits,
    truth: NDArray[np.int8],
    jsd: NDArray[np.floating],
    overlap: NDArray[np.floating],
) -> ImageMeasures:
    game, nowhere = tested.pointing, np.full(truth.shape, np.nan)
    pointing = {"av": nowhere if game is None else game.av, "va": nowhere if game is None else game.va}
    found: dict[str, Any] = {
        "image_ids": np.array([image.id for image in tested.images], np.int64),
        "jsd": jsd.astype(np.float32),
        "overlap": overlap.astype(np.float32),
        "truth": truth,
        **{f"pointing_{side}": np.nan_to_num(hit, nan=-1).astype(np.int8) for side, hit in pointing.items()},
        "parts": np.array([part.name for part in plan.parts], np.str_),
        "counted": np.array([part.counted for part in plan.parts], np.bool_),
        **{f"pcp_{name}": shares.astype(np.float32) for name, shares in hits.hits.items()},
    }
    return ImageMeasures(**found)


def _insertion(study: MapMeasures, looks: Mapping[str, bool]) -> dict[str, Any]:
    """The areas of each sub-net whose attention gives an order of regions, None of one that has none."""
    found: dict[str, Any] = {"variant": REGIONS}
    for side, looking in looks.items():
        if not looking:
            found[side] = None
            continue
        areas = {way: float(getattr(study, f"{way}_{side}").mean()) for way in ("insertion", "deletion")}
        found[side] = areas
    return {**found, "random": float(study.random.mean()), "n": len(study.random)}


def _mean_over_attributes(overlap: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N,) mean of an image's known values; NaN where there are none."""
    known = ~np.isnan(overlap)
    total = np.where(known, overlap, 0.0).sum(axis=1, dtype=np.float64)
    count = known.sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0))


def _attribute_truth(
    project_path: Path, tested: ScoredSplit, present: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], str]:
    """(N, K) 1, 0, or -1 for unknown: what people said of the images, or, where nobody did, their classes' vectors.

    A judgement of something that its author marked as not visible is none.
    """
    with Project.open(project_path, read_only=True) as project:
        said = [project.image_attributes(image.id) for image in tested.images]
        hidden = _not_visible(project.meta("certainties"))
    if all(entry is None for entry in said):
        return present.astype(np.int8), BY_CLASS
    truth = np.full(present.shape, -1, np.int8)
    for row, entry in enumerate(said):
        if entry is not None:
            judged, certainty = entry
            truth[row] = np.where(np.isin(certainty, hidden), -1, judged)
    return truth, JUDGED


def _not_visible(certainties: str | None) -> Sequence[int]:
    """The numbers on the data set's scale of certainty that say so."""
    try:
        names = json.loads(certainties or "{}")
        return [int(number) for number, name in names.items() if str(name).replace("_", " ") == "not visible"]
    except (ValueError, AttributeError):
        return []
