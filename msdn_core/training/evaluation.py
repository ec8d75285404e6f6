"""How good a checkpoint is: on a project's test split, by the figures of the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.metrics import figures, pointing_chance, pointing_hits, seen_unseen_curve
from msdn_core.domain.scoring import class_scores, fused_attribute_scores
from msdn_core.domain.variants import SubNets
from msdn_core.errors import CheckpointError, ImageError, RunError
from msdn_core.msdn.checkpoint import load_network
from msdn_core.msdn.network import MSDN
from msdn_core.project import ImageRecord, Project
from msdn_core.runs.header import CheckpointHeader
from msdn_core.training import provenance
from msdn_core.training.data import DTYPES, Features, Part, Rows, fingerprint, part_of
from msdn_core.vision.backbones import load_backbone
from msdn_core.vision.devices import choose_device
from msdn_core.vision.extraction import Progress, extract_features
from msdn_core.vision.features import FeatureStore, find_store
from msdn_core.vision.images import image_size
from msdn_core.vision.transform import BackboneSpec, viewed_box
from msdn_core.vision.weights import local_file

_AT_ONCE = 64
_CURVE_POINTS = 512


class Looked(NamedTuple):
    """What the network says of N images."""

    scores_av: NDArray[np.float32]
    scores_va: NDArray[np.float32]
    """(N, K) each."""
    peaks_av: NDArray[np.int64]
    peaks_va: NDArray[np.int64]
    """(N, K) the region with the highest attention."""


def look(network: MSDN, features: Features, rows: Rows, between: Callable[[], None] = lambda: None) -> Looked:
    """Runs the network over feature rows; ``between`` is called between batches, and may raise to end it."""
    parts: list[tuple[torch.Tensor, ...]] = []
    with torch.inference_mode():
        for start in range(0, len(rows), _AT_ONCE):
            between()
            out = network(features.batch(rows[start : start + _AT_ONCE]))
            peaks = (out.attention_av.argmax(dim=2), out.attention_va.argmax(dim=2))
            parts.append(tuple(value.cpu() for value in (out.scores_av, out.scores_va, *peaks)))
    if not parts:
        floats, whole = (np.zeros((0, network.V.shape[0]), kind) for kind in (np.float32, np.int64))
        return Looked(floats, floats, whole, whole)
    scores_av, scores_va, peaks_av, peaks_va = (torch.cat(values).numpy() for values in zip(*parts, strict=True))
    return Looked(scores_av, scores_va, peaks_av, peaks_va)


def evaluate(
    project_path: Path,
    checkpoint: Path,
    *,
    device: str = "auto",
    precision: str = "float32",
    progress: Callable[[Progress], None] | None = None,
    between: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """All figures of a checkpoint on a project's test split, as JSON knows them; what cannot be measured is None.

    ``czsl``, ``U``, ``S``, ``H`` at the checkpoint's own ``gamma``; ``best`` holds the gamma with the highest H on
    the test split itself, so it is an upper bound and no result; ``ausuc`` is the area under the exact seen-unseen
    ``curve``; ``pointing`` compares attention peaks with the true parts; ``missing`` says why a figure is None.
    ``precision`` is that of the network's product, as in a run's settings. ``between`` is called between batches, and
    may raise to end it. Raises CheckpointError where the checkpoint belongs to other attributes, RunError where there
    are no test images.
    """
    target = choose_device(device)
    network, header = load_network(Path(checkpoint), target)
    with Project.open(Path(project_path), read_only=True) as project:
        table, images = project.table(), project.images()
        header.check_attributes(table)
        store = _features_of(Path(project_path), header, images, target, progress)
        test, left_out = part_of(images, table, store, (Split.TEST_SEEN, Split.TEST_UNSEEN))
        if len(test) == 0:
            raise RunError(f"{project_path} has no test images that could be opened; import its splits.")
        features = Features(store, target, test.rows, dtype=DTYPES[precision])
        looked = look(network, features, test.rows, between)
        pointing = _pointing(project, table, images, store, test, looked)
    result = {
        **measure(looked, test, table, header),
        "pointing": _of_what_is_there(pointing, header.sub_nets),
        **_origin(header, table, images, test, left_out, target),
        "precision": precision,
    }
    return {**result, "missing": _missing(result)}


def _of_what_is_there(pointing: dict[str, Any] | None, there: SubNets) -> dict[str, Any] | None:
    """A sub-net that is not there points nowhere; its map is the same everywhere, and so is its peak by chance."""
    if pointing is None or there is SubNets.NONE:
        return None
    return {**pointing, "av": pointing["av"] if there.has_av else None, "va": pointing["va"] if there.has_va else None}


def _missing(result: Mapping[str, Any]) -> list[str]:
    """Why figures are None, a sentence each."""
    reasons = []
    if result["czsl"] is None:
        reasons.append("There are no test images of unseen classes, so CZSL, U, H and the curve cannot be measured.")
    if result["S"] is None:
        reasons.append("There are no test images of seen classes, so S, H and the curve cannot be measured.")
    there: SubNets = result["sub_nets"]
    reasons += dict.fromkeys(absence for side in ("av", "va") if (absence := there.absence(side)))
    if result["pointing"] is None and there is not SubNets.NONE:
        reasons.append("It is not known where parts are in the test images, so pointing cannot be measured.")
    return reasons


def measure(looked: Looked, part: Part, table: ClassTable, header: CheckpointHeader) -> dict[str, Any]:
    """The figures of classification, with the curve thinned to a few hundred points."""
    attribute_scores = fused_attribute_scores(looked.scores_av, looked.scores_va, header.fusion)
    scores = class_scores(attribute_scores, table.unit_vectors(clip_negative=header.clip_negative))
    result: dict[str, Any] = {**asdict(figures(scores, part.labels, table.seen, header.gamma)), "gamma": header.gamma}
    curve = seen_unseen_curve(scores, part.labels, table.seen)
    if curve is None:
        return {**result, "ausuc": None, "best": None, "curve": None}
    gamma = curve.gamma_of(curve.best)
    best = {**asdict(figures(scores, part.labels, table.seen, gamma)), "gamma": gamma, "selected_on": "test"}
    count = len(curve.seen)
    kept = np.unique(np.linspace(0, count - 1, min(count, _CURVE_POINTS)).round().astype(int))
    points = {
        "gamma": [curve.gamma_of(int(stretch)) for stretch in kept],
        "S": curve.seen[kept].tolist(),
        "U": curve.unseen[kept].tolist(),
    }
    return {**result, "ausuc": curve.area, "best": best, "curve": points}


def _origin(
    header: CheckpointHeader,
    table: ClassTable,
    images: Sequence[ImageRecord],
    test: Part,
    left_out: int,
    device: torch.device,
) -> dict[str, Any]:
    seen = int(table.seen[test.labels].sum())
    return {
        "run": header.run,
        "step": header.step,
        "selected_on": header.selected_on,
        "variant": header.variant,
        "sub_nets": header.sub_nets,
        "images": {"test_seen": seen, "test_unseen": len(test) - seen, "left_out": left_out},
        "made": dict(header.made),
        "measured": {
            "test": fingerprint(test),
            "splits": provenance.splits(images),
            "versions": provenance.versions(),
            "machine": provenance.machine(device),
        },
    }


def _features_of(
    project_path: Path,
    header: CheckpointHeader,
    images: Sequence[ImageRecord],
    device: torch.device,
    progress: Callable[[Progress], None] | None,
) -> FeatureStore:
    try:
        spec = BackboneSpec.from_json(dict(header.backbone))
    except (KeyError, TypeError, ValueError) as fault:
        raise CheckpointError(
            f"Checkpoint “{header.run}” does not say which backbone it needs; train again."
        ) from fault
    store = find_store(project_path, spec.fingerprint)
    tests = [image for image in images if image.split in (Split.TEST_SEEN, Split.TEST_UNSEEN)]
    if store is not None and all(store.has(image.id) or image.name in store.failures for image in tests):
        return store
    backbone = load_backbone(spec.name, size=spec.size, weights=local_file(spec), device=device)
    if backbone.spec.fingerprint != spec.fingerprint:
        raise CheckpointError(
            f"Checkpoint “{header.run}” was trained on features of {spec.name} with other weights ({spec.weights}); "
            "extract features with those weights first."
        )
    return extract_features(project_path, backbone, progress=progress)


def _pointing(
    project: Project,
    table: ClassTable,
    images: Sequence[ImageRecord],
    store: FeatureStore,
    test: Part,
    looked: Looked,
) -> dict[str, Any] | None:
    """Share of present attributes whose attention peaks within one region of a true place of their part."""
    parts, groups = project.part_names(), project.group_parts()
    places = [[parts.index(part) for part in groups.get(a.group, ()) if part in parts] for a in table.attributes]
    if not any(places):
        return None
    record_of = {image.id: image for image in images}
    keys = [store.manifest.images[row] for row in test.rows.tolist()]
    points = project.part_points([key.id for key in keys])
    rows, columns = store.spec.grid
    regions = np.full((*points.shape[:2], 2), np.nan)
    for index, key in enumerate(keys):
        try:
            view = viewed_box(*image_size(record_of[key.id].path))
        except ImageError:
            continue  # Its features are there, but where its parts lie in them is no longer known.
        column = np.floor((points[index, :, 0] - view.x) / view.width * columns)
        row = np.floor((points[index, :, 1] - view.y) / view.height * rows)
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        regions[index, inside] = np.stack([row, column], axis=1)[inside]
    # A class has an attribute where its value is more than half of the table's highest: 1 of 0 and 1, 50 of percent.
    present = table.vectors[test.labels] > 0.5 * table.vectors.max()
    tally = {"av": 0.0, "va": 0.0, "chance": 0.0}
    count = 0
    for column_index, at in enumerate(places):
        if not at:
            continue
        truth = regions[:, at]
        use = present[:, column_index] & ~np.isnan(truth).all(axis=(1, 2))
        if not use.any():
            continue
        count += int(use.sum())
        tally["chance"] += float(pointing_chance(truth[use], (rows, columns)).sum())
        for side, peaks in (("av", looked.peaks_av), ("va", looked.peaks_va)):
            place = np.stack(np.divmod(peaks[use, column_index], columns), axis=1)
            tally[side] += float(pointing_hits(place, truth[use]).sum())
    if count == 0:
        return None
    return {**{name: value / count for name, value in tally.items()}, "n": count, "within_regions": 1}
