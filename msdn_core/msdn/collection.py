"""Attribute scores of every image of a project, labelled or not: what zero-shot search ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.backbones.extraction import Progress, extract_features
from msdn_core.errors import RunError
from msdn_core.msdn.batches import FeatureBatches
from msdn_core.msdn.explainer import Explainer
from msdn_core.msdn.scoring import score_rows
from msdn_core.project import Project
from msdn_core.runs.attribute_scores import AttributeScores, checkpoint_digest
from msdn_core.vision.features import find_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def score_collection(
    project_path: Path,
    checkpoint: Path,
    *,
    device: str = "auto",
    weights: Path | None = None,
    features_progress: Callable[[Progress], None] | None = None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> AttributeScores:
    """Return the attribute scores of all images of a project that can be opened; extract missing features first.

    Parameters
    ----------
    project_path
        The project's folder.
    checkpoint
        The checkpoint file to score with.
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    weights
        The backbone's weights file, if it is a local one.
    features_progress, progress
        Called while features are extracted; called with the number of images scored and their total.

    Raises
    ------
    CheckpointError
        If the checkpoint was trained on other attributes.
    RunError
        If the project has no image, or none can be opened.
    """
    explainer = Explainer(checkpoint, device=device, weights=weights)
    with Project.open(project_path, read_only=True) as project:
        table, images = project.table(), project.images()
    if table.attributes:
        explainer.header.check_attributes(table)
    if not images:
        raise RunError(f"{project_path} has no images to score; import some first.")
    store = find_store(project_path, explainer.spec)
    if store is None or not all(store.has(image.id) or image.name in store.failures for image in images):
        store = extract_features(project_path, explainer.load_backbone(), progress=features_progress)
    ids = [image.id for image in images if store.has(image.id)]
    if not ids:
        raise RunError(f"No image of {project_path} could be opened; restore the image files.")
    rows = store.rows(ids)
    # Rows are read in their order on disk.
    order = np.argsort(rows)
    features = FeatureBatches(store, explainer.device, rows)
    found = score_rows(explainer.network, features, rows[order], progress=progress)
    # Back from the order on disk to that of the images.
    back = np.argsort(order)
    return AttributeScores(
        np.array(ids, dtype=np.int64),
        found.scores_av[back],
        found.scores_va[back],
        found.scores_pooled[back],
        np.array(explainer.header.attributes, dtype=np.str_),
        checkpoint_digest(checkpoint),
    )
