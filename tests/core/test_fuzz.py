"""Damaged and malicious files: every reader refuses them with a sentence or reports what it corrected.

The suite tries 2,000 mutated files per reader; more with ``MSDN_FUZZ=100000 python -m pytest tests/core/test_fuzz.py``.
"""

from __future__ import annotations

import gzip
import os
import pickle
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import cub_sample
import format_samples as samples
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from msdn_core.domain.scoring import Fusion
from msdn_core.errors import MsdnError
from msdn_core.importers.dataset import DataSet, check_texts
from msdn_core.importers.dataset import write_project as write_for_real
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats import (
    awa2,
    class_folders,
    cub,
    feature_maps,
    msdn_lists,
    official_directory,
    sun,
    xlsa17,
)
from msdn_core.importers.recognise import recognise
from msdn_core.importers.word_vectors import attribute_words
from msdn_core.msdn.checkpoint import save_checkpoint
from msdn_core.msdn.network import MSDN
from msdn_core.project import Project
from msdn_core.runs.header import CheckpointHeader, read_header
from msdn_core.training.published import read_published
from msdn_core.vision.mapped import MappedMaps

if TYPE_CHECKING:
    from msdn_core.importers.report import ImportReport

resource = pytest.importorskip("resource", reason="this system does not say how much memory was used")

FILES = int(os.environ.get("MSDN_FUZZ", "2000"))
AT_ONCE = 50
WRITTEN = 2
"""The number of data sets per reader that become a project on disk, which is slow."""
MEMORY_MIB = 300
SECONDS = 20
CORPUS = (
    b"",
    b"\x00" * 9,
    b"\xff" * 9,
    b"-1",
    b"nan",
    b"1e999",
    b"99999999999999999999",
    b"../../x",
    b"\xed\xa0\x80",
    b"(" * 40,
)
WRITERS = (class_folders, cub, feature_maps, msdn_lists, official_directory, xlsa17)
"""The modules that write projects."""

Reader = Callable[[Path], object]


def words(name: str) -> Reader:
    return lambda folder: attribute_words(samples.ATTRIBUTES, folder / name, Findings())


def imported(importer: Callable[..., ImportReport], **options: str) -> Reader:
    return lambda folder: importer(
        folder, folder.parent / "project", **{key: folder / value for key, value in options.items()}
    )


def maps_read(folder: Path) -> object:
    report = feature_maps.import_feature_maps(folder / "maps.hdf5", folder.parent / "project")
    found = feature_maps.read_feature_file(folder / "maps.hdf5")
    if found.source is not None:
        MappedMaps(found.source, found.shape)[:]
    return report


def make_judged_cub(folder: Path) -> None:
    cub_sample.make_cub(folder)
    lines = [f"{image} {attribute} 1 3 2.5" for image in range(1, 13) for attribute in (1, 2, 3)]
    cub_sample.write(folder, "attributes/image_attribute_labels.txt", lines)


def make_sheets(folder: Path, suffix: str) -> None:
    from msdn_core.domain.annotation import Box, PartPoint
    from msdn_core.domain.attributes import Attribute, ClassTable
    from msdn_core.exporters.sheets import export_annotations, export_classes
    from msdn_core.project import NewImage

    samples.pictures(folder, ("auk/1.jpg", "dodo/2.jpg"))
    table = ClassTable(
        (Attribute("", "black"), Attribute("wing", "long")), ("auk", "dodo"), np.eye(2), np.eye(2)[0] > 0
    )
    with Project.create(folder / "made") as project:
        project.define_classes(table)
        image = NewImage("auk/1.jpg", "auk", box=Box(1, 2, 3, 4), parts=(PartPoint("eye", 1.5, 2),))
        project.add_images(project.add_image_root(folder), [image, replace(image, path="dodo/2.jpg")])
        project.set_image_attributes(1, np.array([1, -1]), np.array([3, 0]))
        export_classes(project, folder / f"classes.{suffix}")
        export_annotations(project, folder / f"annotations.{suffix}")
    shutil.rmtree(folder / "made")


def make_header(folder: Path) -> None:
    header = CheckpointHeader(
        ("black", "wing::long"), ("auk", "dodo"), np.eye(2), np.array([True, False]), Fusion(0.9, 0.1), 2.0, {}, 3
    )
    save_checkpoint(folder / "best.safetensors", MSDN(torch.eye(2), 3), header)


def state() -> dict[str, torch.Tensor]:
    return {
        "V": torch.ones(3, 2),
        "att": torch.ones(4, 3),
        **{name: torch.ones(2, 5) for name in ("W_1", "W_2", "W_2_1")},
        "W_1_1": torch.ones(5, 2),
    }


def both(*makers: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: [make(folder) for make in makers]


READERS: dict[str, tuple[Callable[[Path], object], str, Reader]] = {
    # What makes the files, which of them are mutated, and what reads them.
    "cub": (make_judged_cub, "**/*.txt", imported(cub.import_cub)),
    "awa2": (samples.awa2, "*.txt", imported(awa2.import_awa2)),
    "sun": (samples.sun, "*.mat", imported(sun.import_sun)),
    "xlsa17": (both(samples.att_splits, samples.res101), "*.mat", imported(xlsa17.import_xlsa17)),
    "msdn-lists": (both(samples.att_splits, samples.msdn_list), "*.pkl", imported(msdn_lists.import_msdn_lists)),
    "feature-maps": (lambda folder: samples.feature_maps(folder / "maps.hdf5"), "*.hdf5", maps_read),
    "feature-maps-compressed": (
        lambda folder: samples.feature_maps(folder / "maps.hdf5", chunked=True),
        "*.hdf5",
        maps_read,
    ),
    "folder-csv": (lambda folder: make_sheets(folder, "csv"), "*.csv", imported(class_folders.import_class_folders)),
    "folder-json": (lambda folder: make_sheets(folder, "json"), "*.json", imported(class_folders.import_class_folders)),
    "words-pkl": (
        lambda folder: (folder / "words.pkl").write_bytes(pickle.dumps(np.eye(3), 2)),
        "*.pkl",
        words("words.pkl"),
    ),
    "words-npy": (lambda folder: np.save(folder / "words.npy", np.eye(3)), "*.npy", words("words.npy")),
    "glove": (lambda folder: samples.glove(folder / "words.txt"), "*.txt", words("words.txt")),
    "word2vec": (lambda folder: samples.word2vec(folder / "words.bin"), "*.bin", words("words.bin")),
    "word2vec-gz": (
        lambda folder: (folder / "words.bin.gz").write_bytes(
            gzip.compress(samples.word2vec(folder / "words.bin").read_bytes(), mtime=0)
        ),
        "*.gz",
        words("words.bin.gz"),
    ),
    "checkpoint": (
        lambda folder: torch.save(state(), folder / "best.pth"),
        "*.pth",
        lambda folder: read_published(folder / "best.pth"),
    ),
    "checkpoint-old": (
        lambda folder: torch.save(state(), folder / "best.pth", _use_new_zipfile_serialization=False),
        "*.pth",
        lambda folder: read_published(folder / "best.pth"),
    ),
    "our-checkpoint": (make_header, "*.safetensors", lambda folder: read_header(folder / "best.safetensors")),
    "recognise": (
        both(samples.sun, samples.res101, lambda folder: samples.feature_maps(folder / "maps.hdf5")),
        "*.*",
        lambda folder: [recognise(path) for path in (folder, *sorted(folder.iterdir()))],
    ),
}


def mutated(whole: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, put in, taken out, doubled or cut off."""
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 4, 12))):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(7)
        if kind == 0:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            data[at:at] = rng.choice(CORPUS)
        elif kind == 3:
            del data[at : at + rng.choice((1, 2, 4, 8, 64))]
        elif kind == 4:
            data[at:at] = data[max(0, at - rng.choice((1, 8, 64))) : at]
        elif kind == 5:
            data[at : at + 8] = rng.choice(CORPUS)[:8]
        elif kind == 6 and rng.randrange(4) == 0:
            del data[at:]
    return bytes(data)


def peak_mib() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10))


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that no disk has to keep up with, where the system has such."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
def seldom_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first few data sets become projects."""
    made: list[DataSet] = []

    def write(path: Path, data: DataSet, findings: Findings, then: Callable[[Project], None] | None = None) -> object:
        check_texts(data)
        made.append(data)
        if len(made) > WRITTEN:
            return findings.sentences()
        try:
            return write_for_real(path, data, findings, then)
        finally:
            shutil.rmtree(path, ignore_errors=True)

    for module in WRITERS:
        monkeypatch.setattr(module, "write_project", write)


@pytest.mark.usefixtures("seldom_written")
@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_refused_with_a_sentence_or_corrected(
    name: str, in_memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, pattern, read = READERS[name]
    folder = in_memory / "source"
    folder.mkdir()
    make(folder)
    monkeypatch.chdir(folder)
    wholes = {path: path.read_bytes() for path in sorted(folder.glob(pattern)) if path.is_file()}
    read(folder)
    outcomes = {"read": 0, "refused": 0}
    sentences: list[str] = []
    before = peak_mib()

    @settings(
        max_examples=max(1, FILES // AT_ONCE),
        # The file that failed is printed as it is: there is nothing to shrink in a seed.
        phases=[Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32 - 1))
    def fuzz(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(AT_ONCE):
            path = rng.choice(list(wholes))
            content = mutated(wholes[path], rng)
            path.write_bytes(content)
            started = time.monotonic()
            try:
                read(folder)
                outcomes["read"] += 1
            except MsdnError as error:
                outcomes["refused"] += 1
                sentences.append(str(error).strip())
            except BaseException:
                print(f"{name}: {path.name} of seed {seed}: {content!r}")
                raise
            finally:
                path.write_bytes(wholes[path])
            assert time.monotonic() - started < SECONDS, (path.name, seed, content)
            assert peak_mib() - before < MEMORY_MIB, (path.name, seed, content)

    fuzz()
    assert all(sentences), "a file was refused without a word"
    assert sum(outcomes.values()) >= FILES // AT_ONCE * AT_ONCE * 0.9
    assert outcomes["refused"] > 0 or name == "recognise"
