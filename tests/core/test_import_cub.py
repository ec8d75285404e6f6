"""CUB's official directory becomes a project by names, and files that do not belong together are refused."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.io
from cub_sample import (
    ATTRIBUTES,
    CLASSES,
    PATHS,
    UNSEEN,
    VECTORS,
    make_cub,
    names,
    places,
    save_splits,
    true_split,
    write,
)

from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.errors import ImportFault, ProjectError
from msdn_core.importers.formats.cub import import_cub
from msdn_core.project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cub(tmp_path: Path) -> Path:
    return make_cub(tmp_path / "CUB_200_2011")


@pytest.fixture
def splits(tmp_path: Path) -> Path:
    return save_splits(tmp_path / "xlsa17")


def imported_splits(project_path: Path) -> dict[str, Split]:
    with Project.open(project_path) as project:
        return {image.name: image.split for image in project.images()}


def test_the_project_has_the_content_of_the_directory(cub: Path, splits: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "words.npy", np.arange(12.0).reshape(3, 4))
    told: list[tuple[str, int, int]] = []
    report = import_cub(
        cub,
        tmp_path / "p",
        splits=splits,
        word_vectors=tmp_path / "words.npy",
        progress=lambda *step: told.append(step),
    )
    assert (report.images, report.classes, report.attributes) == (12, 4, 3)
    assert report.counts["train"] == 6
    assert report.counts["listed_but_absent"] == report.counts["malformed_lines"] == 0
    assert told[0][0] == "reading"
    assert told[-1] == ("writing", 1, 1)
    with Project.open(tmp_path / "p") as project:
        table = project.table()
        assert table.classes == CLASSES
        assert [attribute.full_name for attribute in table.attributes] == list(ATTRIBUTES)
        assert np.array_equal(table.vectors, VECTORS)
        assert table.seen.tolist() == [True, False, True, True]
        words = project.word_vectors()
        assert words is not None
        assert words[2].tolist() == [8, 9, 10, 11]
        assert project.word_vector_source() == "words.npy"
        assert [image.name for image in project.images()] == PATHS
        assert all(image.class_name == image.name.split("/")[0] for image in project.images())
        assert all(image.path == cub / "images" / image.name for image in project.images())
        assert project.box(3) == Box(1, 2, 3.5, 4)
        assert project.parts(3) == (
            PartPoint("beak", 3, 1),
            PartPoint("left wing", 3, 2, False),
            PartPoint("right wing", 3, 3),
        )
        assert project.group_parts() == {"has_bill_shape": ("beak",), "has_wing_color": ("left wing", "right wing")}
    assert imported_splits(tmp_path / "p") == {path: true_split(path) for path in PATHS}


def test_a_split_in_the_order_of_images_txt_is_recognised(cub: Path, tmp_path: Path) -> None:
    # Sorted, its unseen images would be of several classes that are seen as well, so that cannot be meant.
    paths = [PATHS[n] for n in (3, 0, 1, 2, 4, 6, 7, 8, 5, 9, 10, 11)]
    write(cub, "images.txt", [f"{PATHS.index(path) + 1} {path}" for path in paths])
    listed = save_splits(
        tmp_path / "other",
        trainval_loc=places(paths, Split.TRAIN),
        test_seen_loc=places(paths, Split.TEST_SEEN),
        test_unseen_loc=places(paths, Split.TEST_UNSEEN),
    )
    report = import_cub(cub, tmp_path / "p", splits=listed)
    assert any("in the order of images.txt" in finding for finding in report.findings)
    assert imported_splits(tmp_path / "p") == {path: true_split(path) for path in PATHS}


@pytest.mark.parametrize("kind", ["res101.mat", "CUB.pkl"])
def test_a_list_beside_the_split_identifies_a_subset(cub: Path, splits: Path, tmp_path: Path, kind: str) -> None:
    order = [f"/home/someone/CUB/images/{path}" for path in sorted(PATHS)]
    if kind == "CUB.pkl":
        (splits.parent / kind).write_bytes(pickle.dumps({"image_files": order, "labels": np.zeros(12)}))
    else:
        scipy.io.savemat(splits.parent / kind, {"image_files": names(order), "features": np.zeros((2, 12))})
    kept = [1, 3, 5, 6, 11, 12]
    write(cub, "images.txt", [f"{n} {PATHS[n - 1]}" for n in kept])
    report = import_cub(cub, tmp_path / "p", splits=splits)
    assert any(kind in finding for finding in report.findings)
    assert imported_splits(tmp_path / "p") == {PATHS[n - 1]: true_split(PATHS[n - 1]) for n in kept}
    with Project.open(tmp_path / "p") as project:
        assert project.table().seen.tolist() == [True, False, True, True]


def test_a_subset_without_a_list_reports_its_assumptions(cub: Path, splits: Path, tmp_path: Path) -> None:
    kept = [1, 2, 4, 5, 7, 8]
    write(cub, "images.txt", [f"{n} {PATHS[n - 1]}" for n in kept])
    report = import_cub(cub, tmp_path / "p", splits=splits)
    assert any("assumed" in finding and "cannot be compared" in finding for finding in report.findings)
    found = imported_splits(tmp_path / "p")
    for path, split in found.items():
        assert (split is Split.TEST_UNSEEN) == path.startswith(UNSEEN)
    with Project.open(tmp_path / "p") as project:
        # The fourth class has no image here.
        assert project.table().seen.tolist() == [True, False, True, False]


def test_the_split_of_other_images_is_refused(cub: Path, tmp_path: Path) -> None:
    mixed = save_splits(
        tmp_path / "other",
        trainval_loc=np.array([[1, 4, 7, 10]]),
        test_seen_loc=np.array([[2, 5, 8, 11]]),
        test_unseen_loc=np.array([[3, 6, 9, 12]]),
    )
    with pytest.raises(ImportFault, match="does not fit"):
        import_cub(cub, tmp_path / "p", splits=mixed)
    (mixed.parent / "CUB.pkl").write_bytes(pickle.dumps({"image_files": PATHS[:5]}))
    with pytest.raises(ImportFault, match=r"does not fit.*CUB\.pkl"):
        import_cub(cub, tmp_path / "p", splits=mixed)
    assert not Project.is_project(tmp_path / "p")


def test_without_a_proposed_split_no_class_is_unseen_and_this_is_reported(cub: Path, tmp_path: Path) -> None:
    report = import_cub(cub, tmp_path / "p")
    assert any("no class is unseen" in finding for finding in report.findings)
    assert any("hashed" in finding for finding in report.findings)
    expected = {path: Split.TRAIN if n % 2 else Split.TEST_SEEN for n, path in enumerate(PATHS, 1)}
    assert imported_splits(tmp_path / "p") == expected
    with Project.open(tmp_path / "p") as project:
        assert project.table().seen.all()
        assert np.array_equal(project.table().vectors, VECTORS)
        assert project.word_vector_source() == "hashed"
        assert project.word_vectors() is not None


def test_absent_and_unlisted_images_are_counted(cub: Path, splits: Path, tmp_path: Path) -> None:
    for path in PATHS[:4]:
        (cub / "images" / path).unlink()
    (cub / "images" / CLASSES[2] / "stranger.jpg").touch()
    (cub / "images" / CLASSES[2] / "notes.txt").touch()
    report = import_cub(cub, tmp_path / "p", splits=splits)
    assert report.images == 8
    assert report.counts["listed_but_absent"] == 4
    assert report.counts["present_but_unlisted"] == 1
    assert report.counts["classes_without_images"] == 1
    text = " ".join(report.findings)
    assert "stranger.jpg" in text
    assert PATHS[0] in text
    assert CLASSES[0] in text
    assert imported_splits(tmp_path / "p") == {path: true_split(path) for path in PATHS[4:]}


@pytest.mark.parametrize("place", ["attributes", "..", "."])
def test_the_attributes_are_found_where_archives_put_them(cub: Path, tmp_path: Path, place: str) -> None:
    text = (cub / "attributes.txt").read_bytes()
    (cub / "attributes.txt").unlink()
    (cub / place / "attributes.txt").write_bytes(text)
    assert import_cub(cub, tmp_path / "p").attributes == 3


@pytest.mark.parametrize("name", ["images.txt", "classes.txt", "image_class_labels.txt", "attributes.txt"])
def test_a_missing_file_is_named(cub: Path, tmp_path: Path, name: str) -> None:
    (cub / name).unlink()
    with pytest.raises(ImportFault, match=f"no {name}"):
        import_cub(cub, tmp_path / "p")


def test_class_vectors_come_from_one_of_two_files(cub: Path, splits: Path, tmp_path: Path) -> None:
    (cub / "attributes/class_attribute_labels_continuous.txt").unlink()
    with pytest.raises(ImportFault, match="no class vectors"):
        import_cub(cub, tmp_path / "p")
    import_cub(cub, tmp_path / "p", splits=splits)
    with Project.open(tmp_path / "p") as project:
        assert np.array_equal(project.table().vectors, VECTORS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"trainval_loc": None}, "has no trainval_loc"),
        ({"original_att": np.full((3, 4), np.nan)}, "finite"),
        ({"original_att": np.zeros((3, 5))}, "shape"),
        ({"original_att": np.zeros((2, 4))}, "2 attributes"),
        ({"test_seen_loc": np.array([[1], [3]])}, "two parts"),
        ({"test_seen_loc": np.array([[0]])}, "counts from 1"),
        ({"test_seen_loc": np.array([[1.5]])}, "whole numbers"),
        ({"allclasses_names": np.arange(4.0)}, "not a text"),
    ],
)
def test_a_split_file_that_contradicts_itself_is_refused(
    cub: Path, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ImportFault, match=words):
        import_cub(cub, tmp_path / "p", splits=save_splits(tmp_path / "other", **changes))
    assert not Project.is_project(tmp_path / "p")


@pytest.mark.parametrize("content", [b"", b"no mat file at all", b"MATLAB 7.3 MAT-file" + b" " * 105 + b"\x00\x02IM"])
def test_a_damaged_split_file_is_a_clear_error(cub: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "att_splits.mat").write_bytes(content)
    with pytest.raises(ImportFault, match=r"att_splits\.mat"):
        import_cub(cub, tmp_path / "p", splits=tmp_path / "att_splits.mat")
    with pytest.raises(ImportFault, match=r"missing\.mat"):
        import_cub(cub, tmp_path / "p", splits=tmp_path / "missing.mat")


def test_word_vectors_of_other_attributes_are_refused(cub: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "words.npy", np.zeros((5, 4)))
    with pytest.raises(ImportFault, match="5 word vectors for 3 attributes"):
        import_cub(cub, tmp_path / "p", word_vectors=tmp_path / "words.npy")
    np.save(tmp_path / "words.npy", np.eye(3, 4)[:, ::-1] * [[1], [0], [1]])
    report = import_cub(cub, tmp_path / "p", word_vectors=tmp_path / "words.npy")
    assert any("all zero" in finding and ATTRIBUTES[1] in finding for finding in report.findings)


def test_a_project_with_content_is_not_written_over(cub: Path, tmp_path: Path) -> None:
    import_cub(cub, tmp_path / "p")
    before = (tmp_path / "p" / "project.sqlite").read_bytes()
    with pytest.raises(ProjectError, match="already"):
        import_cub(cub, tmp_path / "p")
    assert (tmp_path / "p" / "project.sqlite").read_bytes() == before


def test_a_failed_import_leaves_nothing(cub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Project, "add_images", fail)
        with pytest.raises(KeyboardInterrupt):
            import_cub(cub, tmp_path / "p")
    with Project.open(tmp_path / "p") as project:
        assert project.table().classes == ()
    assert import_cub(cub, tmp_path / "p").images == 12


def test_a_project_that_is_open_elsewhere_is_not_changed(cub: Path, tmp_path: Path) -> None:
    with Project.create(tmp_path / "p") as project:
        with pytest.raises(ProjectError, match="another window"):
            import_cub(cub, tmp_path / "p")
        assert project.images() == []


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ImportFault, match="no folder"):
        import_cub(tmp_path / "missing", tmp_path / "p")


def test_the_folder_around_the_directory_is_accepted(cub: Path, tmp_path: Path) -> None:
    assert import_cub(cub.parent, tmp_path / "p").images == 12
