"""A checkpoint run on a project's test images: what every figure of an evaluation is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.backbones.devices import choose_device
from msdn_core.backbones.extraction import Progress, extract_features
from msdn_core.domain.annotation import Split
from msdn_core.domain.metrics import PointingGame, binarised, pointing_game
from msdn_core.domain.variants import SubNets
from msdn_core.errors import RunError
from msdn_core.evaluation import provenance
from msdn_core.evaluation.labelled_rows import LabelledRows, labelled_rows, rows_fingerprint
from msdn_core.msdn.batches import DTYPES, FeatureBatches
from msdn_core.msdn.checkpoint import load_network
from msdn_core.msdn.checkpoint_backbone import backbone_spec, load_checkpoint_backbone
from msdn_core.msdn.scoring import NetworkScores, score_rows
from msdn_core.project import ImageRecord, Project
from msdn_core.runs.attribute_scores import checkpoint_digest
from msdn_core.vision.features import FeatureStore, find_store
from msdn_core.vision.locations import ViewedLocations, viewed_locations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import torch

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.msdn.network import MSDN
    from msdn_core.runs.header import CheckpointHeader

_TEST_SPLITS = (Split.TEST_SEEN, Split.TEST_UNSEEN)


@dataclass(frozen=True, eq=False, slots=True)
class ScoredSplit:
    """The scores of a checkpoint on the N test images of a project."""

    network: MSDN
    header: CheckpointHeader
    table: ClassTable
    store: FeatureStore
    test: LabelledRows
    images: tuple[ImageRecord, ...]
    """(N,) in the order of ``test``."""
    left_out: int
    """Number of test images without features."""
    scores: NetworkScores
    locations: ViewedLocations
    group_parts: Mapping[str, tuple[str, ...]]
    pointing: PointingGame | None
    """The pointing game of each image and attribute; None without known parts, or without a sub-net that attends."""
    measured: dict[str, Any]
    """What was measured, and with what: fingerprints, versions, machine."""


def score_test_split(
    project_path: Path,
    checkpoint: Path,
    *,
    device: str = "auto",
    precision: str = "float32",
    progress: Callable[[Progress], None] | None = None,
    on_batch: Callable[[], None] = lambda: None,
) -> ScoredSplit:
    """Run a checkpoint on a project's test images; extract missing features first.

    ``precision`` is that of the network's product, as in a run's settings. ``progress`` is called while features are
    extracted. ``on_batch`` is called before each batch and may raise to end the evaluation. Raises CheckpointError if
    the checkpoint was trained on other attributes, and RunError if there are no test images.
    """
    target = choose_device(device)
    network, header = load_network(Path(checkpoint), target)
    with Project.open(Path(project_path), read_only=True) as project:
        table, images = project.table(), project.images()
        header.check_attributes(table)
        store = features_of(Path(project_path), header, images, target, progress)
        test, left_out = labelled_rows(images, table, store, _TEST_SPLITS)
        if len(test) == 0:
            raise RunError(
                f"{project_path} has no test images that can be opened; import its splits, or set a fifth of the "
                "images aside for testing in Annotate."
            )
        by_id = {image.id: image for image in images}
        tested = tuple(by_id[store.manifest.images[row].id] for row in test.rows.tolist())
        locations, group_parts = viewed_locations(project, tested), project.group_parts()
    part_columns = _part_columns(table, locations, group_parts)
    has_pointing = any(part_columns) and header.sub_nets is not SubNets.NONE
    features = FeatureBatches(store, target, test.rows, dtype=DTYPES[precision])
    scores = score_rows(network, features, test.rows, peaks=has_pointing, on_batch=on_batch)
    pointing = None
    if has_pointing:
        pointing = _play_pointing_game(header.sub_nets, table, test, scores, locations, part_columns, store.spec.grid)
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


def features_of(
    project_path: Path,
    header: CheckpointHeader,
    images: Sequence[ImageRecord],
    device: torch.device,
    progress: Callable[[Progress], None] | None,
) -> FeatureStore:
    """Return features of all test images that fit a checkpoint; extract them if the project has none.

    Raises CheckpointError if the checkpoint's backbone cannot be loaded.
    """
    store = find_store(project_path, backbone_spec(header))
    tests = [image for image in images if image.split in _TEST_SPLITS]
    if store is not None and all(store.has(image.id) or image.name in store.failures for image in tests):
        return store
    return extract_features(project_path, load_checkpoint_backbone(header, device), progress=progress)


def _part_columns(
    table: ClassTable, locations: ViewedLocations, group_parts: Mapping[str, tuple[str, ...]]
) -> list[list[int]]:
    """Return, per attribute, the columns of ``locations`` of the parts that show it."""
    names = locations.part_names
    return [[names.index(part) for part in group_parts.get(a.group, ()) if part in names] for a in table.attributes]


def _play_pointing_game(
    sub_nets: SubNets,
    table: ClassTable,
    test: LabelledRows,
    scores: NetworkScores,
    locations: ViewedLocations,
    part_columns: list[list[int]],
    grid: tuple[int, int],
) -> PointingGame:
    present = binarised(table.vectors)[test.labels]
    game = pointing_game(scores.peaks_av, scores.peaks_va, present, locations.regions(grid), part_columns, grid)
    # The map of an absent sub-net is uniform, so that its peak is meaningless.
    unknown = np.full(present.shape, np.nan)
    return replace(game, av=game.av if sub_nets.has_av else unknown, va=game.va if sub_nets.has_va else unknown)
