"""Train runs in child processes, each killed with SIGKILL at a given moment, until one finishes.

    python kill_and_resume.py '{"path of a run": [[step, moment], …], …}'

The moment, from that step on, is ``before step``, ``after step``, ``evaluation`` (in its middle), ``writing`` (the new
checkpoint is written and has not replaced the old one) or ``test`` (the test split). With ``any moment``, the first
number is the bytes of events after which the process is killed, at any point of a step. Prints the number of children
killed. Torch is loaded once and the children are forked, so restarting one is fast.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch._dynamo  # noqa: F401 - the optimiser imports it, which takes seconds: once here, not in every child

from msdn_core.msdn import checkpoint
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunState
from msdn_core.training import loop
from msdn_core.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable

ANY = "any moment"


def die_at(step: int, moment: str) -> None:
    """Kill this process at a moment, from a step on."""
    reached = 0

    def watch(owner: Any, name: str, watched_moment: str, *, afterwards: bool = False) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal reached
            if isinstance(args[0], Trainer):
                reached = args[0].step
            result = original(*args, **kwargs) if afterwards else None
            if watched_moment == moment and reached >= step:
                os.kill(os.getpid(), signal.SIGKILL)
            return result if afterwards else original(*args, **kwargs)

        setattr(owner, name, wrapper)

    watch(Trainer, "take_step", "before step")
    watch(Trainer, "take_step", "after step", afterwards=True)
    watch(Trainer, "_measure", "evaluation", afterwards=True)
    watch(checkpoint, "save_file", "writing", afterwards=True)
    watch(loop, "evaluate", "test")


def train(path: Path, death: tuple[float, str] | None) -> int:
    """Train or resume in a child; return the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        loop._REPORT_S = 0.0
        if death is not None and death[1] != ANY:
            die_at(int(death[0]), death[1])
        state = loop.run_training(RunDirectory(path))
        os._exit(0 if state is RunState.FINISHED else 1)
    status = 0
    if death is not None and death[1] == ANY:
        events = RunDirectory(path).events_path
        limit = size(events) + death[0]
        ended = 0
        while not ended and size(events) < limit:
            time.sleep(0.002)
            ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            os.kill(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
    else:
        status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    assert os.WEXITSTATUS(status) == 0, RunDirectory(path).status().reason
    return 0


def size(path: Path) -> int:
    """Return the size of a file, or 0 if it does not exist yet."""
    return path.stat().st_size if path.exists() else 0


def main() -> None:
    """Train all runs, one after the other."""
    killed = 0
    for path, deaths in json.loads(sys.argv[1]).items():
        for step, moment in deaths:
            killed += train(Path(path), (step, moment)) == signal.SIGKILL
        train(Path(path), None)
    print(killed)


if __name__ == "__main__":
    main()
