"""Jobs: the protocol of the command line, and children that violate it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hostile_folder import imported, make_hostile_folder
from PIL import Image

from msdn_core.project import Project
from msdn_gui.services.jobs import Jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRESS = 'import json; print(json.dumps({"progress": {"stage": "drawing", "done": 3, "total": 9, "remaining_s": 1.5}}), flush=True)'  # noqa: E501


@pytest.fixture
def jobs(qapp) -> Iterator[Jobs]:  # noqa: ARG001
    made = Jobs()
    yield made
    made.close()
    made.deleteLater()


def run(jobs: Jobs, code: str, title: str = "Drawing"):
    return jobs.start(title, ["-c", code])


def test_progress_and_then_the_result(qtbot, jobs) -> None:
    job = run(jobs, PROGRESS + '\nprint(json.dumps({"images": 9}))')
    seen = []
    job.progress.connect(lambda *arguments: seen.append(arguments))
    with qtbot.waitSignal(job.finished, timeout=10_000) as finished:
        pass
    assert seen == [("drawing", 3, 9, 1.5)]
    assert finished.args[0] == {"images": 9}
    qtbot.waitUntil(lambda: not jobs.running)


def test_the_error_of_the_engine_is_passed_on(qtbot, jobs) -> None:
    code = 'import json, sys; print(json.dumps({"error": "There is no folder x; check the path."})); sys.exit(1)'
    with qtbot.waitSignal(run(jobs, code).failed, timeout=10_000) as failed:
        pass
    assert failed.args[0] == "There is no folder x; check the path."


def test_a_real_command_of_the_engine(qtbot, jobs, tmp_path) -> None:
    job = jobs.engine("Reading", "import", "images", tmp_path / "nowhere", tmp_path / "project")
    with qtbot.waitSignal(job.failed, timeout=20_000) as failed:
        pass
    assert "nowhere" in failed.args[0]


def test_a_job_imports_nothing_from_the_current_folder_and_gets_absolute_paths(
    qtbot, jobs, tmp_path, monkeypatch
) -> None:
    folder = make_hostile_folder(tmp_path / "photographs")
    Image.new("RGB", (8, 8)).save(folder / "bird.png")
    monkeypatch.chdir(folder)
    job = jobs.engine("Reading", "import", "images", Path(), Path("..") / "birds")
    with qtbot.waitSignal(job.ended, timeout=20_000):
        pass
    assert imported(folder) == ""
    assert job.error == ""
    with Project.open(tmp_path / "birds") as project:
        assert [image.name for image in project.images()] == ["bird.png"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os; os._exit(7)", "status 7"),
        ("raise RuntimeError('the disk is on fire')", "the disk is on fire"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was killed, possibly because memory ran out"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "ended by another program or by a shutdown"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "it crashed: Segmentation fault"),
        ("print('no json at all')", "status 0"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_child_that_crashes_or_prints_nothing_is_reported_in_one_sentence(qtbot, jobs, code, words) -> None:
    with qtbot.waitSignal(run(jobs, code).failed, timeout=10_000) as failed:
        pass
    assert words in failed.args[0]
    assert failed.args[0].startswith("Drawing ended")


def test_lines_that_are_not_json_are_skipped(qtbot, jobs) -> None:
    code = "import json\nprint('a library speaks')\nprint('[1, 2')\nprint(json.dumps({'a': 1}))\nprint('bye')"
    with qtbot.waitSignal(run(jobs, code).finished, timeout=10_000) as finished:
        pass
    assert finished.args[0] == {"a": 1}


def test_cancelling_ends_the_child(qtbot, jobs) -> None:
    job = run(jobs, PROGRESS + "\nimport time; time.sleep(60)")
    with qtbot.waitSignal(job.progress, timeout=10_000):
        pass
    child = job.process_id
    with qtbot.waitSignals([job.cancelled, job.ended], timeout=10_000):
        job.cancel()
    assert not psutil.pid_exists(child)


@pytest.mark.skipif(sys.platform == "win32", reason="niceness is of Unix")
def test_a_job_has_a_lower_priority_once_it_has_started(qtbot, jobs) -> None:
    job = run(jobs, PROGRESS + "\nimport time; time.sleep(60)")
    with qtbot.waitSignal(job.progress, timeout=10_000):
        pass
    # Where the suite itself gives way to others, its jobs have no lower priority than it.
    assert psutil.Process(job.process_id).nice() == max(10, psutil.Process().nice())


def test_closing_leaves_no_child(qtbot, jobs) -> None:
    job = run(jobs, PROGRESS + "\nimport time; time.sleep(60)")
    with qtbot.waitSignal(job.progress, timeout=10_000):
        pass
    child = job.process_id
    jobs.close()
    assert not psutil.pid_exists(child)
    assert jobs.running == ()
