"""How good a checkpoint is: on a project's test split, by the figures of the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.backbones.devices import choose_device
from msdn_core.backbones.extraction import Progress, extract_features
from msdn_core.backbones.loading import load_backbone
from msdn_core.backbones.weights import local_weights
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.metrics import PointingGame, binarised, figures, mean_known, pointing_game, seen_unseen_curve
from msdn_core.domain.scoring import class_scores, fused_attribute_scores
from msdn_core.domain.variants import SubNets
from msdn_core.errors import CheckpointError, RunError
from msdn_core.evaluation import provenance
from msdn_core.evaluation.labelled_rows import LabelledRows, labelled_rows, rows_fingerprint
from msdn_core.msdn.batches import DTYPES, FeatureBatches, Rows
from msdn_core.msdn.checkpoint import load_network
from msdn_core.msdn.network import MSDN
from msdn_core.project import ImageRecord, Project
from msdn_core.runs.attribute_scores import checkpoint_digest
from msdn_core.runs.header import CheckpointHeader
from msdn_core.vision.features import FeatureStore, find_store
from msdn_core.vision.locations import ViewedLocations, viewed_locations
from msdn_core.vision.transform import BackboneSpec

AT_ONCE = 24
"""At CUB's shape a batch's products are 23 MB; above 32 MB, memory is asked of the system anew each time."""
_CURVE_POINTS = 512


class NetworkScores(NamedTuple):
    """What the network says of N images."""

    scores_av: NDArray[np.float32]
    scores_va: NDArray[np.float32]
    """(N, K) each."""
    peaks_av: NDArray[np.int64]
    peaks_va: NDArray[np.int64]
    """(N, K) the region with the highest attention; (N, 0) where they were not asked for."""


def score_rows(
    network: MSDN,
    features: FeatureBatches,
    rows: Rows,
    on_batch: Callable[[], None] = lambda: None,
    *,
    peaks: bool = False,
) -> NetworkScores:
    """Runs the network over feature rows; ``on_batch`` is called between batches, and may raise to end it.

    ``peaks`` asks for the attention's peaks as well.
    """
    parts: list[tuple[torch.Tensor, ...]] = []
    with torch.inference_mode():
        projections = network.projections()
        for start in range(0, len(rows), AT_ONCE):
            on_batch()
            out = network(features.batch(rows[start : start + AT_ONCE]), projections)
            found = [
                attention.argmax(dim=2) if peaks else torch.zeros(len(attention), 0, dtype=torch.int64)
                for attention in (out.attention_av, out.attention_va)
            ]
            parts.append(tuple(value.cpu() for value in (out.scores_av, out.scores_va, *found)))
    if not parts:
        floats, whole = (np.zeros((0, network.V.shape[0]), kind) for kind in (np.float32, np.int64))
        return NetworkScores(floats, floats, whole, whole)
    scores_av, scores_va, peaks_av, peaks_va = (torch.cat(values).numpy() for values in zip(*parts, strict=True))
    return NetworkScores(scores_av, scores_va, peaks_av, peaks_va)


@dataclass(frozen=True, eq=False, slots=True)
class ScoredSplit:
    """A checkpoint that was run over the N images of a project's test split."""

    network: MSDN
    header: CheckpointHeader
    table: ClassTable
    store: FeatureStore
    test: LabelledRows
    images: tuple[ImageRecord, ...]
    """(N,) in the order of ``test``."""
    left_out: int
    """Test images that have no features."""
    scores: NetworkScores
    locations: ViewedLocations
    group_parts: Mapping[str, tuple[str, ...]]
    pointing: PointingGame | None
    """The pointing game of each image and attribute; None where no parts are known, or nothing looks."""
    measured: dict[str, Any]
    """What was measured on, and with: fingerprints, versions, machine."""


def run_test(
    project_path: Path,
    checkpoint: Path,
    *,
    device: str = "auto",
    precision: str = "float32",
    progress: Callable[[Progress], None] | None = None,
    on_batch: Callable[[], None] = lambda: None,
) -> ScoredSplit:
    """Runs a checkpoint over a project's test split; features that are missing are made first.

    ``precision`` is that of the network's product, as in a run's settings. ``on_batch`` is called between batches, and
    may raise to end it. Raises CheckpointError where the checkpoint belongs to other attributes, RunError where there
    are no test images.
    """
    target = choose_device(device)
    network, header = load_network(Path(checkpoint), target)
    with Project.open(Path(project_path), read_only=True) as project:
        table, images = project.table(), project.images()
        header.check_attributes(table)
        store = features_of(Path(project_path), header, images, target, progress)
        test, left_out = labelled_rows(images, table, store, (Split.TEST_SEEN, Split.TEST_UNSEEN))
        if len(test) == 0:
            raise RunError(
                f"{project_path} has no test images that could be opened; import its splits, or keep a fifth for "
                "testing in Annotate."
            )
        by_id = {image.id: image for image in images}
        tested = tuple(by_id[store.manifest.images[row].id] for row in test.rows.tolist())
        locations, group_parts = viewed_locations(project, tested), project.group_parts()
    seen_at = _parts_of(table, locations, group_parts)
    pointing_known = any(seen_at) and header.sub_nets is not SubNets.NONE
    features = FeatureBatches(store, target, test.rows, dtype=DTYPES[precision])
    scores = score_rows(network, features, test.rows, on_batch, peaks=pointing_known)
    pointing = (
        _pointing(header.sub_nets, table, test, scores, locations, seen_at, store.spec.grid) if pointing_known else None
    )
    measured = {
        "test": rows_fingerprint(test),
        "checkpoint": checkpoint_digest(Path(checkpoint)),
        "splits": provenance.splits(images),
        "versions": provenance.versions(),
        "machine": provenance.machine(target),
        "precision": precision,
    }
    return ScoredSplit(
        network, header, table, store, test, tested, left_out, scores, locations, group_parts, pointing, measured
    )


def _parts_of(
    table: ClassTable, locations: ViewedLocations, group_parts: Mapping[str, tuple[str, ...]]
) -> list[list[int]]:
    """The parts at which each attribute is seen, as columns of ``locations``."""
    names = locations.part_names
    return [[names.index(part) for part in group_parts.get(a.group, ()) if part in names] for a in table.attributes]


def _pointing(
    there: SubNets,
    table: ClassTable,
    test: LabelledRows,
    scores: NetworkScores,
    locations: ViewedLocations,
    seen_at: list[list[int]],
    grid: tuple[int, int],
) -> PointingGame:
    present = binarised(table.vectors)[test.labels]
    game = pointing_game(scores.peaks_av, scores.peaks_va, present, locations.regions(grid), seen_at, grid)
    # A sub-net that is not there points nowhere; its map is the same everywhere, and so is its peak by chance.
    nowhere = np.full(present.shape, np.nan)
    return replace(game, av=game.av if there.has_av else nowhere, va=game.va if there.has_va else nowhere)


def evaluate(
    project_path: Path,
    checkpoint: Path,
    *,
    device: str = "auto",
    precision: str = "float32",
    progress: Callable[[Progress], None] | None = None,
    on_batch: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """The main figures of a checkpoint on a project's test split, as JSON knows them; None where not measurable.

    ``czsl``, ``U``, ``S``, ``H`` at the checkpoint's own ``gamma``; ``validated`` the same at the gamma that had the
    highest H on the validation part; ``best`` at the gamma with the highest H on the test split itself, so an upper
    bound and no result; ``ausuc`` is the area under the exact seen-unseen ``curve``; ``pointing`` compares attention
    peaks with the true parts; ``missing`` says why a figure is None. Arguments and errors as in ``run_test``.
    """
    return main_figures(
        run_test(project_path, checkpoint, device=device, precision=precision, progress=progress, on_batch=on_batch)
    )


def main_figures(tested: ScoredSplit) -> dict[str, Any]:
    """What ``evaluate`` gives."""
    header, table, test = tested.header, tested.table, tested.test
    result = {
        **measure(tested.scores, test, table, header),
        "pointing": pointing_figures(tested.pointing),
        **_origin(tested),
    }
    return {**result, "missing": _missing(result)}


def pointing_figures(game: PointingGame | None) -> dict[str, Any] | None:
    """The shares of hits over all images and attributes, and how many there were; None where there were none."""
    if game is None or np.isnan(game.chance).all():
        return None
    shares = {side: mean_known(getattr(game, side)) for side in ("av", "va", "chance")}
    return {**shares, "n": int((~np.isnan(game.chance)).sum()), "within_regions": 1}


def _missing(result: Mapping[str, Any]) -> list[str]:
    """Why figures are None, a sentence each."""
    reasons = []
    if result["czsl"] is None:
        reasons.append("There are no test images of unseen classes, so CZSL, U, H and the curve cannot be measured.")
    if result["S"] is None:
        reasons.append("There are no test images of seen classes, so S, H and the curve cannot be measured.")
    if result["validated"] is None:
        reasons.append("No gamma was chosen on a validation part in training, so there are no figures at such a one.")
    there: SubNets = result["sub_nets"]
    reasons += dict.fromkeys(absence for side in ("av", "va") if (absence := there.absence(side)))
    if result["pointing"] is None and there is not SubNets.NONE:
        reasons.append("It is not known where parts are in the test images, so pointing cannot be measured.")
    return reasons


def measure(scores: NetworkScores, part: LabelledRows, table: ClassTable, header: CheckpointHeader) -> dict[str, Any]:
    """The figures of classification, with the curve thinned to a few hundred points."""
    attribute_scores = fused_attribute_scores(scores.scores_av, scores.scores_va, header.fusion)
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


def features_of(
    project_path: Path,
    header: CheckpointHeader,
    images: Sequence[ImageRecord],
    device: torch.device,
    progress: Callable[[Progress], None] | None,
) -> FeatureStore:
    """Features that the checkpoint can look at, of all test images; made where the project has none.

    Raises CheckpointError where its backbone cannot be had.
    """
    try:
        spec = BackboneSpec.from_json(dict(header.backbone))
    except (KeyError, TypeError, ValueError) as fault:
        raise CheckpointError(
            f"Checkpoint “{header.run}” does not say which backbone it needs; train again."
        ) from fault
    store = find_store(project_path, spec)
    tests = [image for image in images if image.split in (Split.TEST_SEEN, Split.TEST_UNSEEN)]
    if store is not None and all(store.has(image.id) or image.name in store.failures for image in tests):
        return store
    backbone = load_backbone(
        spec.name, size=spec.size, weights=local_weights(spec), device=device, precision=spec.precision
    )
    if not spec.accepts(backbone.spec):
        raise CheckpointError(
            f"Checkpoint “{header.run}” was trained on features of {spec.name} with other weights ({spec.weights}); "
            "extract features with those weights first."
        )
    return extract_features(project_path, backbone, progress=progress)
