"""Attribute scores of every image of a project by a checkpoint, as one .npz file that is read without torch.

Everything after them is linear in the class semantic vectors (reference, section 2), so a collection that was scored
once is ranked in numpy for any described class.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.atomic import replacing
from msdn_core.errors import FileError, MsdnError, RunError
from msdn_core.links import refuse_links
from msdn_core.safe_files import file_errors, open_regular, read_arrays

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = 1
FOLDER = "scores"
_MOST_BYTES = 8 << 30


@dataclass(frozen=True, eq=False, slots=True)
class AttributeScores:
    """The scores of N images for K attributes."""

    image_ids: NDArray[np.int64]
    """(N,) ids of the images that have features."""
    scores_av: NDArray[np.float32]
    scores_va: NDArray[np.float32]
    """(N, K) attribute scores s1 and s2."""
    attributes: NDArray[np.str_]
    """(K,) full names."""
    checkpoint: str
    """``checkpoint_digest`` of the checkpoint file."""


def checkpoint_digest(checkpoint: Path) -> str:
    """Return 16 hex digits over a checkpoint file's content; raise RunError if it cannot be read."""
    try:
        with open_regular(checkpoint) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as fault:
        raise RunError(
            f"{checkpoint} cannot be read ({fault.strerror or fault}); choose another checkpoint."
        ) from fault


def scores_file(project: Path, run: str, kind: str) -> Path:
    """Return the file of the scores by a run's checkpoint, ``best`` or ``last``, in a project."""
    # Both are untrusted: what remains cannot form another path.
    name = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in f"{run}-{kind}")
    return project / FOLDER / f"{name.lstrip('.')}.npz"


def write_attribute_scores(path: Path, scores: AttributeScores) -> None:
    """Write the file, whole or not at all, and create its folder; raise MsdnError if that fails."""
    content: dict[str, Any] = {entry.name: np.asarray(getattr(scores, entry.name)) for entry in fields(scores)}
    refuse_links(path.parent.parent, path)
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as fault:
        raise MsdnError(
            f"The folder {path.parent} cannot be created ({fault.strerror or fault}); check its permissions."
        ) from fault
    with replacing(path) as temporary:
        np.savez(temporary, format=np.int64(FORMAT), **content)


def read_attribute_scores(path: Path) -> AttributeScores | None:
    """Return the scores in a file, None if it does not exist; raise RunError if it cannot be read."""
    try:
        with file_errors(path):
            names = [entry.name for entry in fields(AttributeScores)]
            content: dict[str, Any] = {**read_arrays(path, names, _MOST_BYTES, newest=FORMAT)}
            content["checkpoint"] = str(content["checkpoint"][()])
            scores = AttributeScores(**content)
            _check(scores)
    except FileError as fault:
        if fault.missing:
            return None
        raise RunError(
            f"{path} cannot be read as attribute scores ({fault.reason}); remove it and score the images again."
        ) from fault
    return scores


def _check(found: AttributeScores) -> None:
    shape = (len(found.image_ids), len(found.attributes))
    expected = (("image_ids", shape[:1], "i"), ("scores_av", shape, "f"), ("scores_va", shape, "f"))
    for name, size, kind in (*expected, ("attributes", shape[1:], "U")):
        array = getattr(found, name)
        if array.shape != size or array.dtype.kind != kind:
            raise ValueError(f"“{name}” has the shape {array.shape} and the type {array.dtype}")
    if not (np.isfinite(found.scores_av).all() and np.isfinite(found.scores_va).all()):
        raise ValueError("a score is not a finite number")
