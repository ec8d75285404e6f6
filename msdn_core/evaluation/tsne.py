"""t-SNE by scikit-learn of test images and classes in the space of attribute scores."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import MsdnError
from msdn_core.runs.embeddings import StoredEmbedding

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.domain.embedding import AttributeSpace

PERPLEXITY, SEED, ITERATIONS = 30.0, 0, 1000
_ITERATION = re.compile(r"Iteration (\d+)")


def tsne(
    space: AttributeSpace,
    made_of: str,
    *,
    perplexity: float = PERPLEXITY,
    seed: int = SEED,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> StoredEmbedding:
    """Return the plane in which neighbours of the space stay neighbours (van der Maaten and Hinton, 2008).

    Images and classes are placed together, starting from their principal components. ``made_of`` is the embedding's
    ``embedding_digest``. ``perplexity`` is roughly the number of neighbours of each point, and at most a third of the
    number of points. ``progress`` receives the number of iterations done and their total. Raises MsdnError if there
    are fewer than five points.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    points = np.concatenate([space.images, space.classes]).astype(np.float32)
    if len(points) < 5:
        raise MsdnError(
            f"t-SNE needs at least 5 points and there are {len(points)}; evaluate a run on more test images."
        )
    bounded = min(perplexity, (len(points) - 1) / 3)
    method = TSNE(perplexity=bounded, init="pca", random_state=seed, max_iter=ITERATIONS, verbose=2)
    progress(0, ITERATIONS)
    # Leave one core to the window: threads that wait for one another spin, which is slow if every core is taken.
    cores = max(1, (os.cpu_count() or 2) - 1)
    with (
        threadpool_limits(cores),
        contextlib.redirect_stdout(_IterationReader(lambda done: progress(done, ITERATIONS))),
    ):
        placed = method.fit_transform(points)
    progress(ITERATIONS, ITERATIONS)
    count = len(space.images)
    return StoredEmbedding(placed[:count], placed[count:], made_of, float(bounded), seed, float(method.kl_divergence_))


class _IterationReader(io.StringIO):
    """Reads the iteration from what scikit-learn prints: it has no other way to report progress."""

    def __init__(self, report: Callable[[int], None]) -> None:
        super().__init__()
        self._report, self._stdout = report, sys.stdout

    def write(self, text: str) -> int:
        for done in _ITERATION.findall(text):
            # The receiver may print.
            with contextlib.redirect_stdout(self._stdout):
                self._report(int(done))
        return len(text)
