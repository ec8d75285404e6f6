"""A project keeps its content, and refuses invalid changes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.project import ImageRecord, NewImage, Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ATTRIBUTES = (Attribute("crest", "yes"), Attribute("bill", "hooked"), Attribute("", "striped"))


def table(**changes: object) -> ClassTable:
    values: dict[str, object] = {
        "attributes": ATTRIBUTES,
        "classes": ("heron", "tern", "wader"),
        "vectors": np.arange(9.0).reshape(3, 3) / 7,
        "seen": np.array([True, False, True]),
    }
    return ClassTable(**{**values, **changes})  # type: ignore[arg-type]


IMAGES = (
    NewImage("a/heron_1.jpg", "heron", Split.TRAIN, Box(1.5, 2, 3, 4), (PartPoint("eye", 5, 6.25),)),
    NewImage("a/tern_1.jpg", "tern", Split.TEST_UNSEEN, None, (PartPoint("tail", 7, 8), PartPoint("eye", 0, 0, False))),
    NewImage("b/unknown.png"),
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "birds") as made:
        made.define_classes(table(), word_vectors=np.arange(6.0).reshape(3, 2), word_vector_source="words.npy")
        made.add_images(made.add_image_root(tmp_path / "photographs"), IMAGES)
        yield made


def reopened(project: Project) -> Project:
    project.close()
    return Project.open(project.path)


def assert_same(one: ClassTable, other: ClassTable) -> None:
    assert one.attributes == other.attributes
    assert one.classes == other.classes
    assert np.array_equal(one.vectors, other.vectors)
    assert np.array_equal(one.seen, other.seen)


def test_content_is_there_after_closing(project: Project, tmp_path: Path) -> None:
    project.define_group_parts({"crest": ("crown", "nape"), "bill": ()})
    project.set_meta("note", "größer")
    present, certainty = np.array([1, 0, -1], np.int8), np.array([4, 3, 0], np.int8)
    project.set_image_attributes(2, present, certainty)
    with reopened(project) as again:
        assert_same(again.table(), table())
        words = again.word_vectors()
        assert words is not None
        assert words.tolist() == [[0, 1], [2, 3], [4, 5]]
        assert again.word_vector_source() == "words.npy"
        assert again.images() == [
            ImageRecord(n, tmp_path / "photographs" / new.path, new.path, new.class_name, new.split)
            for n, new in enumerate(IMAGES, start=1)
        ]
        assert again.box(1) == Box(1.5, 2, 3, 4)
        assert again.box(2) is None
        assert again.parts(2) == (PartPoint("eye", 0, 0, False), PartPoint("tail", 7, 8))
        assert again.parts(3) == ()
        assert again.group_parts() == {"crest": ("crown", "nape")}
        assert again.meta("note") == "größer"
        assert again.meta("nothing") is None
        stored = again.image_attributes(2)
        assert stored is not None
        assert np.array_equal(stored[0], present)
        assert np.array_equal(stored[1], certainty)
        assert again.image_attributes(1) is None
        assert again.name == "birds"


def test_part_points_are_nan_if_unknown_or_not_visible(project: Project) -> None:
    assert project.part_names() == ("eye", "tail")
    points = project.part_points([2, 3, 1, 2])
    nan = math.nan
    expected = [[[nan, nan], [7, 8]], [[nan, nan], [nan, nan]], [[5, 6.25], [nan, nan]], [[nan, nan], [7, 8]]]
    np.testing.assert_array_equal(points, expected)


def test_cells_are_set_together(project: Project) -> None:
    project.set_values([("tern", 0, 0.25), ("tern", 2, 0.5), ("wader", 1, -1)])
    expected = table().with_values([1, 1, 2], [0, 2, 1], [0.25, 0.5, -1])
    with reopened(project) as again:
        assert_same(again.table(), expected)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([("heron", 0, 1.0), ("tern", 1, math.nan)], "bill::hooked.*tern.*finite"),
        ([("heron", 0, 1.0), ("tern", 1, math.inf)], "finite"),
        ([("heron", 0, 1.0), ("dodo", 1, 1.0)], "dodo"),
        ([("heron", 0, 1.0), ("tern", 3, 1.0)], "column 3"),
        ([("heron", 0, 1.0), ("tern", -1, 1.0)], "column -1"),
    ],
)
def test_one_bad_cell_changes_nothing(project: Project, cells: list[tuple[str, int, float]], words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        project.set_values(cells)
    assert_same(project.table(), table())


def test_nan_never_enters_a_class_vector(project: Project) -> None:
    with pytest.raises(ProjectError, match=r"dodo.*finite"):
        project.add_class("dodo", [0.0, math.nan, 1.0])
    with pytest.raises(MsdnError, match="finite"):
        project.define_classes(table(vectors=np.full((3, 3), np.nan)))
    with pytest.raises(ProjectError, match="finite"):
        project.define_classes(table(), word_vectors=np.full((3, 2), np.inf))
    assert_same(project.table(), table())
    assert project.word_vectors() is not None


def test_a_new_class_takes_its_row_and_is_unseen(project: Project) -> None:
    project.add_class("dodo", [1, 2, 3], row=1, description="gone")
    project.add_class("auk", np.zeros(3), seen=True)
    found = project.table()
    assert found.classes == ("heron", "dodo", "tern", "wader", "auk")
    assert found.seen.tolist() == [True, False, False, True, True]
    assert found.vectors[1].tolist() == [1, 2, 3]
    assert project.class_description("dodo") == "gone"


@pytest.mark.parametrize(
    ("name", "vector", "words"),
    [("heron", [1, 2, 3], "already"), ("dodo", [1, 2], "3 attributes"), ("  ", [1, 2, 3], "needs a name")],
)
def test_a_class_that_does_not_fit_is_refused(project: Project, name: str, vector: list[int], words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        project.add_class(name, vector)
    assert_same(project.table(), table())


@pytest.mark.parametrize("name", ["heron", "tern", "wader"])
def test_a_removed_class_comes_back_as_it_was(project: Project, name: str) -> None:
    before = project.images()
    removed = project.remove_class(name)
    assert name not in project.table().classes
    assert all(image.class_name != name for image in project.images())
    assert [i.split for i, old in zip(project.images(), before, strict=True) if old.class_name == name] == [
        Split.NONE for old in before if old.class_name == name
    ]
    project.restore_class(removed)
    assert_same(project.table(), table())
    assert project.images() == before


def test_images_follow_a_renamed_class(project: Project) -> None:
    project.rename_class("tern", "Arctic tern")
    assert project.table().classes == ("heron", "Arctic tern", "wader")
    assert project.image(2).class_name == "Arctic tern"
    with pytest.raises(ProjectError, match="already"):
        project.rename_class("heron", "wader")
    with pytest.raises(ProjectError, match="no class “tern”"):
        project.rename_class("tern", "other")


def test_a_new_table_keeps_images_of_classes_that_stay(project: Project) -> None:
    project.set_image_attributes(1, np.zeros(3, np.int8), np.ones(3, np.int8))
    kept = ClassTable(ATTRIBUTES, ("wader", "heron"), np.ones((2, 3)), np.array([False, True]))
    project.define_classes(kept)
    assert_same(project.table(), kept)
    assert [image.class_name for image in project.images()] == ["heron", None, None]
    assert [image.split for image in project.images()] == [Split.TRAIN, Split.NONE, Split.NONE]
    assert project.word_vectors() is None
    assert project.image_attributes(1) is not None
    project.define_classes(ClassTable(ATTRIBUTES[:2], ("heron",), np.ones((1, 2)), np.array([True])))
    assert project.image_attributes(1) is None


def test_images_inside_the_project_move_with_it(tmp_path: Path) -> None:
    with Project.create(tmp_path / "here") as made:
        made.add_images(made.add_image_root(made.path / "images"), [NewImage("x.jpg")])
        made.add_images(made.add_image_root(tmp_path / "elsewhere"), [NewImage("y.jpg")])
    (tmp_path / "here").rename(tmp_path / "there")
    with Project.open(tmp_path / "there") as moved:
        assert [image.path for image in moved.images()] == [
            tmp_path / "there" / "images" / "x.jpg",
            tmp_path / "elsewhere" / "y.jpg",
        ]


@pytest.mark.parametrize("path", ["../x.jpg", "/x.jpg", "a/../../x.jpg", "C:/x.jpg", "C:x.jpg", "a\\x.jpg", "", "a//x"])
def test_no_image_path_leads_out_of_its_folder(project: Project, path: str) -> None:
    with pytest.raises(ProjectError, match="plain path"):
        project.add_images(1, [NewImage("fine.jpg"), NewImage(path)])
    assert len(project.images()) == len(IMAGES)


def test_images_are_added_all_or_none(project: Project) -> None:
    for bad, words in ((NewImage("a/heron_1.jpg"), "already"), (NewImage("z.jpg", "dodo"), "dodo")):
        with pytest.raises(ProjectError, match=words):
            project.add_images(1, [NewImage("fine.jpg"), bad])
    assert len(project.images()) == len(IMAGES)


@pytest.mark.parametrize("text", ["2", "a/tern_1.jpg", "tern_1.jpg", "a\\tern_1.jpg"])
def test_an_image_is_found_by_its_names(project: Project, text: str) -> None:
    assert project.find_image(text).id == 2
    assert project.find_image(str(project.image(2).path)).id == 2


def test_an_unknown_image_is_answered_with_similar_ones(project: Project) -> None:
    with pytest.raises(ProjectError, match=r"heron_2.*a/heron_1\.jpg"):
        project.find_image("heron_2.jpg")
    project.add_images(1, [NewImage("c/tern_1.jpg")])
    with pytest.raises(ProjectError, match=r"Several.*2 \(a/tern_1\.jpg\), 4 \(c/tern_1\.jpg\)"):
        project.find_image("tern_1.jpg")
    with pytest.raises(ProjectError, match="no image 99"):
        project.image(99)


def test_changes_in_one_transaction_are_undone_together(project: Project) -> None:
    def change_and_fail() -> None:
        with project.transaction():
            project.set_values([("heron", 0, 5.0)])
            project.add_class("dodo", [1, 2, 3])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert_same(project.table(), table())
    with project.transaction():
        project.set_values([("heron", 0, 5.0)])
        with pytest.raises(ProjectError):
            project.set_values([("heron", 1, 6.0), ("dodo", 0, 1.0)])
    assert_same(project.table(), table().with_values([0], [0], [5.0]))


def test_another_opener_sees_that_something_changed(project: Project) -> None:
    with Project.open(project.path, read_only=True) as other:
        before = other.data_version()
        assert other.data_version() == before
        project.set_values([("heron", 0, 3.0)])
        assert other.data_version() != before
        assert other.table().vectors[0, 0] == 3.0


def test_a_hundred_thousand_images_are_listed(tmp_path: Path) -> None:
    with Project.create(tmp_path / "many") as made:
        root = made.add_image_root(tmp_path)
        made.add_images(root, [NewImage(f"f{n % 100}/{n}.jpg") for n in range(100_000)])
        images = made.images()
        assert [image.id for image in images] == list(range(1, 100_001))
        assert made.find_image("99999.jpg").name == "f99/99999.jpg"


def test_whole_vectors_are_set_all_or_none(project: Project) -> None:
    before = project.table()
    names, width = before.classes[:2], len(before.attributes)
    project.set_vectors({name: np.full(width, 0.5) for name in names})
    assert (project.table().vectors[:2] == 0.5).all()
    for wrong in (np.full(width, np.nan), np.zeros(width + 1)):
        with pytest.raises(ProjectError, match=names[1]):
            project.set_vectors({names[0]: np.zeros(width), names[1]: wrong})
    with pytest.raises(ProjectError, match="no class"):
        project.set_vectors({names[0]: np.zeros(width), "nobody": np.zeros(width)})
    assert (project.table().vectors[:2] == 0.5).all()
