"""Files of feature maps as TransZero, MSDN and DAZLE publish them: HDF5 with maps, labels, splits and vectors."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import ImportFault
from msdn_core.importers.readers.att_splits import OURS, PARTS, class_vectors, part_splits
from msdn_core.importers.readers.hdf5_files import dataset, numbers, open_hdf5, texts
from msdn_core.importers.readers.mat_files import whole_numbers
from msdn_core.vision.mapped import MapSource
from msdn_core.vision.transform import BackboneSpec, published_spec

if TYPE_CHECKING:
    from pathlib import Path

    import h5py
    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Split
    from msdn_core.domain.attributes import BoolArray, FloatArray

MAPS, WORDS, SPEC, SEEN = "feature_map", "w2v_att", "backbone", "seen_classes"
NORMALISED = "normalised"
_PACKED_AT_MOST = 1100
"""The highest compression that HDF5 reaches: a file that claims more would fill the disk with nothing."""


@dataclass(frozen=True, eq=False, slots=True)
class FeatureFile:
    """The content of such a file without the maps themselves."""

    path: Path
    spec: BackboneSpec
    shape: tuple[int, int, int]
    """(N, C, R)"""
    source: MapSource | None
    """None if the maps are chunked or compressed and cannot be mapped into memory."""
    labels: NDArray[np.int64]
    splits: tuple[Split, ...]
    vectors: FloatArray
    classes: tuple[str, ...]
    """Empty in the published files, as are the next two."""
    attributes: tuple[str, ...]
    image_files: tuple[str, ...]
    words: NDArray[np.float32] | None
    own: bool
    """Whether this program wrote the file."""
    seen: BoolArray | None
    """(M,) whether each class is seen, if this program wrote the file."""


def read_feature_file(path: Path) -> FeatureFile:
    """Read everything but the maps; raise ImportFault if a part is missing or contradicts another."""
    with open_hdf5(path) as file:
        maps = dataset(file, MAPS, path)
        if maps is None:
            raise ImportFault(f"{path} has no {MAPS}; choose a file of feature maps (N, C, H, W).")
        count, channels, grid = _shape(maps, path)
        found = {name: numbers(file, name, path) for name in ("labels", *PARTS)}
        missing = [name for name, values in found.items() if values is None]
        vectors = numbers(file, "original_att", path)
        vectors = numbers(file, "att", path) if vectors is None else vectors
        if missing or vectors is None:
            raise ImportFault(f"{path} has no {', '.join(missing) or 'att'}; choose a complete file of feature maps.")
        labels = whole_numbers(found["labels"], "labels", path, first=0)
        checked = class_vectors(vectors, len(vectors) if vectors.ndim else 0, "att", path)
        if len(labels) != count or int(labels.max(initial=-1)) >= len(checked):
            raise ImportFault(
                f"{path} has {len(labels)} labels up to {int(labels.max(initial=-1))} for {count} maps and "
                f"{len(checked)} classes; download the file again."
            )
        splits = part_splits(found, path, first=0, count=count)
        if len(splits) != count:
            raise ImportFault(f"{path} splits {len(splits)} images and has maps of {count}; download the file again.")
        sizes = {"allclasses_names": len(checked), "attribute_names": checked.shape[1], "image_files": count}
        names = {name: texts(file, name, path) for name in sizes}
        for name, expected in sizes.items():
            if len(names[name]) not in (0, expected):
                raise ImportFault(
                    f"{path} has {len(names[name])} {name} instead of {expected}; download the file again."
                )
        return FeatureFile(
            path,
            _spec(file, path, channels, grid),
            (count, channels, grid[0] * grid[1]),
            _source(maps, path),
            labels,
            splits,
            checked,
            names["allclasses_names"],
            names["attribute_names"],
            names["image_files"],
            _words(file, path, checked.shape[1]),
            OURS in file.attrs,
            _seen(file, path, len(checked)) if OURS in file.attrs else None,
        )


def _shape(maps: h5py.Dataset, path: Path) -> tuple[int, int, tuple[int, int]]:
    """Return N, C and (H, W); the regions of (N, C, R) count as a square."""
    shape = tuple(map(int, maps.shape or ()))
    side = math.isqrt(shape[2]) if len(shape) == 3 else 0
    if len(shape) == 3 and side * side == shape[2]:
        shape = (*shape[:2], side, side)
    if len(shape) != 4 or min(shape) < 1 or maps.dtype.kind != "f":
        raise ImportFault(
            f"{path}: {MAPS} has the shape {maps.shape} and the type {maps.dtype}; choose a file of floating-point "
            "maps (N, C, H, W)."
        )
    return shape[0], shape[1], (shape[2], shape[3])


def _source(maps: h5py.Dataset, path: Path) -> MapSource | None:
    offset = maps.id.get_offset() if maps.chunks is None else None
    if offset is None:
        if maps.nbytes > _PACKED_AT_MOST * max(maps.id.get_storage_size(), 1):
            raise ImportFault(f"{path}: most of {MAPS} is missing from the file; download the file again.")
        return None
    status = path.stat()
    if offset + maps.size * maps.dtype.itemsize > status.st_size:
        raise ImportFault(f"{path} is cut short: {MAPS} goes beyond its end; download the file again.")
    normalised = bool(maps.attrs.get(NORMALISED, False))
    where = str(path.resolve())
    return MapSource(where, int(offset), maps.dtype.str, normalised, status.st_size, status.st_mtime_ns)


def _spec(file: h5py.File, path: Path, channels: int, grid: tuple[int, int]) -> BackboneSpec:
    """Return the backbone that made the maps: as ``export feature-maps`` wrote it, or the published one."""
    text = file.attrs.get(SPEC)
    if isinstance(text, str):
        try:
            spec = BackboneSpec.from_json({**json.loads(text), "weights_file": ""})
            if (spec.channels, spec.grid) == (channels, grid):
                return spec
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            pass
        raise ImportFault(f"{path} describes an impossible backbone; export the feature maps again.")
    return published_spec(path.stem, channels, grid)


def _words(file: h5py.File, path: Path, attributes: int) -> NDArray[np.float32] | None:
    words = numbers(file, WORDS, path)
    if words is None:
        return None
    if words.ndim != 2 or len(words) != attributes or not np.isfinite(words.astype(np.float32)).all():
        raise ImportFault(
            f"{path}: {WORDS} is not one finite word vector for each of {attributes} attributes; download the file "
            "again, or pass --word-vectors."
        )
    return words.astype(np.float32)


def _seen(file: h5py.File, path: Path, classes: int) -> BoolArray | None:
    seen = numbers(file, SEEN, path)
    if seen is not None and seen.shape != (classes,):
        raise ImportFault(
            f"{path} does not tell for each of {classes} classes whether it is seen; export the feature maps again."
        )
    return None if seen is None else np.asarray(seen > 0)
