"""What a checkpoint says of all images of a project, kept in the project's cache until the checkpoint changes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from msdn_core.atomic import write_atomic


@dataclass(frozen=True, eq=False, slots=True)
class AttributeScores:
    """Both rows of attribute scores of N images."""

    image_ids: NDArray[np.int64]
    """(N,)"""
    av: NDArray[np.float32]
    va: NDArray[np.float32]
    """(N, K) each: s1 and s2 (reference, section 2)."""


def scores_file(project: Path, checkpoint: Path) -> Path:
    """Where the scores of a checkpoint, as its file is now, are kept; the file need not exist."""
    try:
        state = checkpoint.stat()
        text = f"{checkpoint.resolve()} {state.st_size} {state.st_mtime_ns}"
    except OSError:
        text = str(checkpoint)
    return project / "cache" / "scores" / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"


def write_scores(path: Path, scores: AttributeScores) -> None:
    """Keep scores; MsdnError where the disk is full or the folder cannot be written."""
    buffer = io.BytesIO()
    np.savez(buffer, image_ids=scores.image_ids, av=scores.av, va=scores.va)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, buffer.getvalue())


def read_scores(path: Path) -> AttributeScores | None:
    """What ``write_scores`` kept; None where there is nothing, or nothing that can be used."""
    try:
        with np.load(path, allow_pickle=False) as found:
            scores = AttributeScores(found["image_ids"], found["av"], found["va"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    shapes_fit = scores.image_ids.ndim == 1 and scores.av.ndim == 2 and scores.av.shape == scores.va.shape
    return scores if shapes_fit and len(scores.image_ids) == len(scores.av) else None
