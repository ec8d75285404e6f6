"""The window is killed at random moments of editing and training: no edit that was made is lost, the run goes on."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import numpy as np
import small_run
from trials import ROOT, environment, posix_only, processes_of, script, times, wait_for

from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunState

RUN = "goes on"
IMAGES = 128


@posix_only
@times("kills", 3, 50)
def test_no_edit_is_lost_and_the_run_is_found_again(tmp_path: Path, home: Path, kills: int) -> None:
    project = small_run.make_project(tmp_path / "birds")
    before = read(project)
    made, found, draw = 0, 0, random.Random(kills)
    for turn in range(kills):
        words = script("window_at_work.py", project, made, *([RUN] if turn == 0 else []))
        # The first one starts the run; the second and the last have to see that it is at work.
        awaited, count = f"alive {RUN}\n", 1
        if turn not in (0, 1, kills - 1):
            # By its edits, since it starts fast or slowly; one in five dies while it starts.
            awaited, count = "edit ", draw.randrange(1, 60) if draw.random() < 0.8 else 0
        lines = killed(words, tmp_path / f"window{turn}.txt", awaited, count, draw.uniform(0.0, 0.5))
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


def killed(words: list[str], output: Path, awaited: str, count: int, later: float) -> list[str]:
    """What a window said that is killed some time after it said so often what is awaited; in whole lines.

    It says it into a file: a worker that outlived its window would keep a pipe open, and reading would never end.
    """
    with output.open("w") as file, subprocess.Popen(words, cwd=ROOT, env=environment(), stdout=file) as window:
        try:
            wait_for(lambda: output.read_text("utf-8").count(awaited) >= count, within=60.0)
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
