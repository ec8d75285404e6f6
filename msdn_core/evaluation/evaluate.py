"""The main figures of a checkpoint on a project's test images: CZSL, U, S, H, the seen-unseen curve, pointing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.metrics import PointingGame, figures, mean_known, seen_unseen_curve
from msdn_core.domain.scoring import class_scores, fused_attribute_scores
from msdn_core.domain.variants import SubNets
from msdn_core.evaluation.scored_split import ScoredSplit, score_test_split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from msdn_core.backbones.extraction import Progress
    from msdn_core.domain.attributes import ClassTable
    from msdn_core.evaluation.labelled_rows import LabelledRows
    from msdn_core.msdn.scoring import NetworkScores
    from msdn_core.runs.header import CheckpointHeader

_CURVE_POINTS = 512


def evaluate(
    project_path: Path,
    checkpoint: Path,
    *,
    device: str = "auto",
    precision: str = "float32",
    progress: Callable[[Progress], None] | None = None,
    on_batch: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Return the main figures of a checkpoint on a project's test images, as JSON values.

    Protocol: per-class accuracies with calibrated stacking (reference, section 6). A figure is None if it cannot be
    measured; ``missing`` says why.

    Parameters
    ----------
    project_path, checkpoint
        The project's folder and the checkpoint file.
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    precision
        ``float32`` or ``bfloat16``: of the network's one large product.
    progress
        Called while missing features are extracted.
    on_batch
        Called before each batch of images; it may raise to end the evaluation.

    Returns
    -------
    dict
        ``czsl``, ``U``, ``S``, ``H`` (from 0 to 1) at the checkpoint's own ``gamma``; ``validated``: the same at the
        gamma with the highest H on the validation images; ``best``: the same at the gamma with the highest H on the
        test images themselves, an upper bound and not a result; ``ausuc``: the area under the seen-unseen ``curve``;
        ``pointing``: the share of attention peaks at the true parts.

    Raises
    ------
    CheckpointError
        If the checkpoint was trained on other attributes or its backbone cannot be loaded.
    RunError
        If there are no test images.
    """
    return main_figures(
        score_test_split(
            project_path, checkpoint, device=device, precision=precision, progress=progress, on_batch=on_batch
        )
    )


def main_figures(tested: ScoredSplit) -> dict[str, Any]:
    """Return the figures of ``evaluate``."""
    header, table, test = tested.header, tested.table, tested.test
    result = {
        **measure(tested.scores, test, table, header),
        "pointing": pointing_figures(tested.pointing),
        **_origin(tested),
    }
    return {**result, "missing": _missing(result)}


def pointing_figures(game: PointingGame | None) -> dict[str, Any] | None:
    """Return the shares of hits over all images and attributes and their number ``n``; None without any."""
    if game is None or np.isnan(game.chance).all():
        return None
    shares = {side: mean_known(getattr(game, side)) for side in ("av", "va", "chance")}
    return {**shares, "n": int((~np.isnan(game.chance)).sum()), "within_regions": 1}


def measure(scores: NetworkScores, part: LabelledRows, table: ClassTable, header: CheckpointHeader) -> dict[str, Any]:
    """Return the classification figures, with the curve thinned to a few hundred points."""
    attribute_scores = fused_attribute_scores(scores.scores_av, scores.scores_va, scores.scores_pooled, header.fusion)
    by_class = class_scores(attribute_scores, table.unit_vectors(clip_negative=header.clip_negative))

    def at(gamma: float) -> dict[str, Any]:
        return {**asdict(figures(by_class, part.labels, table.seen, gamma)), "gamma": gamma}

    chosen = header.figures.get("calibration")
    validated = {**at(float(chosen["gamma"])), "selected_on": chosen["selected_on"]} if chosen else None
    result: dict[str, Any] = {**at(header.gamma), "validated": validated}
    curve = seen_unseen_curve(by_class, part.labels, table.seen)
    if curve is None:
        return {**result, "ausuc": None, "best": None, "curve": None}
    best = {**at(curve.gamma_of(curve.best)), "selected_on": "test"}
    count = len(curve.seen)
    kept = np.unique(np.linspace(0, count - 1, min(count, _CURVE_POINTS)).round().astype(int))
    points = {
        "gamma": [curve.gamma_of(int(stretch)) for stretch in kept],
        "S": curve.seen[kept].tolist(),
        "U": curve.unseen[kept].tolist(),
    }
    return {**result, "ausuc": curve.area, "best": best, "curve": points}


def _missing(result: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each figure that is None."""
    reasons = []
    if result["czsl"] is None:
        reasons.append("There are no test images of unseen classes, so CZSL, U, H and the curve cannot be measured.")
    if result["S"] is None:
        reasons.append("There are no test images of seen classes, so S, H and the curve cannot be measured.")
    if result["validated"] is None:
        reasons.append(
            "The training chose no gamma on validation images, so there are no figures at a validated gamma."
        )
    sub_nets: SubNets = result["sub_nets"]
    reasons += dict.fromkeys(absence for side in ("av", "va") if (absence := sub_nets.absence(side)))
    if result["pointing"] is None and sub_nets is not SubNets.NONE:
        reasons.append("The locations of parts in the test images are unknown, so pointing cannot be measured.")
    return reasons


def _origin(tested: ScoredSplit) -> dict[str, Any]:
    header, test = tested.header, tested.test
    seen = int(tested.table.seen[test.labels].sum())
    return {
        "run": header.run,
        "step": header.step,
        "selected_on": header.selected_on,
        "variant": header.variant,
        "sub_nets": header.sub_nets,
        "images": {"test_seen": seen, "test_unseen": len(test) - seen, "left_out": tested.left_out},
        "made": dict(header.made),
        "measured": tested.measured,
    }
