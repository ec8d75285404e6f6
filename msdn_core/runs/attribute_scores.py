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

FORMAT = 2
"""Format 1 has no ``scores_pooled``; files without a global branch are still written in it."""
_POOLED = "scores_pooled"
_SCORES = ("scores_av", "scores_va", _POOLED)
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
    scores_pooled: NDArray[np.float32]
    """(N, K) attribute scores of the global branch; 0 without one."""
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
    has_branch = scores.scores_pooled.any()
    if not has_branch:
        del content[_POOLED]
    refuse_links(path.parent.parent, path)
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as fault:
        raise MsdnError(
            f"The folder {path.parent} cannot be created ({fault.strerror or fault}); check its permissions."
        ) from fault
    with replacing(path) as temporary:
        np.savez(temporary, format=np.int64(FORMAT if has_branch else 1), **content)


def read_attribute_scores(path: Path) -> AttributeScores | None:
    """Return the scores in a file, None if it does not exist; raise RunError if it cannot be read."""
    try:
        with file_errors(path):
            names = [entry.name for entry in fields(AttributeScores) if entry.name != _POOLED]
            content: dict[str, Any] = {**read_arrays(path, names, _MOST_BYTES, newest=FORMAT, optional=[_POOLED])}
            content.setdefault(_POOLED, np.broadcast_to(np.float32(0), content["scores_av"].shape))
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
    expected = (("image_ids", shape[:1], "i"), *((name, shape, "f") for name in _SCORES))
    for name, size, kind in (*expected, ("attributes", shape[1:], "U")):
        array = getattr(found, name)
        if array.shape != size or array.dtype.kind != kind:
            raise ValueError(f"“{name}” has the shape {array.shape} and the type {array.dtype}")
    if not all(np.isfinite(getattr(found, name)).all() for name in _SCORES):
        raise ValueError("a score is not a finite number")
