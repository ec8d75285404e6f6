"""What runs were trained on, read and compared: the untrusted contents of ``data.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msdn_core.domain.annotation import Split
from msdn_core.domain.fingerprints import split_fingerprints
from msdn_core.domain.wording import counted

if TYPE_CHECKING:
    from msdn_core.project import ImageRecord


def value_at(content: Any, *path: str) -> Any:
    """Return the value at a path of keys; None if it does not exist."""
    for name in path:
        content = content.get(name) if isinstance(content, Mapping) else None
    return content


def changed_since(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return the first entry that differs between two contents of ``data.json``; empty if none does.

    The validation images are compared if both contents have them.
    """
    both = ("validation",) if "validation" in before and "validation" in now else ()
    names = ("attributes", "classes", "images", "features", *both, "taught")
    changed = next((name for name in names if _identity(before.get(name)) != _identity(now.get(name))), "")
    return "marks" if changed == "taught" else changed


def taught_text(data: Mapping[str, Any]) -> str:
    """Return with how many marked images a run was taught, by its ``data.json``; empty if it was not.

    It stands wherever figures of a run are shown: they are not those of a run without marks.
    """
    count = value_at(data, "taught", "count")
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        return ""
    return f"taught by {counted(count, 'marked image', 'marked images')}"


def training_overlap_warning(data: Mapping[str, Any], images: Sequence[ImageRecord]) -> str:
    """Return a warning if a run may have been trained on some of the test images, by its ``data.json``; or nothing.

    The training images are known by fingerprint only, so all that can be detected is that the test images changed.
    """
    now = split_fingerprints({image.name: image.split for image in images})
    tests = (Split.TEST_SEEN, Split.TEST_UNSEEN)
    if all(value_at(data, "splits", str(split)) in (None, now[split]) for split in tests):
        return ""
    return (
        "The test images have changed since the run was trained, so it may have been trained on some of them and these "
        "figures may be too high. Train a new run."
    )


def _identity(content: Any) -> Any:
    """Return the identifying keys of an entry, without descriptive ones."""
    if not isinstance(content, Mapping):
        return content
    return {key: _identity(value) for key, value in content.items() if key in ("fingerprint", "train", "test", "count")}
