"""The readers that a stranger's files reach: what makes sound files, which of them are mutated, and what reads them."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import shutil
import sqlite3
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.fuzzing import projects
from benchmarks.samples import cub_sample
from benchmarks.samples import format_samples as samples
from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from msdn_core.project import Project
    from msdn_core.runs.directory import RunDirectory

PROJECT = "birds"
RUN = "one"


@dataclass(frozen=True, slots=True)
class Reader:
    """One way in; ``make`` writes into an empty folder, and ``read`` reads that folder with one file mutated."""

    make: Callable[[Path], object]
    patterns: tuple[str, ...]
    read: Callable[[Path], object]
    share: float = 1.0
    """How many of the campaign's files it gets, compared with others."""

    def files(self, folder: Path) -> list[Path]:
        """Return the files to mutate, in order."""
        found = {path for pattern in self.patterns for path in folder.glob(pattern) if path.is_file()}
        return sorted(found)


def read_each(reads: Iterable[Callable[[], object]]) -> None:
    """Read all, also after one was refused; raise the first refusal at the end."""
    refusal: MsdnError | None = None
    for read in reads:
        try:
            read()
        except MsdnError as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal


def command(*words: object) -> None:
    """Run a command of the engine in this process, without its net for unexpected errors."""
    from msdn_core.cli.main import build_parser
    from msdn_core.cli.output import Output

    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        arguments = build_parser().parse_args([str(word) for word in words])
        arguments.handler(arguments, Output(as_json=True))


def imported(kind: str, *options: str, source: str = "") -> Callable[[Path], None]:
    """Return a reader that imports a folder, or a file of it, from the command line."""

    def read(folder: Path) -> None:
        project = folder.parent / "imported"
        shutil.rmtree(project, ignore_errors=True)
        command("import", kind, folder / source if source else folder, project, *options)

    return read


def exported(kind: str, name: str, *options: str) -> Callable[[Path], None]:
    """Return a reader that exports from the project."""
    return lambda folder: command("export", kind, folder / PROJECT, folder.parent / name, *options)


def of_project(*words: str) -> Callable[[Path], None]:
    """Return a reader that runs a command on the project; ``@`` stands for its folder."""
    return lambda folder: command(*(folder / PROJECT if word == "@" else word for word in words))


def _words(name: str) -> Callable[[Path], object]:
    from msdn_core.importers.findings import Findings
    from msdn_core.importers.word_vectors import attribute_words

    return lambda folder: attribute_words(samples.ATTRIBUTES, folder / name, Findings())


def _published(folder: Path) -> None:
    from msdn_core.training.published import read_published

    read_published(folder / "best.pth")


def _state() -> dict[str, Any]:
    import torch

    return {
        "V": torch.ones(3, 2),
        "att": torch.ones(4, 3),
        **{name: torch.ones(2, 5) for name in ("W_1", "W_2", "W_2_1")},
        "W_1_1": torch.ones(5, 2),
    }


def _save_published(folder: Path, *, is_zip: bool) -> None:
    import torch

    torch.save(_state(), folder / "best.pth", _use_new_zipfile_serialization=is_zip)


def _judged_cub(folder: Path) -> None:
    cub_sample.make_cub(folder)
    lines = [f"{image} {attribute} 1 3 2.5" for image in range(1, 13) for attribute in (1, 2, 3)]
    cub_sample.write(folder, "attributes/image_attribute_labels.txt", lines)


def _recognise(folder: Path) -> None:
    from msdn_core.importers.recognise import recognise

    for path in (folder, *sorted(folder.iterdir())):
        recognise(path)


def _recognisable(folder: Path) -> None:
    samples.sun(folder)
    samples.res101(folder)
    samples.feature_maps(folder / "maps.hdf5")


def _xlsa17(folder: Path) -> None:
    samples.att_splits(folder)
    samples.res101(folder)


def _msdn_lists(folder: Path) -> None:
    samples.att_splits(folder)
    samples.msdn_list(folder)


def _marks(name: str) -> Callable[[Path], None]:
    """Read marks of a file beside the project."""

    def read(folder: Path) -> None:
        from msdn_core.importers.marks import marks_from_file
        from msdn_core.project import Project

        with Project.open(folder / PROJECT, read_only=True) as project:
            marks_from_file(folder / name, project, "Ann", projects.AT)

    return read


def _import_marks(folder: Path) -> None:
    command("import", "marks", folder / "coco.json", folder / PROJECT)


def _judgements(folder: Path) -> None:
    from msdn_core.importers.judgement_files import judgements_from_files
    from msdn_core.project import Project

    with Project.open(folder / PROJECT, read_only=True) as project:
        judgements_from_files(folder / "judgements", project, "Ann", projects.AT)


def _doors(folder: Path) -> None:
    """Read everything of a project through its public doors, as the window does."""
    from msdn_core.project import Project

    for read_only in (True, False):
        with Project.open(folder / PROJECT, read_only=read_only) as opened:
            read_each(_reads_of(opened))


def _reads_of(opened: Project) -> tuple[Callable[[], object], ...]:
    annotations = opened.annotations
    return (
        opened.table, opened.word_vectors, opened.word_vector_source, opened.group_parts, opened.images,
        opened.part_names, lambda: opened.part_points([1, 2]), lambda: opened.image(1), lambda: opened.box(1),
        lambda: opened.parts(1), lambda: opened.image_attributes(1), lambda: opened.name,
        lambda: opened.class_description(opened.table().classes[0]), annotations.annotators,
        lambda: annotations.judgements(1), lambda: annotations.judgements_by("Ann"), lambda: annotations.label(1),
        lambda: annotations.effective_judgements([1]), lambda: annotations.verdicts(None), annotations.reviews,
        annotations.review_states, annotations.all_marks, lambda: annotations.marks(1), lambda: annotations.review(1),
    )  # fmt: skip


def _run_files(folder: Path) -> None:
    """Read every file of a project's runs, as Train and Evaluate do."""
    from msdn_core.runs.attribute_scores import read_attribute_scores
    from msdn_core.runs.listing import list_runs
    from msdn_core.runs.queue import queued_runs, read_order

    project = folder / PROJECT
    runs = list_runs(project)
    read_each([read for run in runs for read in _reads_of_run(project, run)])
    scores = [path for path in (project / "scores").rglob("*") if path.is_file()]
    read_each([lambda path=path: read_attribute_scores(path) for path in scores])
    read_each((lambda: read_order(project), lambda: queued_runs(project)))


def _reads_of_run(project: Path, run: RunDirectory) -> tuple[Callable[[], object], ...]:
    from msdn_core.project import Project
    from msdn_core.runs.embeddings import embedding_file, read_embedding
    from msdn_core.runs.evaluated_run import read_evaluated_run
    from msdn_core.runs.evaluations import evaluation_folder, read_evaluation, read_figures
    from msdn_core.runs.film import read_film
    from msdn_core.runs.header import read_header
    from msdn_core.runs.notes import read_notes

    def film() -> None:
        found = read_film(run.path)
        if found is not None and len(found.steps):
            found.map(0, 0, 0)
            found.scores(0)

    def evaluation() -> None:
        found = read_evaluation(evaluation_folder(run))
        if found is not None:
            read_embedding(embedding_file(evaluation_folder(run), "fused"), found.predictions)

    def evaluated() -> None:
        with Project.open(project, read_only=True) as opened:
            read_evaluated_run(run, "best", opened.table(), opened.images())

    return (
        run.status, run.read_events, run.read_commands, run.config, run.data, lambda: read_notes(run.path), film,
        lambda: read_figures(evaluation_folder(run)), evaluation, evaluated,
        lambda: (best := run.checkpoint("best")) and read_header(best),
    )  # fmt: skip


def _features(folder: Path) -> None:
    from msdn_core.vision.features import find_stores

    for store in find_stores(folder / PROJECT):
        ids = [one for one in store.image_ids[:3] if store.has(one)]
        if ids:
            store.read(store.rows(ids))
        _ = (store.fingerprint, store.failures, store.complete)


def _ablations(folder: Path) -> None:
    from msdn_core.recipes.ablation import list_ablations, read_ablation

    for name in list_ablations(folder / PROJECT):
        ablation = read_ablation(folder / PROJECT, name)
        [cell.state for cell in ablation.cells()]


def _settings_file(folder: Path) -> None:
    from msdn_core.recipes.config_file import read_config

    read_config(folder / "settings.json")


def _make_settings(folder: Path) -> None:
    from msdn_core.recipes.config import RECIPES
    from msdn_core.recipes.config_file import write_config

    write_config(folder / "settings.json", RECIPES["cub"])


def _window_settings(folder: Path) -> None:
    from msdn_gui.services.settings import SettingsStore

    store = SettingsStore(folder / "settings.json", is_kept=False)
    store.state("window"), store.remembered(folder)


def _make_window_settings(folder: Path) -> None:
    from msdn_gui.services.settings import SettingsStore

    store = SettingsStore(folder / "settings.json")
    store.remember_project(folder / "birds")
    store.change(last_project=str(folder / "birds"), annotator="Ann", opacity=40)
    store.write()


def _searches(folder: Path) -> None:
    """Put a mutated text where a project keeps its searches, and read it as the window does."""
    from msdn_core.project import Project
    from msdn_gui.explore.finding import saved_searches

    file = folder / "searches.json"
    text = file.read_text("utf-8", errors="replace") if file.is_file() else ""
    with Project.open(folder / PROJECT) as project:
        project.set_meta(saved_searches.KEY, text)
        for search in saved_searches.read_searches(project).values():
            _query(search.query)


def _query(text: str) -> None:
    from msdn_core.domain.query import parse_query

    try:
        parse_query(text)
    except MsdnError:
        return


def _make_searches(folder: Path) -> None:
    projects.small(folder / PROJECT)
    search = {"query": 'class:heron,"grey owl" wrong score:crest>0.5 -split:train', "order": "name", "reversed": True}
    (folder / "searches.json").write_text(json.dumps({"herons": search, "all": {"query": ""}}), "utf-8")


def _pictures(folder: Path) -> None:
    from msdn_core.vision.images import image_size, open_image

    (path,) = folder.iterdir()
    read_each((
        lambda: image_size(path), lambda: open_image(path), lambda: open_image(path, max_side=64, min_side=32),
    ))  # fmt: skip


def _make_picture(folder: Path, name: str, **options: Any) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    mode = options.pop("mode", "RGB")
    Image.fromarray(rng.integers(0, 255, (48, 64, 3), np.uint8)).convert(mode).save(folder / name, **options)


def _picture(name: str, **options: Any) -> Reader:
    return Reader(lambda folder: _make_picture(folder, name, **options), ("*",), _pictures)


def _explain(folder: Path) -> None:
    command(
        *("explain", folder / PROJECT, folder / "bird.jpg", "--run", folder / "best.safetensors"),
        *("--out", folder.parent / "explained", "--device", "cpu"),
    )


def _wal(folder: Path) -> None:
    """Leave a write-ahead log beside the database, as a crash does."""
    projects.small(folder / PROJECT)
    database, copy = folder / PROJECT / "project.sqlite", folder / "copy.sqlite"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("UPDATE meta SET value = value || ' '")
    connection.commit()
    for suffix in ("", "-wal"):
        shutil.copy(f"{database}{suffix}", f"{copy}{suffix}")
    connection.close()
    for suffix in ("", "-wal"):
        shutil.move(f"{copy}{suffix}", f"{database}{suffix}")


def _small(folder: Path) -> None:
    projects.small(folder / PROJECT)


def _trained(folder: Path) -> None:
    projects.trained(folder / PROJECT)


def _sheets(suffix: str) -> Callable[[Path], None]:
    return lambda folder: projects.write_sheets(folder, suffix)


_IN_RUN = (f"{PROJECT}/runs/**/*", f"{PROJECT}/queue/*", f"{PROJECT}/scores/**/*", f"{PROJECT}/ablations/**/*")
_TABLE = (f"{PROJECT}/project.sqlite",)
_WITH_RUN = ("--run", RUN, "--device", "cpu")


def _entries() -> Iterator[tuple[str, Reader]]:
    yield "cub", Reader(_judged_cub, ("**/*.txt",), imported("cub"))
    yield "awa2", Reader(samples.awa2, ("*.txt",), imported("awa2"))
    yield "sun", Reader(samples.sun, ("*.mat",), imported("sun"))
    yield "xlsa17", Reader(_xlsa17, ("*.mat",), imported("xlsa17"))
    yield "msdn-lists", Reader(_msdn_lists, ("*.pkl",), imported("msdn-lists"))
    for name, chunked in (("feature-maps", False), ("feature-maps-compressed", True)):
        make = lambda folder, chunked=chunked: samples.feature_maps(folder / "maps.hdf5", chunked=chunked)  # noqa: E731
        yield name, Reader(make, ("*.hdf5",), imported("feature-maps", source="maps.hdf5"))
    for suffix in ("csv", "json"):
        yield f"folder-{suffix}", Reader(_sheets(suffix), (f"*.{suffix}",), imported("folder"))
        yield (
            f"marks-{suffix}",
            Reader(
                lambda folder, suffix=suffix: projects.with_marks(folder, suffix),
                (f"marks.{suffix}",),
                _marks(f"marks.{suffix}"),
            ),
        )
    yield "marks-coco", Reader(projects.with_coco, ("coco.json",), _marks("coco.json"))
    yield "import-marks", Reader(projects.with_coco, ("coco.json",), _import_marks)
    yield "judgements", Reader(projects.with_judgements, ("judgements/*.txt",), _judgements)
    yield (
        "words-pkl",
        Reader(
            lambda folder: (folder / "words.pkl").write_bytes(pickle.dumps(np.eye(3), 2)),
            ("*.pkl",),
            _words("words.pkl"),
        ),
    )
    yield "words-npy", Reader(lambda folder: np.save(folder / "words.npy", np.eye(3)), ("*.npy",), _words("words.npy"))
    yield "words-glove", Reader(lambda folder: samples.glove(folder / "words.txt"), ("*.txt",), _words("words.txt"))
    yield (
        "words-word2vec",
        Reader(lambda folder: samples.word2vec(folder / "words.bin"), ("*.bin",), _words("words.bin")),
    )
    yield (
        "words-word2vec-gz",
        Reader(
            lambda folder: (folder / "words.bin.gz").write_bytes(
                gzip.compress(samples.word2vec(folder / "words.bin").read_bytes(), mtime=0)
            ),
            ("*.gz",),
            _words("words.bin.gz"),
        ),
    )
    yield "checkpoint-pth", Reader(lambda folder: _save_published(folder, is_zip=True), ("*.pth",), _published)
    yield "checkpoint-pth-old", Reader(lambda folder: _save_published(folder, is_zip=False), ("*.pth",), _published)
    yield "recognise", Reader(_recognisable, ("*.*",), _recognise)
    yield "project", Reader(_small, (*_TABLE, f"{PROJECT}/project.lock"), _doors, 2)
    yield "project-wal", Reader(_wal, (f"{PROJECT}/project.sqlite-wal",), _doors)
    yield "project-features", Reader(_small, (f"{PROJECT}/features/**/*",), _features)
    yield "project-doctor", Reader(_trained, (f"{PROJECT}/**/*",), of_project("doctor", "@"), 0.5)
    yield "run-files", Reader(_trained, _IN_RUN, _run_files, 2)
    yield "runs", Reader(_trained, _IN_RUN, of_project("runs", "@"))
    yield "queue", Reader(_trained, _IN_RUN, of_project("queue", "@", "--list"), 0.5)
    yield "ablations", Reader(_trained, (f"{PROJECT}/ablations/**/*.json",), _ablations)
    yield "report", Reader(_trained, (*_IN_RUN, *_TABLE), of_project("report", "@", RUN, "-o", "report.html"), 0.5)
    for kind, name in (
        ("classes", "out.csv"),
        ("annotations", "out.json"),
        ("att-splits", "out.mat"),
        ("word-vectors", "out.npy"),
        ("coco", "out.coco.json"),
    ):
        yield f"export-{kind}", Reader(_small, _TABLE, exported(kind, name), 0.5)
    yield (
        "export-feature-maps",
        Reader(_small, (f"{PROJECT}/features/**/*",), exported("feature-maps", "out.hdf5"), 0.3),
    )
    yield "export-predictions", Reader(_trained, _IN_RUN, exported("predictions", "out.csv", *_WITH_RUN), 0.3)
    yield "export-explanations", Reader(_trained, _IN_RUN, exported("explanations", "out.npz", *_WITH_RUN), 0.3)
    yield "export-tensorboard", Reader(_trained, _IN_RUN, exported("tensorboard", "out-events"), 0.3)
    yield "settings-file", Reader(_make_settings, ("settings.json",), _settings_file)
    yield "window-settings", Reader(_make_window_settings, ("settings.json",), _window_settings)
    yield "saved-searches", Reader(_make_searches, ("searches.json",), _searches)
    for name, options in _PICTURES.items():
        yield f"picture-{name}", _picture(options.pop("name", f"bird.{name}"), **options)
    yield "explain", Reader(projects.explainable, ("bird.jpg", "best.safetensors"), _explain, 0.1)


_PICTURES: dict[str, dict[str, Any]] = {
    "jpg": {}, "png": {}, "png-palette": {"name": "palette.png", "mode": "P", "transparency": 3},
    "png-16": {"name": "deep.png", "mode": "I;16"}, "webp": {}, "bmp": {}, "gif": {"mode": "P"},
    "tiff": {"compression": "tiff_lzw"}, "ppm": {}, "avif": {}, "jp2": {},
}  # fmt: skip
READERS: dict[str, Reader] = dict(_entries())
