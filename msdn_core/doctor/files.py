"""Image files: gone, unreadable, in two splits at once, or smaller than what was marked in them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msdn_core.doctor.wording import named
from msdn_core.domain.annotation import Split
from msdn_core.errors import ImageError
from msdn_core.project import ImageRecord, Project
from msdn_core.vision.images import image_size, open_image

_SMALL = 64
_MARGIN = 2.0
"""Pixels that a mark may lie outside: data sets round."""


def file_findings(
    project: Project,
    images: Sequence[ImageRecord],
    progress: Callable[[int, int], None] | None,
    *,
    open_images: bool,
) -> list[str]:
    """What is wrong with the files; ``open_images`` decodes each."""
    there = [image for image in images if image.path.is_file()]
    gone = [image.name for image in images if not image.path.is_file()]
    findings = []
    if gone:
        findings.append(
            f"{len(gone):,} of {len(images):,} image files are not there ({named(gone)}); put their folder back, or "
            "import again with --images where they were left out."
        )
    findings += _duplicates(there)
    return findings + (_opened(project, there, progress) if open_images else [])


def _duplicates(images: Sequence[ImageRecord]) -> list[str]:
    """Equal files of which one trains and another tests; only files of equal size are read."""
    by_size: defaultdict[int, list[ImageRecord]] = defaultdict(list)
    for image in images:
        if image.split is not Split.NONE:
            by_size[image.path.stat().st_size].append(image)
    first: dict[str, ImageRecord] = {}
    leaked = []
    for same in by_size.values():
        # Files that are not there yet are written as empty ones by some tools.
        for image in same if len(same) > 1 and same[0].path.stat().st_size else ():
            other = first.setdefault(_digest(image.path), image)
            if (other.split is Split.TRAIN) != (image.split is Split.TRAIN):
                leaked.append(f"{other.name} = {image.name}")
    if not leaked:
        return []
    return [
        f"{len(leaked):,} pictures are in training and in test at once, under two names ({named(leaked)}); remove one "
        "of each, or figures are too good."
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _opened(project: Project, images: Sequence[ImageRecord], progress: Callable[[int, int], None] | None) -> list[str]:
    unreadable, outside = [], []
    with ThreadPoolExecutor(thread_name_prefix="open") as pool:
        for done, (image, size) in enumerate(zip(images, pool.map(_size, images), strict=True), start=1):
            if size is None:
                unreadable.append(image.name)
            elif not _fits(project, image, size):
                outside.append(image.name)
            if progress is not None:
                progress(done, len(images))
    findings = []
    if unreadable:
        findings.append(
            f"{len(unreadable):,} images cannot be opened ({named(unreadable)}): they are left out of everything; "
            "replace or remove them."
        )
    if outside:
        findings.append(
            f"In {len(outside):,} images a box or a part lies outside of the picture ({named(outside)}): another size "
            "of it was annotated; put the original files back."
        )
    return findings


def _size(image: ImageRecord) -> tuple[int, int] | None:
    """Width and height of an image that can be decoded to its end."""
    try:
        open_image(image.path, max_side=_SMALL)
        return image_size(image.path)
    except ImageError:
        return None


def _fits(project: Project, image: ImageRecord, size: tuple[int, int]) -> bool:
    points = [(point.x, point.y) for point in project.parts(image.id) if point.visible]
    box = project.box(image.id)
    if box is not None:
        points += [(box.x, box.y), (box.x + box.width, box.y + box.height)]
    return all(-_MARGIN <= x <= size[0] + _MARGIN and -_MARGIN <= y <= size[1] + _MARGIN for x, y in points)
