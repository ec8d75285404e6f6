"""The images of each step, from the seed and the step only, so that a resumed run takes exactly the same steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Collection

Rows = NDArray[np.int64]


def batch(labels: Rows, *, sampling: str, size: int, seed: int, step: int) -> Rows:
    """Return the positions in the (N,) training labels of one step, counted from 0; at most ``size`` of them.

    ``permutation``: without repetition, drawn anew each step. ``epoch``: every image once per round. ``class_random``:
    one image of each of ``size`` random classes. ``class_balanced``: all classes equally often.
    """
    count = len(labels)
    if sampling == "epoch":
        per_round = -(-count // size)
        round_number, index = divmod(step, per_round)
        order = np.random.default_rng([seed, 1, round_number]).permutation(count)
        return order[index * size : (index + 1) * size]
    rng = np.random.default_rng([seed, 0, step])
    if sampling == "permutation":
        return rng.permutation(count)[:size]
    classes = np.unique(labels)
    if sampling == "class_random":
        drawn = rng.permutation(classes)[:size]
    else:
        rounds = [rng.permutation(classes) for _ in range(-(-size // len(classes)))]
        drawn = np.concatenate(rounds)[:size]
    return np.array([rng.choice(np.flatnonzero(labels == name)) for name in drawn], dtype=np.int64)


def hold_out(
    labels: Rows, *, share_of_classes: float, share_of_images: float, seed: int, given: Collection[int] = ()
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return two (N,) masks over the training images: those of held-out classes, and those held out of other classes.

    Held-out classes play the unseen ones in validation. They are the ``given`` ones if at least two of them have
    training images, otherwise a random share of all. At least two classes and one image per class remain to train on,
    so a mask may be empty in a small project.
    """
    rng = np.random.default_rng([seed, 2])
    classes = np.unique(labels)
    target = round(share_of_classes * len(classes))
    if share_of_classes > 0 and len(classes) >= 6:
        target = max(2, target)
    # Validation among unseen classes needs at least two classes to choose between.
    count = target if 2 <= target <= len(classes) - 2 else 0
    held = rng.permutation(classes)[:count]
    proposed = classes[np.isin(classes, list(given))]
    if 2 <= len(proposed) <= len(classes) - 2:
        held = proposed
    in_held_classes = np.isin(labels, held)
    held_images = np.zeros(len(labels), dtype=np.bool_)
    for name in classes:
        members = rng.permutation(np.flatnonzero((labels == name) & ~in_held_classes))
        take = round(share_of_images * len(members))
        if share_of_images > 0 and len(members) >= 4:
            take = max(1, take)
        held_images[members[: min(take, max(0, len(members) - 1))]] = True
    return in_held_classes, held_images
