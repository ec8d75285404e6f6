"""What runs were trained on, read and compared: contents of ``data.json``, which may be damaged or a stranger's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def look(content: Any, *path: str) -> Any:
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


def _identity(content: Any) -> Any:
    """What identifies an entry, without what merely describes it."""
    if not isinstance(content, Mapping):
        return content
    return {key: _identity(value) for key, value in content.items() if key in ("fingerprint", "train", "test", "count")}
