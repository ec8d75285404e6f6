"""The data of a run: features, labels, class vectors, and how the images are split."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.backbones.extraction import Progress, extract_features
from msdn_core.backbones.loading import load_backbone
from msdn_core.domain.annotation import Split
from msdn_core.errors import RunError
from msdn_core.evaluation import provenance
from msdn_core.evaluation.labelled_rows import LabelledRows, labelled_rows, rows_fingerprint
from msdn_core.importers.word_vectors import HASHED, hashed_word_vectors
from msdn_core.project import ImageRecord, Project
from msdn_core.ranks import ALONE, Ranks
from msdn_core.runs.pins import Pin, read_pins
from msdn_core.safe_files import parse_json
from msdn_core.vision.features import FeatureStore, find_stores
from msdn_core.vision.marked_places import MarkedImage, marked_images

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import torch
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.recipes.config import TrainConfig


@dataclass(frozen=True, eq=False, slots=True)
class TrainingData:
    """A project as a run uses it."""

    table: ClassTable
    word_vectors: NDArray[np.float32]
    word_vector_source: str
    store: FeatureStore
    train: LabelledRows
    test: LabelledRows
    """Test images of seen and unseen classes; ``table.seen`` tells them apart."""
    left_out: int
    """Number of images of a split without features, because they cannot be opened."""
    unseen_images: int
    """Number of images of the training split that are not used because their class is unseen."""
    splits: dict[str, Any]
    """Fingerprints of the project's splits (``provenance.splits``)."""
    validation_classes: tuple[str, ...] = ()
    """The seen classes that the data set proposes for validation."""
    pins: tuple[Pin, ...] = ()
    """The pairs of image and attribute pinned in the project, for the film."""
    marked: Mapping[int, MarkedImage] = field(default_factory=dict)
    """The training images whose attributes are marked, by row of the store; empty without taught attention."""

    def describe(self, device: torch.device) -> dict[str, Any]:
        """Return what a result depends on, for ``data.json``."""
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
    on_incomplete: Callable[[Sequence[str]], None] | None = None,
) -> TrainingData | None:
    """Return a project's data under a run's settings; all ranks extract missing features together.

    ``on_incomplete`` is called with the names of extracted images whose files lack their end.

    Images of the training split whose class is unseen are left out: otherwise nothing measured on unseen classes would
    be zero-shot. Returns None if ``stop`` ended the extraction. Raises RunError if there is nothing to train on, and
    the errors of the extraction.
    """
    with Project.open(project_path, read_only=True) as project:
        table, images = project.table(), project.images()
        word_vectors, source = project.word_vectors(), project.word_vector_source()
        for_validation = _names(project.meta("validation_classes"))
        pins = read_pins(project)
    if not table.attributes or not table.classes:
        raise RunError(f"{project_path} has no classes with attributes; define them in Classes, or import them.")
    if not any(image.split is Split.TRAIN and image.class_name for image in images):
        raise RunError(f"{project_path} has no training images; assign images to a class and to the training split.")
    if not table.vectors.any():
        raise RunError(
            f"Every class vector of {project_path} is 0, so the classes cannot be told apart; fill in their attributes "
            "in Classes, or derive them from judgements in Annotate."
        )
    if word_vectors is None:
        word_vectors, source = hashed_word_vectors([a.full_name for a in table.attributes]), HASHED
    store = matching_store(project_path, config, images)
    if store is None:
        backbone = load_backbone(
            config.backbone,
            size=config.size or None,
            weights=_weights_file(config),
            device=device,
            precision=config.feature_precision,
        )
        store = extract_features(
            project_path, backbone, progress=progress, stop=stop, ranks=ranks, on_incomplete=on_incomplete
        )
        if stop is not None and stop():
            return None
    train, train_left_out = labelled_rows(images, table, store, (Split.TRAIN,))
    is_seen = table.seen[train.labels]
    if len(train) and not is_seen.any():
        raise RunError(f"All training images of {project_path} belong to unseen classes; mark some classes as seen.")
    unseen, train = int((~is_seen).sum()), train.select(is_seen)
    test, test_left_out = labelled_rows(images, table, store, (Split.TEST_SEEN, Split.TEST_UNSEEN))
    if len(train) == 0:
        others = sorted({other.spec.name for other in find_stores(project_path) if other.spec.is_imported})
        hint = f", or choose the backbone {others[0]}, whose features the project has" if others else ""
        raise RunError(f"No training image of {project_path} can be opened; restore the image files{hint}.")
    if len(np.unique(train.labels)) < 2:
        raise RunError(f"The training images of {project_path} belong to one class; a network needs at least two.")
    return TrainingData(
        table,
        word_vectors,
        source,
        store,
        train,
        test,
        train_left_out + test_left_out,
        unseen,
        provenance.splits(images),
        for_validation,
        pins,
        _marked(project_path, images, table, store, train) if config.lambda_taught > 0 else {},
    )


def _marked(
    project_path: Path, images: Sequence[ImageRecord], table: ClassTable, store: FeatureStore, train: LabelledRows
) -> dict[int, MarkedImage]:
    """Return the marked ones of the training images, by row of the store."""
    records = {image.id: image for image in images}
    chosen = [records[store.manifest.images[row].id] for row in train.rows.tolist()]
    with Project.open(project_path, read_only=True) as project:
        found = marked_images(project, chosen, table, store.spec.grid)
    return {row: image for row, image in zip(train.rows.tolist(), found, strict=True) if image is not None}


def _names(text: str | None) -> tuple[str, ...]:
    """Return the names in a JSON list; empty for anything else."""
    try:
        content = parse_json(text or "[]")
    except ValueError:
        return ()
    return tuple(map(str, content)) if isinstance(content, list) else ()


def matching_store(project_path: Path, config: TrainConfig, images: Sequence[ImageRecord]) -> FeatureStore | None:
    """Return features that match the settings and cover all images of a split; None if the project has none.

    They are found by what made them, so that a backbone whose weights are no longer available is not needed. Feature
    maps from elsewhere have the size that their grid stands for; they are used if no others are of the size asked for.
    """
    weights = _weights_file(config)
    stores = find_stores(project_path)
    of_size = [store for store in stores if not config.size or store.spec.size == config.size]
    imported = [store for store in stores if store not in of_size and store.spec.is_imported]
    for store in (*of_size, *imported):
        spec = store.spec
        if spec.name != config.backbone:
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


def _weights_file(config: TrainConfig) -> Path | None:
    return Path(config.weights) if config.weights else None
