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

    The validation images, and the marks of taught attention, are compared if both contents have them.
    """
    both = (name for name in ("validation", "taught") if name in before and name in now)
    names = ("attributes", "classes", "images", "features", *both)
    changed = next((name for name in names if _identity(before.get(name)) != _identity(now.get(name))), "")
    return "marks" if changed == "taught" else changed


def taught_text(content: Any) -> str:
    """Return *taught by 250 marked images* if attention was taught; empty if not.

    It stands wherever figures of a run are shown: they are not comparable with those of a run without marks.

    Parameters
    ----------
    content
        ``data.json``, the figures in a run's status (with the number of images) or of its evaluation, or what made a
        checkpoint.
    """
    for path in ((), ("data",), ("made", "data")):
        found = value_at(content, *path, "taught")
        count = value_at(found, "count") if isinstance(found, Mapping) else found
        if isinstance(count, int) and not isinstance(count, bool) and count > 0:
            return f"taught by {counted(count, 'marked image', 'marked images')}"
    return ""


def figures_note(figures: Mapping[str, Any]) -> str:
    """Return what follows figures, each part after a comma: that test images selected them, and that marks taught."""
    selected = ", selected on test" if figures.get("selected_on") == "test" else ""
    taught = taught_text(figures)
    return f"{selected}, {taught}" if taught else selected


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
