"""Checks image files: missing, unreadable, in training and test at once, or smaller than their annotations."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Split
from msdn_core.domain.wording import counted, incomplete_finding, named
from msdn_core.errors import ImageError
from msdn_core.safe_files import open_regular
from msdn_core.vision.images import image_size, is_incomplete, open_image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from msdn_core.project import ImageRecord, Project

_SMALL = 64
_MARGIN = 2.0
"""Pixels by which an annotation may be outside the image: data sets round."""


def file_findings(
    project: Project,
    images: Sequence[ImageRecord],
    progress: Callable[[int, int], None] | None,
    *,
    open_images: bool,
) -> list[str]:
    """Return findings about the image files; ``open_images`` decodes each of them."""
    existing = [image for image in images if image.path.is_file()]
    missing = [image.name for image in images if not image.path.is_file()]
    findings = []
    if missing:
        findings.append(
            f"{len(missing):,} of {len(images):,} image files do not exist ({named(missing)}); restore their folder, "
            "or import again with --images."
        )
    findings += _duplicates(existing)
    return findings + (_unreadable(project, existing, progress) if open_images else [])


def _duplicates(images: Sequence[ImageRecord]) -> list[str]:
    """Find equal files in training and test; only files of equal size are read."""
    by_size: defaultdict[int, list[ImageRecord]] = defaultdict(list)
    for image in images:
        if image.split is not Split.NONE:
            by_size[image.path.stat().st_size].append(image)
    first: dict[str, ImageRecord] = {}
    leaked = []
    for same in by_size.values():
        # Some tools write empty files first.
        for image in same if len(same) > 1 and same[0].path.stat().st_size else ():
            other = first.setdefault(_digest(image.path), image)
            if (other.split is Split.TRAIN) != (image.split is Split.TRAIN):
                leaked.append(f"{other.name} = {image.name}")
    if not leaked:
        return []
    return [
        f"{counted(len(leaked), 'picture is', 'pictures are')} in both training and test under two names "
        f"({named(leaked)}), so results are too good; remove one of each pair."
    ]


def _digest(path: Path) -> str:
    with open_regular(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unreadable(
    project: Project, images: Sequence[ImageRecord], progress: Callable[[int, int], None] | None
) -> list[str]:
    """Find files that cannot be decoded, and annotations outside their image."""
    unreadable, incomplete, outside = [], [], []
    with ThreadPoolExecutor(thread_name_prefix="open") as pool:
        for done, (image, (size, is_whole)) in enumerate(zip(images, pool.map(_size, images), strict=True), start=1):
            if not is_whole:
                incomplete.append(image.name)
            if size is None:
                unreadable.append(image.name)
            elif not _fits(project, image, size):
                outside.append(image.name)
            if progress is not None:
                progress(done, len(images))
    findings = []
    if unreadable:
        findings.append(
            f"{counted(len(unreadable), 'image', 'images')} cannot be opened ({named(unreadable)}) and will be "
            "skipped; replace or remove the files."
        )
    if incomplete:
        findings.append(incomplete_finding(incomplete))
    if outside:
        findings.append(
            f"{counted(len(outside), 'image has', 'images have')} a box or part outside the picture "
            f"({named(outside)}), so another size was annotated; restore the original files."
        )
    return findings


def _size(image: ImageRecord) -> tuple[tuple[int, int] | None, bool]:
    """Return the width and height of an image, None if it cannot be decoded, and whether its file has its end."""
    try:
        is_whole = not is_incomplete(open_image(image.path, max_side=_SMALL))
        return image_size(image.path), is_whole
    except ImageError:
        return None, True


def _fits(project: Project, image: ImageRecord, size: tuple[int, int]) -> bool:
    points = [(point.x, point.y) for point in project.parts(image.id) if point.visible]
    box = project.box(image.id)
    if box is not None:
        points += [(box.x, box.y), (box.x + box.width, box.y + box.height)]
    return all(-_MARGIN <= x <= size[0] + _MARGIN and -_MARGIN <= y <= size[1] + _MARGIN for x, y in points)
