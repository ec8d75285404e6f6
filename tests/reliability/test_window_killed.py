"""The window is killed at random moments of editing and training: no edit that was made is lost, the run goes on."""

from __future__ import annotations

import random
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
import small_run
from trials import ROOT, environment, posix_only, processes_of, script, times, wait_for

from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN = "goes on"
IMAGES = 128


@pytest.fixture(autouse=True)
def nothing_goes_on(home: Path) -> Iterator[None]:
    """Where the trial fails, its run is ended too: it would train for days."""
    yield
    for process in processes_of(home):
        with suppress(psutil.Error):
            process.kill()


@posix_only
@times("kills", 3, 50)
def test_no_edit_is_lost_and_the_run_is_found_again(tmp_path: Path, home: Path, kills: int) -> None:
    project = small_run.make_project(tmp_path / "birds")
    before = read(project)
    made, found, draw = 0, 0, random.Random(kills)
    for turn in range(kills):
        words = script("window_at_work.py", project, made, *([RUN] if turn == 0 else []))
        # The first one starts the run; the second and the last have to see that it is at work.
        sees_run = turn in (0, 1, kills - 1)
        # Edits are waited for, since a window starts fast or slowly; one in five dies while it starts.
        edits = draw.randrange(20, 60) if sees_run or draw.random() < 0.8 else 0
        later = draw.uniform(0.0, 0.5 if edits else 2.0)
        lines = killed(words, tmp_path / f"window{turn}.txt", [f"alive {RUN}\n"] * sees_run, edits, later)
        said = [line for line in lines if line.startswith("says")]
        # That the one before was killed is said, and nothing else.
        assert [line for line in said if "ended unexpectedly last time (it was killed" not in line] == []
        found += bool(said)
        numbers = [int(line.removeprefix("edit ")) for line in lines if line.startswith("edit ")]
        made = numbers[-1] + 1 if numbers else made
        made = as_made(project, before, made)
    assert made > 10 * kills
    assert found >= min(kills - 1, 2), "each start says that the one before was killed"
    run = RunDirectory(project / "runs" / RUN)
    wait_for(lambda: run.status().state is RunState.RUNNING, within=120.0)
    run.send("stop")
    wait_for(lambda: run.status().state is RunState.STOPPED)
    wait_for(lambda: processes_of(home) == [])


def killed(words: list[str], output: Path, awaited: list[str], edits: int, later: float) -> list[str]:
    """The whole lines of a window that is killed some seconds after it said what is awaited and made so many edits.

    It says it into a file: a worker that outlived its window would keep a pipe open, and reading would never end.
    """

    def has_said(text: str) -> bool:
        return all(line in text for line in awaited) and text.count("edit ") >= edits

    with output.open("w") as file, subprocess.Popen(words, cwd=ROOT, env=environment(), stdout=file) as window:
        try:
            wait_for(lambda: has_said(output.read_text("utf-8")), within=60.0)
            time.sleep(later)
        finally:
            window.kill()
    return [line for line in output.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]


def read(project: Path) -> tuple[np.ndarray, dict]:
    with Project.open(project) as opened:
        assert not opened.read_only, "a killed window leaves no lock"
        judged = {
            key: said for image in opened.images() for key, said in opened.annotations.judgements(image.id).items()
        }
        return opened.table().vectors, judged


def as_made(project: Path, before: tuple[np.ndarray, dict], made: int) -> int:
    """Asserts that all edits below ``made`` are there; one more may have been, or half of it. How many there are."""
    vectors, judged = read(project)
    there = int(vectors.max()) if vectors.max() >= 1 and made else made - 1
    assert there in (made - 1, made) or made == 0
    expected = before[0].copy()
    classes, columns = expected.shape
    for number in range(max(0, there + 1 - 10 * classes * columns), there + 1):
        expected[number % classes, number % columns] = number
    np.testing.assert_array_equal(vectors, expected)
    said = {(key.image_id, key.attribute): (one.present, int(one.certainty)) for key, one in judged.items()}
    for number in range(max(0, made - 100), made):
        assert said[judgement(number, columns)] == (number % 2 == 0, number % 4 + 1)
    # Where the kill came between the two halves of an edit, it is made again.
    return there + (said.get(judgement(there, columns)) == (there % 2 == 0, there % 4 + 1))


def judgement(number: int, columns: int) -> tuple[int, int]:
    """Image and column of what an edit judges."""
    return number % IMAGES + 1, number % columns
