"""Malformed lines of CUB's files end the import, or are corrected or left out and reported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cub_sample import PATHS, make_cub, replace_line, save_splits, write

from msdn_core.errors import ImportFault
from msdn_core.importers.formats.cub import import_cub
from msdn_core.project import Project


@pytest.fixture
def cub(tmp_path: Path) -> Path:
    return make_cub(tmp_path / "CUB_200_2011")


@pytest.fixture
def splits(tmp_path: Path) -> Path:
    return save_splits(tmp_path / "xlsa17")


@pytest.mark.parametrize(
    ("name", "line", "text"),
    [
        ("images.txt", 4, "4"),
        ("images.txt", 4, "four 002.Bobolink/x.jpg"),
        ("images.txt", 4, "3 002.Bobolink/x.jpg"),
        ("images.txt", 4, f"4 {PATHS[0]}"),
        ("images.txt", 2, "2 ../../etc/passwd.jpg"),
        ("images.txt", 2, "2 /etc/passwd.jpg"),
        ("images.txt", 2, "2 C:/passwd.jpg"),
        ("classes.txt", 3, "3"),
        ("classes.txt", 3, "3 001.Auk"),
        ("classes.txt", 3, "-3 003.Crow"),
        ("attributes.txt", 2, "two has_wing_color::grey"),
        ("image_class_labels.txt", 7, "7 9"),
        ("image_class_labels.txt", 7, "7"),
        ("image_class_labels.txt", 7, "6 3"),
        ("attributes/class_attribute_labels_continuous.txt", 2, "1 2"),
        ("attributes/class_attribute_labels_continuous.txt", 2, "1 2 3 4"),
        ("attributes/class_attribute_labels_continuous.txt", 2, "1 nan 3"),
        ("attributes/class_attribute_labels_continuous.txt", 2, "1 x 3"),
    ],
)
def test_an_unusable_line_is_named_and_no_project_is_made(
    cub: Path, splits: Path, tmp_path: Path, name: str, line: int, text: str
) -> None:
    replace_line(cub, name, line, text)
    with pytest.raises(ImportFault, match=re.escape(f"{Path(name).name}, line {line}:")):
        import_cub(cub, tmp_path / "p", splits=splits)
    assert not (tmp_path / "p").exists()


def test_text_in_another_encoding_names_the_file(cub: Path, tmp_path: Path) -> None:
    names = (cub / "parts" / "parts.txt").read_text(encoding="utf-8")
    (cub / "parts" / "parts.txt").write_bytes(names.replace("1 ", "1 größter ", 1).encode("cp1252"))
    report = import_cub(cub, tmp_path / "p")
    assert any("parts.txt is not UTF-8 (line 1) and was read as Windows-1252" in text for text in report.findings)
    (cub / "classes.txt").write_bytes(b"1 001.H\x81her\n")
    with pytest.raises(ImportFault, match=r"classes\.txt, line 1: the line is neither UTF-8"):
        import_cub(cub, tmp_path / "again")


def test_malformed_lines_of_boxes_and_parts_are_left_out_and_reported(cub: Path, splits: Path, tmp_path: Path) -> None:
    replace_line(cub, "bounding_boxes.txt", 2, "2 1.0 2.0 nan 4.0")
    replace_line(cub, "bounding_boxes.txt", 5, "5 1.0 2.0 0 4.0")
    replace_line(cub, "parts/part_locs.txt", 4, "2 1 12.0")
    replace_line(cub, "train_test_split.txt", 9, "9 maybe")
    report = import_cub(cub, tmp_path / "p", splits=splits)
    text = " ".join(report.findings)
    assert "bounding_boxes.txt: 2 malformed lines were left out or corrected; the first is line 2" in text
    assert "part_locs.txt: 1 malformed line was left out or corrected; the first is line 4" in text
    assert report.counts["malformed_lines"] == 4
    with Project.open(tmp_path / "p") as project:
        assert project.box(1) is not None
        assert project.box(2) is None
        assert project.box(5) is None
        assert [point.part for point in project.parts(2)] == ["left wing", "right wing"]


def test_judgements_are_read_with_malformed_lines(cub: Path, splits: Path, tmp_path: Path) -> None:
    lines = [f"{n} {a} {(n + a) % 2} {a + 1} 1.234" for n in range(1, 13) for a in (1, 2, 3)]
    lines[4] = "2 2 0 3 0 1.509"
    lines[5] = "2 3 1 4 0 0 2.5"
    lines[6] = "3 1"
    lines[7] = "3 9 1 1 1.0"
    lines[8] = "3 3 2 1 1.0"
    write(cub, "attributes/image_attribute_labels.txt", lines)
    report = import_cub(cub, tmp_path / "p", splits=splits)
    assert report.counts["malformed_lines"] == 5
    assert any("image_attribute_labels.txt: 5 malformed lines" in f and "line 5" in f for f in report.findings)
    with Project.open(tmp_path / "p") as project:
        judged = [project.image_attributes(n) for n in (1, 2, 3, 12)]
    assert [(a[0].tolist(), a[1].tolist()) for a in judged if a is not None] == [
        ([0, 1, 0], [2, 3, 4]),
        ([1, 0, 1], [2, 3, 4]),
        ([-1, -1, -1], [0, 0, 0]),
        ([1, 0, 1], [2, 3, 4]),
    ]


def test_a_word_among_judgements_loses_only_its_line(cub: Path, tmp_path: Path) -> None:
    lines = [f"{n} {a} 1 4 1.5\r" for n in range(1, 13) for a in (1, 2, 3)]
    lines[10] = "4 2 yes 4 1.5\r"
    write(cub, "attributes/image_attribute_labels.txt", lines)
    report = import_cub(cub, tmp_path / "p")
    assert any("1 malformed line was" in finding and "line 11" in finding for finding in report.findings)
    with Project.open(tmp_path / "p") as project:
        judged = [project.image_attributes(n) for n in (4, 5)]
    assert [a[0].tolist() for a in judged if a is not None] == [[1, -1, 1], [1, 1, 1]]
