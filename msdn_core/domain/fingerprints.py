"""Fingerprints of splits, and those of the published splits."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KNOWN_SPLITS: Mapping[str, Mapping[Split, str]] = {
    "CUB, proposed split": {
        Split.TRAIN: "e9dca242464f2dfc",
        Split.TEST_SEEN: "6178046ccb55d40f",
        Split.TEST_UNSEEN: "16858f26f1dc262a",
    },
    "SUN, proposed split": {
        Split.TRAIN: "1b824d3e0922d3a1",
        Split.TEST_SEEN: "8f5abc9c644b2b0d",
        Split.TEST_UNSEEN: "e595d9484abf5652",
    },
    "AWA2, proposed split": {
        Split.TRAIN: "7aa3340b254b3090",
        Split.TEST_SEEN: "fbf81aec5a18587b",
        Split.TEST_UNSEEN: "4493acf8f1ee361d",
    },
}
"""The splits of the xlsa17 collection: ``index_fingerprint`` of positions in its lists of images."""


def number_fingerprint(numbers: Sequence[int] | np.ndarray) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of whole numbers, in order, as little-endian int64."""
    return hashlib.sha256(np.asarray(numbers, dtype="<i8").tobytes()).hexdigest()[:16]


def index_fingerprint(indices: Sequence[int] | np.ndarray) -> str:
    """Return the fingerprint of sorted indices from 0."""
    return number_fingerprint(np.sort(np.asarray(indices)))


def split_fingerprints(splits: Mapping[str, Split]) -> dict[Split, str]:
    """Return the fingerprint of each split from image names and their splits.

    The index of an image is its position among all names, sorted, as in the published lists of CUB, SUN and AWA2.
    """
    ordered = [splits[name] for name in sorted(splits)]
    return {
        split: index_fingerprint([place for place, found in enumerate(ordered) if found is split])
        for split in (Split.TRAIN, Split.TEST_SEEN, Split.TEST_UNSEEN)
    }


def known_split(fingerprints: Mapping[Split, str]) -> str:
    """Return the name of the published split with these fingerprints, or an empty text."""
    return next((name for name, known in KNOWN_SPLITS.items() if known == fingerprints), "")
