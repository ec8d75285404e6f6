"""The run monitor: runs that start, progress and end, whoever started them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Message
from msdn_core.runs.status import RunState, RunStatus, current_process
from msdn_gui.services.runs import RunMonitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def monitor(qapp) -> Iterator[RunMonitor]:  # noqa: ARG001
    made = RunMonitor(interval_ms=30)
    yield made
    made.close()
    made.deleteLater()


def new_run(project: Path, name: str) -> RunDirectory:
    project.mkdir(exist_ok=True)
    run = RunDirectory.create(project, name, {"recipe": "demo"})
    pid, started = current_process()
    run.write_status(RunStatus(RunState.RUNNING, pid=pid, process_started=started, step=1, steps=10))
    return run


def test_a_run_started_anywhere_is_followed_to_its_end(qtbot, monitor, tmp_path) -> None:
    monitor.set_project(tmp_path)
    qtbot.waitUntil(lambda: monitor.is_known)
    assert monitor.runs == []
    with qtbot.waitSignal(monitor.run_list_changed):
        run = new_run(tmp_path, "from a shell")
    qtbot.waitUntil(lambda: monitor.active() == ["from a shell"])
    with qtbot.waitSignal(monitor.status_changed) as changed:
        run.write_status(dataclasses.replace(run.status(), step=7))
    assert (changed.args[0], changed.args[1].step) == ("from a shell", 7)
    run.write_status(dataclasses.replace(run.status(), state=RunState.FINISHED))
    qtbot.waitUntil(lambda: monitor.active() == [])


def test_events_come_from_the_beginning_and_then_as_they_are_written(qtbot, monitor, tmp_path) -> None:
    run = new_run(tmp_path, "r")
    run.append(Message(level="info", text="first"))
    run.append(Message(level="info", text="second"))
    monitor.set_project(tmp_path)
    told: list[str] = []
    monitor.events.connect(lambda name, events: told.extend(f"{name}:{event.text}" for event in events))
    monitor.watch("r")
    qtbot.waitUntil(lambda: told == ["r:first", "r:second"])
    run.append(Message(level="info", text="third"))
    qtbot.waitUntil(lambda: told == ["r:first", "r:second", "r:third"])
    monitor.unwatch("r")
    run.append(Message(level="info", text="fourth"))
    with qtbot.waitSignal(monitor.status_changed):
        run.write_status(dataclasses.replace(run.status(), step=7))
    assert told[-1] == "r:third"


def test_another_project_has_other_runs(qtbot, monitor, tmp_path) -> None:
    new_run(tmp_path / "a", "one")
    new_run(tmp_path / "b", "two")
    monitor.set_project(tmp_path / "a")
    qtbot.waitUntil(lambda: [run.name for run in monitor.runs] == ["one"])
    monitor.set_project(tmp_path / "b")
    qtbot.waitUntil(lambda: [run.name for run in monitor.runs] == ["two"])
    monitor.set_project(None)
    assert monitor.runs == []


def test_a_damaged_run_directory_is_harmless(qtbot, monitor, tmp_path) -> None:
    run = new_run(tmp_path, "fine")
    broken = tmp_path / "runs" / "broken"
    broken.mkdir()
    for name in ("config.json", "status.json", "events.jsonl"):
        (broken / name).write_bytes(b"\xff\xfe{]")
    monitor.set_project(tmp_path)
    qtbot.waitUntil(lambda: {one.name for one in monitor.runs} == {"fine", "broken"})
    assert monitor.status("broken").state is RunState.LOST
    assert monitor.status(run.name).state is RunState.RUNNING
