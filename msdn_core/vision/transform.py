"""What the network sees of an image: its centre square, at the backbone's size, normalised. No torch here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from msdn_core.domain.annotation import Box
from msdn_core.vision.images import image_size, open_image

TRANSFORM_VERSION = 1

PRECISIONS = ("float32", "bfloat16")

Triple = tuple[float, float, float]

IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_STD: Triple = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """A frozen backbone and what it is fed with: all that decides what its features are."""

    name: str
    size: int
    """Pixels a side of the square it is given."""
    mean: Triple
    std: Triple
    """Mean and deviation of the channels, for pixels from 0 to 1."""
    weights: str
    """Where its weights come from, in words."""
    weights_sha256: str
    """Empty where others made the features, or trained on them, and do not say with which weights."""
    channels: int
    """C."""
    grid: tuple[int, int]
    """H and W of its regions."""
    weights_file: str = ""
    """The local file its weights were read from, where they were."""
    precision: str = "float32"
    """What it computes in, one of ``PRECISIONS``; its features are float16 in either."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that two specifications share exactly if they make the same features."""
        made_by = [self.name, self.size, self.mean, self.std, self.weights_sha256, TRANSFORM_VERSION]
        if self.precision != "float32":  # Features were float32's before there was another.
            made_by.append(self.precision)
        return hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:16]

    def accepts(self, other: BackboneSpec) -> bool:
        """Whether what was trained on this can be given features of ``other``: unknown weights are taken on trust."""
        alike = self if self.weights_sha256 else replace(self, weights_sha256=other.weights_sha256)
        return alike.fingerprint == other.fingerprint

    def to_json(self) -> dict[str, Any]:
        """The specification as JSON knows it."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> BackboneSpec:
        """The specification that ``to_json`` gave; KeyError, TypeError or ValueError where it is none."""
        mean, std = (tuple(float(value) for value in content[key]) for key in ("mean", "std"))
        rows, columns = (int(value) for value in content["grid"])
        if len(mean) != 3 or len(std) != 3 or not all(std) or min(rows, columns, int(content["size"])) < 1:
            raise ValueError("mean and deviation are three numbers each, sizes are positive")
        precision = str(content.get("precision", "float32"))
        if precision not in PRECISIONS:
            raise ValueError(f"there is no precision “{precision}”")
        return cls(
            name=str(content["name"]),
            size=int(content["size"]),
            mean=mean,
            std=std,
            weights=str(content["weights"]),
            weights_sha256=str(content["weights_sha256"]),
            channels=int(content["channels"]),
            grid=(rows, columns),
            weights_file=str(content.get("weights_file", "")),
            precision=precision,
        )


def published_spec(name: str, channels: int, grid: tuple[int, int]) -> BackboneSpec:
    """The backbone of feature maps and checkpoints that others made, as the paper describes it: torchvision's
    ResNet-101 on 448 pixels for 2048 channels of 14×14 regions; other channels are named for the file."""
    return BackboneSpec(
        name="resnet101" if channels == 2048 else name,
        size=32 * max(grid),
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        weights="as its authors had them",
        weights_sha256="",
        channels=channels,
        grid=grid,
    )


def viewed_box(width: int, height: int) -> Box:
    """The centre square of an image, in its pixels: all that the network sees of it."""
    side = min(width, height)
    return Box((width - side) / 2, (height - side) / 2, side, side)


def prepare(image: Image.Image, spec: BackboneSpec) -> NDArray[np.float32]:
    """(3, S, S): the centre square at S pixels a side (bicubic), normalised; from an upright RGB image.

    As Resize(S) and CenterCrop(S) in one step, without rounding the cut to whole pixels.
    """
    view = viewed_box(*image.size)
    box = (view.x, view.y, view.x + view.width, view.y + view.height)
    square = image.resize((spec.size, spec.size), Image.Resampling.BICUBIC, box=box)
    mean, std = (np.array(values, dtype=np.float32)[:, None] for values in (spec.mean, spec.std))
    # A channel has 256 values: they are normalised once and looked up, where each pixel would take three passes.
    normalised = (np.arange(256, dtype=np.float32) / 255.0 - mean) / std
    levels, pixels = np.asarray(square), np.empty((3, spec.size, spec.size), np.float32)
    for channel, of_level in enumerate(normalised):
        of_level.take(levels[:, :, channel], out=pixels[channel], mode="clip")
    return pixels


def prepare_file(path: Path, spec: BackboneSpec) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """(3, S, S) of an image file, and the upright image's full width and height; raises ImageError.

    Large JPEGs are decoded scaled down, never below S, in the same way for features and for looking at one image.
    """
    size = image_size(path)
    return prepare(open_image(path, min_side=spec.size), spec), size
