"""COCO files of any program are read with every box, point and outline counted, and our own come back unchanged."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from msdn_core.cli.main import main
from msdn_core.domain.annotation import Box, Mark
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import ImportFault
from msdn_core.importers.formats.class_folders import import_class_folders
from msdn_core.importers.marks import marks_from_file
from msdn_core.project import NewImage, Project

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("auk/one.png", "auk/two.png", "dodo/Häher.png")
SIZE = (64, 48)
AT = "2026-01-01T12:00:00.000+00:00"
IMAGE = {"id": 1, "file_name": NAMES[0], "width": 64, "height": 48}
OBJECT = {"id": 1, "name": "object"}
BOX = {"image_id": 1, "category_id": 1, "bbox": [1, 2, 10, 12]}
READ = Mark(1, "", Box(1, 2, 10, 12), "Eve", AT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", SIZE).save(tmp_path / "images" / name)
    with Project.create(tmp_path / "p") as made:
        made.define_classes(ClassTable((Attribute("", "black"),), ("auk",), np.zeros((1, 1)), np.array([True])))
        made.add_images(made.add_image_root(tmp_path / "images"), [NewImage(name) for name in NAMES])
    return tmp_path / "p"


@pytest.fixture
def project(folder: Path):
    with Project.open(folder) as opened:
        yield opened


def read(project: Project, *annotations: Any, encoding: str = "utf-8", **lists: Any):
    """Read a COCO file of these annotations; return the marks and all findings in one text."""
    content = {"images": [IMAGE], "categories": [OBJECT], "annotations": list(annotations)} | lists
    file = project.path.parent / "instances.json"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding=encoding)
    marks, findings = marks_from_file(file, project, "Eve", AT)
    return marks, " ".join(findings)


def sum_of(text: str) -> tuple[int, ...]:
    """Return what a file has in all, and how much was read unchanged, changed and left out."""
    found = re.search(r"has ([\d,]+) .* in all: ([\d,]+) read unchanged, ([\d,]+) changed, ([\d,]+) left out\.", text)
    assert found is not None, text
    numbers = tuple(int(number.replace(",", "")) for number in found.groups())
    assert numbers[0] == sum(numbers[1:])
    return numbers


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_content(project, encoding) -> None:
    assert read(project, BOX, encoding=encoding) == ([READ], "")


@pytest.mark.parametrize(
    "entry",
    [
        {"bbox": [1, 2, 11, 14], "bbox_mode": 0},
        {"bbox": [1, 2, 10, 12], "bbox_mode": 1},
    ],
)
def test_boxes_of_converters_are_read(project, entry) -> None:
    assert read(project, BOX | entry) == ([READ], "")


def test_a_box_of_an_unknown_mode_is_left_out_and_counted(project) -> None:
    marks, text = read(project, BOX | {"bbox_mode": 4})
    assert (marks, sum_of(text)) == ([], (1, 0, 0, 1))


def test_an_image_with_only_an_address_is_found(project) -> None:
    image = {"id": 1, "coco_url": f"https://example.org/set/{NAMES[0]}"}
    assert read(project, BOX, images=[image])[0] == [READ]


def test_ids_join_as_texts_and_numbers(project) -> None:
    image = IMAGE | {"id": "1"}
    assert read(project, BOX | {"category_id": "1"}, images=[image])[0] == [READ]
    # If both occur, each is itself.
    both = [IMAGE | {"id": 7}, IMAGE | {"id": "7", "file_name": NAMES[1]}]
    marks, text = read(project, *(BOX | {"image_id": number} for number in (7, "7", 7.0)), images=both)
    assert ([mark.image_id for mark in marks], text) == ([1, 2, 1], "")


def test_ids_that_several_have_join_nothing(project) -> None:
    images = [IMAGE, IMAGE | {"file_name": NAMES[1]}, {"id": 2, "file_name": NAMES[2]}]
    categories = [OBJECT, {"id": 2, "name": "wing"}, {"id": 2, "name": "tail"}]
    marks, text = read(
        project,
        BOX,
        BOX | {"image_id": 2},
        BOX | {"image_id": 2, "category_id": 2},
        images=images,
        categories=categories,
    )
    assert [mark.image_id for mark in marks] == [3]
    assert sum_of(text) == (3, 1, 0, 2)
    assert "Several images share an id" in text
    assert "Several categories share an id" in text


def test_each_labelled_keypoint_is_a_point_of_its_part(project) -> None:
    bird = {"id": 1, "name": "bird", "keypoints": ["beak", "Flügel links", "tail"]}
    annotation = BOX | {"keypoints": [5, 6, 2, 0, 0, 0, 20, 21, 1], "num_keypoints": 2}
    marks, text = read(project, annotation, categories=[bird])
    assert [(mark.subject, mark.place) for mark in marks] == [
        ("bird", Box(1, 2, 10, 12)),
        ("beak", Box(5, 6, 0, 0)),
        ("tail", Box(20, 21, 0, 0)),
    ]
    assert text == ""
    # Names that do not fit the points, points that are no numbers or beyond the picture.
    bird["keypoints"] = ["beak", None, "tail"]
    points = [5, 6, 2, 7, 8, 2, 90, 21, 1]
    marks, text = read(
        project,
        BOX | {"keypoints": points},
        BOX | {"keypoints": points[:6]},
        BOX | {"keypoints": points[:5]},
        BOX | {"keypoints": [1, "x", 2, 0, 0, 0, 1, 1, -1]},
        categories=[bird],
    )
    assert [mark.subject for mark in marks] == ["bird", "beak", "bird", "bird", "bird"]
    assert sum_of(text) == (4 + 3 + 2 + 1 + 2, 5, 0, 7)
    for sentence in (
        "4 points left out, since their category does not name each point",
        "1 point left out, wholly outside of the picture",
        "2 points left out, without finite numbers",
    ):
        assert sentence in text


def test_outlines_are_counted_as_left_out_and_their_boxes_kept(project) -> None:
    polygon = [[1, 2, 11, 2, 11, 14]]
    mask = {"counts": "abc", "size": [48, 64]}
    without_box = {"image_id": 1, "category_id": 1, "segmentation": polygon}
    marks, text = read(
        project, BOX | {"segmentation": polygon}, BOX | {"segmentation": mask}, without_box, BOX | {"segmentation": []}
    )
    assert marks == [READ] * 3
    assert sum_of(text) == (6, 3, 0, 3)
    assert "3 outlines left out, since polygons and masks are not read" in text
    assert "2 boxes were read without the outline beside it" in text


@pytest.mark.parametrize(
    ("bbox", "kept"),
    [
        ([-4, -5, 10, 12], Box(0, 0, 6, 7)),
        ([60, 40, 10, 12], Box(60, 40, 4, 8)),
        ([-1, -1, 900, 900], Box(0, 0, 64, 48)),
        ([0, 0, 64.0000001, 48], Box(0, 0, 64.0000001, 48)),
        ([64, 3, 5, 5], None),
        ([3, -9, 5, 9], None),
        ([3, 3, 0, 5], None),
        ([3, 3, 0, 0], None),
        ([3, 3, -5, 5], None),
        ([3, 3, 5], None),
        ([3, 3, "5", 5], None),
        ([3, 3, float("nan"), 5], None),
        ([3, 3, float("inf"), 5], None),
        ([3, 3, True, 5], None),
        ([3, 3, 10**400, 5], None),
        ({"x": 3}, None),
    ],
)
def test_boxes_are_cut_at_the_edge_and_counted(project, bbox, kept) -> None:
    marks, text = read(project, BOX | {"bbox": bbox}, BOX)
    assert [mark.place for mark in marks] == [*([kept] if kept else []), READ.place]
    if kept is None:
        assert sum_of(text) == (2, 1, 0, 1)
    elif kept == Box(*bbox):
        assert text == ""
    else:
        assert sum_of(text) == (2, 1, 1, 0)
        assert "1 box cut at the edge of the picture" in text


def test_marks_of_another_size_are_scaled_if_the_proportions_fit(project) -> None:
    bird = {"id": 1, "name": "bird", "keypoints": ["beak"]}
    annotation = BOX | {"keypoints": [10, 12, 2]}
    marks, text = read(project, annotation, images=[IMAGE | {"width": 128, "height": 96}], categories=[bird])
    assert [mark.place for mark in marks] == [Box(0.5, 1, 5, 6), Box(5, 6, 0, 0)]
    assert sum_of(text) == (2, 0, 2, 0)
    assert "1 box and 1 point scaled to the size of the picture" in text
    # 64 × 48 at a third is 21 × 16.
    assert len(read(project, annotation, images=[IMAGE | {"width": 21, "height": 16}], categories=[bird])[0]) == 2
    for width, height in ((48, 64), (64, 64), (1, 1)):
        marks, text = read(project, annotation, images=[IMAGE | {"width": width, "height": height}])
        assert marks == []
        assert sum_of(text) == (2, 0, 0, 2)
        assert f"{width} × {height}, not 64 × 48" in text


def test_sizes_that_cannot_be_compared_are_said(project) -> None:
    (project.path.parent / "images" / NAMES[0]).unlink()
    marks, text = read(project, BOX | {"bbox": [60, 2, 10, 12]})
    assert [mark.place for mark in marks] == [Box(60, 2, 10, 12)]
    assert "1 image cannot be opened" in text
    assert NAMES[0] in text


def test_a_file_with_many_faults_reports_all_and_reads_the_rest(project) -> None:
    images = [
        IMAGE,
        {"id": 2, "file_name": "elsewhere/else.png"},
        {"id": 3},
        "nonsense",
        {"id": 4, "file_name": NAMES[1], "width": 48, "height": 64},
    ]
    categories = [OBJECT, {"id": 2}, {"name": "tail"}]
    marks, text = read(
        project,
        BOX | {"id": 5},
        BOX | {"id": 5},
        BOX | {"id": 5, "bbox": [2, 2, 3, 3]},
        BOX | {"image_id": 2, "keypoints": [1, 1, 2, 1, 1, 0]},
        BOX | {"image_id": 3},
        BOX | {"image_id": 4},
        BOX | {"image_id": None},
        BOX | {"image_id": ["x"]},
        BOX | {"category_id": 2},
        BOX | {"category_id": 9},
        {"image_id": 1, "bbox": [1, 2, 3, 4]},
        BOX | {"iscrowd": 1},
        BOX | {"score": 0.9},
        {"image_id": 1, "category_id": 1},
        "nonsense",
        None,
        images=images,
        categories=categories,
    )
    assert [mark.place for mark in marks] == [READ.place, Box(2, 2, 3, 3), READ.place]
    assert sum_of(text) == (17, 3, 0, 14)
    for sentence in (
        "1 image left out, not in this project: “elsewhere/else.png”",
        "2 images in instances.json left out, without an id or a name",
        "2 categories in instances.json left out",
        "5 annotations left out, not as COCO defines them; the first: annotation no. 7",
        "1 box left out, the same annotation as one before: annotation 5",
        "1 box and 1 point left out, of an image that is not in this project",
        "1 box left out, of an image that is not in the file's list",
        "1 box left out, of an image that has other proportions",
        "3 boxes left out, without a known category",
        "1 box left out, for a crowd of objects",
        "1 annotation has the id of another",
        "1 annotation has a score",
    ):
        assert sentence in text


def test_names_are_spelled_as_in_the_project(folder) -> None:
    with Project.open(folder) as project:
        wings = (Attribute("Flügel", "black"), Attribute("left wing", "black"))
        project.define_classes(ClassTable(wings, ("auk",), np.zeros((1, 2)), np.array([True])))
        bird = {"id": 1, "name": "bird", "keypoints": ["Left_Wing", "Flu\u0308gel", "tail"]}
        annotation = {"image_id": 1, "category_id": 1, "keypoints": [1, 2, 2, 3, 4, 2, 5, 6, 1]}
        marks, text = read(project, annotation, categories=[bird])
        assert [mark.subject for mark in marks] == ["left wing", "Flügel", "tail"]
        assert "2 names read as this project spells the part or group" in text
        # What was drawn here stays as it is.
        marks, text = read(project, annotation | {"annotator": "Ann", "at": AT}, categories=[bird])
        assert ([mark.subject for mark in marks], text) == (bird["keypoints"], "")


def test_a_rotated_box_is_said(project) -> None:
    marks, text = read(project, BOX | {"attributes": {"rotation": 30.0}}, BOX | {"attributes": {"rotation": 0}})
    assert (len(marks), sum_of(text)) == (2, (2, 1, 1, 0))
    assert "1 box read without the rotation" in text


def test_a_file_without_categories_is_counted(project) -> None:
    assert sum_of(read(project, BOX, categories=None)[1]) == (1, 0, 0, 1)


odd = st.sampled_from(
    [
        None,
        True,
        0,
        1,
        2,
        -1,
        1.5,
        "1",
        "",
        "x",
        [],
        {},
        [[]],
        [1, 2, 3],
        [1, 2, 3, 4],
        [90, 2, 3, 4],
        1e308,
        "annotator",
    ]
)
fields = st.dictionaries(
    st.sampled_from(
        ["id", "image_id", "category_id", "bbox", "keypoints", "segmentation", "iscrowd", "score", "annotator", "at"]
    ),
    odd,
)
full = st.builds(lambda some: BOX | {"keypoints": [5, 6, 2, 20, 21, 1]} | some, fields)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(full | fields | odd, max_size=6), st.lists(odd, min_size=2, max_size=3), odd, odd)
def test_whatever_a_file_has_adds_up(project, annotations, names, width, number) -> None:
    categories = [{"id": 1, "name": "bird", "keypoints": names}, {"id": number, "name": "object"}, number]
    images = [IMAGE | {"width": width}, {"id": number, "file_name": NAMES[1]}, width]
    try:
        marks, text = read(project, *annotations, images=images, categories=categories)
    except ImportFault:
        return
    if "in all" in text:
        assert sum(sum_of(text)[1:3]) == len(marks)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.txt", "0 0.5 0.5 0.2 0.3\n1 0.1 0.1 0.2 0.2\n", "YOLO"),
        ("data.yaml", "train: images\nnc: 2\nnames: [a, b]\n", "YOLO"),
        ("a.xml", "<annotation><object/></annotation>", "Pascal VOC"),
        ("a.xml", "<?xml version='1.0'?>\n<annotations><image/></annotations>", "CVAT"),
        ("a.json", "<!DOCTYPE html><html></html>", "web page"),
        ("a.json", "version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        ("a.json", "PK\x03\x04", "unpacked"),
        ("a.json", {"shapes": [], "imagePath": "x.png"}, "labelme"),
        ("a.json", {"_via_img_metadata": {}}, "VGG Image Annotator"),
        ("a.json", {"x.png123": {"filename": "x.png", "regions": []}}, "VGG Image Annotator"),
        ("a.json", [{"data": {}, "annotations": []}], "Label Studio"),
        ("a.json", [{"image": "x.png", "annotations": []}], "CreateML"),
        ("a.json", [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}], "without images"),
        ("a.json", {"annotations": [{"image_id": 1}]}, "lists no images"),
        ("a.json", {"annotations": [BOX | {"bbox": [0.1, 0.2, 0.5, 0.5]}], "images": [IMAGE]}, "shares of the picture"),
        ("a.csv", "filename,xmin,ymin,xmax,ymax\na.png,1,2,3,4\n", "COCO"),
    ],
)
def test_other_formats_are_refused_by_name(project, name, content, what) -> None:
    file = project.path.parent / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(ImportFault, match=rf"(?s){name}.*{what}|{what}.*{name}") as refused:
        marks_from_file(file, project, "Eve", AT)
    assert "COCO" in str(refused.value) or "pixels" in str(refused.value) or "categories" in str(refused.value)


def test_files_of_earlier_versions_are_read(project) -> None:
    own = {"annotator": "Ann", "at": AT, "iscrowd": 0, "area": 0.0}
    categories = [
        {"id": 1, "name": "object", "supercategory": "", "keypoints": ["object"], "skeleton": []},
        {"id": 2, "name": "left wing", "supercategory": "part", "keypoints": ["left wing"], "skeleton": []},
    ]
    point = {"bbox": [5.5, 6, 0, 0], "keypoints": [5.5, 6, 2], "num_keypoints": 1}
    annotations = [own | {"id": k, "image_id": 1, "category_id": k} | point for k in (1, 2)]
    marks, text = read(project, *annotations, categories=categories)
    assert (marks, text) == ([Mark(1, name, Box(5.5, 6, 0, 0), "Ann", AT) for name in ("", "left wing")], "")


def test_sheets_cut_marks_that_nobody_drew_here(project, tmp_path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "image,mark 1 of,mark 1 x,mark 1 y,mark 1 width,mark 1 height,mark 1 by,mark 1 at\n"
        f"{NAMES[0]},wing,60,40,10,12,,\n{NAMES[1]},wing,60,40,10,12,Ann,{AT}\nelse.png,,1,2,,,,\n"
        f"{NAMES[2]},tail,70,2,,,,\n"
    )
    marks, findings = marks_from_file(sheet, project, "Eve", AT)
    assert marks == [Mark(1, "wing", Box(60, 40, 4, 8), "Eve", AT), Mark(2, "wing", Box(60, 40, 10, 12), "Ann", AT)]
    assert sum_of(" ".join(findings)) == (4, 1, 1, 2)
    flat, point = {"x": 3, "y": 4, "width": 0, "height": 5}, {"of": "wing", "x": 3, "y": 4}
    entries = [{"image": NAMES[0], "marks": [flat, point]}]
    content = {"format": "msdn-explorer annotations", "version": 1, "attributes": ["black"], "images": entries}
    (tmp_path / "sheet.json").write_text(json.dumps(content))
    marks, findings = marks_from_file(tmp_path / "sheet.json", project, "Eve", AT)
    assert marks == [Mark(1, "wing", Box(3, 4, 0, 0), "Eve", AT)]
    assert "1 box left out, without a width and a height above 0" in " ".join(findings)
    del point["y"]
    (tmp_path / "sheet.json").write_text(json.dumps(content))
    with pytest.raises(ImportFault, match=r"sheet\.json"):
        marks_from_file(tmp_path / "sheet.json", project, "Eve", AT)


def test_importing_a_folder_cuts_and_counts_the_marks_of_its_sheet(folder, tmp_path) -> None:
    images = folder.parent / "images"
    (images / "classes.csv").write_text("class,wing::black\nauk,1\ndodo,0\n")
    (images / "annotations.csv").write_text(
        "image,part left wing x,part left wing y,mark 1 of,mark 1 x,mark 1 y,mark 1 width,mark 1 height,mark 1 at\n"
        f"{NAMES[0]},1,2,Left_Wing,60,40,10,12,\n{NAMES[1]},,,wing,90,40,10,12,{AT}\nauk/else.png,,,,1,2,,,\n"
    )
    report = import_class_folders(images, tmp_path / "again")
    with Project.open(tmp_path / "again", read_only=True) as made:
        (mark,) = made.annotations.all_marks().values()
    assert (mark.image_id, mark.subject, mark.place, mark.annotator) == (
        1,
        "left wing",
        Box(60, 40, 4, 8),
        "annotations",
    )
    assert sum_of(" ".join(report.findings)) == (3, 0, 1, 2)


# Out and in again

number = st.floats(-1e4, 1e4, allow_nan=False)
extent = st.floats(0, 1e4)
text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
drawn = st.builds(
    Mark,
    st.integers(1, 3),
    st.one_of(st.sampled_from(["", "object", "part", "left wing", "Flügel"]), text),
    st.one_of(
        st.builds(Box, number, number, extent, extent), st.builds(Box, number, number, st.just(0.0), st.just(0.0))
    ),
    st.one_of(st.sampled_from(["Ann", "Bob"]), text.filter(str.strip)),
    st.datetimes().map(lambda at: at.isoformat()),
)


@pytest.mark.parametrize(("kind", "suffix"), [("coco", "json"), ("annotations", "json"), ("annotations", "csv")])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(drawn, min_size=1, max_size=8))
def test_what_the_command_line_exports_it_imports_unchanged(folder, tmp_path, capsys, kind, suffix, what) -> None:
    def stored(put: list[Mark] | None = None) -> list[Mark]:
        with Project.open(folder) as opened:
            if put is not None:
                opened.annotations.put_marks(dict.fromkeys(opened.annotations.all_marks()))
                opened.annotations.put_marks(dict(enumerate(put, start=1)))
            return list(opened.annotations.all_marks().values())

    def imported() -> tuple[int, int]:
        capsys.readouterr()
        assert main(["--json", "import", "marks", str(file), str(folder)]) == 0
        result = json.loads(capsys.readouterr().out.splitlines()[-1])
        return result["marks"], len(result["findings"])

    file = tmp_path / f"out.{suffix}"
    before = stored(what)
    assert main(["export", kind, str(folder), str(file)]) == 0
    assert imported() == (0, 1), "the project has them already"
    assert stored() == before
    stored([])
    assert imported() == (len(what), 0)
    assert stored() == (before if kind == "coco" else sorted(before, key=lambda mark: mark.image_id))
