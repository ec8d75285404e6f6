"""The data sets of the field under the proposed split: how they are recognised, and how many images each part has."""

from __future__ import annotations

from dataclasses import dataclass

from msdn_core.domain.annotation import Split


@dataclass(frozen=True, slots=True)
class PublishedDataSet:
    """A data set of the xlsa17 collection."""

    name: str
    classes: int
    attributes: int
    parts: tuple[int, int, int]
    """The numbers of images for training, for testing of seen classes, and for testing of unseen classes."""
    labels: str = ""
    """Fingerprint of the labels in the order of the image names; a label is the row of its class in sorted order.
    Empty if it is not known."""
    folder: str = ""
    """The letters of the folder in which it is published, if its name is not in it."""

    @property
    def images(self) -> int:
        """The number of all images, each of which is in a part."""
        return sum(self.parts)

    @property
    def part_sizes(self) -> dict[Split, int]:
        """The number of images by split."""
        return dict(zip((Split.TRAIN, Split.TEST_SEEN, Split.TEST_UNSEEN), self.parts, strict=True))


PUBLISHED = (
    PublishedDataSet("CUB", 200, 312, (7_057, 1_764, 2_967), "a00282236f477fcc"),
    PublishedDataSet("SUN", 717, 102, (10_320, 2_580, 1_440), "f723165a67848583"),
    PublishedDataSet("AWA2", 50, 85, (23_527, 5_882, 7_913), "c413476bea1e6a8d", "ANIMALSWITHATTRIBUTES2"),
    PublishedDataSet("AWA1", 50, 85, (19_832, 4_958, 5_685), folder="ANIMALSWITHATTRIBUTES"),
    PublishedDataSet("APY", 32, 64, (5_932, 1_483, 7_924)),
    PublishedDataSet("FLO", 102, 1024, (5_631, 1_403, 1_155)),
)
"""Photographs are published of the first three only; AWA1, APY and FLO come as pooled features."""


def published_data_set(classes: int, attributes: int, images: int, name: str = "") -> PublishedDataSet | None:
    """Return the published data set with these numbers of classes and attributes, or None.

    AWA1 and AWA2 differ in their images alone. If the number of images is neither's, ``name`` decides (that of the
    folder or of the project's data set), or else it is AWA2 if AWA1 has fewer images, and unknown otherwise.
    """
    alike = [known for known in PUBLISHED if (known.classes, known.attributes) == (classes, attributes)]
    if len(alike) < 2:
        return alike[0] if alike else None
    letters = "".join(filter(str.isalnum, name)).upper()
    by_count = (known for known in alike if known.images == images)
    by_name = (known for known in alike if known.name in letters or known.folder == letters)
    large_enough = [known for known in alike if known.images >= images]
    return next(by_count, None) or next(by_name, None) or (large_enough[0] if len(large_enough) == 1 else None)
