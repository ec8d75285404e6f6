"""Stands in for a trainer in process tests: ``python fake_trainer.py RUN_DIRECTORY normal|crash|hang|garbage``.

``normal`` steps until it is done or told to end; ``crash`` dies after a few steps; ``hang`` goes silent, deaf to
commands; ``garbage`` writes what no trainer should between its events.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

# Started by its path, it finds the package of this very checkout.
sys.path.insert(0, str(Path(__file__).parents[1]))

from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import CommandTaken, Ended, Evaluated, MachineUse, RunStarted, StepDone
from msdn_core.runs.status import RunState, RunStatus, current_process

STEPS = 40
PACE_S = 0.05
RUBBISH = b'\xff\xfe{]\n{"v":1,"event":"StepDone","step":"many"}\n{"v":9,"event":"Unheard","x":1}\n[1,2\n\n'


def command(run: RunDirectory, behaviour: str) -> list[str]:
    """The command line for ``launch_training(run, command=…)``."""
    return [sys.executable, __file__, str(run.path), behaviour]


def main(run: RunDirectory, behaviour: str) -> None:
    pid, started = current_process()
    status = RunStatus(RunState.RUNNING, pid, started, steps=STEPS)
    run.write_status(status)
    run.append(RunStarted(step=0, steps=STEPS, device="cpu"))
    offset = run.status().commands_from
    print("A fake trainer speaks.", flush=True)
    end = RunState.FINISHED
    for step in range(1, STEPS + 1):
        time.sleep(PACE_S)
        left = (STEPS - step) * PACE_S
        losses = {"total": 2.0 / step, "ce_av": 1.0 / step}
        run.append(
            StepDone(step=step, steps=STEPS, epoch=0, losses=losses, learning_rate=1e-4, images_per_second=9.0,
                     remaining_s=left)
        )  # fmt: skip
        run.append(MachineUse(step=step, cpu=97.2, memory=1_500_000_000, memory_total=16_000_000_000))
        status = replace(status, step=step)
        run.write_status(status)
        if step == 5 and behaviour == "crash":
            print("It crashes now.", flush=True)
            os._exit(3)
        if step == 5 and behaviour == "hang":
            time.sleep(3600)
        if step == 5 and behaviour == "garbage":
            with run.events_path.open("ab") as file:
                file.write(RUBBISH)
        if step % 10 == 0:
            figures = {"czsl": step / 50, "U": step / 60, "S": step / 55, "H": step / 58}
            run.append(Evaluated(step=step, epoch=0, on="validation", figures=figures, selected_on="validation"))
            status = replace(status, figures={**figures, "on": "validation", "selected_on": "validation"})
        commands, offset = run.read_commands(offset)
        asked = None
        for asked in commands:
            run.append(CommandTaken(command=asked.command, id=asked.id))
        if asked is not None and asked.command in ("stop", "cancel"):
            end = RunState.STOPPED if asked.command == "stop" else RunState.CANCELLED
            break
    run.append(Ended(state=str(end), reason=""))
    run.write_status(replace(status, state=end))


if __name__ == "__main__":
    main(RunDirectory(Path(sys.argv[1])), sys.argv[2])
