"""What a run trains on and is measured with: features, labels, class vectors, and the parts they are split into."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.backbones.extraction import Progress, extract_features
from msdn_core.backbones.loading import load_backbone
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.errors import RunError
from msdn_core.evaluation import provenance
from msdn_core.evaluation.labelled_rows import LabelledRows, labelled_rows, rows_fingerprint
from msdn_core.importers.word_vectors import HASHED, hashed_word_vectors
from msdn_core.project import ImageRecord, Project
from msdn_core.ranks import ALONE, Ranks
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.pins import Pin, read_pins
from msdn_core.vision.features import FeatureStore, find_stores


@dataclass(frozen=True, eq=False, slots=True)
class TrainingData:
    """A project as a run sees it."""

    table: ClassTable
    word_vectors: NDArray[np.float32]
    word_vector_source: str
    store: FeatureStore
    train: LabelledRows
    test: LabelledRows
    """Test images of seen and of unseen classes together; ``table.seen`` tells them apart."""
    left_out: int
    """Images of a split that have no features, because they could not be opened."""
    unseen_images: int
    """Images of the training split that are not trained on, because their class counts as unseen."""
    splits: dict[str, Any]
    """Fingerprints of the project's splits, see ``provenance.splits``."""
    validation_classes: tuple[str, ...] = ()
    """The seen classes that the data set itself names for validation."""
    pins: tuple[Pin, ...] = ()
    """The pairs of image and attribute that are pinned in the project, for the film."""

    def describe(self, device: torch.device) -> dict[str, Any]:
        """What a result rests on, for ``data.json``."""
        table = self.table
        vectors = hashlib.sha256(np.ascontiguousarray(table.vectors).tobytes() + table.seen.tobytes()).hexdigest()
        return {
            "classes": {"count": len(table.classes), "seen": int(table.seen.sum()), "fingerprint": vectors[:16]},
            "attributes": {"count": len(table.attributes), "fingerprint": table.attribute_fingerprint},
            "word_vectors": self.word_vector_source,
            "features": {"backbone": self.store.spec.to_json(), "fingerprint": self.store.fingerprint},
            "images": {
                "train": rows_fingerprint(self.train),
                "test": rows_fingerprint(self.test),
                "left_out": self.left_out,
            },
            "splits": self.splits,
            "versions": provenance.versions(),
            "device": str(device),
            "machine": provenance.machine(device),
        }


def load_data(
    project_path: Path,
    config: TrainConfig,
    device: torch.device,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    ranks: Ranks = ALONE,
) -> TrainingData | None:
    """A project's data under a run's settings; features that are missing are made first, by all ranks together.

    Images of the training split whose class counts as unseen are not trained on: nothing that is said of unseen
    classes would be true then. None where ``stop`` ended it. Raises RunError where there is nothing to train on, and
    what extraction raises.
    """
    with Project.open(project_path, read_only=True) as project:
        table, images = project.table(), project.images()
        word_vectors, source = project.word_vectors(), project.word_vector_source()
        for_validation = _names(project.meta("validation_classes"))
        pins = read_pins(project)
    if not table.attributes or not table.classes:
        raise RunError(f"{project_path} has no classes with attributes yet; define them under Classes, or import them.")
    if not any(image.split is Split.TRAIN and image.class_name for image in images):
        raise RunError(f"{project_path} has no training images: none belongs to a class and to the training split.")
    if not table.vectors.any():
        raise RunError(
            f"Every class vector of {project_path} is 0, so nothing tells its classes apart; fill in their attributes "
            "under Classes, or take them from judgements under Annotate."
        )
    if word_vectors is None:
        word_vectors, source = hashed_word_vectors([a.full_name for a in table.attributes]), HASHED
    store = matching_store(project_path, config, images)
    if store is None:
        backbone = load_backbone(
            config.backbone,
            size=config.size or None,
            weights=_weights(config),
            device=device,
            precision=config.feature_precision,
        )
        store = extract_features(project_path, backbone, progress=progress, stop=stop, ranks=ranks)
        if stop is not None and stop():
            return None
    train, lost = labelled_rows(images, table, store, (Split.TRAIN,))
    of_seen = table.seen[train.labels]
    if len(train) and not of_seen.any():
        raise RunError(f"All training images of {project_path} show classes that count as unseen; make some seen.")
    unseen, train = int((~of_seen).sum()), train.select(of_seen)
    test, lost_too = labelled_rows(images, table, store, (Split.TEST_SEEN, Split.TEST_UNSEEN))
    if len(train) == 0:
        raise RunError(f"No training image of {project_path} could be opened; put the image files back.")
    if len(np.unique(train.labels)) < 2:
        raise RunError(f"The training images of {project_path} show one class only; a network needs two to tell apart.")
    return TrainingData(
        table,
        word_vectors,
        source,
        store,
        train,
        test,
        lost + lost_too,
        unseen,
        provenance.splits(images),
        for_validation,
        pins,
    )


def _names(text: str | None) -> tuple[str, ...]:
    """The names in a JSON list; none where it is something else."""
    try:
        content = json.loads(text or "[]")
    except ValueError:
        return ()
    return tuple(map(str, content)) if isinstance(content, list) else ()


def matching_store(project_path: Path, config: TrainConfig, images: Sequence[ImageRecord]) -> FeatureStore | None:
    """Features that the settings ask for and that cover all images of a split, if the project has them.

    Found by what made them, so that a backbone whose weights cannot be had here any more is not needed.
    """
    weights = _weights(config)
    for store in find_stores(project_path):
        spec = store.spec
        if spec.name != config.backbone or (config.size and spec.size != config.size):
            continue
        if spec.precision != config.feature_precision:
            continue
        if weights is not None and spec.weights_file != str(weights.absolute()):
            continue
        if weights is None and spec.weights_file:
            continue
        tried = set(store.image_ids) | {i.id for i in images if i.name in store.failures}
        if all(image.id in tried for image in images if image.split is not Split.NONE):
            return store
    return None


def _weights(config: TrainConfig) -> Path | None:
    return Path(config.weights) if config.weights else None
