"""Functions for the explainer's process in tests: at module level, so that a spawned process can import them."""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from small_birds import make_explanation

if TYPE_CHECKING:
    from msdn_core.domain.explanation import Explanation


def warm_up(_checkpoint: str | None) -> None:
    """Load nothing."""


def explain(_checkpoint: str, image: str) -> Explanation | str:
    """Return an explanation that identifies the image and the process; words in the file name cause failures."""
    name = Path(image).name
    if "hang" in name:
        time.sleep(3600)
    if "slow" in name:
        time.sleep(0.5)
    if "crash" in name:
        # Crash as a fault in native code does.
        ctypes.string_at(0)
    if "raise" in name:
        raise ValueError("an unexpected fault")
    if "where" in name:
        return str(Path.cwd())
    if "refuse" in name:
        return "This image cannot be opened: it is truncated."
    made = make_explanation(seed=sum(name.encode()))
    made.scores_av[0] = os.getpid() % 100_000
    return made
