"""t-SNE of a run's test images and classes, kept beside the evaluation that it was made of; read without torch."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.atomic import replacing
from msdn_core.domain.embedding import AttributeSpace, Plane, attribute_space
from msdn_core.domain.scoring import Floats, fused_attribute_scores
from msdn_core.errors import RunError
from msdn_core.runs.archives import check_size
from msdn_core.runs.predictions import Predictions

FORMAT = 1
SOURCES = ("fused", "av", "va")
"""Whose attribute scores: both sub-nets' fused, or of one."""
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, eq=False, slots=True)
class StoredEmbedding:
    """N images, M classes."""

    images: NDArray[np.float32]
    classes: NDArray[np.float32]
    """(N, 2) and (M, 2) places."""
    made_of: str
    """``embedding_digest`` of what it was made of."""
    perplexity: float
    seed: int
    divergence: float
    """Kullback-Leibler divergence, in nats, that was left: how far the plane is from telling the neighbours truly."""

    @property
    def plane(self) -> Plane:
        """What is drawn."""
        return Plane(self.images, self.classes)


def embedding_file(folder: Path, source: str) -> Path:
    """Where the folder of an evaluation keeps the t-SNE of one of ``SOURCES``."""
    return folder / f"tsne-{source}.npz"


def attribute_scores_of(predictions: Predictions, source: str) -> Floats:
    """(N, K) attribute scores by one of ``SOURCES``."""
    if source == "fused":
        return fused_attribute_scores(predictions.scores_av, predictions.scores_va, predictions.weights)
    return predictions.scores_av if source == "av" else predictions.scores_va


def embedding_space(predictions: Predictions, source: str) -> AttributeSpace:
    """The space of test images and classes by the scores of one of ``SOURCES``."""
    unit = predictions.table.unit_vectors(clip_negative=predictions.clip_negative)
    return attribute_space(attribute_scores_of(predictions, source), unit)


def embedding_digest(predictions: Predictions, source: str) -> str:
    """16 hex digits over all that the space is made of, as it stands in the file of predictions."""
    found = hashlib.sha256(source.encode())
    for array in (predictions.scores_av, predictions.scores_va, predictions.class_vectors, predictions.fusion):
        found.update(np.ascontiguousarray(array).tobytes())
    found.update(bytes([predictions.clip_negative]))
    return found.hexdigest()[:16]


def write_embedding(path: Path, embedding: StoredEmbedding) -> None:
    """Writes the file whole, or not at all; MsdnError where it cannot be."""
    content: dict[str, Any] = {entry.name: np.asarray(getattr(embedding, entry.name)) for entry in fields(embedding)}
    with replacing(path) as temporary:
        np.savez(temporary, format=np.int64(FORMAT), **content)


def read_embedding(path: Path, predictions: Predictions) -> StoredEmbedding | None:
    """The embedding in a file, None where there is none; RunError where it cannot be read or has other images."""
    if not path.is_file():
        return None
    names = [entry.name for entry in fields(StoredEmbedding)]
    try:
        check_size(path, _MOST_BYTES, ["format", *names])
        with np.load(path, allow_pickle=False) as file:
            if int(file["format"]) > FORMAT:
                raise ValueError("a newer version wrote it")
            content: dict[str, Any] = {name: file[name] for name in names}
        for name, kind in {"made_of": str, "perplexity": float, "seed": int, "divergence": float}.items():
            content[name] = kind(content[name][()])
        found = StoredEmbedding(**content)
        for name, count in (("images", len(predictions.image_ids)), ("classes", len(predictions.classes))):
            array = getattr(found, name)
            if array.shape != (count, 2) or array.dtype.kind != "f" or not np.isfinite(array).all():
                raise ValueError(f"“{name}” are not {count:,} places in a plane")
    except (OSError, KeyError, TypeError, ValueError, EOFError, MemoryError, zipfile.BadZipFile) as fault:
        raise RunError(f"{path} holds no t-SNE of these images ({fault}); make it again.") from fault
    return found
