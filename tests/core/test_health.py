"""``doctor`` finds what would quietly spoil a result."""

import numpy as np
import pytest

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project import NewImage, Project
from msdn_core.project.health import check_project


def make(folder, vectors, seen, images):
    attributes = tuple(Attribute("wing", name) for name in ("plain", "striped", "spotted"))
    classes = tuple("abcdef"[: len(vectors)])
    project = Project.create(folder / "project")
    project.define_classes(
        ClassTable(attributes, classes, np.array(vectors, float), np.array(seen)),
        word_vectors=np.ones((3, 4), np.float32),
        word_vector_source="made",
    )
    pictures = folder / "pictures"
    pictures.mkdir()
    for name, *_ in images:
        (pictures / name).write_bytes(b"x")
    project.add_images(project.add_image_root(pictures), [NewImage(*image) for image in images])
    return project


SOUND = {
    "vectors": [[1, 0, 1], [0, 1, 0], [1, 1, 0]],
    "seen": [True, True, False],
    "images": [("1.png", "a", Split.TRAIN), ("2.png", "b", Split.TRAIN), ("3.png", "c", Split.TEST_UNSEEN)],
}


def test_a_sound_project_gets_a_clean_bill(tmp_path):
    with make(tmp_path, **SOUND) as project:
        assert check_project(project) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"vectors": [[1, 0, 1], [0, 1, 0], [0, 0, 0]]}, "No attribute is set for “c”"),
        ({"vectors": [[1, 0, 1], [0, 1, 0], [0, 2, 0]]}, "b = c"),
        ({"vectors": [[1, 0, 0], [0, 1, 0], [1, 1, 0]]}, "No class has a value for “wing::spotted”"),
        ({"seen": [True, True, True]}, "contradicts its class being seen or unseen"),
        ({"images": [("1.png", "a", Split.TRAIN)]}, "No training image shows “b”"),
    ],
)
def test_each_fault_is_found_and_named(tmp_path, change, sentence):
    with make(tmp_path, **{**SOUND, **change}) as project:
        assert any(sentence in finding for finding in check_project(project))


def test_images_that_are_gone_are_counted(tmp_path):
    with make(tmp_path, **SOUND) as project:
        project.images()[0].path.unlink()
        assert check_project(project) == [
            "1 of 3 image files are not there (“1.png”); put their folder back.",
        ]
