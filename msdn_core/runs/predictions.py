"""What a checkpoint said of each test image, as one .npz file that can be read without torch.

All figures of classification follow from it in numpy: see ``msdn_core.domain.scoring`` and ``.metrics``.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.atomic import replacing
from msdn_core.domain.attributes import Attribute, BoolArray, ClassTable, FloatArray
from msdn_core.domain.scoring import Fusion
from msdn_core.errors import MsdnError, RunError

FORMAT = 1
_MOST_BYTES = 4 << 30

Texts = NDArray[np.str_]


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """N images, M classes, K attributes."""

    scores_av: NDArray[np.float32]
    scores_va: NDArray[np.float32]
    """(N, K) attribute scores s1 and s2."""
    labels: NDArray[np.int64]
    """(N,) class rows."""
    splits: Texts
    """(N,) ``test_seen`` or ``test_unseen``."""
    image_ids: NDArray[np.int64]
    image_names: Texts
    """(N,) id and relative path in the project."""
    classes: Texts
    seen: BoolArray
    class_vectors: FloatArray
    """(M,), (M,) and (M, K) the class table that was measured against, in its own units."""
    attributes: Texts
    """(K,) full names."""
    fusion: FloatArray
    """(2,) weights of s1 and s2 in a prediction."""
    gamma: float
    """Calibrated stacking as trained."""
    clip_negative: bool
    run: str
    selected_on: str
    """What the checkpoint was selected on."""

    @property
    def table(self) -> ClassTable:
        """The classes as a table."""
        parsed = tuple(Attribute.parse(name) for name in self.attributes.tolist())
        return ClassTable(parsed, tuple(self.classes.tolist()), self.class_vectors, self.seen)

    @property
    def weights(self) -> Fusion:
        """The weights of both sub-nets."""
        return Fusion(*self.fusion.tolist())


def write_predictions(path: Path, predictions: Predictions) -> None:
    """Writes the file whole, or not at all; MsdnError where it cannot be."""
    content: dict[str, Any] = {
        entry.name: np.asarray(getattr(predictions, entry.name)) for entry in fields(Predictions)
    }
    with replacing(path) as temporary:
        np.savez(temporary, format=np.int64(FORMAT), **content)


def read_predictions(path: Path) -> Predictions:
    """The predictions in a file; RunError where it is none of ours, cut short, or of a newer version."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > _MOST_BYTES:
            raise ValueError(f"it would unpack to {size >> 20} MiB")
        with np.load(path, allow_pickle=False) as file:
            if int(file["format"]) > FORMAT:
                raise ValueError("a newer version wrote it")
            content: dict[str, Any] = {entry.name: file[entry.name] for entry in fields(Predictions)}
        for name, kind in (("gamma", float), ("clip_negative", bool), ("run", str), ("selected_on", str)):
            content[name] = kind(content[name][()])
        predictions = Predictions(**content)
        _check(predictions)
    except (OSError, KeyError, TypeError, ValueError, EOFError, MemoryError, zipfile.BadZipFile, MsdnError) as fault:
        raise RunError(
            f"{path} holds no predictions of MSDN Explorer ({fault}); write them with evaluate --tables."
        ) from fault
    return predictions


def _check(found: Predictions) -> None:
    images, classes, attributes = len(found.labels), len(found.classes), len(found.attributes)
    wanted = {
        "scores_av": ((images, attributes), "f"),
        "scores_va": ((images, attributes), "f"),
        "labels": ((images,), "i"),
        "splits": ((images,), "U"),
        "image_ids": ((images,), "i"),
        "image_names": ((images,), "U"),
        "classes": ((classes,), "U"),
        "seen": ((classes,), "b"),
        "class_vectors": ((classes, attributes), "f"),
        "attributes": ((attributes,), "U"),
        "fusion": ((2,), "f"),
    }
    for name, (shape, kind) in wanted.items():
        array = getattr(found, name)
        if array.shape != shape or array.dtype.kind != kind:
            raise ValueError(f"“{name}” has the shape {array.shape} and the kind {array.dtype}")
    if images and not (0 <= found.labels.min() and found.labels.max() < classes):
        raise ValueError("a label names no class")
