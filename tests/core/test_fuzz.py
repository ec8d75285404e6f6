"""Damaged and malicious files: every reader refuses them with a sentence or reports what it corrected.

The suite tries a few hundred mutated files; a campaign is ``python -m benchmarks.fuzz --files 20000``.
"""

from __future__ import annotations

import base64
import json
import os
import random
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from format_samples import SOURCES

from benchmarks import fuzz
from benchmarks.fuzzing import campaign, cases
from benchmarks.fuzzing.campaign import Campaign, counts_for, table
from benchmarks.fuzzing.mutation import mutate_file
from benchmarks.fuzzing.readers import READERS
from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("resource", reason="the mutations use pipes and links")

FILES = int(os.environ.get("MSDN_FUZZ", "300"))
SLOW = ("explain", "project-doctor", "report")
"""Readers that only the campaign tries: a second each, or more."""


def test_damaged_files_are_refused_with_a_sentence_or_corrected() -> None:
    """In a process under a watchdog of 5 seconds and 2 GB, as in the campaign."""
    counts = counts_for(((name, one.share) for name, one in READERS.items() if name not in SLOW), FILES)
    tried = Campaign()
    try:
        tried.run(counts, seed=11)
    finally:
        tried.close()
    failures = [f"{one.reader} {one.key}: {one.outcome.kind}\n{one.outcome.detail}" for one in tried.failures]
    assert not failures, "\n".join(failures)
    kinds = sum((tally.kinds for tally in tried.tallies.values()), start=Counter())
    assert kinds[cases.READ] > FILES / 10
    assert kinds[cases.REFUSED] > FILES / 10


def test_every_format_has_a_reader() -> None:
    missing = [name for name in SOURCES if not any(reader.startswith(name) for reader in READERS)]
    assert not missing, f"add {missing} to benchmarks/fuzzing/readers.py"


def test_mutations_are_the_same_for_the_same_key(tmp_path: Path) -> None:
    contents = set()
    for number in range(2):
        path = tmp_path / f"{number}" / "config.json"
        path.parent.mkdir()
        path.write_text(json.dumps({"a": [1, 2], "b": {"c": "text"}}), "utf-8")
        mutate_file(path, random.Random("key"))
        contents.add(path.read_bytes() if path.is_file() else None)
    assert len(contents) == 1


class BadBench(cases.Bench):
    """Has a reader that fails as the key says."""

    def prepare(self, _name: str) -> None:
        self._case.mkdir(exist_ok=True)

    def mutate(self, name: str, key: str) -> None:
        self._how = key
        note = {"reader": name, "key": key, "file": "classes.txt", "how": "by hand", "content": "bXV0YXRlZA=="}
        (self._folder / cases.NOTE).write_text(json.dumps(note), "utf-8")

    def read(self, _name: str) -> None:
        match self._how:
            case "hang":
                time.sleep(60)
            case "memory":
                held = b"m" * (900 << 20)
                time.sleep(len(held))
            case "died":
                os._exit(3)
            case "silent":
                raise MsdnError("")
            case "raw":
                raise KeyError("raw")


def test_each_kind_of_fault_is_found_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "MOST_MIB", 800)
    monkeypatch.setattr(campaign, "MOST_SECONDS", 1.0)
    monkeypatch.setattr(campaign, "_load", lambda: 1.0)
    tried = Campaign(tmp_path, bench=BadBench)
    try:
        for key in ("sound", "raw", "silent", "died", "hang", "memory"):
            tried.read("cub", key)
    finally:
        tried.close()
    kinds = {one.key: one.outcome.kind for one in tried.failures}
    assert kinds == {"raw": "fault", "silent": "fault", "died": "died", "hang": "hang", "memory": "memory"}
    assert tried.failures[0].outcome.detail.endswith("KeyError: 'raw'")
    assert table(tried.tallies).splitlines()[-1].split()[:5] == ["all", "6", "1", "0", "5"]
    assert json.loads(tried.failures[0].saved.read_text("utf-8"))["outcome"] == "fault"


def test_a_saved_file_is_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = {"reader": "settings-file", "key": "0:1", "file": "settings.json", "how": "bytes", "outcome": "fault"}
    content = base64.b64encode(b'{"steps": "many"}').decode()
    (tmp_path / "saved.json").write_text(json.dumps({**note, "content": content}), "utf-8")
    assert fuzz.main(["--repeat", str(tmp_path / "saved.json")]) == 0
    assert "refused: " in capsys.readouterr().out
