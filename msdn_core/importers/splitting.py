"""Holding images out for testing where no split says which, and telling unseen classes by a split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from msdn_core.domain.annotation import Split

HELD_OUT_EVERY = 5
"""About the share of a seen class's images that the proposed split tests on (1,764 of 8,821)."""


def hold_out(class_of: Mapping[str, str], unseen: Collection[str]) -> dict[str, Split]:
    """A split of images by path: those of unseen classes test, and so does every fifth of a seen class, by name."""
    splits: dict[str, Split] = {}
    place: Counter[str] = Counter()
    for path in sorted(class_of):
        name = class_of[path]
        place[name] += 1
        held_out = Split.TEST_SEEN if place[name] % HELD_OUT_EVERY == 0 else Split.TRAIN
        splits[path] = Split.TEST_UNSEEN if name in unseen else held_out
    return splits


def unseen_classes(images: Iterable[tuple[str, Split]]) -> frozenset[str] | None:
    """The classes tested as unseen; None if one of them is seen as well."""
    unseen: set[str] = set()
    seen: set[str] = set()
    for name, split in images:
        if split is not Split.NONE:
            (unseen if split is Split.TEST_UNSEEN else seen).add(name)
    return None if unseen & seen else frozenset(unseen)
