"""Files of feature maps as TransZero, MSDN and DAZLE publish them: HDF5 with maps, labels, splits and vectors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import ImportFault
from msdn_core.importers.readers.att_splits import OURS, PARTS, class_vectors, part_splits
from msdn_core.importers.readers.hdf5_files import Hdf5Content, MapsPlace, read_hdf5
from msdn_core.importers.readers.mat_files import whole_numbers
from msdn_core.safe_files import parse_json
from msdn_core.vision.mapped import MapSource
from msdn_core.vision.transform import MOST_CHANNELS, MOST_REGIONS, BackboneSpec, published_spec

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Split
    from msdn_core.domain.attributes import BoolArray, FloatArray

MAPS, WORDS, SPEC, SEEN = "feature_map", "w2v_att", "backbone", "seen_classes"


@dataclass(frozen=True, eq=False, slots=True)
class FeatureFile:
    """The content of such a file without the maps themselves."""

    path: Path
    spec: BackboneSpec
    shape: tuple[int, int, int]
    """(N, C, R)"""
    source: MapSource | None
    """None if the maps cannot be mapped into memory: they are chunked or compressed, or their channels come last."""
    channels_last: bool
    """Whether the maps are (N, H, W, C) or (N, R, C) in the file."""
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
    names = ("allclasses_names", "attribute_names", "image_files")
    content = read_hdf5(
        path,
        numbers=("labels", *PARTS, "original_att", "att", WORDS, SEEN),
        texts=names,
        attributes=(SPEC, OURS),
        maps=MAPS,
    )
    if content.maps is None:
        raise ImportFault(f"{path} has no {MAPS}; choose a file of feature maps (N, C, H, W).")
    own = content.attributes[OURS] is not None
    count, channels, grid, channels_last = _layout(content.maps, path, own=own)
    missing = [name for name in ("labels", *PARTS) if name not in content.numbers]
    vectors = content.numbers.get("original_att", content.numbers.get("att"))
    if missing or vectors is None:
        raise ImportFault(f"{path} has no {', '.join(missing) or 'att'}; choose a complete file of feature maps.")
    labels = whole_numbers(content.numbers["labels"], "labels", path, first=0)
    checked = class_vectors(vectors, len(vectors) if vectors.ndim else 0, "att", path)
    if len(labels) != count or int(labels.max(initial=-1)) >= len(checked):
        raise ImportFault(
            f"{path} has {len(labels)} labels up to {int(labels.max(initial=-1))} for {count} maps and "
            f"{len(checked)} classes; download the file again."
        )
    splits = part_splits(content.numbers, path, first=0, count=count)
    if len(splits) != count:
        raise ImportFault(f"{path} splits {len(splits)} images and has maps of {count}; download the file again.")
    for name, expected in zip(names, (len(checked), checked.shape[1], count), strict=True):
        if len(content.texts[name]) not in (0, expected):
            raise ImportFault(
                f"{path} has {len(content.texts[name])} {name} instead of {expected}; download the file again."
            )
    return FeatureFile(
        path,
        _spec(content, path, channels, grid),
        (count, channels, grid[0] * grid[1]),
        _source(content.maps, path) if not channels_last else None,
        channels_last,
        labels,
        splits,
        checked,
        content.texts["allclasses_names"],
        content.texts["attribute_names"],
        content.texts["image_files"],
        _words(content, path, checked.shape[1]),
        own,
        _seen(content, path, len(checked)) if own else None,
    )


def _layout(maps: MapsPlace, path: Path, *, own: bool) -> tuple[int, int, tuple[int, int], bool]:
    """Return N, C, (H, W), and whether the channels come last.

    The published files are (N, C, H, W). Others have (N, H, W, C), which a square H×W tells, or else that there are
    more channels than rows or columns. The regions of (N, C, R) and (N, R, C) count as a square; (N, C) has one region.
    """
    shape = maps.shape
    if not 2 <= len(shape) <= 4 or min(shape) < 1 or maps.dtype.kind != "f":
        raise ImportFault(
            f"{path}: {MAPS} has the shape {shape} and the type {maps.dtype}; choose a file of floating-point "
            "maps (N, C, H, W)."
        )
    if len(shape) == 2:
        return shape[0], shape[1], (1, 1), False
    if len(shape) == 3:
        sides = {axis: math.isqrt(shape[axis]) for axis in (1, 2)}
        squares = [axis for axis, side in sides.items() if side * side == shape[axis]]
        if not squares:
            raise _unclear(shape, path)
        # If both can be regions, the smaller number of them is.
        regions = 2 if own and 2 in squares else min(squares, key=lambda axis: (shape[axis], -axis))
        return shape[0], shape[3 - regions], (sides[regions], sides[regions]), regions == 1
    first, middle, last = shape[1:]
    if own or middle == last or (first != middle and first > max(middle, last)):
        return shape[0], first, (middle, last), False
    if last > max(first, middle):
        return shape[0], last, (first, middle), True
    raise _unclear(shape, path)


def _unclear(shape: tuple[int, ...], path: Path) -> ImportFault:
    return ImportFault(
        f"{path}: {MAPS} has the shape {shape}, which does not tell its channels from its regions; save the maps as "
        "(N, C, H, W)."
    )


def _source(maps: MapsPlace, path: Path) -> MapSource | None:
    if maps.offset is None:
        return None
    status = path.stat()
    if maps.offset + math.prod(maps.shape) * maps.dtype.itemsize > status.st_size:
        raise ImportFault(f"{path} is cut short: {MAPS} goes beyond its end; download the file again.")
    where = str(path.resolve())
    return MapSource(where, maps.offset, maps.dtype.str, maps.normalised, status.st_size, status.st_mtime_ns)


def _spec(content: Hdf5Content, path: Path, channels: int, grid: tuple[int, int]) -> BackboneSpec:
    """Return the backbone that made the maps: as ``export feature-maps`` wrote it, or the published one."""
    text = content.attributes[SPEC]
    if isinstance(text, str):
        try:
            spec = BackboneSpec.from_json({**parse_json(text), "weights_file": ""})
            if (spec.channels, spec.grid) == (channels, grid):
                return spec
        except (KeyError, TypeError, ValueError, AttributeError):
            pass
        raise ImportFault(f"{path} describes an impossible backbone; export the feature maps again.")
    if channels > MOST_CHANNELS or grid[0] * grid[1] > MOST_REGIONS:
        raise ImportFault(
            f"{path} has maps of {channels:,} channels and {grid[0]}×{grid[1]} regions, more than {MOST_CHANNELS:,} or "
            f"{MOST_REGIONS:,}; choose a file of feature maps."
        )
    return published_spec(path.stem, channels, grid)


def _words(content: Hdf5Content, path: Path, attributes: int) -> NDArray[np.float32] | None:
    words = content.numbers.get(WORDS)
    if words is None:
        return None
    if words.ndim != 2 or len(words) != attributes or not np.isfinite(words.astype(np.float32)).all():
        raise ImportFault(
            f"{path}: {WORDS} is not one finite word vector for each of {attributes} attributes; download the file "
            "again, or pass --word-vectors."
        )
    return words.astype(np.float32)


def _seen(content: Hdf5Content, path: Path, classes: int) -> BoolArray | None:
    seen = content.numbers.get(SEEN)
    if seen is not None and seen.shape != (classes,):
        raise ImportFault(
            f"{path} does not tell for each of {classes} classes whether it is seen; export the feature maps again."
        )
    return None if seen is None else np.asarray(seen > 0)
