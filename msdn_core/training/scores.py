"""Attribute scores of a whole collection through one checkpoint, from features that are there."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from msdn_core.errors import CheckpointError, RunError
from msdn_core.msdn.checkpoint import load_network
from msdn_core.project import Project
from msdn_core.project.attribute_scores import AttributeScores, scores_file, write_scores
from msdn_core.training.data import Features
from msdn_core.training.evaluation import look
from msdn_core.vision.devices import choose_device
from msdn_core.vision.features import find_store
from msdn_core.vision.transform import BackboneSpec


def score_images(project_path: Path, checkpoint: Path, *, device: str = "auto") -> tuple[Path, AttributeScores]:
    """Scores of all images that have features, and the file in the project's cache where they are kept.

    Raises:
        CheckpointError: if the checkpoint belongs to other attributes or does not name its backbone.
        RunError: if the project has no features of that backbone.
    """
    target = choose_device(device)
    network, header = load_network(Path(checkpoint), target)
    with Project.open(Path(project_path), read_only=True) as project:
        header.check_attributes(project.table())
        images = project.images()
    try:
        spec = BackboneSpec.from_json(dict(header.backbone))
    except (KeyError, TypeError, ValueError) as fault:
        raise CheckpointError(
            f"Checkpoint “{header.run}” does not say which backbone it needs; train again."
        ) from fault
    store = find_store(Path(project_path), spec)
    there = [image.id for image in images if store is not None and store.has(image.id)]
    if store is None or not there:
        raise RunError(
            f"The project {project_path} has no features of {spec.name}, through which “{header.run}” looks; "
            "extract them first (Run, Extract features)."
        )
    rows = store.rows(there)
    looked = look(network, Features(store, target, rows), rows)
    scores = AttributeScores(np.array(there, dtype=np.int64), looked.scores_av, looked.scores_va)
    path = scores_file(Path(project_path), Path(checkpoint))
    write_scores(path, scores)
    return path, scores
