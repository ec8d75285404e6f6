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

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.errors import RunError
from msdn_core.importers.word_vectors import HASHED, hashed_word_vectors
from msdn_core.project import ImageRecord, Project
from msdn_core.ranks import ALONE, Ranks
from msdn_core.runs.pins import Pin, project_pins
from msdn_core.training import provenance
from msdn_core.training.config import TrainConfig
from msdn_core.vision.backbones import load_backbone
from msdn_core.vision.extraction import Progress, extract_features
from msdn_core.vision.features import FeatureStore, find_stores

Rows = NDArray[np.int64]

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""What the network's product is made in, by the setting ``precision``."""


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """Images of one purpose: rows of the feature store, and their classes' rows in the table."""

    rows: Rows
    labels: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, mask: NDArray[np.bool_]) -> Part:
        """The images that a mask selects."""
        return Part(self.rows[mask], self.labels[mask])


@dataclass(frozen=True, eq=False, slots=True)
class TrainingData:
    """A project as a run sees it."""

    table: ClassTable
    word_vectors: NDArray[np.float32]
    word_vector_source: str
    store: FeatureStore
    train: Part
    test: Part
    """Test images of seen and of unseen classes together; ``table.seen`` tells them apart."""
    left_out: int
    """Images of a split that have no features, because they could not be opened."""
    of_unseen: int
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
                "train": fingerprint(self.train),
                "test": fingerprint(self.test),
                "left_out": self.left_out,
            },
            "splits": self.splits,
            "versions": provenance.versions(),
            "device": str(device),
            "machine": provenance.machine(device),
        }


def fingerprint(part: Part) -> dict[str, Any]:
    """How many images there are, and which."""
    digest = hashlib.sha256(part.rows.tobytes() + part.labels.tobytes()).hexdigest()
    return {"count": len(part), "fingerprint": digest[:16]}


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
        pins = project_pins(project)
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
    train, lost = part_of(images, table, store, (Split.TRAIN,))
    of_seen = table.seen[train.labels]
    if len(train) and not of_seen.any():
        raise RunError(f"All training images of {project_path} show classes that count as unseen; make some seen.")
    unseen, train = int((~of_seen).sum()), train.of(of_seen)
    test, lost_too = part_of(images, table, store, (Split.TEST_SEEN, Split.TEST_UNSEEN))
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


def part_of(
    images: Sequence[ImageRecord], table: ClassTable, store: FeatureStore, splits: Sequence[Split]
) -> tuple[Part, int]:
    """The images of some splits that have a class and features, and how many have a class but no features."""
    wanted = [image for image in images if image.split in splits and image.class_name is not None]
    there = [image for image in wanted if store.has(image.id)]
    labels = [table.class_index[str(image.class_name)] for image in there]
    rows = store.rows([image.id for image in there])
    return Part(rows, np.array(labels, dtype=np.int64)), len(wanted) - len(there)


def _weights(config: TrainConfig) -> Path | None:
    return Path(config.weights) if config.weights else None


class Features:
    """Rows of a store as batches on a device; resident on a GPU where they fit, otherwise read as needed."""

    def __init__(
        self, store: FeatureStore, device: torch.device, rows: Rows, *, dtype: torch.dtype = torch.float32
    ) -> None:
        """``rows`` are all that will be asked for; ``dtype`` is what batches come in, and so the network's product."""
        self._store = store
        self._device = device
        self._dtype = dtype
        self._resident: torch.Tensor | None = None
        self._place: dict[int, int] = {}
        self._laid = torch.empty(0, dtype=dtype, device=device)
        if device.type == "cuda":
            unique = np.unique(rows)
            free, _ = torch.cuda.mem_get_info(device)
            if unique.size * int(np.prod(store.array.shape[1:])) * 2 < 0.6 * free:
                self._resident = torch.empty((len(unique), *store.array.shape[1:]), dtype=torch.float16, device=device)
                for start in range(0, len(unique), 256):
                    chunk = unique[start : start + 256]
                    self._resident[start : start + len(chunk)] = torch.from_numpy(store.read(chunk))
                self._place = {int(row): place for place, row in enumerate(unique)}

    def batch(self, rows: Rows) -> torch.Tensor:
        """(B, C, R) on the device, laid channels first in memory: then the network's product copies nothing.

        It stands in memory that the next batch takes over.
        """
        if self._resident is not None:
            places = torch.tensor([self._place[int(row)] for row in rows], device=self._device)
            return self._channels_first(self._resident[places])
        return self._channels_first(torch.from_numpy(self._store.read(rows)).to(self._device))

    def _channels_first(self, features: torch.Tensor) -> torch.Tensor:
        """(B, C, R), laid out as (C, B, R) where the batch before lay: fresh pages cost as much as what fills them."""
        batch, channels, regions = features.shape
        if self._laid.numel() < features.numel():
            with torch.inference_mode(False):  # What was made under inference could not be trained on later.
                self._laid = torch.empty(features.numel(), dtype=self._dtype, device=self._device)
        laid = self._laid[: features.numel()].view(channels, batch, regions)
        return laid.copy_(features.transpose(0, 1)).transpose(0, 1)
