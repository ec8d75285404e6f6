"""A trainer is killed at random moments, again and again: it goes on each time, to the end of an undisturbed one."""

from __future__ import annotations

import json
import random
import sys
from typing import TYPE_CHECKING

import small_run
from small_run import events_of, new_run
from trials import HERE, posix_only, run, times

from msdn_core.msdn.checkpoint import load_tensors
from msdn_core.runs.events import RunStarted
from msdn_core.runs.status import RunState

if TYPE_CHECKING:
    from pathlib import Path


@posix_only
@times("kills", 3, 50)
def test_the_weights_are_those_of_an_undisturbed_run_however_often_it_was_killed(tmp_path: Path, kills: int) -> None:
    project = small_run.make_project(tmp_path / "birds")
    # Many checkpoints, and so many moments in which one is being written.
    settings = {"steps": 40 * kills, "evaluate_every": 5}
    whole, killed = new_run(project, **settings), new_run(project, **settings)
    draw = random.Random(kills)
    deaths = [(draw.randrange(100, 9000), "any moment") for _ in range(kills)]
    # A moment that chance seldom meets.
    deaths[-1] = (10, "writing")
    said = run(
        [
            sys.executable,
            str(HERE.parent / "core" / "kill_and_resume.py"),
            json.dumps({str(whole.path): [], str(killed.path): deaths}),
        ]
    )
    assert int(said) == kills, "each kill met a living trainer"
    for one in (whole, killed):
        assert one.status().state is RunState.FINISHED, one.status().reason
    for kind in ("last", "best"):
        first, second = load_tensors(whole.checkpoint(kind)), load_tensors(killed.checkpoint(kind))
        assert first.keys() == second.keys()
        assert [name for name, value in first.items() if not value.equal(second[name])] == []
    assert sum(event.resumed for event in events_of(killed, RunStarted)) >= kills // 2, "most left a checkpoint"
    assert list(killed.path.glob("**/.*")) == [], "what a killed one was writing is taken away"
