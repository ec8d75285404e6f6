"""Running a checkpoint over every image of a project, labelled or not: what zero-shot search looks through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from msdn_core.backbones.extraction import Progress, extract_features
from msdn_core.errors import RunError
from msdn_core.msdn.explainer import Explainer
from msdn_core.project import Project
from msdn_core.runs.attribute_scores import AttributeScores, checkpoint_digest
from msdn_core.vision.features import FeatureStore, find_store

_AT_ONCE = 64


def score_collection(
    project_path: Path,
    checkpoint: Path,
    *,
    device: str = "auto",
    weights: Path | None = None,
    features_progress: Callable[[Progress], None] | None = None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> AttributeScores:
    """The attribute scores of all images of a project that can be opened; features that are missing are made first.

    ``weights`` is the backbone's weights file, where it is local; ``progress`` is told how many images of how many
    are scored. Raises CheckpointError where the checkpoint belongs to other attributes, RunError where there is no
    image.
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
        raise RunError(f"No image of {project_path} could be opened; put the image files back.")
    scores = _scores(explainer, store, ids, progress)
    return AttributeScores(
        np.array(ids, dtype=np.int64),
        *scores,
        np.array(explainer.header.attributes, dtype=np.str_),
        checkpoint_digest(checkpoint),
    )


def _scores(
    explainer: Explainer, store: FeatureStore, ids: list[int], progress: Callable[[int, int], object]
) -> tuple[np.ndarray, np.ndarray]:
    """(N, K) scores of both sub-nets, in the order of ``ids``."""
    rows = store.rows(ids)
    # In the order in which they lie on disk.
    order = np.argsort(rows)
    found = np.empty((2, len(ids), len(explainer.header.attributes)), np.float32)
    with torch.inference_mode():
        for start in range(0, len(ids), _AT_ONCE):
            part = order[start : start + _AT_ONCE]
            features = torch.from_numpy(np.asarray(store.array[rows[part]], np.float32)).to(explainer.device)
            out = explainer.network(features)
            found[0, part], found[1, part] = out.scores_av.cpu().numpy(), out.scores_va.cpu().numpy()
            progress(start + len(part), len(ids))
    return found[0], found[1]
