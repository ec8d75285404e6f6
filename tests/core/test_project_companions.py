"""What lies beside a project's database: nothing of it leads outside, and what a crash leaves is recovered."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import ProjectError
from msdn_core.project import PROJECT_FILE, Project, opening

if TYPE_CHECKING:
    from pathlib import Path

JOURNAL = f"{PROJECT_FILE}-journal"
MAGIC = bytes.fromhex("d9d505f920a163d7")
PAGE_BYTES = 4096


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "p"
    with Project.create(folder) as project:
        project.define_classes(ClassTable((Attribute("g", "a"),), ("heron",), np.ones((1, 1)), np.array([True])))
    return folder


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "outside" / "victim.txt"
    path.parent.mkdir()
    path.write_text("precious", encoding="utf-8")
    return path


def header(pages: int, magic: bytes = MAGIC) -> bytes:
    """Return the header of a rollback journal of a database that had ``pages`` pages."""
    words = b"".join(number.to_bytes(4, "big") for number in (0, 7, pages, 512, PAGE_BYTES))
    return (magic + words).ljust(512, b"\x00")


def super_journal(path: Path) -> bytes:
    """Return the end of a journal that names its super-journal."""
    name = os.fsencode(path)
    lock_page = (2**30 // PAGE_BYTES + 1).to_bytes(4, "big")
    return lock_page + name + len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big") + MAGIC


def pages(folder: Path) -> int:
    return (folder / PROJECT_FILE).stat().st_size // PAGE_BYTES


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def refused(folder: Path, words: str) -> None:
    """The project is refused in one sentence, and no file of it is changed."""
    before = contents(folder)
    for read_only in (False, True):
        with pytest.raises(ProjectError, match=words) as error:
            Project.open(folder, read_only=read_only)
        assert str(folder) in str(error.value)
        assert "\n" not in str(error.value)
    assert contents(folder) == before


def test_sqlite_alone_would_delete_the_file_that_a_journal_names(folder: Path, victim: Path) -> None:
    (folder / JOURNAL).write_bytes(header(pages(folder)) + super_journal(victim))
    with closing(sqlite3.connect(folder / PROJECT_FILE)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    assert not victim.exists()


@pytest.mark.parametrize("magic", [MAGIC, bytes(8)])
def test_a_journal_that_names_another_file_is_refused(folder: Path, victim: Path, magic: bytes) -> None:
    (folder / JOURNAL).write_bytes(header(pages(folder), magic) + super_journal(victim))
    refused(folder, f"{JOURNAL} .* delete other files; move it away")
    assert victim.read_text(encoding="utf-8") == "precious"
    (folder / JOURNAL).unlink()
    with Project.open(folder) as project:
        assert project.table().classes == ("heron",)


def test_creating_a_project_beside_such_a_journal_is_refused(tmp_path: Path, victim: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / JOURNAL).write_bytes(header(0) + super_journal(victim))
    with pytest.raises(ProjectError, match="delete other files"):
        Project.create(folder)
    assert victim.exists()
    assert [path.name for path in folder.iterdir()] == [JOURNAL]


@pytest.mark.parametrize("content", [b"no journal", header(2**32 - 1), header(0) + bytes(2**20)])
def test_a_journal_that_this_program_cannot_have_written_is_refused(folder: Path, content: bytes) -> None:
    (folder / JOURNAL).write_bytes(content)
    refused(folder, "was not written by this program")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize("kind", ["journal", "wal", "shm"])
@pytest.mark.parametrize("form", ["link", "hard link", "link to nothing", "pipe", "folder"])
def test_a_companion_that_is_no_plain_file_is_refused(folder: Path, victim: Path, kind: str, form: str) -> None:
    path = folder / f"{PROJECT_FILE}-{kind}"
    if form == "link":
        path.symlink_to(victim)
    elif form == "hard link":
        path.hardlink_to(victim)
    elif form == "link to nothing":
        path.symlink_to(victim.with_name("new"))
    elif form == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    for read_only in (False, True):
        with pytest.raises(ProjectError, match=f"{path.name} .* is a link or not a plain file .*; move it away"):
            Project.open(folder, read_only=read_only)
    assert victim.read_text(encoding="utf-8") == "precious"
    assert [one.name for one in victim.parent.iterdir()] == [victim.name]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_companions_of_a_linked_database_are_checked_where_sqlite_looks(folder: Path, victim: Path) -> None:
    (folder / PROJECT_FILE).rename(folder / "real.sqlite")
    (folder / PROJECT_FILE).symlink_to(folder / "real.sqlite")
    (folder / "real.sqlite-wal").symlink_to(victim)
    with pytest.raises(ProjectError, match=r"real\.sqlite-wal .* is a link"):
        Project.open(folder)


def test_the_log_of_a_crash_is_recovered(folder: Path) -> None:
    with Project.open(folder) as project:
        project.set_values([("heron", 0, 0.5)])
        left = contents(folder)
    assert left[f"{PROJECT_FILE}-wal"]
    for name, content in left.items():
        (folder / name).write_bytes(content)
    with Project.open(folder) as project:
        assert project.table().vectors.tolist() == [[0.5]]


@pytest.mark.parametrize("content", ["the database as it was", "a page of another"])
def test_a_journal_that_fits_the_database_and_names_no_file_is_not_rolled_back(folder: Path, content: str) -> None:
    old = (folder / PROJECT_FILE).read_bytes()
    with Project.open(folder) as project:
        project.add_class("dodo", [1.0])
    page = old[:PAGE_BYTES] if content == "the database as it was" else bytes(PAGE_BYTES)
    # SQLite sums every two-hundredth byte from the end, with the header's number.
    checksum = (7 + sum(page[place] for place in range(PAGE_BYTES - 200, 0, -200))) & 0xFFFFFFFF
    start = (MAGIC + b"".join(n.to_bytes(4, "big") for n in (1, 7, pages(folder), 512, PAGE_BYTES))).ljust(512, b"\0")
    (folder / JOURNAL).write_bytes(start + (1).to_bytes(4, "big") + page + checksum.to_bytes(4, "big"))
    refused(folder, "could change the project")
    (folder / JOURNAL).unlink()
    with Project.open(folder) as project:
        assert project.table().classes == ("heron", "dodo")


def test_an_empty_journal_is_harmless(folder: Path) -> None:
    (folder / JOURNAL).touch()
    with Project.open(folder) as project:
        project.set_meta("name", "again")
    with Project.open(folder, read_only=True) as project:
        assert project.meta("name") == "again"


def test_a_database_without_a_log_gets_one_and_never_a_journal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As a copy that another tool made.
    with closing(sqlite3.connect(folder / PROJECT_FILE, isolation_level=None)) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    seen = []
    migrate = opening.migrate

    def watched(connection: sqlite3.Connection, file: Path) -> None:
        seen.append((connection.execute("PRAGMA journal_mode").fetchone()[0], (folder / JOURNAL).exists()))
        migrate(connection, file)

    monkeypatch.setattr(opening, "migrate", watched)
    with Project.open(folder) as project:
        assert not project.read_only
    assert seen == [("wal", False)]


def test_a_project_on_a_file_system_without_logs_is_read_only_and_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(folder / PROJECT_FILE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")

    class WithoutLog(sqlite3.Connection):
        def execute(self, sql: str, *given: object) -> sqlite3.Cursor:
            return super().execute("PRAGMA journal_mode" if sql == "PRAGMA journal_mode = WAL" else sql, *given)

    connect = sqlite3.connect
    monkeypatch.setattr(opening.sqlite3, "connect", lambda *a, **k: connect(*a, factory=WithoutLog, **k))
    with Project.open(folder) as project:
        assert project.read_only
        assert "does not support the database's log" in project.read_only_reason
        assert project.table().classes == ("heron",)


_CREATOR = """
import sys
from pathlib import Path
from msdn_core.project import Project
print("ready", flush=True)
for number in range(10_000):
    Project.create(Path(sys.argv[1]) / str(number)).close()
"""


def test_a_project_whose_creation_is_killed_can_be_opened(tmp_path: Path) -> None:
    draw = random.Random(7)
    for turn in range(4):
        place = tmp_path / str(turn)
        child = subprocess.Popen([sys.executable, "-c", _CREATOR, str(place)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(draw.uniform(0.02, 0.3))
        child.kill()
        child.communicate()
        for folder in place.iterdir():
            assert not (folder / JOURNAL).exists()
            if Project.is_project(folder):
                with Project.open(folder) as project:
                    assert project.images() == []
            else:
                Project.create(folder).close()
                assert {path.name for path in folder.iterdir()} <= {PROJECT_FILE, "project.lock"}
