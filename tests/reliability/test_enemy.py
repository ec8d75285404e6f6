"""Projects, checkpoints and tables made by an enemy: no code runs, nothing outside is written, memory is bounded."""

from __future__ import annotations

import json
import os
import pickle
import random
import resource
import shutil
import sqlite3
import sys
import zipfile
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import small_run
from PIL import Image
from trials import posix_only, times

from msdn_core.demo.aviary import create_demo, draw_missing
from msdn_core.domain.annotation import Box, Certainty, ImageLabel, Judgement, Mark, Review, ReviewState, Split
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.class_folders import import_class_folders
from msdn_core.importers.sheets import read_class_sheet
from msdn_core.importers.word_vectors import load_word_vectors
from msdn_core.project import JudgementKey, Project
from msdn_core.runs.attribute_scores import read_attribute_scores
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.header import read_header
from msdn_core.runs.image_measures import read_image_measures
from msdn_core.runs.launch import launch_queue, launch_training
from msdn_core.runs.listing import list_runs
from msdn_core.runs.predictions import read_predictions
from msdn_core.runs.queue import enqueue
from msdn_core.training.published import read_published
from msdn_core.vision.features import find_stores
from msdn_core.vision.images import open_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MOST_MIB = 400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = small_run.make_project(tmp_path_factory.mktemp("enemy") / "birds", images=3)
    at = "2026-01-01T00:00:00.000+00:00"
    with Project.open(path) as project:
        room = project.annotations
        room.put_judgements({JudgementKey(1, 0, "Ann"): Judgement(True, Certainty(1), at)})
        room.put_reviews({1: Review(ReviewState.FLAGGED, "note", "Ann", at)})
        room.put_labels({1: ImageLabel("class01", Split.TRAIN, "Ann", at)})
        room.put_marks({1: Mark(1, "part0", Box(1, 2, 3, 4), "Ann", at)})
        project.set_image_attributes(1, np.zeros(12, np.int8), np.zeros(12, np.int8))
    RunDirectory.create(path, "one", small_run.settings().to_json())
    return path


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "birds")
    return tmp_path / "birds"


@pytest.fixture(autouse=True)
def bounded(tmp_path: Path) -> Iterator[Path]:
    """The canary that no code may touch, and the memory that no file may take."""
    before = peak_mib()
    canary = tmp_path / "canary"
    yield canary
    assert not canary.exists(), "an enemy's code was run"
    assert peak_mib() - before < MOST_MIB


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10))


def sql(project: Path, *statements: str) -> None:
    with closing(sqlite3.connect(project / "project.sqlite")) as database, database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            database.execute(statement)
    with closing(sqlite3.connect(project / "project.sqlite")) as database:
        database.execute("PRAGMA journal_mode = DELETE")


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, x, x, x, 'none' FROM n"


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TRIGGER t AFTER UPDATE ON classes BEGIN DELETE FROM images; END",),
        ("CREATE VIEW more AS SELECT * FROM images",),
        ("DROP TABLE part_points", "ALTER TABLE images RENAME TO old", f"CREATE VIEW images AS {ENDLESS}"),
        ("CREATE INDEX i ON images (zeroblob(1000000000)) WHERE id > 1000000",),
        ("CREATE VIRTUAL TABLE f USING fts5(x)",),
        ("ALTER TABLE meta ADD COLUMN more TEXT",),
    ],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_what_would_run_in_the_database_is_refused_and_left_untouched(
    project: Path, statements: tuple[str, ...], read_only: bool
) -> None:
    sql(project, *statements)
    before = (project / "project.sqlite").read_bytes()
    with pytest.raises(ProjectError, match="made or changed by another program"):
        Project.open(project, read_only=read_only)
    assert (project / "project.sqlite").read_bytes() == before


NONSENSE = (
    "NULL",
    "'x'",
    "-1",
    "9000000000000000000",
    "1e300",
    "zeroblob(1000)",
    "x'ff'",
    "'../../../etc/passwd'",
    "''",
)


def read_all(path: Path) -> None:
    """Every public door to a project's content."""
    with Project.open(path) as opened:
        room = opened.annotations
        doors: tuple[Callable[[], Any], ...] = (
            opened.table, opened.word_vectors, opened.word_vector_source, opened.group_parts, opened.images,
            opened.part_names, lambda: opened.part_points([1, 2]), lambda: opened.image(1), lambda: opened.box(1),
            lambda: opened.parts(1), lambda: opened.image_attributes(1), lambda: opened.find_image("class00/0.png"),
            lambda: opened.class_description("class00"), lambda: opened.meta("name"), lambda: opened.name,
            room.annotators, lambda: room.judgements(1), lambda: room.judgements_by("Ann"), lambda: room.label(1),
            lambda: room.effective_judgements([1]), lambda: room.verdicts(None), room.reviews, room.review_states,
            room.all_marks, lambda: room.marks(1), lambda: room.review(1),
            lambda: opened.set_values([("class00", 0, 1.0)]),
        )  # fmt: skip
        for door in doors:
            with suppress(MsdnError):
                door()


@times("values", 1, len(NONSENSE))
def test_nonsense_in_any_cell_is_an_error_in_words_or_nothing(project: Path, values: int) -> None:
    with closing(sqlite3.connect(project / "project.sqlite")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        cells = [(table, row[1]) for table in tables for row in database.execute(f"PRAGMA table_info({table})")]
    whole = (project / "project.sqlite").read_bytes()
    failed, draw = [], random.Random(4)
    for table, column in cells:
        for value in draw.sample(NONSENSE, values):
            (project / "project.sqlite").write_bytes(whole)
            for left in project.glob("project.sqlite-*"):
                left.unlink()
            try:
                sql(project, f"UPDATE OR IGNORE {table} SET {column} = {value}")
            except sqlite3.Error:
                continue  # Not even an enemy can put it there.
            try:
                read_all(project)
            except MsdnError:
                pass
            except Exception as fault:
                failed.append(f"{table}.{column} = {value}: {type(fault).__name__}: {fault}")
    assert failed == []


def test_a_value_that_would_fill_the_memory_is_refused(project: Path) -> None:
    sql(project, "UPDATE classes SET vector = zeroblob(100000000) WHERE position = 0")
    with Project.open(project) as opened, pytest.raises(ProjectError):
        opened.table()


@posix_only
def test_nothing_is_written_through_links(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    victim = outside / "victim"
    victim.write_text("precious", encoding="utf-8")
    run, store = project / "runs" / "one", next((project / "features").iterdir())
    create_demo(tmp_path / "aviary")
    places = {
        project / "project.lock": lambda: Project.open(project).set_meta("a", "b"),
        run / "commands.jsonl": lambda: RunDirectory(run).send("stop"),
        run / "events.jsonl": lambda: launch_training(RunDirectory(run), command=[sys.executable, "-c", ""]),
        run / "log.txt": lambda: launch_training(RunDirectory(run), command=[sys.executable, "-c", "print(1)"]),
        run / "run.lock": lambda: launch_training(RunDirectory(run), command=[sys.executable, "-c", ""]),
        project / "queue": lambda: enqueue(RunDirectory(run)),
        project / "queue" / "change.lock": lambda: enqueue(RunDirectory(run)),
        project / "queue" / "log.txt": lambda: launch_queue(project, command=[sys.executable, "-c", "print(1)"]),
        store / "maps.f16": lambda: extract(project),
        store: lambda: extract(project),
        project / "runs": lambda: RunDirectory.create(project, "two", small_run.settings().to_json()),
        tmp_path / "aviary" / "images": lambda: draw_missing(tmp_path / "aviary", stop=iter([False, True]).__next__),
    }
    for place, write in places.items():
        kept = tmp_path / "kept"
        if place.exists():
            place.rename(kept)
        place.parent.mkdir(exist_ok=True)
        is_folder = not place.suffix and place.name != "project.lock"
        place.symlink_to(outside if is_folder else victim)
        with pytest.raises(MsdnError, match="is a link"):
            write()
        assert victim.read_text(encoding="utf-8") == "precious", place
        assert list(outside.iterdir()) == [victim], place
        place.unlink()
        if kept.exists():
            kept.rename(place)


def extract(project: Path) -> None:
    from types import SimpleNamespace

    from msdn_core.backbones.extraction import extract_features

    extract_features(project, SimpleNamespace(spec=small_run.SPEC))


class Runs:
    """A pickle of this makes the canary when it is opened."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.canary}",)


def safetensors(header: dict[str, Any] | bytes, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text


def test_files_that_would_run_code_or_fill_the_memory_are_refused(tmp_path: Path, bounded: Path) -> None:
    evil = pickle.dumps(Runs(bounded))
    file = tmp_path / "file"

    def arrays(name: str, **content: Any) -> Path:
        path = tmp_path / name
        np.savez_compressed(path, **content)
        return path.with_suffix(".npz")

    objects = np.array([Runs(bounded)], dtype=object)
    bomb = {"format": np.int64(1), "image_ids": np.zeros(100_000_000, np.int8), "attributes": np.zeros(0, "U1")}
    huge = {"dtype": "F64", "shape": [10**6, 10**6], "data_offsets": [0, 8 * 10**12]}
    contents: list[tuple[Callable[[Path], Any], bytes | Path]] = [
        (read_header, evil),
        (read_header, safetensors({"class_vectors": huge})),
        (read_header, safetensors({"class_vectors": {**huge, "data_offsets": [0, 0]}})),
        (read_header, safetensors(b"{}", 1 << 60)),
        (read_header, safetensors(b'{"a":' * 50_000)),
        (read_header, safetensors({"__metadata__": {"msdn": "[" * 1_000_000}})),
        (read_published, evil),
        (load_word_vectors, evil),
        (read_attribute_scores, arrays("scores", image_ids=objects, format=objects)),
        (read_predictions, arrays("predictions", image_ids=objects, format=objects)),
        (read_image_measures, arrays("measures", image_ids=objects, format=objects)),
        *((read, arrays("bomb", **bomb)) for read in (read_attribute_scores, read_predictions, read_image_measures)),
        (read_classes, b"class,seen," + b"a" * 20_000_000 + b"\n"),
        (read_classes, b'class,seen,g::a\nx,1,"' + b"1," * 8_000_000),
        (open_image, png_of(100_000, 100_000)),
        (open_image, b"P6 60000 60000 255\n"),
    ]
    for number, (read, content) in enumerate(contents):
        path = content
        if isinstance(content, bytes):
            path = file.with_suffix({read_classes: ".csv", load_word_vectors: ".pkl"}.get(read, ".png"))
            path.write_bytes(content)
        with pytest.raises(MsdnError, match="would unpack to" if path.name == "bomb.npz" else ""):
            read(path)
        assert not bounded.exists(), number


def read_classes(path: Path) -> object:
    return read_class_sheet(path, Findings())


def png_of(width: int, height: int) -> bytes:
    """A small file that says that it is a large picture."""
    import io
    import zlib

    stream = io.BytesIO()
    Image.new("L", (1, 1)).save(stream, "PNG")
    content = bytearray(stream.getvalue())
    content[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


def test_a_published_checkpoint_that_unpacks_to_much_more_than_it_is_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "best.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("best/data.pkl", pickle.dumps({}))
        with archive.open("best/data/0", "w", force_zip64=True) as stream:
            for _ in range(200):
                stream.write(bytes(1 << 20))
    with pytest.raises(MsdnError):
        read_published(path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("manifest.json", lambda m: m | {"images": m["images"] * 500}),
        ("manifest.json", lambda m: {**m, "spec": {**m["spec"], "channels": 10**9}}),
        ("manifest.json", lambda m: {**m, "spec": {**m["spec"], "grid": [-5, 5]}}),
        ("manifest.json", lambda m: {**m, "source": {"file": "/etc/passwd", "offset": 0, "dtype": "<f4",
                                                     "normalised": True, "size": 1, "mtime_ns": 1}}),
    ],
)  # fmt: skip
def test_features_of_a_size_that_they_do_not_have_are_not_read(project: Path, name: str, change: Any) -> None:
    path = next((project / "features").iterdir()) / name
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    assert find_stores(project) == []


def test_a_runs_files_of_nonsense_cost_nothing_but_that_run(project: Path) -> None:
    run = list_runs(project)[0]
    for content in (
        b"",
        b"[" * 1_000_000,
        b'{"state": "running", "pid": 1e400}',
        b"\x00" * 5_000_000,
        b'{"state": {}}',
    ):
        for name in ("status.json", "config.json", "data.json", "events.jsonl", "commands.jsonl", "notes.json"):
            (run.path / name).write_bytes(content)
        for read in (run.status, run.config, run.data, run.read_events, run.read_commands):
            with suppress(MsdnError):
                read()


def test_a_table_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "set" / "auk").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "set" / "auk" / "1.png")
    (tmp_path / "set" / "images.csv").write_text("image,class\n../../secret.png,auk\n", encoding="utf-8")
    with suppress(MsdnError):
        import_class_folders(tmp_path / "set", tmp_path / "p")
        with Project.open(tmp_path / "p") as project:
            assert [image.name for image in project.images()] == ["auk/1.png"]
