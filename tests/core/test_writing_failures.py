"""A full or read-only disk: the real reason is said with what to do, and a run that cannot write ends as failed."""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from small_run import make_project, new_run, wait_for

from msdn_core.atomic import replacing, write_atomic, write_remedy
from msdn_core.errors import MsdnError
from msdn_core.runs import status as statuses
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import launch_training
from msdn_core.runs.status import RunState, RunStatus

ROOT = Path(__file__).parents[2]
DEAD = 2**22 + 1
"""No system has such a process."""


def system_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def test_the_first_error_is_reported_if_the_partial_file_cannot_be_removed_either(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise system_error(errno.EROFS)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(MsdnError, match="The disk is full"), replacing(tmp_path / "a.txt"):
        raise system_error(errno.ENOSPC)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "free disk space"),
        (errno.EROFS, "disk that is not read-only"),
        (errno.EACCES, "make the folder writable"),
        (errno.EIO, "check the disk"),
    ],
)
def test_what_to_do_depends_on_the_error(number, words):
    assert words in write_remedy(system_error(number))
    outer = MsdnError("outer")
    outer.__cause__ = system_error(number)
    assert words in write_remedy(outer)
    assert words in write_remedy(RuntimeError(f"I/O error: something (os error {number})"))


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077])
def test_files_of_libraries_have_the_permissions_of_other_files(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_atomic(tmp_path / "text", "text")
        with replacing(tmp_path / "weights.safetensors") as temporary:
            save_file({"a": np.zeros(3)}, temporary)
        modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("text", "weights.safetensors")]
    finally:
        os.umask(before)
    assert modes == [0o666 & ~umask] * 2


_READ_ONLY = """
import json, sys
from pathlib import Path
import small_run
from msdn_core.errors import MsdnError
project = Path(sys.argv[1])
said = []
for act in (lambda: small_run.new_run(project),
            lambda: small_run.RunDirectory(project / "runs" / "demo-01").write_config({})):
    try:
        act()
    except MsdnError as fault:
        said.append(str(fault))
print(json.dumps(said))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts a file system in a name space of its own")
def test_a_read_only_file_system_gives_its_own_reason(tmp_path):
    project = make_project(tmp_path / "birds", seen=2, unseen=2, images=1)
    new_run(project)
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, str(project)]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    done = subprocess.run(
        [*words, sys.executable, "-c", _READ_ONLY, str(project)],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    sentences = re.findall(r'"([^"]+)"', done.stdout)
    assert len(sentences) == 2, done.stdout
    for sentence in sentences:
        assert "Read-only file system" in sentence
        assert "not read-only" in sentence


def left_running(project: Path) -> RunDirectory:
    """A run whose process is gone, with the status that it had while it ran."""
    run = RunDirectory.create(project, "one", {"recipe": "demo"})
    run.write_status(RunStatus(RunState.RUNNING, DEAD, 1.0, step=7))
    return run


def test_a_run_that_could_only_write_its_log_has_failed_for_the_reason_in_it(tmp_path):
    run = left_running(tmp_path)
    run.log_path.write_text("step 7\nmsdn: Run “one” failed: The disk is full; free it.\n", encoding="utf-8")
    status = run.status()
    assert (status.state, status.reason, status.step) == (RunState.FAILED, "The disk is full; free it.", 7)


def test_the_failure_of_an_earlier_process_is_not_that_of_a_killed_one(tmp_path):
    run = left_running(tmp_path)
    run.log_path.write_text("msdn: Run “one” failed: The disk is full.\nRun “one” in /birds\n", encoding="utf-8")
    assert run.status().state is RunState.LOST
    run.log_path.write_text("msdn: Run “one” failed: The disk is full.\n", encoding="utf-8")
    long_ago = time.time() - 3600
    os.utime(run.log_path, (long_ago, long_ago))
    assert run.status().state is RunState.LOST
    if sys.platform != "win32":
        run.log_path.unlink()
        os.mkfifo(run.log_path)
        assert run.status().state is RunState.LOST


def test_a_lost_run_on_a_full_or_closed_disk_says_so(tmp_path, monkeypatch):
    run = left_running(tmp_path)
    assert "killed" in run.status().reason
    with monkeypatch.context() as patch:
        patch.setattr(statuses.os, "access", lambda *_: False)
        assert "can no longer be written" in run.status().reason
    usage = statuses.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(statuses.shutil, "disk_usage", lambda _: usage._replace(free=100))
    assert "the disk is full" in run.status().reason


def test_a_final_status_is_written_over_the_old_one_if_it_cannot_replace_it(tmp_path, monkeypatch):
    run = left_running(tmp_path)

    def full(*_):
        raise MsdnError("The disk is full.")

    monkeypatch.setattr(statuses, "write_atomic", full)
    run.write_final_status(replace(run.status(), state=RunState.FAILED, reason="No room."))
    assert (run.status().state, run.status().reason) == (RunState.FAILED, "No room.")


@pytest.mark.skipif(not Path("/proc/sys/kernel/random/boot_id").exists(), reason="the system names its starts")
def test_a_process_of_before_a_restart_of_the_machine_is_gone_whatever_its_number(tmp_path):
    run = RunDirectory.create(tmp_path, "one", {"recipe": "demo"})
    pid, started = statuses.current_process()
    run.write_status(RunStatus(RunState.RUNNING, pid, started))
    assert run.status().state is RunState.RUNNING
    file = run.path / "status.json"
    file.write_text(file.read_text("utf-8").replace(run.status().boot, "another"), "utf-8")
    assert run.status().state is RunState.LOST


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_says_that_it_was_killed(tmp_path):
    run = RunDirectory.create(tmp_path, "one", {"recipe": "demo"})
    code = (
        "import os, sys; from pathlib import Path; from msdn_core.runs.directory import RunDirectory as R; "
        "from msdn_core.runs.status import *; "
        "R(Path(sys.argv[1])).write_status(RunStatus(RunState.RUNNING, *current_process())); os.kill(os.getpid(), 9)"
    )
    launch_training(run, command=[sys.executable, "-c", code, str(run.path)])
    wait_for(lambda: "it was killed, possibly because memory ran out" in run.status().reason, within=60)
    assert run.status().state is RunState.LOST
