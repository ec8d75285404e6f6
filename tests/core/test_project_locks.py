"""Who may change a project while others try: racing creations, locks that are stale, and disks without locks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import pytest
from small_run import make_project, new_run

from msdn_core import locks
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.project import PROJECT_FILE, Project
from msdn_core.runs.queue import hold_queue, queue_lock

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
LOCK = "project.lock"


def test_a_project_that_is_being_created_is_not_of_an_older_version(tmp_path: Path) -> None:
    # As earlier versions create it: first an empty file, whose lock they hold.
    (tmp_path / PROJECT_FILE).touch()
    other = locks.hold_lock(tmp_path / LOCK)

    def complete() -> None:
        time.sleep(0.3)
        Project.create(tmp_path / "made").close()
        (tmp_path / "made" / PROJECT_FILE).replace(tmp_path / PROJECT_FILE)

    thread = threading.Thread(target=complete)
    thread.start()
    with Project.open(tmp_path) as project:
        assert project.read_only
        assert "another window or command" in project.read_only_reason
        assert project.images() == []
    thread.join()
    other.release()


def test_creating_a_project_beside_another_process_that_does_is_refused(tmp_path: Path) -> None:
    other = locks.hold_lock(tmp_path / LOCK)
    with pytest.raises(ProjectError, match="cannot be created: another window or command"):
        Project.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]
    other.release()


_IMPORT = """
import sys
from msdn_core.cli.main import main
sys.stdin.readline()
sys.exit(main(["import", "images", sys.argv[1], sys.argv[2]]))
"""


def test_of_racing_imports_each_succeeds_or_gives_the_true_reason(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", _IMPORT, str(tmp_path / "pictures"), str(tmp_path / "p")]
    children = [
        subprocess.Popen(words, env=environment, stdin=-1, stdout=-1, stderr=-1, text=True) for _ in range(4)
    ]  # fmt: skip
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    said = [child.communicate(timeout=120)[1] or "succeeded" for child in children]
    reasons = ("succeeded", "another window or command", "already a project", "no images")
    assert all(any(reason in sentence for reason in reasons) for sentence in said), said


def test_the_lock_file_of_a_process_that_is_gone_locks_nobody_out(tmp_path: Path) -> None:
    Project.create(tmp_path / "p").close()
    # As after a power loss, whoever's number it holds.
    (tmp_path / "p" / LOCK).write_text(f"{os.getpid()}\n", encoding="utf-8")
    with Project.open(tmp_path / "p") as project:
        assert not project.read_only


def unsupported(number: int) -> Callable[..., object]:
    def acquire(*_: object, **__: object) -> object:
        if number == 0:
            raise NotImplementedError("FileSystem does not appear to support flock; use SoftFileLock instead")
        raise OSError(number, os.strerror(number))

    return acquire


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "no file locks.*a disk with file locks"),
        (errno.ENOLCK, "a disk with file locks"),
        (errno.ENOSPC, "free disk space"),
        (errno.EROFS, "not read-only"),
    ],
)
def test_a_project_that_cannot_be_locked_is_read_only_for_the_true_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    Project.create(tmp_path / "p").close()
    monkeypatch.setattr(filelock.FileLock, "acquire", unsupported(number))
    with Project.open(tmp_path / "p") as project:
        assert project.read_only
        with pytest.raises(ProjectError, match=words):
            project.set_meta("name", "new")
    with pytest.raises(ProjectError, match=f"cannot be created: .*{words}"):
        Project.create(tmp_path / "new")


def test_runs_features_and_the_queue_say_that_a_disk_has_no_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msdn_core.training.loop import run_training

    project = make_project(tmp_path / "birds", seen=2, unseen=2, images=1)
    run = new_run(project)
    monkeypatch.setattr(filelock.FileLock, "acquire", unsupported(0))
    with pytest.raises(MsdnError, match=r"no file locks.*a disk with file locks"):
        run_training(run)
    with pytest.raises(MsdnError, match=r"no file locks.*a disk with file locks"), queue_lock(project):
        hold_queue(project, True)
