"""The attribute scores of a checkpoint for labelled images, as one .npz file that is read without torch.

All classification figures follow from it in numpy: see ``msdn_core.domain.scoring`` and ``msdn_core.domain.metrics``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.atomic import replacing
from msdn_core.domain.attributes import Attribute, BoolArray, ClassTable, FloatArray
from msdn_core.domain.scoring import Fusion
from msdn_core.errors import FileError, RunError
from msdn_core.safe_files import file_errors, read_arrays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.project import ImageRecord
    from msdn_core.runs.header import CheckpointHeader

FORMAT = 2
"""Format 1 has no ``scores_pooled``; files without a global branch are still written in it."""
_POOLED = "scores_pooled"
_MOST_BYTES = 4 << 30
_SCALARS = {"gamma": float, "clip_negative": bool, **dict.fromkeys(("run", "variant", "sub_nets", "selected_on"), str)}

Texts = NDArray[np.str_]


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """Scores of N images, with the table of M classes and K attributes they are measured against."""

    scores_av: NDArray[np.float32]
    scores_va: NDArray[np.float32]
    """(N, K) attribute scores s1 and s2; 0 for an absent sub-net."""
    scores_pooled: NDArray[np.float32]
    """(N, K) attribute scores of the global branch; 0 without one."""
    labels: NDArray[np.int64]
    """(N,) class rows; −1 if an image's class is unknown."""
    splits: Texts
    """(N,) ``test_seen`` or ``test_unseen``; in an export any split."""
    image_ids: NDArray[np.int64]
    image_names: Texts
    """(N,) ids and relative paths in the project."""
    classes: Texts
    seen: BoolArray
    class_vectors: FloatArray
    """(M,), (M,) and (M, K): the class table, in its own units."""
    attributes: Texts
    """(K,) full names."""
    fusion: FloatArray
    """(2,) weights of s1 and s2 in a prediction; (3,) with that of the global branch."""
    gamma: float
    """Calibrated stacking as trained."""
    clip_negative: bool
    run: str
    variant: str
    sub_nets: str
    selected_on: str
    """What the checkpoint was selected on."""

    @property
    def table(self) -> ClassTable:
        """The class table."""
        parsed = tuple(Attribute.parse(name) for name in self.attributes.tolist())
        return ClassTable(parsed, tuple(self.classes.tolist()), self.class_vectors, self.seen)

    @property
    def weights(self) -> Fusion:
        """The fusion weights of both sub-nets and of the global branch."""
        return Fusion(*self.fusion.tolist())


def make_predictions(
    header: CheckpointHeader,
    table: ClassTable,
    images: Sequence[ImageRecord],
    scores_av: NDArray[np.float32],
    scores_va: NDArray[np.float32],
    scores_pooled: NDArray[np.float32],
) -> Predictions:
    """Return the predictions of a checkpoint with these (N, K) scores for N images, for the classes of a project."""
    rows, fusion = table.class_index, header.fusion
    return Predictions(
        scores_av=scores_av,
        scores_va=scores_va,
        scores_pooled=scores_pooled,
        labels=np.array([-1 if image.class_name is None else rows[image.class_name] for image in images], np.int64),
        splits=np.array([image.split.value for image in images]),
        image_ids=np.array([image.id for image in images], np.int64),
        image_names=np.array([image.name for image in images]),
        classes=np.array(table.classes),
        seen=table.seen,
        class_vectors=table.vectors,
        attributes=np.array([attribute.full_name for attribute in table.attributes]),
        fusion=np.array([fusion.av, fusion.va, fusion.pooled] if fusion.pooled else [fusion.av, fusion.va]),
        gamma=header.gamma,
        clip_negative=header.clip_negative,
        run=header.run,
        variant=header.variant,
        sub_nets=header.sub_nets,
        selected_on=header.selected_on,
    )


def to_arrays(predictions: Predictions) -> dict[str, NDArray[Any]]:
    """Return the arrays of the file by name; none holds objects."""
    content = {entry.name: np.asarray(getattr(predictions, entry.name)) for entry in fields(Predictions)}
    if not predictions.weights.pooled:
        del content[_POOLED]
    return {"format": np.asarray(FORMAT if _POOLED in content else 1, np.int64), **content}


def write_predictions(path: Path, predictions: Predictions) -> None:
    """Write the file, whole or not at all; raise MsdnError if that fails."""
    with replacing(path) as temporary:
        np.savez(temporary, **to_arrays(predictions))  # type: ignore[arg-type]


def read_predictions(path: Path) -> Predictions:
    """Return the predictions in a file written by ``evaluate --tables`` or ``export predictions``.

    Raises
    ------
    RunError
        If the file is not one of predictions, is incomplete, or was written by a newer version.
    """
    try:
        with file_errors(path):
            names = [entry.name for entry in fields(Predictions) if entry.name != _POOLED]
            content: dict[str, Any] = {**read_arrays(path, names, _MOST_BYTES, newest=FORMAT, optional=[_POOLED])}
            content.setdefault(_POOLED, np.broadcast_to(np.float32(0), content["scores_av"].shape))
            for name, kind in _SCALARS.items():
                content[name] = kind(content[name][()])
            predictions = Predictions(**content)
            _check(predictions)
    except FileError as fault:
        raise RunError(
            f"{path} cannot be read as predictions ({fault.reason}); write them with `evaluate --tables` or "
            "`export predictions`."
        ) from fault
    return predictions


def _check(found: Predictions) -> None:
    images, classes, attributes = len(found.labels), len(found.classes), len(found.attributes)
    expected = {
        "scores_av": ((images, attributes), "f"),
        "scores_va": ((images, attributes), "f"),
        _POOLED: ((images, attributes), "f"),
        "labels": ((images,), "i"),
        "splits": ((images,), "U"),
        "image_ids": ((images,), "i"),
        "image_names": ((images,), "U"),
        "classes": ((classes,), "U"),
        "seen": ((classes,), "b"),
        "class_vectors": ((classes, attributes), "f"),
        "attributes": ((attributes,), "U"),
        "fusion": ((3,) if len(found.fusion) == 3 else (2,), "f"),
    }
    for name, (shape, kind) in expected.items():
        array = getattr(found, name)
        if array.shape != shape or array.dtype.kind != kind:
            raise ValueError(f"“{name}” has the shape {array.shape} and the type {array.dtype}")
    if images and not (-1 <= found.labels.min() and found.labels.max() < classes):
        raise ValueError("a label is not the row of a class")
