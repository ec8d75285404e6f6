"""Exported annotations are imported unchanged, and files from unknown sources are read with care."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from msdn_core.domain.annotation import Box, Certainty, Judgement, Mark
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import ImportFault
from msdn_core.exporters.coco import write_coco
from msdn_core.exporters.judgement_files import write_judgements
from msdn_core.exporters.sheets import export_annotations, export_classes
from msdn_core.importers.annotation_sheets import read_annotations
from msdn_core.importers.coco import marks_from_coco
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.class_folders import import_class_folders
from msdn_core.importers.judgement_files import judgements_from_files
from msdn_core.importers.marks import marks_from_file
from msdn_core.project import JudgementKey, NewImage, Project

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("a/one.jpg", "a/two words.jpg", "b/one.jpg")
ATTRIBUTES = (Attribute("crown", "red"), Attribute("crown", "light blue"), Attribute("crest", "yes"))
AT = "2026-01-01T12:00:00.000+00:00"
CALM = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p") as made:
        made.define_classes(ClassTable(ATTRIBUTES, ("heron",), np.zeros((1, 3)), np.array([True])))
        made.add_images(made.add_image_root(tmp_path / "images"), [NewImage(name) for name in NAMES])
        yield made


said = st.builds(Judgement, st.booleans(), st.sampled_from(Certainty), st.just(AT))
number = st.floats(0, 5000, allow_nan=False, width=32).map(float)
marks = st.builds(
    Mark,
    st.integers(1, 3),
    st.sampled_from(["", "crown", "left wing", "Flügel"]),
    st.one_of(
        st.builds(Box, number, number, number, number), st.builds(Box, number, number, st.just(0.0), st.just(0.0))
    ),
    st.sampled_from(["Ann", "Bob"]),
    st.just(AT),
)


@CALM
@given(st.dictionaries(st.tuples(st.integers(1, 3), st.integers(0, 2)), said))
def test_exported_judgements_are_imported_unchanged(project, tmp_path, what) -> None:
    project.annotations.put_judgements(dict.fromkeys(project.annotations.judgements_by("Ann")))
    wanted = {JudgementKey(image, column, "Ann"): one for (image, column), one in what.items()}
    project.annotations.put_judgements(wanted)
    assert write_judgements(project, "Ann", tmp_path / "out") == len(wanted)
    assert judgements_from_files(tmp_path / "out", project, "Ann", AT) == (wanted, ())


@CALM
@given(st.lists(marks, max_size=6))
def test_exported_marks_are_imported_unchanged(project, tmp_path, what) -> None:
    project.annotations.put_marks(dict.fromkeys(project.annotations.all_marks()))
    project.annotations.put_marks(dict(enumerate(what, start=1)))
    write_coco(project, tmp_path / "marks.json")
    if what:
        assert marks_from_coco(tmp_path / "marks.json", project, "Nobody", "") == (what, ())


@pytest.mark.parametrize("suffix", ["csv", "json"])
@CALM
@given(st.lists(marks, min_size=1, max_size=6))
def test_marks_in_sheets_of_images_are_imported_unchanged(project, tmp_path, suffix, what) -> None:
    project.annotations.put_marks(dict.fromkeys(project.annotations.all_marks()))
    project.annotations.put_marks(dict(enumerate(what, start=1)))
    file = tmp_path / f"sheet.{suffix}"
    export_annotations(project, file)
    of_images = sorted(what, key=lambda mark: mark.image_id)
    assert marks_from_file(file, project, "Nobody", "") == (of_images, ())
    found = read_annotations(file, ("heron",), [attribute.full_name for attribute in ATTRIBUTES], Findings())
    assert [replace(mark, image_id=mark.image_id + 1) for mark in found.marks] == of_images


def test_importing_a_folder_imports_its_marks(project, tmp_path) -> None:
    for name in NAMES:
        (tmp_path / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48)).save(tmp_path / "images" / name)
    drawn = {1: Mark(3, "crown", Box(1.5, 2, 3, 4), "Ann", AT), 2: Mark(1, "", Box(5, 6, 0, 0), "Bob", AT)}
    project.annotations.put_marks(drawn)
    export_classes(project, tmp_path / "images/classes.csv")
    export_annotations(project, tmp_path / "images/annotations.csv")
    (tmp_path / "images" / NAMES[0]).unlink()
    import_class_folders(tmp_path / "images", tmp_path / "again")
    with Project.open(tmp_path / "again", read_only=True) as again:
        names = {image.id: image.name for image in again.images()}
        found = [(names[mark.image_id], mark.subject, mark.place) for mark in again.annotations.all_marks().values()]
    assert found == [(NAMES[2], "crown", Box(1.5, 2, 3, 4))]


def test_marks_without_an_annotator_get_the_given_one(project, tmp_path) -> None:
    sheet = tmp_path / "typed.csv"
    sheet.write_text("image;mark 1 of;mark 1 x;mark 1 y\na/one.jpg;crest;12;7\nb/one.jpg;;;\nelse.jpg;;1;2\n")
    made, findings = marks_from_file(sheet, project, "Eve", AT)
    assert made == [Mark(1, "crest", Box(12, 7, 0, 0), "Eve", AT)]
    assert "1 image left out, not in this project: “else.jpg”" in findings[0]
    for line, what in (("a/one.jpg;crest;12;inf", "line 2"), ("a/one.jpg;crest", "line 2")):
        sheet.write_text(f"image;mark 1 of;mark 1 x;mark 1 y\n{line}\n")
        with pytest.raises(ImportFault, match=what):
            marks_from_file(sheet, project, "Eve", AT)


def test_files_with_other_numbers_are_joined_by_name_and_unknown_names_are_reported(project, tmp_path) -> None:
    (tmp_path / "images.txt").write_text("9 a/two words.jpg\n4 elsewhere.jpg\n")
    (tmp_path / "attributes.txt").write_text("1 crest::yes\n2 crown::light blue\n3 tail::long\n")
    (tmp_path / "image_attribute_labels.txt").write_text("9 1 1 4 2.5\n9 2 0 1 7\n9 3 1 4 1\n4 1 1 4 1\n9 1 x 4 1\n")
    made, findings = judgements_from_files(tmp_path, project, "Eve", AT)
    assert made == {
        JudgementKey(2, 2, "Eve"): Judgement(True, Certainty.DEFINITELY, AT),
        JudgementKey(2, 1, "Eve"): Judgement(False, Certainty.NOT_VISIBLE, AT),
    }
    assert len(findings) == 3
    for text, what in zip(
        findings,
        ("“elsewhere.jpg”", "1 attribute left out, not in this project: “tail::long”", "malformed"),
        strict=True,
    ):
        assert what in text
    (tmp_path / "images.txt").write_text("4 elsewhere.jpg\n")
    with pytest.raises(ImportFault, match="none of this project's images"):
        judgements_from_files(tmp_path, project, "Eve", AT)
    (tmp_path / "images.txt").unlink()
    with pytest.raises(ImportFault, match=r"no images\.txt"):
        judgements_from_files(tmp_path, project, "Eve", AT)


def test_a_coco_file_of_another_program_is_read_by_file_names(project, tmp_path) -> None:
    content = {
        "images": [{"id": "x", "file_name": "two words.jpg"}, {"id": 2, "file_name": "one.jpg"}],
        "categories": [{"id": 1, "name": "bird"}],
        "annotations": [
            {"image_id": "x", "category_id": 1, "bbox": [1, 2, 30, 40]},
            {"image_id": "x", "category_id": 1, "bbox": [1, 2, float("nan"), 40]},
            {"image_id": "x", "category_id": 7, "bbox": [1, 2, 3, 4]},
            {"image_id": ["x"], "category_id": 1, "bbox": [1, 2, 3, 4]},
            {"image_id": 2, "category_id": 1, "bbox": [1, 2, 3, 4]},
            "nonsense",
        ],
    }
    (tmp_path / "other.json").write_text(json.dumps(content))
    made, findings = marks_from_coco(tmp_path / "other.json", project, "Eve", AT)
    assert made == [Mark(2, "bird", Box(1, 2, 30, 40), "Eve", AT)]
    assert "1 image left out, since the name fits several: “one.jpg” (“a/one.jpg” or “b/one.jpg”)" in findings[0]
    assert "2 annotations" in findings[1]


@pytest.mark.parametrize("text", ["", "[]", '{"annotations": 3}', '{"annotations": [], "images": []}', "[" * 100_000])
def test_a_file_that_is_not_coco_is_refused(project, tmp_path, text) -> None:
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(ImportFault, match=r"odd\.json.*;"):
        marks_from_coco(tmp_path / "odd.json", project, "Eve", AT)


def test_sizes_of_readable_images_are_exported(project, tmp_path) -> None:
    (tmp_path / "images/a").mkdir(parents=True)
    Image.new("RGB", (64, 48)).save(tmp_path / "images/a/one.jpg")
    project.annotations.put_marks({n: Mark(n, "", Box(0, 0, 5, 5), "Ann", AT) for n in (1, 2)})
    write_coco(project, tmp_path / "marks.json")
    images = json.loads((tmp_path / "marks.json").read_text(encoding="utf-8"))["images"]
    assert images == [
        {"id": 1, "file_name": "a/one.jpg", "width": 64, "height": 48},
        {"id": 2, "file_name": "a/two words.jpg"},
    ]


def test_the_sheet_of_annotations_has_the_effective_judgements(project, tmp_path) -> None:
    project.set_image_attributes(1, np.array([1, 0, -1], np.int8), np.array([3, 3, 0], np.int8))
    project.annotations.put_judgements({JudgementKey(1, 0, "Ann"): Judgement(False, Certainty.DEFINITELY, AT)})
    project.annotations.put_judgements({JudgementKey(2, 2, "Ann"): Judgement(True, Certainty.GUESSING, AT)})
    export_annotations(project, tmp_path / "sheet.json")
    images = json.loads((tmp_path / "sheet.json").read_text(encoding="utf-8"))["images"]
    assert [(image.get("present"), image.get("certainty")) for image in images] == [
        ([0, 0, -1], [4, 3, 0]),
        ([-1, -1, 1], [0, 0, 2]),
        (None, None),
    ]
