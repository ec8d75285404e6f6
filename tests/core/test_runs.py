"""Run directories: events, commands and status, robust to incomplete lines and untrusted files."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import replace

import pytest

from msdn_core.errors import RunError
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import (
    KINDS,
    CheckpointSaved,
    CommandTaken,
    Ended,
    Evaluated,
    FeatureProgress,
    MachineUse,
    Message,
    RunStarted,
    StepDone,
    decode,
    encode,
)
from msdn_core.runs.listing import find_run, list_runs
from msdn_core.runs.status import RunState, RunStatus, current_process

EVENTS = (
    RunStarted(step=0, steps=9, device="cpu", resumed=True),
    FeatureProgress(done=3, total=9, rate=None, remaining_s=2.5),
    StepDone(
        step=1, steps=9, epoch=0, losses={"total": 1.5}, learning_rate=1e-4, images_per_second=90.0, remaining_s=1.0
    ),
    Evaluated(step=1, epoch=0, on="validation", figures={"H": 0.5, "U": None}, selected_on="validation"),
    CheckpointSaved(kind="best", step=1, path="checkpoints/best.safetensors"),
    CommandTaken(command="stop", id="a1"),
    Message(level="warning", text="größer\nzwei Zeilen\u2028drei"),
    MachineUse(step=7, cpu=48.5, memory=2_000_000_000, memory_total=16_000_000_000, gpu=None, gpu_memory=1e9),
    Ended(state="stopped", reason="It was asked to."),
)


@pytest.fixture
def run(tmp_path):
    return RunDirectory.create(tmp_path, None, {"recipe": "demo", "steps": 9}, {"images": 3})


def at_work(**changes):
    pid, started = current_process()
    return replace(RunStatus(RunState.RUNNING, pid, started, step=2, steps=9), **changes)


def test_every_kind_of_event_is_read_as_written(run):
    assert {type(event) for event in EVENTS} == set(KINDS.values())
    for event in EVENTS:
        run.append(event)
    found, offset = run.read_events()
    assert tuple(found) == EVENTS
    assert offset == run.events_path.stat().st_size
    assert run.events_path.read_bytes().count(b"\n") == len(EVENTS)


def test_a_reader_continues_from_its_offset(run):
    run.append(EVENTS[0])
    _, offset = run.read_events()
    assert run.read_events(offset) == ([], offset)
    run.append(EVENTS[1])
    assert run.read_events(offset)[0] == [EVENTS[1]]


def test_an_incomplete_line_is_left_for_later_and_spoils_no_other(run):
    run.append(EVENTS[0])
    line = encode(EVENTS[1]).encode()
    with run.events_path.open("ab") as file:
        file.write(line[:20])
    found, offset = run.read_events()
    assert found == [EVENTS[0]]
    with run.events_path.open("ab") as file:
        file.write(line[20:] + b"\n" + line[:20])
    found, offset = run.read_events(offset)
    assert found == [EVENTS[1]]
    run.append(EVENTS[2])
    assert run.read_events(offset)[0] == [EVENTS[2]]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[1, 2",
        "[" * 100_000,
        '"a text"',
        "null",
        "\\ud800",
        '{"v": 1}',
        '{"v": 7, "event": "Unheard", "step": 1}',
        '{"event": "Ended"}',
        '{"event": ["Ended"]}',
        '{"event": "RunStarted", "step": "many", "steps": 1, "device": "cpu"}',
        '{"event": "Evaluated", "step": 1, "epoch": 1, "on": "test", "figures": 3}',
    ],
)
def test_invalid_and_unknown_events_are_skipped_with_a_warning(run, line, caplog):
    run.append(EVENTS[0])
    with run.events_path.open("ab") as file:
        file.write(line.encode() + b"\n\xff\xfe\n")
    run.append(EVENTS[-1])
    with caplog.at_level(logging.WARNING):
        found, _ = run.read_events()
    assert found == [EVENTS[0], EVENTS[-1]]
    assert len(caplog.records) == (2 if line else 1)


def test_additional_fields_of_newer_events_are_ignored():
    content = {**json.loads(encode(EVENTS[-1])), "v": 2, "mood": "fine"}
    assert decode(json.dumps(content)) == EVENTS[-1]


def test_a_huge_event_file_is_read_in_parts_and_a_huge_line_skipped(run):
    text = Message(level="info", text="x" * 1_000_000)
    for _ in range(6):
        run.append(text)
    with run.events_path.open("ab") as file:
        file.write(b"y" * 9_000_000)
    run.append(EVENTS[-1])
    found, offset, reads = [], 0, 0
    while True:
        events, further = run.read_events(offset)
        if further == offset:
            break
        found, offset, reads = found + events, further, reads + 1
    assert found == [text] * 6 + [EVENTS[-1]]
    assert reads > 2


def test_commands_are_read_once_in_order_and_invalid_ones_skipped(run):
    first = run.send("pause")
    with (run.path / "commands.jsonl").open("ab") as file:
        file.write(b'{"command": "explode", "id": "1"}\nnot json\n{"command": "stop"}\n')
    second = run.send("stop")
    commands, offset = run.read_commands()
    assert [(c.command, c.id) for c in commands] == [("pause", first), ("stop", second)]
    assert run.read_commands(offset) == ([], offset)
    with pytest.raises(RunError, match=r"“explode”.*stop, cancel, pause"):
        run.send("explode")


def test_a_status_is_read_as_written_with_a_new_heartbeat(run):
    status = at_work(figures={"H": 0.5}, reason="größer", commands_from=17)
    run.write_status(status)
    found = run.status()
    assert found.heartbeat > 0
    assert replace(found, heartbeat=0.0) == status


@pytest.mark.parametrize("state", [RunState.STARTING, RunState.RUNNING, RunState.PAUSED])
def test_a_run_without_its_process_is_lost(run, state):
    run.write_status(at_work(state=state))
    assert run.status().state is state
    run.write_status(at_work(state=state, pid=2**22 + 1))
    assert run.status().state is RunState.LOST
    assert "process" in run.status().reason


def test_a_reused_pid_is_not_mistaken_for_the_run(run):
    run.write_status(at_work(process_started=current_process()[1] - 3600))
    assert run.status().state is RunState.LOST


def test_an_ended_run_keeps_its_state_without_its_process(run):
    for state in (RunState.FINISHED, RunState.STOPPED, RunState.CANCELLED, RunState.FAILED):
        run.write_status(at_work(state=state, pid=2**22 + 1))
        assert run.status().state is state


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"state": "asleep"}', b"\xff\xfe", b"[" * 200_000, None])
def test_a_damaged_status_is_lost_and_not_an_error(run, content):
    path = run.path / "status.json"
    path.unlink() if content is None else path.write_bytes(content)
    assert run.status().state is RunState.LOST


def test_a_new_run_has_a_unique_name_and_stores_its_settings(run, tmp_path):
    assert (run.name, run.status().state) == ("demo-01", RunState.STARTING)
    assert run.config() == {"recipe": "demo", "steps": 9}
    assert run.data() == {"images": 3}
    assert RunDirectory.create(tmp_path, None, {"recipe": "demo"}).name == "demo-02"
    with pytest.raises(RunError, match="demo-01"):
        RunDirectory.create(tmp_path, "demo-01", {})


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "../up", "a\n", "x" * 200, "end."])
def test_a_name_that_cannot_be_a_folder_is_refused(tmp_path, name):
    with pytest.raises(RunError, match="cannot be named"):
        RunDirectory.create(tmp_path, name, {})
    assert list_runs(tmp_path) == []


def test_runs_are_listed_newest_first_and_found_by_name(run, tmp_path):
    later = RunDirectory.create(tmp_path, "später", {"recipe": "cub"})
    (tmp_path / "runs" / "no run").mkdir()
    assert [entry.name for entry in list_runs(tmp_path)] == [later.name, run.name]
    assert find_run(tmp_path, "demo-01").path == run.path
    with pytest.raises(RunError, match=r"“demo-9”.*später, demo-01"):
        find_run(tmp_path, "demo-9")
    assert list_runs(tmp_path / "nothing here") == []


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff", b'{"a": "' + b"x" * 6_000_000 + b'"}'])
def test_damaged_settings_give_one_sentence(run, content):
    (run.path / "config.json").write_bytes(content)
    with pytest.raises(RunError, match=r"config\.json"):
        run.config()


def test_a_loss_of_nan_is_read_as_written(run):
    event = replace(EVENTS[2], losses={"total": math.inf})
    run.append(event)
    assert run.read_events()[0] == [event]
