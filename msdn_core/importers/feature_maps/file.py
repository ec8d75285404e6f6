"""A file of feature maps as TransZero, MSDN and DAZLE publish it: HDF5 with maps, labels, splits and vectors."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.att_splits import OURS, PARTS, class_vectors, part_splits
from msdn_core.importers.readers.hdf5_files import dataset, numbers, open_hdf5, texts
from msdn_core.importers.readers.mat_files import whole_numbers
from msdn_core.vision.mapped import MapSource
from msdn_core.vision.transform import BackboneSpec, published_spec

MAPS, WORDS, SPEC, SEEN = "feature_map", "w2v_att", "backbone", "seen_classes"
NORMALISED = "normalised"
_PACKED_AT_MOST = 1100
"""No compression of HDF5 packs numbers tighter: what says it does would fill the disk with nothing."""


@dataclass(frozen=True, eq=False, slots=True)
class FeatureFile:
    """What such a file says, the maps themselves left where they are."""

    path: Path
    spec: BackboneSpec
    shape: tuple[int, int, int]
    """(N, C, R)"""
    source: MapSource | None
    """None where the maps are chunked or compressed, so that they cannot be mapped into memory."""
    labels: NDArray[np.int64]
    splits: tuple[Split, ...]
    vectors: FloatArray
    classes: tuple[str, ...]
    """Empty in the published files, as the two below."""
    attributes: tuple[str, ...]
    image_files: tuple[str, ...]
    words: NDArray[np.float32] | None
    own: bool
    """Whether this program wrote it."""
    seen: BoolArray | None
    """(M,) which classes are seen, where it did."""


def read_feature_file(path: Path) -> FeatureFile:
    """All of the file but its maps; ImportFault where a part is missing or contradicts another."""
    with open_hdf5(path) as file:
        maps = dataset(file, MAPS, path)
        if maps is None:
            raise ImportFault(f"{path} holds no {MAPS}; give a file of feature maps (N, C, H, W).")
        count, channels, grid = _shape(maps, path)
        found = {name: numbers(file, name, path) for name in ("labels", *PARTS)}
        missing = [name for name, values in found.items() if values is None]
        vectors = numbers(file, "original_att", path)
        vectors = numbers(file, "att", path) if vectors is None else vectors
        if missing or vectors is None:
            raise ImportFault(f"{path} holds no {', '.join(missing) or 'att'}; give a whole file of feature maps.")
        labels = whole_numbers(found["labels"], "labels", path, first=0)
        checked = class_vectors(vectors, len(vectors) if vectors.ndim else 0, "att", path)
        if len(labels) != count or int(labels.max(initial=-1)) >= len(checked):
            raise ImportFault(
                f"{path} has {len(labels)} labels up to {int(labels.max(initial=-1))} for {count} maps and "
                f"{len(checked)} classes; get the file anew."
            )
        splits = part_splits(found, path, first=0, count=count)
        if len(splits) != count:
            raise ImportFault(f"{path} splits {len(splits)} images and has maps of {count}; get the file anew.")
        sizes = {"allclasses_names": len(checked), "attribute_names": checked.shape[1], "image_files": count}
        names = {name: texts(file, name, path) for name in sizes}
        for name, wanted in sizes.items():
            if len(names[name]) not in (0, wanted):
                raise ImportFault(f"{path} has {len(names[name])} {name} for {wanted}; get the file anew.")
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
    """N, C, and H×W; of (N, C, R) the regions are taken for a square."""
    shape = tuple(map(int, maps.shape or ()))
    side = math.isqrt(shape[2]) if len(shape) == 3 else 0
    if len(shape) == 3 and side * side == shape[2]:
        shape = (*shape[:2], side, side)
    if len(shape) != 4 or min(shape) < 1 or maps.dtype.kind != "f":
        raise ImportFault(
            f"{path}: {MAPS} has the shape {maps.shape} and the kind {maps.dtype}; give floating-point maps "
            "(N, C, H, W)."
        )
    return shape[0], shape[1], (shape[2], shape[3])


def _source(maps: h5py.Dataset, path: Path) -> MapSource | None:
    offset = maps.id.get_offset() if maps.chunks is None else None
    if offset is None:
        if maps.nbytes > _PACKED_AT_MOST * max(maps.id.get_storage_size(), 1):
            raise ImportFault(f"{path}: most of its {MAPS} is not in the file; get the file anew.")
        return None
    status = path.stat()
    if offset + maps.size * maps.dtype.itemsize > status.st_size:
        raise ImportFault(f"{path} is cut short: its {MAPS} reaches beyond its end; get the file anew.")
    normalised = bool(maps.attrs.get(NORMALISED, False))
    where = str(path.resolve())
    return MapSource(where, int(offset), maps.dtype.str, normalised, status.st_size, status.st_mtime_ns)


def _spec(file: h5py.File, path: Path, channels: int, grid: tuple[int, int]) -> BackboneSpec:
    """What made the maps: as `export feature-maps` wrote it, or as it is published."""
    text = file.attrs.get(SPEC)
    if isinstance(text, str):
        try:
            spec = BackboneSpec.from_json({**json.loads(text), "weights_file": ""})
            if (spec.channels, spec.grid) == (channels, grid):
                return spec
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            pass
        raise ImportFault(f"{path} says of its backbone what cannot be; export the feature maps anew.")
    return published_spec(path.stem, channels, grid)


def _words(file: h5py.File, path: Path, attributes: int) -> NDArray[np.float32] | None:
    words = numbers(file, WORDS, path)
    if words is None:
        return None
    if words.ndim != 2 or len(words) != attributes or not np.isfinite(words.astype(np.float32)).all():
        raise ImportFault(f"{path}: {WORDS} is not one finite word vector for each of {attributes} attributes.")
    return words.astype(np.float32)


def _seen(file: h5py.File, path: Path, classes: int) -> BoolArray | None:
    seen = numbers(file, SEEN, path)
    if seen is not None and seen.shape != (classes,):
        raise ImportFault(f"{path} does not say of each of {classes} classes whether it is seen; export it anew.")
    return None if seen is None else np.asarray(seen > 0)
