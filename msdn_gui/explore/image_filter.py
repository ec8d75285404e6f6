"""Which of a project's images a search leaves, fast enough for each key that is typed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import Split
from msdn_core.project import ImageRecord

SPLIT_WORDS = {
    Split.TRAIN: "Training",
    Split.TEST_SEEN: "Test, seen classes",
    Split.TEST_UNSEEN: "Test, unseen classes",
    Split.NONE: "No split",
}


class ImageFilter:
    """Answers searches over a fixed list of images.

    What a search compares is made once, when it is first asked for: a search over 100,000 images then takes a
    few milliseconds.
    """

    def __init__(self, records: Sequence[ImageRecord]) -> None:
        self._records = records

    @cached_property
    def class_names(self) -> list[str]:
        """The classes that have images, by alphabet."""
        return sorted({record.class_name for record in self._records if record.class_name is not None})

    @cached_property
    def splits(self) -> list[Split]:
        """The splits that have images, in their usual order."""
        there = {record.split for record in self._records}
        return [split for split in Split if split in there]

    def rows(self, text: str = "", class_name: str | None = None, split: Split | None = None) -> NDArray[np.int64]:
        """Ascending positions of the images that a search leaves.

        Each word of ``text`` has to occur in the image's name or its class, whatever the letters' case.
        """
        rows = np.arange(len(self._records))
        if class_name is not None:
            code = self._class_codes_by_name.get(class_name, -2)
            rows = rows[self._class_codes == code]
        if split is not None:
            rows = rows[self._split_codes[rows] == list(Split).index(split)]
        for word in text.lower().split():
            texts = self._texts
            rows = np.array([row for row in rows.tolist() if word in texts[row]], dtype=np.int64)
        return rows

    @cached_property
    def _texts(self) -> list[str]:
        return [f"{record.name}\n{record.class_name or ''}".lower() for record in self._records]

    @cached_property
    def _class_codes_by_name(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.class_names)}

    @cached_property
    def _class_codes(self) -> NDArray[np.int64]:
        codes = self._class_codes_by_name
        found = (-1 if record.class_name is None else codes[record.class_name] for record in self._records)
        return np.fromiter(found, np.int64, len(self._records))

    @cached_property
    def _split_codes(self) -> NDArray[np.int64]:
        codes = {split: code for code, split in enumerate(Split)}
        return np.fromiter((codes[record.split] for record in self._records), np.int64, len(self._records))


def count_words(shown: int, total: int) -> str:
    """How many images are shown, in words: ``1,500 images``, ``12 of 1,500 images``."""
    noun = "image" if total == 1 else "images"
    return f"{total:,} {noun}" if shown == total else f"{shown:,} of {total:,} {noun}"
