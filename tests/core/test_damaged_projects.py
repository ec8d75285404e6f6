"""Damaged and hostile files of a stranger's project: each is refused in a sentence that names it, and nothing waits."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import struct
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from msdn_core.atomic import write_atomic
from msdn_core.cli.main import main
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import FileError, MsdnError, ProjectError, RunError
from msdn_core.project import Project
from msdn_core.runs.attribute_scores import read_attribute_scores
from msdn_core.runs.image_measures import read_image_measures
from msdn_core.runs.predictions import read_predictions
from msdn_core.safe_files import open_regular, parse_json, read_arrays, read_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEVER_WAITS = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


def npz(path: Path, *, method: int = zipfile.ZIP_DEFLATED, **arrays: Any) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=True)
            archive.writestr(f"{name}.npy", buffer.getvalue())
    return path


def patched(path: Path, old: bytes, new: bytes) -> Path:
    """Replace bytes in a file."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


def unknown_method(path: Path) -> Path:
    content = bytearray(npz(path, format=np.int64(1)).read_bytes())
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", content, content.index(mark) + at, 99)
    path.write_bytes(content)
    return path


def encrypted(path: Path) -> Path:
    content = bytearray(npz(path, format=np.int64(1)).read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.index(mark) + at, 1)
    path.write_bytes(content)
    return path


def bad_deflate(path: Path) -> Path:
    content = bytearray(npz(path, format=np.arange(100)).read_bytes())
    start = content.index(b"format.npy") + len(b"format.npy")
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    return path


def lzma(path: Path) -> Path:
    return npz(path, method=zipfile.ZIP_LZMA, format=np.int64(1))


def bad_header(path: Path) -> Path:
    return patched(npz(path, method=zipfile.ZIP_STORED, format=np.int64(1)), b"{'descr'", b"{'desc(\n")


def no_character(path: Path) -> Path:
    return npz(path, format=np.frombuffer(np.array([0x110000, 0xD800], "u4").tobytes(), "<U1"))


def objects(path: Path) -> Path:
    return npz(path, format=np.array([{}], dtype=object))


def no_file(path: Path) -> Path:
    path.mkdir()
    return path


DAMAGES = (unknown_method, encrypted, bad_deflate, lzma, bad_header, no_character, objects, no_file)


@pytest.mark.parametrize("read", [read_predictions, read_image_measures, read_attribute_scores])
@pytest.mark.parametrize("damage", DAMAGES)
def test_an_archive_with_any_damage_is_refused_by_its_name(
    tmp_path: Path, damage: Callable[[Path], Path], read: Callable[[Path], object]
) -> None:
    path = damage(tmp_path / "some.npz")
    with pytest.raises(FileError, match=r"some\.npz"):
        read_arrays(path, ["format"], 1 << 20)
    with pytest.raises(RunError, match=r"some\.npz"):
        read(path)


@NEVER_WAITS
@pytest.mark.timeout(20)
@pytest.mark.parametrize("read", [read_predictions, read_image_measures, read_attribute_scores])
def test_a_pipe_in_place_of_an_archive_is_refused(tmp_path: Path, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "some.npz")
    with pytest.raises(RunError, match=r"some\.npz .*not a regular file"):
        read(tmp_path / "some.npz")


@NEVER_WAITS
@pytest.mark.timeout(20)
def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("/dev/zero")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match="not a regular file"):
            open_regular(tmp_path / name)
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "none")
    with open_regular(tmp_path / "file") as stream:
        assert stream.read() == b"text"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": [1, {"b": "\\ud800"}]}', r"a\[1\]\.b"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"a":\n "\xed\xa0\x80"}', "line 2"),
        (b'{"a":\n\n "\xff"}', "line 3"),
        (b"[1e999]", "1e999"),
        (b"[Infinity]", "Infinity"),
        (b"[NaN]", "NaN"),
        (b"[" + b"9" * 5000 + b"]", "too large"),
        (b"[9223372036854775808]", "too large"),
        (b"[1,\n", "line 2"),
        (b"", "line 1"),
        (b" " * 2000, "larger than 1,000 bytes"),
    ],
)
def test_the_place_of_damage_in_json_is_named(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "some.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=rf"some\.json .*{place}"):
        read_json(path, 1000 if len(content) < 5000 else 1_000_000)


def test_json_in_order_is_read_as_it_is() -> None:
    value = {
        "pair": "\U0001f426",
        "n": -(2**63),
    }
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode("utf-8-sig")) == value
    assert parse_json(json.dumps(value).encode("utf-16")) == value
    assert np.isnan(parse_json("NaN", finite=False))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project without images."""
    path = tmp_path / "birds"
    with Project.create(path) as made:
        table = ClassTable((Attribute("bill", "long"),), ("=a", "b"), np.eye(2, 1), np.array([True, False]))
        made.define_classes(table)
    return path


def change(project: Path, statement: str, *values: object) -> None:
    """Change the database as another program would, without its checks."""
    with closing(sqlite3.connect(project / "project.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement, values)


@pytest.mark.parametrize(
    ("statement", "value", "column"),
    [
        ("UPDATE classes SET name = ? WHERE position = 0", b"a", "name"),
        ("UPDATE classes SET description = ?", b"\xff\xfe", "description"),
        ("UPDATE classes SET seen = ?", "yes", "seen"),
        ("UPDATE classes SET position = ?", 0.5, "position"),
        ("UPDATE classes SET vector = ?", "text", "vector"),
        ("UPDATE attributes SET group_name = ?", b"bill", "group_name"),
        ("INSERT INTO meta VALUES ('name', ?)", b"x", "value"),
        ("INSERT INTO meta VALUES (?, '')", b"x", "key"),
    ],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_a_value_of_a_wrong_type_is_found_on_opening(
    project: Path, statement: str, value: object, column: str, read_only: bool
) -> None:
    change(project, statement.replace("INSERT", "INSERT OR REPLACE"), value)
    with pytest.raises(ProjectError, match=rf"damaged .*{column}.*backup"):
        Project.open(project, read_only=read_only)


def test_a_schema_that_is_no_text_is_damaged(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(project, "PRAGMA wal_checkpoint(TRUNCATE)")
    file = project / "project.sqlite"
    for old in (b"CREATE TABLE classes", b"images_by_class", b"tableparts"):
        content = file.read_bytes()
        for at, byte in ((3, 0xFF), (len(old) - 1, 0x80), (7, 0xC3)):
            place = content.index(old) + at
            file.write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
            for read_only in (False, True):
                with pytest.raises(ProjectError, match=r"damaged|another program"):
                    Project.open(project, read_only=read_only)
            assert main(["doctor", str(project)]) == 1
            assert "Unexpected" not in capsys.readouterr().err
        file.write_bytes(content)


def test_a_text_with_half_a_character_is_never_written(project: Path, tmp_path: Path) -> None:
    with Project.open(project) as opened:
        with pytest.raises(MsdnError, match="lone surrogate"):
            opened.set_meta("name", "\ud800")
        assert opened.table().classes == ("=a", "b")
    with pytest.raises(MsdnError, match=r"some\.txt .*lone surrogate"):
        write_atomic(tmp_path / "some.txt", "a\ud800")
    assert not (tmp_path / "some.txt").exists()
