"""What identifies an answer of the explainer: its files as they were. No Qt here, since the worker imports it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.domain.explanation import Explanation

AnswerKey = tuple[str, int, int, str, int, int]


def explain_with_key(
    explain: Callable[[str, str], Explanation | str], checkpoint: str, image: str
) -> tuple[AnswerKey | None, Explanation | str]:
    """Return the answer with the key of its files as they were before; runs in the worker."""
    key = answer_key(Path(checkpoint), Path(image))
    return key, explain(checkpoint, image)


def answer_key(checkpoint: Path, image: Path) -> AnswerKey | None:
    """Return the key of an answer about these files as they are now; None if one of them is missing."""
    try:
        a, b = checkpoint.stat(), image.stat()
    except OSError:
        return None
    return (str(checkpoint.absolute()), a.st_mtime_ns, a.st_size, str(image.absolute()), b.st_mtime_ns, b.st_size)
