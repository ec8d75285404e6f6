"""The network's input: the centre square of an image, scaled to the backbone's size and normalised."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from msdn_core.domain.annotation import Box
from msdn_core.vision.images import image_size, is_incomplete, opened_image

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

TRANSFORM_VERSION = 1

PRECISIONS = ("float32", "bfloat16")

MOST_SIZE = 4096
MOST_REGIONS = 128 * 128
MOST_CHANNELS = 1 << 20
"""The largest backbone that a stranger's file may ask for: its input then takes 200 MB."""

_PUBLISHED_WEIGHTS = "as its authors had them"

Triple = tuple[float, float, float]

IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_STD: Triple = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """A frozen backbone and its input: everything that determines its features."""

    name: str
    size: int
    """Side length of its square input in pixels."""
    mean: Triple
    std: Triple
    """Mean and deviation per channel, for pixels from 0 to 1."""
    weights: str
    """Where its weights come from, as text."""
    weights_sha256: str
    """Empty for features or checkpoints from elsewhere whose weights are unknown."""
    channels: int
    """C."""
    grid: tuple[int, int]
    """H and W, the grid of its regions."""
    weights_file: str = ""
    """The local file that its weights were read from, if any."""
    precision: str = "float32"
    """Its precision, one of ``PRECISIONS``; the features are stored in float16 in either case."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that are equal exactly if two specifications make the same features."""
        made_by = [self.name, self.size, self.mean, self.std, self.weights_sha256, TRANSFORM_VERSION]
        if self.precision != "float32":  # float32 is left out, as in fingerprints from before there was a choice.
            made_by.append(self.precision)
        return hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:16]

    def accepts(self, other: BackboneSpec) -> bool:
        """Return whether features of ``other`` can be used in place of these; unknown weights are trusted."""
        alike = self if self.weights_sha256 else replace(self, weights_sha256=other.weights_sha256)
        return alike.fingerprint == other.fingerprint

    @property
    def is_imported(self) -> bool:
        """Whether it stands for features from elsewhere, whose weights are not known."""
        return not self.weights_sha256 and self.weights == _PUBLISHED_WEIGHTS

    def to_json(self) -> dict[str, Any]:
        """Return the specification as JSON values."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> BackboneSpec:
        """Return the specification in JSON values; raise KeyError, TypeError or ValueError if it is not one."""
        mean, std = (tuple(float(value) for value in content[key]) for key in ("mean", "std"))
        if len(mean) != 3 or len(std) != 3 or not all(std) or not all(map(math.isfinite, mean + std)):
            raise ValueError("mean and deviation must have three finite numbers each")
        rows, columns = (_count(value, MOST_REGIONS) for value in content["grid"])
        if rows * columns > MOST_REGIONS:
            raise ValueError(f"a grid of {rows}×{columns} regions is too large")
        precision = str(content.get("precision", "float32"))
        if precision not in PRECISIONS:
            raise ValueError(f"unknown precision “{precision}”")
        return cls(
            name=str(content["name"]),
            size=_count(content["size"], MOST_SIZE),
            mean=mean,
            std=std,
            weights=str(content["weights"]),
            weights_sha256=str(content["weights_sha256"]),
            channels=_count(content["channels"], MOST_CHANNELS),
            grid=(rows, columns),
            weights_file=str(content.get("weights_file", "")),
            precision=precision,
        )


def _count(value: object, most: int) -> int:
    """Return a whole number from 1 to ``most``; raise ValueError for anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ValueError(f"{value!r:.20} is not a whole number from 1 to {most:,}")
    return value


def published_spec(name: str, channels: int, grid: tuple[int, int]) -> BackboneSpec:
    """Return the backbone of feature maps and checkpoints from elsewhere, as the paper describes it.

    It is torchvision's ResNet-101 on 448 pixels for 2048 channels of 14×14 regions; for other channels it is named
    after the file.
    """
    return BackboneSpec(
        name="resnet101" if channels == 2048 else name,
        size=min(32 * max(grid), MOST_SIZE),
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        weights=_PUBLISHED_WEIGHTS,
        weights_sha256="",
        channels=channels,
        grid=grid,
    )


def viewed_box(width: int, height: int) -> Box:
    """Return the centre square of an image in pixels: the part that the network views."""
    side = min(width, height)
    return Box((width - side) / 2, (height - side) / 2, side, side)


def prepare(image: Image.Image, spec: BackboneSpec) -> NDArray[np.float32]:
    """Return the centre square of an upright RGB image as (3, S, S), scaled to S pixels (bicubic) and normalised.

    This is Resize(S) and CenterCrop(S) in one step, without rounding the crop to whole pixels.
    """
    view = viewed_box(*image.size)
    box = (view.x, view.y, view.x + view.width, view.y + view.height)
    square = image.resize((spec.size, spec.size), Image.Resampling.BICUBIC, box=box)
    mean, std = (np.array(values, dtype=np.float32)[:, None] for values in (spec.mean, spec.std))
    # The 256 values of a channel are normalised once and looked up: faster than three passes over all pixels.
    normalised = (np.arange(256, dtype=np.float32) / 255.0 - mean) / std
    levels, pixels = np.asarray(square), np.empty((3, spec.size, spec.size), np.float32)
    for channel, by_level in enumerate(normalised):
        by_level.take(levels[:, :, channel], out=pixels[channel], mode="clip")
    return pixels


def prepare_file(
    path: Path, spec: BackboneSpec, *, on_incomplete: Callable[[], None] | None = None
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Return the prepared (3, S, S) pixels of an image file, and the upright image's width and height.

    Large JPEGs are decoded at a reduced scale, never below S, in the same way for extraction and for explanations.
    ``on_incomplete`` is called if the file lacks its end. Raises ImageError if the file cannot be opened.
    """
    size = image_size(path)
    with opened_image(path, min_side=spec.size) as picture:
        if on_incomplete is not None and is_incomplete(picture):
            on_incomplete()
        return prepare(picture, spec), size
