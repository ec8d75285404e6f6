"""t-SNE by scikit-learn: like images side by side, with its classes among them."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Callable

import numpy as np

from msdn_core.domain.embedding import AttributeSpace
from msdn_core.errors import MsdnError
from msdn_core.runs.embeddings import StoredEmbedding

PERPLEXITY, SEED, ITERATIONS = 30.0, 0, 1000
_SAID = re.compile(r"Iteration (\d+)")


def tsne(
    space: AttributeSpace,
    made_of: str,
    *,
    perplexity: float = PERPLEXITY,
    seed: int = SEED,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> StoredEmbedding:
    """The plane in which neighbours of the space stay neighbours (van der Maaten and Hinton, 2008).

    Images and classes are laid out together, from their principal components on. ``perplexity`` is about how many
    neighbours each point has; of few points, it is a third of them at most. ``progress`` is told how many of how many
    iterations are done. MsdnError where there are fewer than five points.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    points = np.concatenate([space.images, space.classes]).astype(np.float32)
    if len(points) < 5:
        raise MsdnError(f"t-SNE of {len(points)} points says nothing; evaluate a run on more test images.")
    bounded = min(perplexity, (len(points) - 1) / 3)
    method = TSNE(perplexity=bounded, init="pca", random_state=seed, max_iter=ITERATIONS, verbose=2)
    progress(0, ITERATIONS)
    # One core is left to the window: threads that wait for one another spin, and with every core taken that is slow.
    cores = max(1, (os.cpu_count() or 2) - 1)
    with threadpool_limits(cores), contextlib.redirect_stdout(_Listener(lambda done: progress(done, ITERATIONS))):
        placed = method.fit_transform(points)
    progress(ITERATIONS, ITERATIONS)
    count = len(space.images)
    return StoredEmbedding(placed[:count], placed[count:], made_of, float(bounded), seed, float(method.kl_divergence_))


class _Listener(io.StringIO):
    """Hears from what is printed how far it is: there is no other way to be told."""

    def __init__(self, told: Callable[[int], None]) -> None:
        super().__init__()
        self._told, self._real = told, sys.stdout

    def write(self, text: str) -> int:
        for done in _SAID.findall(text):
            # Who is told may print.
            with contextlib.redirect_stdout(self._real):
                self._told(int(done))
        return len(text)
