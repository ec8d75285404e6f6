"""Two windows, and a window with a shell's run, on one project: the second one reads, and no lock outlives a kill."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import small_run
from trials import ROOT, environment, posix_only, processes_of, script, times, wait_for

from msdn_core.errors import MsdnError
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunState
from msdn_gui.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRAIN = ("train", "--name", "shell", "--set", "backbone=by-hand", "--set", "steps=40", "--set", "evaluate_every=20",
         "--set", "threads=1", "--set", "batch_size=16", "--set", "device=cpu")  # fmt: skip


@posix_only
@times("kills", 1, 10)
def test_the_second_window_reads_and_a_shells_run_is_seen(tmp_path: Path, home: Path, qapp, kills: int) -> None:  # noqa: ARG001
    project = small_run.make_project(tmp_path / "birds", images=4)
    second, said = Session(), []
    second.messages.posted.connect(lambda level, sentence: said.append((level, sentence)))
    for turn in range(kills):
        with started(script("window_at_work.py", project, 0)) as first:
            until(first, "edit 20")
            said.clear()
            second.open_project(project)
            assert [level for level, _ in said] == ["warning"]
            assert "is read-only: another window or command has it open" in said[0][1]
            before = second.document.table.vectors.copy()
            with pytest.raises(MsdnError, match="is read-only, so nothing was changed"):
                second.edits.set_values([("class00", 0, -5.0)])
            assert (second.document.table.vectors == before).all()
            second.close_project()
            if turn == 0:
                # A shell trains in the same project meanwhile: both go on, and the window sees the run.
                shell = [sys.executable, "-m", "msdn_core", TRAIN[0], str(project), *TRAIN[1:]]
                with started(shell) as run:
                    until(first, "alive shell")
                    until(run, "Run “shell” finished at step 40")
                until(first, "edit")
                assert RunDirectory(project / "runs" / "shell").status().state is RunState.FINISHED
        # The lock went with its holder: the next one writes, and says nothing.
        said.clear()
        second.open_project(project)
        assert said == []
        second.edits.set_values([("class00", 0, float(turn))])
        second.close_project()
        with Project.open(project) as again:
            assert not again.read_only
            assert again.table().vectors[0, 0] == turn
    second.deleteLater()
    wait_for(lambda: processes_of(home) == [])


@contextmanager
def started(words: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process, which is killed at the end of the block."""
    with subprocess.Popen(words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], words: str) -> None:
    """Reads on until a line begins with these words."""
    assert process.stdout is not None
    assert any(line.startswith(words) for line in process.stdout), f"“{words}” was never said"
