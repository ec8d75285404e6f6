"""Names that one system takes and another one does not, or takes for the same."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import SimpleNamespace

import pytest

from msdn_core import atomic, file_systems
from msdn_core.atomic import move, write_atomic
from msdn_core.errors import MsdnError, ProjectError, RunError
from msdn_core.file_names import clashing, is_portable, portable_name
from msdn_core.file_systems import network_share, sqlite_uri
from msdn_core.project import Project
from msdn_core.runs import launch
from msdn_core.runs.directory import RunDirectory


@pytest.mark.parametrize(
    "name", ["NUL", "con.txt", "Com1", "lpt9.log", "aux ", "a:b", "a?", "tail.", "", "...", "a\x07"]
)
def test_names_that_a_system_refuses_are_not_portable(name: str) -> None:
    assert not is_portable(name)
    assert is_portable(portable_name(name, otherwise="export"))


@pytest.mark.parametrize("name", ["demo-01", "console", "Füße 2", "com10", "nulls.csv", ".hidden"])
def test_ordinary_names_are_kept(name: str) -> None:
    assert is_portable(name)


def test_names_that_differ_only_in_case_or_composition_clash() -> None:
    assert clashing("Füße", ["demo", unicodedata.normalize("NFD", "FÜSSE")]) is not None
    assert clashing("demo-1", ["demo-01"]) is None


def test_names_that_windows_reserves_are_refused_for_runs_projects_and_exports(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    with pytest.raises(RunError, match="Windows reserves"):
        RunDirectory.create(tmp_path / "p", "nul", {})
    with pytest.raises(ProjectError, match="does not allow the folder name con"):
        Project.create(tmp_path / "con")
    with pytest.raises(MsdnError, match=r"does not allow the file name aux\.csv"):
        write_atomic(tmp_path / "aux.csv", "")


def test_a_run_whose_name_differs_only_in_case_is_refused(tmp_path: Path) -> None:
    RunDirectory.create(tmp_path, "Demo", {})
    with pytest.raises(RunError, match="differs only in case"):
        RunDirectory.create(tmp_path, "demo", {})
    with pytest.raises(RunError, match="already exists"):
        RunDirectory.create(tmp_path, "Demo", {})


def test_on_windows_a_folder_that_somebody_reads_is_renamed_after_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    refusals = [PermissionError(), PermissionError()]
    replace = Path.replace

    def replace_later(path: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", replace_later)
    monkeypatch.setattr(atomic, "sys", SimpleNamespace(platform="win32"))
    move(tmp_path / "run", tmp_path / "trash")
    assert (tmp_path / "trash").is_dir()


def test_on_windows_a_run_starts_without_a_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flags: list[int] = []
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, raising=False)
    monkeypatch.setattr(subprocess, "DETACHED_PROCESS", 0x8, raising=False)
    popen = subprocess.Popen

    def start(arguments: list[str], *, creationflags: int = 0, **options: object) -> subprocess.Popen[bytes]:
        flags.append(creationflags)
        return popen(arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(launch.sys, "platform", "win32")
    run = RunDirectory.create(tmp_path, "demo", {})
    launch.launch_training(run, command=[sys.executable, "-c", ""])
    assert flags == [0x08000200]


def test_sqlite_opens_paths_of_drives_and_servers() -> None:
    assert (
        sqlite_uri(PureWindowsPath(r"\\server\share\a b\project.sqlite"))
        == "file:////server/share/a%20b/project.sqlite"
    )
    assert sqlite_uri(PureWindowsPath(r"C:\p\project.sqlite")) == "file:///C%3A/p/project.sqlite"
    assert sqlite_uri(PurePosixPath("/p?#/project.sqlite")) == "file:///p%3F%23/project.sqlite"


def test_a_network_share_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disks = [
        SimpleNamespace(mountpoint="/", fstype="ext4", opts="rw"),
        SimpleNamespace(mountpoint=str(tmp_path.resolve()), fstype="nfs4", opts="rw"),
    ]
    monkeypatch.setattr(file_systems.psutil, "disk_partitions", lambda **_: disks)
    assert network_share(tmp_path / "project") == "nfs4"
    assert network_share(Path("/elsewhere")) == ""
