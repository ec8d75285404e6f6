"""The queue: runs are trained in order, one after another, whatever happens to each and to the runner."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import small_run

sys.path.insert(0, str(Path(__file__).parents[1]))
import fake_trainer

from msdn_core.cli.main import main
from msdn_core.errors import ConfigError, RunError
from msdn_core.recipes.config import RECIPES
from msdn_core.recipes.enqueuing import queue_runs
from msdn_core.recipes.grid import grid_runs, parse_grid
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.queue import (
    QueueRunner,
    cancel_waiting,
    enqueue,
    hold_queue,
    is_queue_running,
    queued_runs,
    set_queue_order,
)
from msdn_core.runs.status import RunState, RunStatus
from msdn_core.runs.trash import discard, restore

ENDS_AT_ONCE = (
    "import sys; sys.path[:0] = [{tests!r}]; import fake_trainer as f; f.STEPS = 3; "
    "f.main(f.RunDirectory(f.Path({run!r})), 'normal')"
)


def short(run: RunDirectory) -> list[str]:
    """A fake trainer that is done in a moment."""
    tests = str(Path(fake_trainer.__file__).parent)
    return [sys.executable, "-c", ENDS_AT_ONCE.format(tests=tests, run=str(run.path))]


def queued(project: Path, *names: str) -> list[RunDirectory]:
    return [RunDirectory.create(project, name, {"recipe": "demo"}, state=RunState.QUEUED) for name in names]


def names(project: Path) -> list[str]:
    return [run.name for run in queued_runs(project)]


def test_runs_are_queued_in_order_of_creation_until_reordered(tmp_path):
    queued(tmp_path, "a", "b", "c")
    assert names(tmp_path) == ["a", "b", "c"]
    set_queue_order(tmp_path, ["c", "gone", "a"])
    assert names(tmp_path) == ["c", "a", "b"]
    (tmp_path / "queue" / "order.json").write_text("half a f", encoding="utf-8")
    assert names(tmp_path) == ["a", "b", "c"]


def test_a_failed_run_does_not_block_the_next_one(tmp_path):
    runs = queued(tmp_path, "no program", "dies", "ends at once", "good")
    commands = {
        "no program": lambda run: [str(run.path / "nothing")],
        "dies": lambda run: fake_trainer.command(run, "crash"),
        "ends at once": lambda _: [sys.executable, "-c", "raise SystemExit(7)"],
        "good": short,
    }
    taken = []
    runner = QueueRunner(
        tmp_path, command=lambda run: commands[run.name](run), on_status=lambda run, _: taken.append(run)
    )
    assert runner.work() == 4
    states = {run.name: run.status().state for run in runs}
    assert states == {
        "no program": RunState.FAILED,
        "dies": RunState.LOST,
        "ends at once": RunState.FAILED,
        "good": RunState.FINISHED,
    }
    assert list(dict.fromkeys(run.name for run in taken)) == list(commands)


def test_a_held_queue_ends_after_the_current_run_and_continues_when_released(tmp_path):
    first, second = queued(tmp_path, "first", "second")
    runner = QueueRunner(tmp_path, command=short, on_status=lambda *_: hold_queue(tmp_path, True))
    assert runner.work() == 1
    assert first.status().state is RunState.FINISHED
    assert second.status().state is RunState.QUEUED
    assert QueueRunner(tmp_path, command=short).work() == 0
    hold_queue(tmp_path, False)
    assert QueueRunner(tmp_path, command=short).work() == 1


def test_a_queued_run_starts_when_a_run_of_another_process_has_ended(tmp_path):
    going = RunDirectory.create(tmp_path, "going", {"recipe": "demo"})
    other = subprocess.Popen(fake_trainer.command(going, "normal"))
    small_run.wait_for(lambda: going.status().state is RunState.RUNNING)
    (run,) = queued(tmp_path, "waits")
    ended_before = []
    runner = QueueRunner(
        tmp_path, command=short, on_status=lambda *_: ended_before.append(not going.status().state.alive)
    )
    assert runner.work() == 1
    assert all(ended_before)
    assert run.status().state is RunState.FINISHED
    other.wait()


def test_only_one_process_trains_the_queue_and_added_runs_are_not_missed(tmp_path):
    queued(tmp_path, "first")
    seen = []

    def tell(run: RunDirectory, _: RunStatus) -> None:
        if run.name == "first" and not seen:
            seen.append(is_queue_running(tmp_path))
            queued(tmp_path, "second")
            with pytest.raises(RunError, match="already"):
                QueueRunner(tmp_path, command=short).work()

    assert not is_queue_running(tmp_path)
    assert QueueRunner(tmp_path, command=short, on_status=tell).work() == 2
    assert seen == [True]
    assert not is_queue_running(tmp_path)


def test_the_queue_survives_a_killed_runner(tmp_path):
    runs = queued(tmp_path, "first", "second")
    code = (
        "import sys; sys.path[:0] = [sys.argv[2]]; import fake_trainer; from pathlib import Path\n"
        "from msdn_core.runs.queue import QueueRunner\n"
        "QueueRunner(Path(sys.argv[1]), command=lambda run: fake_trainer.command(run, 'normal')).work()"
    )
    words = [sys.executable, "-c", code, str(tmp_path), str(Path(fake_trainer.__file__).parent)]
    process = subprocess.Popen(words, cwd=Path(__file__).parents[2])
    small_run.wait_for(lambda: runs[0].status().state is RunState.RUNNING)
    process.kill()
    process.wait()
    assert not is_queue_running(tmp_path)
    assert runs[0].status().state is RunState.RUNNING, "the run at work does not depend on it"
    assert QueueRunner(tmp_path, command=short).work() == 1
    assert [run.status().state for run in runs] == [RunState.FINISHED, RunState.FINISHED]


def test_a_queued_run_is_cancelled_and_a_stopped_one_queued_again(tmp_path):
    (run,) = queued(tmp_path, "regretted")
    assert cancel_waiting(run)
    assert not cancel_waiting(run)
    assert run.status().state is RunState.CANCELLED
    enqueue(run)
    assert names(tmp_path) == ["regretted"]
    run.write_status(RunStatus(RunState.FINISHED))
    with pytest.raises(RunError, match="finished"):
        enqueue(run)


def test_a_deleted_run_is_moved_to_the_trash_and_restored(tmp_path):
    run, again = queued(tmp_path, "one")[0], RunDirectory(tmp_path / "runs" / "one")
    run.log_path.write_text("kept", encoding="utf-8")
    place = discard(run)
    assert names(tmp_path) == []
    assert place == tmp_path / "trash" / "one"
    queued(tmp_path, "one")
    with pytest.raises(RunError, match="Another run “one”"):
        restore(place, run)
    assert discard(again) == tmp_path / "trash" / "one 2"
    restore(place, run)
    assert run.log_path.read_text(encoding="utf-8") == "kept"


def test_a_running_run_is_not_deleted(tmp_path):
    run = RunDirectory.create(tmp_path, "going", {"recipe": "demo"})
    with pytest.raises(RunError, match="is running"):
        discard(run)
    assert run.path.is_dir()


def test_a_grid_creates_every_combination_with_its_own_name(tmp_path):
    grid = parse_grid("lr: 1e-4, 3e-4; seed = 0..2\nSelect on: last")
    runs = grid_runs(RECIPES["cub"], grid)
    assert len(runs) == 6
    assert [(run.config.learning_rate, run.config.seed) for run in runs][:4] == [
        (1e-4, 0), (1e-4, 1), (1e-4, 2), (3e-4, 0),
    ]  # fmt: skip
    assert {run.config.selection for run in runs} == {"last"}
    made = queue_runs(tmp_path, "sweep", runs)
    assert [run.name for run in made] == names(tmp_path)
    assert made[0].name == "sweep-lr0.0001-seed0-selectionlast"
    with pytest.raises(RunError, match="The run “sweep-lr0"):
        queue_runs(tmp_path, "sweep", runs)
    assert len(names(tmp_path)) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lr", "has no values"),
        ("speed: 1, 2", "Unknown setting “speed”"),
        ("lr: ", "has no values"),
        ("seed: 0, 1; seed: 2", "is given twice"),
        ("seed: 0..400; steps: 1, 2", "more than 500"),
        ("lr: fast", "enter a number"),
        ("lr: 99", "1e-08 to 10"),
    ],
)
def test_an_impossible_grid_is_refused_with_a_reason(text, says):
    with pytest.raises(ConfigError, match=says):
        grid_runs(RECIPES["demo"], parse_grid(text))


def test_the_command_line_queues_and_trains_a_grid(tmp_path, capsys):
    project = small_run.make_project(tmp_path / "birds")
    settings = tmp_path / "mine.json"
    settings.write_text(json.dumps(small_run.settings(steps=4, evaluate_every=2).to_json()), encoding="utf-8")
    words = ["train", str(project), "--config", str(settings), "--grid", "seed: 1, 2; lr: 1e-3, 10"]
    assert main(["--json", *words, "--name", "g"]) == 0
    listed = json.loads(capsys.readouterr().out)["queued"]
    assert listed == ["g-seed1-lr0.001", "g-seed1-lr10", "g-seed2-lr0.001", "g-seed2-lr10"]
    assert main(["cancel", str(project), "g-seed2-lr10"]) == 0
    assert main(["queue", str(project), "--order", "g-seed2-lr0.001"]) == 0
    assert main(["queue", str(project), "--hold"]) == 0
    capsys.readouterr()
    assert main(["--json", "queue", str(project), "--list"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"waiting": ["g-seed2-lr0.001", "g-seed1-lr0.001", "g-seed1-lr10"], "held": True, "at_work": False}
    for name in told["waiting"][1:]:
        main(["cancel", str(project), name])
    assert main(["queue", str(project)]) == 0
    run = RunDirectory(project / "runs" / "g-seed2-lr0.001")
    assert run.status().state is RunState.FINISHED, run.status().reason
    assert run.config()["seed"] == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "not a settings file"),
        ("[]", "not a settings file"),
        ('{"sped": 1}', "did you mean"),
        ('{"seed": "x"}', "“x”"),
    ],
)
def test_an_invalid_settings_file_is_refused_with_a_reason(tmp_path, capsys, content, says):
    project = small_run.make_project(tmp_path / "birds")
    file = tmp_path / "settings.json"
    file.write_text(content, encoding="utf-8")
    assert main(["train", str(project), "--config", str(file)]) == 1
    told = capsys.readouterr().err
    assert says in told
    assert str(file) in told
    assert not (project / "runs").exists()


def test_ctrl_c_in_the_queue_stops_the_run_at_work_and_keeps_the_others_waiting(tmp_path):
    first, second = queued(tmp_path, "first", "second")
    root = Path(__file__).parents[2]
    code = (
        "import sys; sys.path[:0] = [sys.argv[2]]; import fake_trainer; from pathlib import Path\n"
        "from msdn_core.runs.queue import QueueRunner\n"
        "QueueRunner(Path(sys.argv[1]), command=lambda run: fake_trainer.command(run, 'normal')).work()"
    )
    words = [sys.executable, "-c", code, str(tmp_path), str(root / "tests")]
    process = subprocess.Popen(words, cwd=root, stderr=subprocess.DEVNULL)
    small_run.wait_for(lambda: first.status().state is RunState.RUNNING)
    psutil.Process(process.pid).send_signal(2)
    process.wait()
    small_run.wait_for(lambda: first.status().state is RunState.STOPPED)
    assert second.status().state is RunState.QUEUED
