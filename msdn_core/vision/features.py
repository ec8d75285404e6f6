"""Stores of region features of a project's images: float16, memory-mapped, with their provenance. No torch here.

A store is a folder: ``maps.f16`` contains one (C, R) row per image, ``done.u8`` one byte per row that is written after
the row itself, ``manifest.json`` the backbone and the images in the order of their rows. Feature maps from elsewhere
may stay in their own file: the manifest then refers to it, and there is no ``maps.f16``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.errors import FileError, MsdnError
from msdn_core.safe_files import file_errors, open_regular, parse_json, read_bytes
from msdn_core.vision.mapped import MappedMaps, MapSource
from msdn_core.vision.transform import BackboneSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.project import ImageRecord

MANIFEST, MAPS, DONE = "manifest.json", "maps.f16", "done.u8"
FORMAT = 2
"""Format 2 is only needed for a ``source``."""
MISSING, MADE, FAILED = 0, 1, 2
_MOST_MANIFEST_BYTES = 512 << 20


@dataclass(frozen=True, slots=True)
class ImageKey:
    """The image, and the version of its file, that a row was made from."""

    id: int
    name: str
    size: int
    mtime_ns: int


def image_key(image: ImageRecord) -> ImageKey:
    """Return the key of an image, by which a changed file is recognised."""
    try:
        status = image.path.stat()
    except OSError:
        return ImageKey(image.id, image.name, -1, -1)
    return ImageKey(image.id, image.name, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Manifest:
    """The backbone and the images of a store."""

    spec: BackboneSpec
    images: tuple[ImageKey, ...]
    failures: Mapping[str, str] = field(default_factory=dict)
    """Reasons by image name."""
    source: MapSource | None = None
    """The file of the maps, if it is not ``maps.f16``."""

    def to_json(self) -> str:
        """Return the manifest as JSON text."""
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
        """Return the manifest in a JSON text; raise AttributeError, KeyError, TypeError or ValueError if it is none."""
        content = parse_json(text)
        if int(content["format"]) > FORMAT:
            raise ValueError("it was written by a newer version")
        images = tuple(ImageKey(*_checked_key(entry)) for entry in content["images"])
        failures = {str(name): str(reason) for name, reason in content["failures"].items()}
        source = MapSource.from_json(content["source"]) if "source" in content else None
        return cls(BackboneSpec.from_json(content["spec"]), images, failures, source)


def _checked_key(entry: Sequence[Any]) -> tuple[int, str, int, int]:
    """Return the fields of an image's key; raise ValueError or TypeError if one has a wrong type."""
    number, name, size, time = entry
    if not isinstance(name, str) or not all(isinstance(value, int) for value in (number, size, time)):
        raise TypeError("an image is not described by a number, a name, a size and a time")
    return number, name, size, time


class FeatureStore:
    """The features of a project's images by one backbone, opened for reading."""

    def __init__(
        self, folder: Path, manifest: Manifest, array: NDArray[np.float16] | MappedMaps, state: NDArray[np.uint8]
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self.array = array
        """(N, C, R), memory-mapped; each region of length 1 over C. Missing rows are zero. float16, or float32 for maps
        from elsewhere."""
        self.state = state
        """(N,) ``MISSING``, ``MADE`` or ``FAILED``."""

    @classmethod
    def open(cls, folder: Path) -> FeatureStore:
        """Return the store in a folder; raise MsdnError if there is none or it is damaged."""
        try:
            with file_errors(folder / MANIFEST):
                manifest = Manifest.from_json(read_bytes(folder / MANIFEST, _MOST_MANIFEST_BYTES).decode("utf-8"))
            spec, count = manifest.spec, len(manifest.images)
            shape = (count, spec.channels, spec.grid[0] * spec.grid[1])
            if count == 0:
                return cls(folder, manifest, np.zeros(shape, np.float16), np.zeros(0, np.uint8))
            array = MappedMaps(manifest.source, shape) if manifest.source is not None else _map(folder / MAPS, shape)
            with file_errors(folder / DONE), open_regular(folder / DONE) as stream:
                state = np.frombuffer(stream.read(count), np.uint8)
                if len(state) < count:
                    raise ValueError("it is incomplete")
        except FileError as fault:
            if fault.missing:
                raise MsdnError(f"{folder} contains no features; extract them first.") from fault
            raise MsdnError(
                f"The features in {folder} are damaged ({fault.reason}); remove the folder and extract them again."
            ) from fault
        return cls(folder, manifest, array, state)

    @property
    def spec(self) -> BackboneSpec:
        """The backbone of the features."""
        return self.manifest.spec

    @property
    def failures(self) -> dict[str, str]:
        """The reasons why images have no features, by name."""
        return dict(self.manifest.failures)

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {key.id: row for row, key in enumerate(self.manifest.images) if self.state[row] == MADE}

    @property
    def image_ids(self) -> tuple[int, ...]:
        """The ids of the images that have features, in row order."""
        return tuple(self._rows)

    @property
    def complete(self) -> bool:
        """Whether extraction has been tried for every image."""
        return bool((self.state != MISSING).all())

    def has(self, image_id: int) -> bool:
        """Return whether an image has features."""
        return image_id in self._rows

    def rows(self, image_ids: Sequence[int]) -> NDArray[np.int64]:
        """Return the rows of ``array`` of images; raise KeyError for one without features."""
        return np.array([self._rows[image_id] for image_id in image_ids], dtype=np.int64)

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.floating]:
        """Return a copy of the (B, C, R) features of rows.

        Rows are read and not mapped, so that a pass over all rows leaves nothing in the process's memory. Raises
        MsdnError if the file is gone or has become shorter since it was opened.
        """
        if self.manifest.source is not None:
            return np.asarray(self.array[rows])
        content = np.empty((len(rows), *self.array.shape[1:]), np.float16)
        try:
            with open_regular(self.folder / MAPS) as file:
                for row, target in zip(rows.tolist(), content, strict=True):
                    file.seek(row * target.nbytes)
                    if file.readinto(target.data) < target.nbytes:
                        raise EOFError("the file is incomplete")
        except (OSError, EOFError) as fault:
            raise MsdnError(f"The features in {self.folder} cannot be read ({fault}); extract them again.") from fault
        return content

    def get(self, image_id: int) -> NDArray[np.floating]:
        """Return the (C, R) features of an image; raise KeyError if it has none."""
        return np.asarray(self.array[self._rows[image_id]])

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the backbone and every image that has features."""
        made: list[Any] = [[key.name, key.size, key.mtime_ns] for key in self.manifest.images if key.id in self._rows]
        if self.manifest.source is not None:
            made.append([self.manifest.source.size, self.manifest.source.mtime_ns])
        return hashlib.sha256(json.dumps([self.spec.fingerprint, made]).encode()).hexdigest()[:16]


def _map(path: Path, shape: tuple[int, int, int]) -> NDArray[np.float16]:
    with file_errors(path), open_regular(path) as stream:
        return np.memmap(stream, np.float16, "r", shape=shape)


def feature_folder(project_path: Path, spec: BackboneSpec) -> Path:
    """Return the folder of a backbone's features in a project."""
    name = "".join(letter if letter.isalnum() or letter in "._" else "_" for letter in spec.name)
    return project_path / "features" / f"{name}-{spec.size}-{spec.fingerprint[:8]}"


def find_stores(project_path: Path) -> list[FeatureStore]:
    """Return all readable stores of a project, sorted by name."""
    stores = []
    for manifest in sorted((project_path / "features").glob(f"*/{MANIFEST}")):
        try:
            stores.append(FeatureStore.open(manifest.parent))
        except MsdnError:
            continue
    return stores


def find_store(project_path: Path, spec: BackboneSpec) -> FeatureStore | None:
    """Return the store of a backbone, or else one whose features it accepts; None without any."""
    stores = find_stores(project_path)
    exact = (store for store in stores if store.spec.fingerprint == spec.fingerprint)
    return next(exact, None) or next((store for store in stores if spec.accepts(store.spec)), None)
