"""The curves of runs as TensorBoard reads them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from msdn_core.cli.main import main
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Evaluated, MachineUse, RunStarted, StepDone

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("tensorboardX")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "birds"
    Project.create(path).close()
    run = RunDirectory.create(path, "first", {"recipe": "demo"})
    run.append(RunStarted(step=0, steps=40, device="cpu"))
    for step in (10, 20, 30):
        tell(run, step, 1.0 / step)
    run.append(RunStarted(step=20, steps=40, device="cpu", resumed=True))
    tell(run, 40, 0.5)
    run.append(Evaluated(step=40, epoch=2, on="validation", figures={"H": 0.25, "U": None}))
    run.append(MachineUse(step=40, cpu=50.0, memory=1000, memory_total=2000))
    RunDirectory.create(path, "second", {"recipe": "demo"})
    return path


def tell(run: RunDirectory, step: int, loss: float) -> None:
    run.append(
        StepDone(
            time=1000.0 + step,
            step=step,
            steps=40,
            epoch=0,
            losses={"total": loss, "ce_av": 1.0},
            learning_rate=1e-4,
            images_per_second=9.0,
            remaining_s=0.0,
        )
    )


def read(folder: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Step, value and time of each point by its tag, from the one event file in a folder: records of TFRecord."""
    from tensorboardX.proto.event_pb2 import Event

    (file,) = folder.glob("events.out.tfevents.*")
    data, found = file.read_bytes(), {}
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        event = Event.FromString(data[12 : 12 + length])
        data = data[16 + length :]
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value, event.wall_time))
    return found


def test_curves_of_all_runs_are_written_and_replaced(project, tmp_path, capsys):
    board = tmp_path / "board"
    assert main(["export", "tensorboard", str(project), str(board)]) == 0
    assert "Run “second” left out, without any events yet" in capsys.readouterr().out
    curves = read(board / "first")
    total = curves["loss/total"]
    assert [step for step, _, _ in total] == [10, 20, 40], "a step that was lost and not taken again is none"
    assert [value for _, value, _ in total] == pytest.approx([0.1, 0.05, 0.5])
    assert total[0][2] == 1010.0
    assert curves["validation/H"][0][:2] == (40, 0.25)
    assert curves["machine/memory"][0][1] == 1000
    assert "validation/U" not in curves
    assert "machine/gpu" not in curves
    tell(RunDirectory(project / "runs" / "first"), 50, 0.4)
    (board / "first" / "events.out.tfevents.1.other").write_bytes(b"")
    assert main(["export", "tensorboard", str(project), str(board), "--run", "first"]) == 0
    (board / "first" / "events.out.tfevents.1.other").unlink()
    assert len(read(board / "first")["loss/total"]) == 4, "once, and what others made is left alone"


def test_without_the_package_it_says_what_to_install(project, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("msdn_core.exporters.tensorboard.find_spec", lambda _: None)
    assert main(["export", "tensorboard", str(project), str(tmp_path / "board")]) == 1
    assert 'pip install ".[export]"' in capsys.readouterr().err
