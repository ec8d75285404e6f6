"""``doctor`` finds what would spoil a result."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small_run
from PIL import Image

from msdn_core.doctor.check import check_project
from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.importers.formats.xlsa17 import import_xlsa17
from msdn_core.project import NewImage, Project
from msdn_core.vision.features import MANIFEST, find_stores

FORMATS = Path(__file__).resolve().parents[3] / "shared" / "data" / "formats"


def make(folder: Path, vectors: Any, seen: Any, images: Any, words: Any = None) -> Project:
    attributes = tuple(Attribute("wing", name) for name in ("plain", "striped", "spotted"))
    classes = tuple("abcdef"[: len(vectors)])
    project = Project.create(folder / "project")
    project.define_classes(
        ClassTable(attributes, classes, np.array(vectors, float), np.array(seen)),
        word_vectors=np.eye(3, 4, dtype=np.float32) if words is None else np.array(words, np.float32),
        word_vector_source="made",
    )
    pictures = folder / "pictures"
    for n, (name, *_) in enumerate(images):
        (pictures / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 10), (n, 0, 0)).save(pictures / name)
    project.add_images(project.add_image_root(pictures), [NewImage(*image) for image in images])
    return project


SOUND: dict[str, Any] = {
    "vectors": [[1, 0, 1], [0, 1, 0], [1, 1, 0]],
    "seen": [True, True, False],
    "images": [("1.png", "a", Split.TRAIN), ("2.png", "b", Split.TRAIN), ("3.png", "c", Split.TEST_UNSEEN)],
}


def test_a_healthy_project_has_no_findings(tmp_path: Path) -> None:
    with make(tmp_path, **SOUND) as project:
        told = []
        assert check_project(project, progress=lambda done, total: told.append((done, total))) == []
        assert told[-1] == (3, 3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"vectors": [[1, 0, 1], [0, 0, 0], [1, 1, 0]]}, "All values are 0 in “b”"),
        ({"vectors": [[1, 0, 1], [0, 1, 0], [2, 0, 2]]}, "“a = c”"),
        ({"vectors": [[1, 0, 0], [0, 1, 0], [1, 1, 0]]}, "No class has a value for “wing::spotted”"),
        ({"vectors": [[1, 0, 1], [0, -1, 1], [1, 1, 0]]}, "1 value is negative (“b, wing::striped”)"),
        ({"vectors": [[100, 0, 9], [0, 90, 0], [1, 1, 0]]}, "The values of “c” are far below"),
        ({"words": [[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0]]}, "The word vector is zero for “wing::striped”"),
        ({"words": [[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]}, "equal word vectors"),
        ({"seen": [True, False, False]}, "The split of “2.png” contradicts whether the class is seen or unseen"),
        ({"images": [("1.png", "a", Split.TRAIN)]}, "no training images (“b”)"),
        ({"images": [*SOUND["images"], ("4.png", "a", Split.NONE)]}, "1 image has a class but no split"),
        ({"images": [*SOUND["images"], ("4.png", None, Split.TRAIN)]}, "1 image has a split but no class (“4.png”)"),
        ({"images": [*SOUND["images"], ("b/4.png", "a", Split.TRAIN)]}, "“b/4.png as a”"),
        ({"images": [*SOUND["images"], ("4.png", "a", Split.TRAIN, Box(0, 0, 50, 5))]}, "a box or part outside"),
        (
            {"images": [*SOUND["images"], ("4.png", "a", Split.TRAIN, None, (PartPoint("eye", 1, 40),))]},
            "a box or part outside",
        ),
    ],
)
def test_each_fault_is_found_and_named(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    with make(tmp_path, **{**SOUND, **change}) as project:
        assert any(sentence in finding for finding in check_project(project))


def test_missing_truncated_and_duplicate_images_are_named(tmp_path: Path) -> None:
    with make(tmp_path, **SOUND) as project:
        first, second, third = (image.path for image in project.images())
        first.unlink()
        third.write_bytes(second.read_bytes())
        gone, twice = check_project(project)
        assert gone.startswith("1 of 3 image files do not exist (“1.png”); restore their folder")
        assert "“2.png = 3.png”" in twice
        third.write_bytes(second.read_bytes()[:45])
        assert any("1 image cannot be opened (“3.png”)" in finding for finding in check_project(project))
        assert not any("opened" in finding for finding in check_project(project, open_images=False))


def test_unknown_words_are_remembered(tmp_path: Path) -> None:
    with make(tmp_path, **SOUND) as project:
        project.set_meta("unknown_words", json.dumps(["spotted"]))
        assert any(
            "made lacks these words of attribute names: “spotted”" in finding for finding in check_project(project)
        )


def test_features_that_no_longer_match_are_named(tmp_path: Path) -> None:
    path = small_run.make_project(tmp_path / "project")
    (store,) = find_stores(path)
    with Project.open(path) as project:
        # What made them by hand knew neither size nor time of the files.
        assert any("128 images have changed" in f for f in check_project(project, open_images=False))
        project.add_images(1, [NewImage("class00/new.png", "class00", Split.TRAIN)])
        assert any("1 image in a split without features" in f for f in check_project(project, open_images=False))
        maps = np.memmap(store.folder / "maps.f16", np.float16, "r+", shape=store.array.shape)
        maps[:] = 0
        assert any("are empty or not finite" in f for f in check_project(project, open_images=False))
        (store.folder / MANIFEST).write_text("{", encoding="utf-8")
        assert any("damaged" in f and "extract them again" in f for f in check_project(project, open_images=False))


def test_a_known_data_set_is_compared_with_its_published_split(tmp_path: Path) -> None:
    if not FORMATS.is_dir():
        pytest.skip("the published files are not beside the checkout")
    import_xlsa17(FORMATS / "AWA2", tmp_path / "project", word_vectors=FORMATS / "AWA2" / "AWA2_attribute.pkl")
    with Project.open(tmp_path / "project", read_only=True) as project:
        before = check_project(project)
    assert len(before) == 2
    assert "negative" in before[0]
    assert "37,322 of 37,322 image files do not exist" in before[1]
    with sqlite3.connect(tmp_path / "project" / "project.sqlite") as database:
        database.execute(
            "UPDATE images SET split = 'test_seen' WHERE id = (SELECT id FROM images WHERE split = 'train')"
        )
    database.close()
    with Project.open(tmp_path / "project", read_only=True) as project:
        after = check_project(project)
    assert sum("AWA2's proposed split" in finding for finding in after) == 2
