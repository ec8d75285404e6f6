"""Opening a project: a refused file is left unchanged, and a reader learns why it cannot write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import ProjectError
from msdn_core.project import PROJECT_FILE, Project, opening, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = ClassTable((Attribute("g", "a"),), ("heron",), np.zeros((1, 1)), np.array([True]))


def make(folder: Path) -> Path:
    with Project.create(folder) as project:
        project.define_classes(TABLE)
    return folder


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may write anywhere, so a test of what may not be written is run as somebody else."""
    if not hasattr(os, "geteuid"):
        pytest.skip("folders are not made read-only by their mode on this system")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's own."""
    del tmp_path
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for place in [folder, *folder.rglob("*")]:
        place.chmod(0o755)
    shutil.rmtree(folder)


def test_creating_twice_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "p")
    with pytest.raises(ProjectError, match="already"):
        Project.create(tmp_path / "p")
    with Project.open(tmp_path / "p" / PROJECT_FILE) as project:
        assert project.table().classes == ("heron",)


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_a_missing_project_is_a_clear_error(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProjectError, match=f"no .*{folder}"):
        Project.open(tmp_path / folder)
    assert not Project.is_project(tmp_path / folder)
    assert list(tmp_path.rglob("*")) == [tmp_path / "empty"]


def refused_untouched(folder: Path, words: str) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for read_only in (False, True):
        with pytest.raises(ProjectError, match=words) as caught:
            Project.open(folder, read_only=read_only)
        assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("content", [b"not a database", b"x" * 5000, b"SQLite format 3\x00"])
def test_a_file_that_is_not_a_database_is_left_unchanged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PROJECT_FILE).write_bytes(content)
    refused_untouched(tmp_path, "not a project's database")


def test_a_database_of_another_program_is_left_unchanged(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / PROJECT_FILE)
    other.execute("CREATE TABLE recipes (name)")
    other.close()
    refused_untouched(tmp_path, "another program")


def test_a_damaged_project_is_a_clear_error(tmp_path: Path) -> None:
    file = make(tmp_path / "p") / PROJECT_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))
    with pytest.raises(ProjectError, match="damaged"):
        Project.open(tmp_path / "p")


def test_a_project_of_a_newer_version_is_left_unchanged(tmp_path: Path) -> None:
    folder = make(tmp_path / "p")
    newer = sqlite3.connect(folder / PROJECT_FILE)
    newer.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    newer.commit()
    newer.execute("PRAGMA journal_mode = DELETE")
    newer.close()
    refused_untouched(folder, "newer version")


def test_a_newer_version_only_in_the_log_is_recognised(tmp_path: Path) -> None:
    folder = make(tmp_path / "p")
    newer = sqlite3.connect(folder / PROJECT_FILE)
    newer.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    newer.commit()
    try:
        for read_only in (False, True):
            with pytest.raises(ProjectError, match="newer version"):
                Project.open(folder, read_only=read_only)
    finally:
        newer.close()


def test_a_blank_file_of_a_killed_creation_becomes_a_project(tmp_path: Path) -> None:
    (tmp_path / PROJECT_FILE).touch()
    with pytest.raises(ProjectError, match="creation was interrupted"):
        Project.open(tmp_path, read_only=True)
    with Project.open(tmp_path) as project:
        assert project.images() == []
        assert project.table().classes == ()


def test_an_older_file_is_migrated_with_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "p")
    later = (*schema.MIGRATIONS, "ALTER TABLE meta ADD COLUMN note TEXT; UPDATE meta SET note = 'moved; -- kept'")
    monkeypatch.setattr(opening, "MIGRATIONS", later)
    with Project.open(folder, read_only=True) as project:
        assert project.read_only
        assert project.table().classes == ("heron",)
    raw = sqlite3.connect(folder / PROJECT_FILE)
    assert raw.execute("PRAGMA user_version").fetchone() == (len(later),)
    assert {row[0] for row in raw.execute("SELECT note FROM meta")} == {"moved; -- kept"}
    raw.close()
    monkeypatch.undo()
    with pytest.raises(ProjectError, match="newer version"):
        Project.open(folder)


def test_a_migration_that_fails_leaves_the_old_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "p")
    broken = (*schema.MIGRATIONS, "DROP TABLE meta; CREATE TABLE classes (name)")
    monkeypatch.setattr(opening, "MIGRATIONS", broken)
    with pytest.raises(ProjectError):
        Project.open(folder)
    monkeypatch.undo()
    with Project.open(folder) as project:
        assert not project.read_only
        assert project.name == "p"
        assert project.table().classes == ("heron",)


def test_a_file_of_the_first_version_opens(tmp_path: Path) -> None:
    """Made as the first version made it, from what stands in the schema for good."""
    old = sqlite3.connect(tmp_path / PROJECT_FILE, isolation_level=None)
    for statement in schema.statements(schema.MIGRATIONS[0]):
        old.execute(statement)
    old.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    old.execute("PRAGMA user_version = 1")
    old.execute("INSERT INTO attributes VALUES (0, 'crest', 'yes', NULL)")
    old.execute("INSERT INTO classes VALUES (7, 0, 'heron', ?, 1, '')", (np.array([0.5]).tobytes(),))
    old.execute("INSERT INTO image_roots VALUES (1, 'images')")
    old.execute("INSERT INTO images VALUES (5, 1, 'a.jpg', 7, 'train', 1, 2, 3, 4)")
    old.close()
    with Project.open(tmp_path) as project:
        assert project.table().vectors.tolist() == [[0.5]]
        assert project.image(5).class_name == "heron"


def test_the_second_opener_reads_only_and_learns_why(tmp_path: Path) -> None:
    folder = make(tmp_path / "p")
    with Project.open(folder) as first:
        assert not first.read_only
        assert first.read_only_reason == ""
        with Project.open(folder) as second:
            assert second.read_only
            assert "another window or command" in second.read_only_reason
            first.set_values([("heron", 0, 0.75)])
            assert second.table().vectors.tolist() == [[0.75]]
            with pytest.raises(ProjectError, match="another window or command"):
                second.set_values([("heron", 0, 1.0)])
    with Project.open(folder) as third:
        assert not third.read_only
        assert third.table().vectors.tolist() == [[0.75]]


def test_another_process_keeps_the_write_lock_until_it_ends(tmp_path: Path) -> None:
    folder = make(tmp_path / "p")
    code = (
        "import sys; from pathlib import Path; from msdn_core.project import Project\n"
        "project = Project.open(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        with Project.open(folder) as project:
            assert project.read_only
    finally:
        child.kill()
        child.communicate()
    with Project.open(folder) as project:
        assert not project.read_only


def test_a_read_only_folder_opens_for_reading(public: Path) -> None:
    folder = make(public / "p")
    (folder / PROJECT_FILE).chmod(0o444)
    folder.chmod(0o555)
    with unprivileged(), Project.open(folder) as project:
        assert project.read_only
        assert "read-only" in project.read_only_reason
        assert project.table().classes == ("heron",)
        with pytest.raises(ProjectError, match="read-only"):
            project.add_class("dodo", [1.0])


def test_changes_hidden_by_a_read_only_folder_are_mentioned(public: Path) -> None:
    folder = make(public / "p")
    with Project.open(folder) as project:
        project.set_values([("heron", 0, 0.5)])
        # As a killed window leaves them: the file, and a log that was not joined to it.
        copy = public / "copy"
        copy.mkdir()
        for name in (PROJECT_FILE, f"{PROJECT_FILE}-wal"):
            shutil.copy(folder / name, copy / name)
    copy.chmod(0o555)
    with unprivileged(), Project.open(copy) as project:
        assert project.read_only
        assert "latest changes" in project.read_only_reason
        assert project.table().classes == ("heron",)
    copy.chmod(0o755)
    with Project.open(copy) as project:
        assert project.table().vectors.tolist() == [[0.5]]


def test_a_write_protected_file_opens_for_reading(public: Path) -> None:
    folder = make(public / "p")
    (folder / "project.lock").unlink(missing_ok=True)
    (folder / PROJECT_FILE).chmod(0o444)
    folder.chmod(0o777)
    with unprivileged(), Project.open(folder) as project:
        assert project.read_only
        assert "write-protected" in project.read_only_reason
        assert project.table().classes == ("heron",)


def test_no_project_is_made_in_a_read_only_folder(public: Path) -> None:
    public.chmod(0o555)
    with unprivileged(), pytest.raises(ProjectError, match="cannot be created"):
        Project.create(public / "p")


def test_an_unreadable_file_is_a_clear_error(public: Path) -> None:
    folder = make(public / "p")
    (folder / PROJECT_FILE).chmod(0o000)
    with unprivileged(), pytest.raises(ProjectError, match="cannot be read"):
        Project.open(folder)


def test_a_project_opens_for_writing_while_others_read_it(tmp_path: Path) -> None:
    folder = make(tmp_path / "p")
    with Project.open(folder, read_only=True) as reader:
        assert reader.table().classes == ("heron",)
        with Project.open(folder) as writer:
            assert not writer.read_only
            writer.set_values([("heron", 0, 0.25)])
        assert reader.table().vectors[0, 0] == 0.25
