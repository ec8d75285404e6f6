"""What runs were trained on, read and compared: contents of ``data.json``, which may be damaged or a stranger's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msdn_core.domain.annotation import Split
from msdn_core.domain.fingerprints import split_fingerprints
from msdn_core.project import ImageRecord


def value_at(content: Any, *path: str) -> Any:
    """What stands at a path of names; None where nothing does."""
    for name in path:
        content = content.get(name) if isinstance(content, Mapping) else None
    return content


def changed_since(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The first thing that differs between two contents of ``data.json``; empty where there is none.

    What is validated on is compared where both know it.
    """
    both = ("validation",) if "validation" in before and "validation" in now else ()
    names = ("attributes", "classes", "images", "features", *both)
    return next((name for name in names if _identity(before.get(name)) != _identity(now.get(name))), "")


def training_overlap_warning(data: Mapping[str, Any], images: Sequence[ImageRecord]) -> str:
    """A sentence where a run, by its ``data.json``, may have been trained on some of the test images; else empty.

    What it was trained on is kept as fingerprints, so test images that are others now are all that can be told.
    """
    now = split_fingerprints({image.name: image.split for image in images})
    tests = (Split.TEST_SEEN, Split.TEST_UNSEEN)
    if all(value_at(data, "splits", str(split)) in (None, now[split]) for split in tests):
        return ""
    return (
        "The test images are others than when the run was trained, so it may have been trained on some of them: these "
        "figures may be too high. Train anew."
    )


def _identity(content: Any) -> Any:
    """What identifies an entry, without what merely describes it."""
    if not isinstance(content, Mapping):
        return content
    return {key: _identity(value) for key, value in content.items() if key in ("fingerprint", "train", "test", "count")}
