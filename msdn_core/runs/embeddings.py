"""t-SNE of a run's test images and classes, stored beside its evaluation; read without torch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.atomic import replacing
from msdn_core.domain.embedding import AttributeSpace, Plane, attribute_space
from msdn_core.domain.scoring import Floats, fused_attribute_scores
from msdn_core.errors import FileError, RunError
from msdn_core.safe_files import file_errors, read_arrays

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.runs.predictions import Predictions

FORMAT = 1
SOURCES = ("fused", "av", "va")
"""The attribute scores that are embedded: fused, or those of one sub-net."""
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, eq=False, slots=True)
class StoredEmbedding:
    """Positions of N images and M classes in a plane."""

    images: NDArray[np.float32]
    classes: NDArray[np.float32]
    """(N, 2) and (M, 2)."""
    made_of: str
    """``embedding_digest`` of the embedded scores and vectors."""
    perplexity: float
    seed: int
    divergence: float
    """The remaining Kullback-Leibler divergence in nats: how much the plane distorts neighbourhoods."""

    @property
    def plane(self) -> Plane:
        """The positions to draw."""
        return Plane(self.images, self.classes)


def embedding_file(folder: Path, source: str) -> Path:
    """Return the t-SNE file of one of ``SOURCES`` in the folder of an evaluation."""
    return folder / f"tsne-{source}.npz"


def attribute_scores_of(predictions: Predictions, source: str) -> Floats:
    """Return the (N, K) attribute scores of one of ``SOURCES``."""
    if source == "fused":
        return fused_attribute_scores(
            predictions.scores_av, predictions.scores_va, predictions.scores_pooled, predictions.weights
        )
    return predictions.scores_av if source == "av" else predictions.scores_va


def embedding_space(predictions: Predictions, source: str) -> AttributeSpace:
    """Return the space of test images and classes by the scores of one of ``SOURCES``."""
    unit = predictions.table.unit_vectors(clip_negative=predictions.clip_negative)
    return attribute_space(attribute_scores_of(predictions, source), unit)


def embedding_digest(predictions: Predictions, source: str) -> str:
    """Return 16 hex digits over everything that the space is computed from."""
    digest = hashlib.sha256(source.encode())
    # A digest without a global branch is what it was before there were any.
    pooled = [predictions.scores_pooled] if predictions.weights.pooled else []
    scores = (predictions.scores_av, predictions.scores_va, *pooled)
    for array in (*scores, predictions.class_vectors, predictions.fusion):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(bytes([predictions.clip_negative]))
    return digest.hexdigest()[:16]


def write_embedding(path: Path, embedding: StoredEmbedding) -> None:
    """Write the file, whole or not at all; raise MsdnError if that fails."""
    content: dict[str, Any] = {entry.name: np.asarray(getattr(embedding, entry.name)) for entry in fields(embedding)}
    with replacing(path) as temporary:
        np.savez(temporary, format=np.int64(FORMAT), **content)


def read_embedding(path: Path, predictions: Predictions) -> StoredEmbedding | None:
    """Return the embedding in a file, None if it does not exist; raise RunError if it does not match or is damaged."""
    try:
        with file_errors(path):
            names = [entry.name for entry in fields(StoredEmbedding)]
            content: dict[str, Any] = {**read_arrays(path, names, _MOST_BYTES, newest=FORMAT)}
            for name, kind in {"made_of": str, "perplexity": float, "seed": int, "divergence": float}.items():
                content[name] = kind(content[name][()])
            found = StoredEmbedding(**content)
            for name, count in (("images", len(predictions.image_ids)), ("classes", len(predictions.classes))):
                array = getattr(found, name)
                if array.shape != (count, 2) or array.dtype.kind != "f" or not np.isfinite(array).all():
                    raise ValueError(f"“{name}” does not hold {count:,} points of a plane")
    except FileError as fault:
        if fault.missing:
            return None
        raise RunError(f"{path} is not a t-SNE of these images ({fault.reason}); compute it again.") from fault
    return found
