"""What the trials share: a data home of their own, the helpers of the other tests, and how often a trial is made."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path += [str(Path(__file__).parents[1] / name) for name in ("core", "gui")]

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home of this test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MSDN_EXPLORER_HOME", str(folder))
    return folder
