"""Damaged and hostile files of a stranger's project: each is refused in a sentence that names it, and nothing waits."""

from __future__ import annotations

import io
import json
import math
import os
import sqlite3
import struct
import time
import zipfile
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import format_samples as samples
import h5py
import numpy as np
import pytest

from msdn_core.atomic import write_atomic
from msdn_core.cli.main import main
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.scoring import Fusion
from msdn_core.errors import ConfigError, FileError, ImportFault, MsdnError, ProjectError, RunError
from msdn_core.exporters.tensorboard import read_curves as tensorboard_curves
from msdn_core.importers.formats.feature_maps import import_feature_maps
from msdn_core.project import Project
from msdn_core.recipes.ablation import read_ablation
from msdn_core.recipes.config_file import read_config
from msdn_core.runs.attribute_scores import read_attribute_scores
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import RunStarted, StepDone, encode
from msdn_core.runs.film import read_film
from msdn_core.runs.header import CheckpointHeader
from msdn_core.runs.image_measures import read_image_measures
from msdn_core.runs.notes import Notes, write_notes
from msdn_core.runs.predictions import read_predictions
from msdn_core.runs.status import RunState, RunStatus
from msdn_core.safe_files import open_regular, parse_json, read_arrays, read_json
from msdn_core.vision.features import DONE, MANIFEST, MAPS, FeatureStore, ImageKey, Manifest
from msdn_core.vision.transform import published_spec

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


def test_an_entry_without_the_ending_of_an_array_is_not_read_in_its_place(tmp_path: Path) -> None:
    """It would be unpacked to any size, because only the arrays are measured."""
    path = npz(tmp_path / "some.npz", format=np.int64(1))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("format", b"no array")
    assert read_arrays(path, ["format"], 1 << 20) == {"format": np.int64(1)}


def test_the_size_is_found_before_what_is_missing(tmp_path: Path) -> None:
    path = npz(tmp_path / "some.npz", format=np.zeros(2 << 20, np.int8))
    with pytest.raises(FileError, match="would unpack to 2 MiB"):
        read_arrays(path, ["format", "image_ids"], 1 << 20)


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
        ("INSERT INTO marks VALUES (1, 1, '', ?, 0, 1, 1, 1, '')", -math.inf, "x"),
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
            assert main(["runs", str(project)]) == 1
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


NASTY = "\x1b[2J\x1b]0;title\x07\x9b31m\r\x7f\u202egnp.exe"


def test_control_characters_of_names_do_not_reach_the_terminal(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(project, "UPDATE classes SET name = ? WHERE position = 0", NASTY)
    for name in ("one", "two"):
        run = RunDirectory.create(project, name, {"recipe": NASTY})
        write_notes(run.path, Notes(NASTY, (NASTY,)))
        run.write_status(RunStatus(RunState.FAILED, reason=NASTY, figures={"H": 0.5, "on": NASTY + "\n"}))
    commands = (
        ("runs", project),
        ("doctor", project),
        ("queue", project, "--list"),
        ("stop", project, NASTY),
        ("export", "classes", project, tmp_path / NASTY / "a.csv"),
        ("import", "folder", tmp_path / NASTY, tmp_path / "new"),
    )
    for words in commands:
        for extra in ((), ("--json",)):
            main([*map(str, words), *extra])
            for text in capsys.readouterr():
                assert not set("\x1b\x07\x9b\r\x7f\u202e") & set(text), words
                assert "Unexpected" not in text, words
    assert main(["runs", str(project)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["runs", str(project), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["notes"] == NASTY


@pytest.mark.timeout(60)
def test_many_starts_of_a_run_are_read_in_one_pass(project: Path) -> None:
    run = RunDirectory.create(project, "one", {})
    losses = {"loss": 1.0}
    steps = [
        StepDone(step=n, steps=9, epoch=0, losses=losses, learning_rate=1, images_per_second=1, remaining_s=0)
        for n in range(1, 10_001)
    ]
    start = RunStarted(step=10_000, steps=9, device="cpu")
    run.events_path.write_text(
        "".join(f"{encode(event)}\n" for event in [*steps, *[start] * 10_000, steps[0]]), encoding="utf-8"
    )
    started = time.process_time()
    curves = tensorboard_curves(run)
    assert time.process_time() - started < 3
    assert sorted(curves["loss/loss"]) == list(range(1, 10_001))
    run.append(RunStarted(step=3, steps=9, device="cpu"))
    run.append(steps[1])
    assert sorted(tensorboard_curves(run)["loss/loss"]) == [1, 2, 3]


@pytest.mark.parametrize(
    "change",
    [
        {"step": 1e999},
        {"step": 10**400},
        {"step": "1"},
        {"step": True},
        {"time": 1e999},
        {"device": []},
        {"resumed": 0},
        {"step": 1.5},
    ],
)
def test_an_event_of_wrong_values_is_skipped(project: Path, change: dict[str, Any]) -> None:
    run = RunDirectory.create(project, "one", {})
    content = {"event": "RunStarted", "time": 1.0, "step": 1, "steps": 2, "device": "cpu", **change}
    run.events_path.write_text(json.dumps(content) + "\n" + "[" * 100_000 + "\n", encoding="utf-8")
    assert run.read_events()[0] == []


@pytest.mark.parametrize(
    "change",
    [
        {"spec": {"grid": [math.inf, 1]}},
        {"spec": {"grid": [1 << 40, 1 << 40]}},
        {"spec": {"size": 1 << 20}},
        {"spec": {"mean": [math.nan, 0.0, 0.0]}},
        {"spec": {"channels": 10**30}},
        {"failures": []},
        {"failures": None},
        {"images": [[1, 2, 3]]},
        {"images": [["1", "a.png", 1, 1]]},
        {"images": {"a": 1}},
        {"source": []},
        {"source": {"file": "a", "offset": math.inf, "dtype": "<f4", "normalised": True, "size": 1, "mtime_ns": 1}},
        {"source": {"file": "a", "offset": 0, "dtype": "f4,f4", "normalised": True, "size": 1, "mtime_ns": 1}},
        {"format": []},
    ],
)
def test_every_entry_of_a_manifest_is_checked(project: Path, change: dict[str, Any]) -> None:
    folder = project / "features" / "some"
    folder.mkdir(parents=True)
    spec = published_spec("some", 4, (2, 2)).to_json()
    content = {"format": 1, "spec": spec, "images": [[1, "a.png", 1, 1]], "failures": {}, **change}
    content["spec"] = {**spec, **change.get("spec", {})}
    (folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    (folder / MAPS).write_bytes(bytes(4 * 4 * 2))
    (folder / DONE).write_bytes(b"\1")
    with pytest.raises(MsdnError, match=r"features .*damaged"):
        FeatureStore.open(folder)
    assert main(["doctor", str(project)]) in (0, 1)


@NEVER_WAITS
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "name",
    [
        "runs/one/status.json",
        "runs/one/notes.json",
        "runs/one/data.json",
        "runs/one/events.jsonl",
        "runs/one/commands.jsonl",
        "runs/one/log.txt",
        "runs/one/film/film.json",
        "runs/one/film/frames.bin",
        "runs/one/evaluation/best/evaluation.json",
        "runs/one/evaluation/best/classes.csv",
        "queue/order.json",
        "ablations/one/ablation.json",
        "features/some/manifest.json",
        "features/some/maps.f16",
        "features/some/done.u8",
        "scores/one-best.npz",
        "project.sqlite-wal",
        "project.sqlite-journal",
    ],
)
def test_no_command_waits_for_a_pipe_in_a_project(
    project: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    RunDirectory.create(project, "one", {}, state=RunState.STOPPED)
    folder = project / "features" / "some"
    folder.mkdir(parents=True)
    manifest = Manifest(published_spec("some", 4, (2, 2)), (ImageKey(1, "a", 1, 1),))
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    (folder / MAPS).write_bytes(bytes(4 * 4 * 2))
    (folder / DONE).write_bytes(b"\1")
    place = project / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    for words in (
        ("runs", project),
        ("doctor", project),
        ("queue", project, "--list"),
        ("report", project, "one"),
        ("export", "tensorboard", project, tmp_path / "boards"),
    ):
        with suppress(SystemExit):
            main(list(map(str, words)))
        assert "Unexpected" not in capsys.readouterr().err, words
    for read in (lambda: read_film(project / "runs" / "one"), lambda: read_ablation(project, "one")):
        with suppress(RunError):
            read()


@pytest.mark.parametrize("size", [10**7, 10**6])
def test_a_settings_file_of_any_damage_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "settings.json"
    for content in (b"[" * size, b'{"seed": 1e999}', b'{"watch": "\\ud800"}', b'{"seed": NaN}', b"\xff"):
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"settings\.json"):
            read_config(path)


@pytest.mark.parametrize(
    "change", [{"name": "\ud800"}, {"grid": [math.inf, 2]}, {"mean": [math.nan] * 3}, {"size": 10**30}, {"std": "abc"}]
)
def test_feature_maps_of_an_impossible_backbone_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    file = samples.feature_maps(tmp_path / "maps.h5")
    spec = {**published_spec("some", 6, (2, 2)).to_json(), **change}
    with h5py.File(file, "r+") as content:
        content.attrs["backbone"] = json.dumps(spec)
    with pytest.raises(ImportFault, match="impossible backbone"):
        import_feature_maps(file, tmp_path / "project")
    assert not (tmp_path / "project").exists()


def test_numbers_without_an_end_in_a_header_are_unknown(tmp_path: Path) -> None:
    header = CheckpointHeader(
        attributes=("a",),
        classes=("b",),
        class_vectors=np.ones((1, 1)),
        seen=np.array([True]),
        fusion=Fusion(0.9, 0.1),
        gamma=1.0,
        backbone={},
        channels=4,
        figures={"validation": {"H": math.nan, "S": 0.5}},
        made={"config": {"bias": math.inf, "list": [-math.inf, 1]}},
    )
    found = CheckpointHeader.from_metadata(header.to_metadata(), np.ones((1, 1)), tmp_path / "a.safetensors")
    assert found.figures == {"validation": {"H": None, "S": 0.5}}
    assert found.made == {"config": {"bias": None, "list": [None, 1]}}
