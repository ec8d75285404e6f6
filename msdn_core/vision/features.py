"""Region features of a project's images on disk: float16, memory-mapped, with what made them. No torch here.

A store is a folder: ``maps.f16`` holds one (C, R) row an image, ``done.u8`` one byte a row that is written after the
row itself, ``manifest.json`` the backbone and the images in the order of their rows. Maps that others made may stay
in their own file: the manifest then says where, and there is no ``maps.f16``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.errors import MsdnError
from msdn_core.project import ImageRecord
from msdn_core.vision.mapped import MappedMaps, MapSource
from msdn_core.vision.transform import BackboneSpec

MANIFEST, MAPS, DONE = "manifest.json", "maps.f16", "done.u8"
FORMAT = 2
"""Only a ``source`` needs 2."""
MISSING, MADE, FAILED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class ImageKey:
    """Which content of which image a row was made from."""

    id: int
    name: str
    size: int
    mtime_ns: int


def image_key(image: ImageRecord) -> ImageKey:
    """What tells whether an image's file is still the one that features were made of."""
    try:
        status = image.path.stat()
    except OSError:
        return ImageKey(image.id, image.name, -1, -1)
    return ImageKey(image.id, image.name, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Manifest:
    """What made a store, and of what."""

    spec: BackboneSpec
    images: tuple[ImageKey, ...]
    failures: Mapping[str, str] = field(default_factory=dict)
    """Reason by image name."""
    source: MapSource | None = None
    """Where the maps lie, if not in ``maps.f16``."""

    def to_json(self) -> str:
        """The manifest's text."""
        content: dict[str, Any] = {
            "format": 1 if self.source is None else FORMAT,
            "spec": self.spec.to_json(),
            "images": [[key.id, key.name, key.size, key.mtime_ns] for key in self.images],
            "failures": dict(self.failures),
        }
        if self.source is not None:
            content["source"] = self.source.to_json()
        return json.dumps(content, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """The manifest that a text stands for; KeyError, TypeError or ValueError where it is none."""
        content: dict[str, Any] = json.loads(text)
        if int(content["format"]) > FORMAT:
            raise ValueError("a newer version wrote it")
        images = tuple(ImageKey(int(i), str(name), int(size), int(time)) for i, name, size, time in content["images"])
        failures = {str(name): str(reason) for name, reason in content["failures"].items()}
        source = MapSource.from_json(content["source"]) if "source" in content else None
        return cls(BackboneSpec.from_json(content["spec"]), images, failures, source)


class FeatureStore:
    """The features of a project's images by one backbone, open for reading."""

    def __init__(
        self, folder: Path, manifest: Manifest, array: NDArray[np.float16] | MappedMaps, state: NDArray[np.uint8]
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self.array = array
        """(N, C, R), memory-mapped; each region of length 1 over C. Rows that are not made are zero. float16, or
        float32 of maps that others made."""
        self._state = state

    @classmethod
    def open(cls, folder: Path) -> FeatureStore:
        """The store in a folder; raises MsdnError where there is none or it is damaged."""
        try:
            manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
            spec, count = manifest.spec, len(manifest.images)
            shape = (count, spec.channels, spec.grid[0] * spec.grid[1])
            if count == 0:
                return cls(folder, manifest, np.zeros(shape, np.float16), np.zeros(0, np.uint8))
            array = (
                np.memmap(folder / MAPS, np.float16, "r", shape=shape)
                if manifest.source is None
                else MappedMaps(manifest.source, shape)
            )
            state = np.fromfile(folder / DONE, np.uint8, count=count)
            if len(state) < count:
                raise ValueError("it is cut short")
        except FileNotFoundError as fault:
            raise MsdnError(f"There are no features in {folder}; extract them first.") from fault
        except (OSError, KeyError, TypeError, ValueError, OverflowError) as fault:
            raise MsdnError(
                f"The features in {folder} are damaged ({fault}); remove the folder and extract again."
            ) from fault
        return cls(folder, manifest, array, state)

    @property
    def spec(self) -> BackboneSpec:
        """The backbone that made it."""
        return self.manifest.spec

    @property
    def failures(self) -> dict[str, str]:
        """Why an image has no features, by its name."""
        return dict(self.manifest.failures)

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {key.id: row for row, key in enumerate(self.manifest.images) if self._state[row] == MADE}

    @property
    def image_ids(self) -> tuple[int, ...]:
        """The images that have features, in the order of their rows."""
        return tuple(self._rows)

    @property
    def complete(self) -> bool:
        """Whether each image was tried."""
        return bool((self._state != MISSING).all())

    def has(self, image_id: int) -> bool:
        """Whether an image has features."""
        return image_id in self._rows

    def rows(self, image_ids: Sequence[int]) -> NDArray[np.int64]:
        """Rows of ``array`` for images; KeyError for one without features."""
        return np.array([self._rows[image_id] for image_id in image_ids], dtype=np.int64)

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.floating]:
        """(B, C, R) of rows, a copy. Read and not mapped: a pass over all rows leaves nothing of them in the process.

        Raises MsdnError where the file is gone or was cut short since it was opened.
        """
        if self.manifest.source is not None:
            return np.asarray(self.array[rows])
        content = np.empty((len(rows), *self.array.shape[1:]), np.float16)
        try:
            with (self.folder / MAPS).open("rb", buffering=0) as file:
                for row, into in zip(rows.tolist(), content, strict=True):
                    file.seek(row * into.nbytes)
                    if file.readinto(into.data) < into.nbytes:
                        raise EOFError("it is cut short")
        except (OSError, EOFError) as fault:
            raise MsdnError(f"The features in {self.folder} cannot be read ({fault}); extract them again.") from fault
        return content

    def get(self, image_id: int) -> NDArray[np.floating]:
        """(C, R) of one image; KeyError where it has none."""
        return np.asarray(self.array[self._rows[image_id]])

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the backbone and the content of every image that has features."""
        made: list[Any] = [[key.name, key.size, key.mtime_ns] for key in self.manifest.images if key.id in self._rows]
        if self.manifest.source is not None:
            made.append([self.manifest.source.size, self.manifest.source.mtime_ns])
        return hashlib.sha256(json.dumps([self.spec.fingerprint, made]).encode()).hexdigest()[:16]


def feature_folder(project_path: Path, spec: BackboneSpec) -> Path:
    """Where a project keeps the features of a backbone."""
    name = "".join(letter if letter.isalnum() or letter in "._" else "_" for letter in spec.name)
    return project_path / "features" / f"{name}-{spec.size}-{spec.fingerprint[:8]}"


def find_stores(project_path: Path) -> list[FeatureStore]:
    """All readable stores of a project, by name."""
    stores = []
    for manifest in sorted((project_path / "features").glob(f"*/{MANIFEST}")):
        try:
            stores.append(FeatureStore.open(manifest.parent))
        except MsdnError:
            continue
    return stores


def find_store(project_path: Path, spec: BackboneSpec) -> FeatureStore | None:
    """The store made by that backbone, or else one whose features it accepts, if the project has it."""
    stores = find_stores(project_path)
    exact = (store for store in stores if store.spec.fingerprint == spec.fingerprint)
    return next(exact, None) or next((store for store in stores if spec.accepts(store.spec)), None)
