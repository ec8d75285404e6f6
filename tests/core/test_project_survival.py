"""Acknowledged changes survive killed processes and full disks."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from msdn_core.atomic import replacing, write_atomic
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.project import NewImage, Project

_EDITOR = """
import sys
from pathlib import Path
from msdn_core.project import Project
project = Project.open(Path(sys.argv[1]))
value = 0.0
while True:
    value += 1
    project.set_values([("heron", 0, value), ("tern", 0, value)])
    print(int(value), flush=True)
"""


def make(folder: Path) -> Path:
    with Project.create(folder) as project:
        project.define_classes(
            ClassTable((Attribute("g", "a"),), ("heron", "tern"), np.zeros((2, 1)), np.array([True, True]))
        )
    return folder


def test_a_killed_process_loses_no_acknowledged_edit(tmp_path: Path) -> None:
    folder = make(tmp_path / "p")
    last = 0
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", _EDITOR, str(folder)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        first = [child.stdout.readline() for _ in range(12)]
        child.kill()
        # A line that the kill cut short acknowledges nothing.
        lines = [*first, *(line for line in child.stdout if line.endswith("\n"))]
        child.wait()
        child.stdout.close()
        last = int(lines[-1])
        assert last > 10
        with Project.open(folder) as project:
            heron, tern = project.table().vectors[:, 0]
            assert heron == tern
            # One more may have been committed before the child could say so.
            assert heron in (last, last + 1)


def test_a_full_disk_refuses_the_change_and_keeps_the_rest(tmp_path: Path) -> None:
    with Project.open(make(tmp_path / "p")) as project:
        root = project.add_image_root(tmp_path)
        pages = project._database.value("PRAGMA page_count")
        # SQLite's own limit makes it fail at the same place and in the same words as a full disk.
        project._database.value(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(ProjectError, match=r"full.*free some space"):
            project.add_images(root, [NewImage(f"{'long' * 40}/{n}.jpg") for n in range(1000)])
        assert project.images() == []
        project.set_values([("heron", 0, 2.0)])
        project._database.value("PRAGMA max_page_count = 100000")
        project.add_images(root, [NewImage("a.jpg")])
    with Project.open(tmp_path / "p") as project:
        assert [image.name for image in project.images()] == ["a.jpg"]
        assert project.table().vectors[:, 0].tolist() == [2.0, 0.0]


def test_a_file_is_written_completely(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_atomic(path, "größer\n")
    assert path.read_bytes() == "größer\n".encode()
    write_atomic(path, b"\x00\r\n")
    assert path.read_bytes() == b"\x00\r\n"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_file_stays_if_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "note.txt"
    write_atomic(path, "old")

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(data[:1])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MsdnError, match=r"disk is full.*note\.txt.*free some space"):
        write_atomic(path, "new text")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_file_stays_if_the_writer_fails(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    write_atomic(path, b"old")

    def write_and_fail() -> None:
        with replacing(path) as temporary:
            assert temporary.suffix == ".png"
            temporary.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(MsdnError, match=r"no folder .*missing for a.txt"):
        write_atomic(tmp_path / "missing" / "a.txt", "x")
