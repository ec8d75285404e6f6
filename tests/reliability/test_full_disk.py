"""A full disk while a checkpoint, features or an edit are written: said in words, and what was there is whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from trials import posix_only, run, script

if TYPE_CHECKING:
    from pathlib import Path


@posix_only
@pytest.mark.parametrize("way", ["the best there is", pytest.param("files of bounded size", marks=pytest.mark.soak)])
def test_a_full_disk_is_said_and_what_was_there_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    (tmp_path / "disk").mkdir()
    if way == "files of bounded size":
        monkeypatch.setenv("PATH", "/nonexistent")
    found = json.loads(run(script("full_disk.py", tmp_path / "disk", 16)).splitlines()[-1])
    words = {
        "checkpoint": "resume the run",
        "ending": "free",
        "extraction": "free disk space and start",
        "edit": "free some space",
    }
    for trial, word in words.items():
        assert word in found[trial]["said"], found[trial]
        assert found[trial]["whole"], trial
        assert found[trial]["left"] == [], trial
    assert found["checkpoint"]["state"] == found["ending"]["state"] == "failed"
    # With room again, all of it comes to its end.
    assert [found[trial]["end"] for trial in words] == [40, 40, 16 * 4, "room again"]
