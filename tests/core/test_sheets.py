"""Sheets are read in the spelling of any spreadsheet, or refused by line and cell; exported ones come back the same."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import format_samples as samples
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from msdn_core.domain.annotation import Box, Mark, PartPoint, Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import ImportFault
from msdn_core.exporters.sheets import export_annotations, export_classes
from msdn_core.importers.annotation_sheets import Annotations, read_annotations
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.class_folders import import_class_folders
from msdn_core.importers.readers.cell_values import parse_number, parse_truth
from msdn_core.importers.sheets import ClassSheet, read_class_sheet
from msdn_core.project import NewImage, Project

if TYPE_CHECKING:
    from pathlib import Path

CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def classes(folder: Path, content: str | bytes) -> tuple[ClassSheet, str]:
    """Return what a sheet of classes has, and the findings in one text."""
    path, findings = folder / "classes.csv", Findings()
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_class_sheet(path, findings), " ".join(findings.sentences())


def annotations(folder: Path, text: str) -> tuple[Annotations, str]:
    path, findings = folder / "annotations.csv", Findings()
    path.write_bytes(text.encode())
    return read_annotations(path, ("auk", "dodo"), ("black", "bill::long"), findings), " ".join(findings.sentences())


PLAIN = "class,seen,black,bill::long\nauk,yes,1,0.5\ndodo,no,0,-0.25\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        "sep=;\n" + PLAIN.replace(",", ";").replace(".", ","),
        '"SEP=;"\r\n' + PLAIN.replace(",", ";"),
        "sep=:\n" + PLAIN.replace("::", "").replace(",", ":").replace("long", "long"),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace("\n", ",,\n"),
        PLAIN.replace("\n", ",,\n", 1),
        PLAIN.replace("seen,", "seen,,").replace("yes,", "yes,,").replace("no,", "no,,"),
        "\n\n" + PLAIN.replace("\n", "\n\n") + ",,,\n \n",
        ",class,seen,black,bill::long\n0,auk,yes,1,0.5\n1,dodo,no,0,-0.25\n",
        "index,class,seen,black,bill::long\n0,auk,yes,1,0.5\n1,dodo,no,0,-0.25\n",
        "Unnamed: 0,class,seen,black,bill::long\n7,auk,yes,1,0.5\n9,dodo,no,0,-0.25\n",
        '"class" , "seen", "black", "bill::long"\n'.replace('" ,', '",') + "auk, yes, 1, 0.5\ndodo, no, 0, -0.25\n",
        "black,Class,bill::long,SEEN\n1,auk,0.5,Yes\n0,dodo,-0.25,NO\n",
        "class,black,bill::long,is_seen\nauk,1,0.5,1\ndodo,0,-0.25,0\n",
        "class,black,bill::long,unseen\nauk,1,0.5,False\ndodo,0,-0.25,True\n",
        "class,black,bill::long,seen\nauk,1,0.5,x\ndodo,0,-0.25,\n",
        "class,black,bill::long,seen\nauk,1.0,0.5,1.0\ndodo,0.0,−0.25,0.0\n",
        "class,black,bill::long,seen\nauk,1,\u00a00.5,WAHR\ndodo,0,-2.5E-1,FALSCH\n",
        "class;black;bill::long;seen\nauk;1,0;5,0E-01;VRAI\ndodo;0,0;-0,25;FAUX\n",
        "class,black,bill::long,seen\nauk,yes,50%,t\ndodo,no,-25 %,f\n",
        "class,black,bill::long,seen,description\nauk,1,0.5,yes\ndodo,0,-0.25,no\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_sheet_is_read_in_any_spelling(tmp_path: Path, text: str, encoding: str) -> None:
    sheet, _ = classes(tmp_path, text.encode(encoding))
    order = [
        [one.full_name.replace("::", "") for one in sheet.attributes].index(name) for name in ("black", "billlong")
    ]
    assert sheet.classes == ("auk", "dodo")
    assert sheet.vectors[:, order].tolist() == [[1, 0.5], [0, -0.25]]
    assert sheet.seen == {"auk": True, "dodo": False}
    assert len(sheet.attributes) == 2


def test_what_was_assumed_is_said(tmp_path: Path) -> None:
    sheet, said = classes(tmp_path, "Vogel;Füße\nauk;1\nGröße;0,5\n".encode("cp1252"))
    assert ([one.full_name for one in sheet.attributes], sheet.classes) == (["Füße"], ("auk", "Größe"))
    assert "was read as Windows-1252 (cp1252)" in said
    assert "“Vogel”, was read as the class names" in said
    assert "numbers the rows" in classes(tmp_path, ",class,a\n0,auk,1\n")[1]
    assert "1 column has percentages" in classes(tmp_path, "class,a\nauk,5%\ndodo,0\n")[1]
    assert "1 column has words such as yes and no" in classes(tmp_path, "class,a\nauk,yes\ndodo,no\n")[1]
    sheet, said = classes(tmp_path, "class,a,b\nauk,x,x\ndodo,x,\n")
    assert sheet.vectors.tolist() == [[1, 1], [1, 0]]
    assert "2 columns have crosses" in said
    sheet, said = classes(tmp_path, "class,seen,a\nauk,1.0,1\ndodo,,1\n")
    assert sheet.seen == {"auk": True}
    assert "1 class has no value under “seen”" in said
    assert "“Seen” was read as an attribute" in classes(tmp_path, "class,seen,Seen\nauk,1,1\n")[1]
    assert "“was_seen” was read as an attribute; if it tells" in classes(tmp_path, "class,was_seen\nauk,1\n")[1]
    sheet, said = classes(tmp_path, "class,seen,unseen,a\nauk,1,0,1\ndodo,0,1,1\n")
    assert [one.full_name for one in sheet.attributes] == ["a"]
    assert "“unseen” repeats “seen” and was left out" in said


@pytest.mark.parametrize(
    ("rows", "values", "says"),
    [
        ('auk,"1,234",0.5\ndodo,"17,500",1', [[1234, 0.5], [17500, 1]], "2 numbers have a separator of thousands"),
        ('auk,"1,234","0,5"\ndodo,"17,500",1', [[1.234, 0.5], [17.5, 1]], "2 numbers have a decimal comma"),
        ('auk,"1,234",2\ndodo,"0,5",1', [[1.234, 2], [0.5, 1]], "1 number has a decimal comma"),
        ('auk,"1,234","0,5"\ndodo,1.5,1', [[1234, 0.5], [1.5, 1]], "1 number has a separator of thousands"),
        ('auk,"1,234,567",1\ndodo,"1,234",1', [[1234567, 1], [1234, 1]], "1 number has a separator of thousands"),
        ('auk,"1,234.5",1\ndodo,"1.234,5",1', [[1234.5, 1], [1234.5, 1]], ""),
        ('auk,1.234,"0,5"\ndodo,17.500,1', [[1234, 0.5], [17500, 1]], "2 numbers have a separator of thousands"),
        ("auk,1.234,5\ndodo,17.500,1", [[1.234, 5], [17.5, 1]], ""),
        ("auk,1 234,5\ndodo,1'234.5,1", [[1234, 5], [1234.5, 1]], ""),
    ],
)
def test_marks_before_three_digits_mean_what_other_cells_show(
    tmp_path: Path, rows: str, values: list[list[float]], says: str
) -> None:
    sheet, said = classes(tmp_path, f"class,mass,wing\n{rows}\n")
    assert sheet.vectors.tolist() == values
    assert says in said
    assert bool(said) == bool(says)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('class,seen,mass,wing\nauk,yes,1,1\ndodo,no,"1,234",2\n', "line 3.*“1,234” for mass; write 1234 or 1.2340"),
        ("class;mass\nauk;1,234\n", "line 2.*“1,234” for mass"),
        ("class;mass\nauk;1.234\n", "line 2.*“1.234” for mass"),
        ('class,a,b,c\nauk,"0,5",0.5,1.234\n', "line 2.*“1.234” for c"),
        ("class,a\nauk,50%\ndodo,20\n", "line 3.*“20” for a; write a percent sign"),
        ("class,a\nauk,1_0\n", "line 2.*“1_0” for a"),
        ("class,a\nauk,12 g\n", "line 2.*“12 g” for a"),
        ('class,a\n"auk\none",1\ndodo,?\n', "line 4.*“\\?” for a"),
        ("class,a,b\nauk,1\n", "line 2.*“” for b; enter a number"),
        ("class,a\nauk,#N/A\n", "line 2.*“#N/A” for a"),
        ("class,a,\nauk,1,2\n", "line 2.*3 fields.*“2” in column 3 has no heading"),
        ("black,white\n1,0\n", "no column “class”"),
        ("seen,black\nyes,1\n", "no column “class”"),
        ("class,seen,a\nauk,x,1\ndodo,maybe,1\n", "“x” under seen; write yes or no"),
        ("class,a\nauk,1\n,2\n", "line 3.*no class"),
        (b"PK\x03\x04rest", r"\.xlsx.*save the sheet as CSV"),
        (b"\n<!DOCTYPE HTML><html>", "is a web page"),
        (b"class,a\nauk\0,1\n", "line 2.*zero byte"),
        (b"class,a\n\x81auk,1\n", "line 2.*neither UTF-8"),
        ("class,a\nauk,1\n".encode("utf-16-le") + b"\x00\xd8,\x00", "not text|neither"),
    ],
)
def test_what_has_no_single_meaning_is_refused_by_line_and_cell(tmp_path: Path, text: str | bytes, match: str) -> None:
    with pytest.raises(ImportFault, match=match):
        classes(tmp_path, text)


@pytest.mark.parametrize("name", ["classes.xlsx", "classes.ods", "classes.numbers"])
def test_a_workbook_is_to_be_saved_as_csv(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImportFault, match="is a workbook; save its sheet as CSV"):
        read_class_sheet(tmp_path / name, Findings())


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ('class,"bill: long; curved; thin"\nauk,1\ndodo,0\n', ["bill: long; curved; thin"]),
        ("class;a, b;c, d\nauk;1,5;2,5\ndodo;0,5;1,5\n", ["a, b", "c, d"]),
        ('class;"text; more";black\nauk;1;2\n', ["text; more", "black"]),
        ('class,description,black\nauk,"one; two; three\nfour; five",1\n', ["black"]),
    ],
)
def test_the_delimiter_is_judged_on_several_rows_outside_of_quotes(
    tmp_path: Path, text: str, attributes: list[str]
) -> None:
    assert [one.full_name for one in classes(tmp_path, text)[0].attributes] == attributes


def test_a_sheet_of_images_is_read_in_any_spelling(tmp_path: Path) -> None:
    found, said = annotations(
        tmp_path,
        "Class;BOX_X;box y;Box Width;bbox h;Image;SPLIT;part bill x;part bill y;part bill visible;Attribute Black;"
        "attribute bill::long;certainty black;mark 1 x;mark 1 y;Weather\n"
        "auk;1,5;2,5;10,0;12,25;auk/1.jpg;Train;3,0;4,0;1.0;1.0;nein;definitely;7,5;8\n"
        "AUK;;;;;auk/2.jpg;Test Seen;3,0;4,0;0.0;nan;WAHR;3.0;;;rain\n"
        "nan;NaN;NaN;NaN;NaN;auk/3.jpg;NaN;;;;0.0;;;;;\n",
    )
    assert found.images == (
        NewImage("auk/1.jpg", "auk", Split.TRAIN, Box(1.5, 2.5, 10, 12.25), (PartPoint("bill", 3, 4, True),)),
        NewImage("auk/2.jpg", "auk", Split.TEST_SEEN, None, (PartPoint("bill", 3, 4, False),)),
        NewImage("auk/3.jpg"),
    )
    assert found.judgements is not None
    assert found.judgements[0].tolist() == [[1, 0], [-1, 1], [0, -1]]
    assert found.judgements[1].tolist() == [[4, 0], [0, 0], [0, 0]]
    assert "1 certainty was left out, of attributes without a judgement" in said
    assert [mark.place for mark in found.marks] == [Box(7.5, 8, 0, 0)]
    assert "1 column was left out, which no heading of such a sheet names: “Weather”" in said
    assert "1 class is spelled differently in the sheet of classes: “AUK”" in said


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("image,split\na.jpg,test\n", "line 2.*“test” under split; write train, test_seen"),
        ("image,box x,box y,box width,box height\na.jpg,1,2,3,\n", "line 2.*no valid box"),
        ("image,part bill x,part bill y\na.jpg,1,\n", "line 2.*only one of x and y"),
        ('image,box x,box y,box width,box height\na.jpg,"1,234",2,3,4\n', "line 2.*“1,234” under “box x”"),
        ("image,attribute black\na.jpg,2\n", "line 2.*“2” under “attribute black”"),
        ("image,part bill x,part bill y,part bill visible\na.jpg,1,1,2\n", "line 2.*“2” under “part bill visible”"),
        ("image,attribute blackish\na.jpg,1\n", "no such attribute"),
        ("image,Split,split\na.jpg,train,train\n", "“split” twice"),
        ("image,split\n,train\n", "line 2.*no image in this line"),
        ("photo,split\na.jpg,train\n", "no column “image”"),
    ],
)
def test_an_invalid_sheet_of_images_is_named_with_its_line(tmp_path: Path, text: str, match: str) -> None:
    with pytest.raises(ImportFault, match=match):
        annotations(tmp_path, text)


def test_numbers_and_truth_values_of_single_cells() -> None:
    assert [parse_number(text) for text in ("−1,5", "1e-3", " +.5 ", "1\u202f234,5", "٠٫٥", "1’000", "–2")] == [
        *(-1.5, 0.001, 0.5, 1234.5, 0.5, 1000, -2)
    ]
    for text in ("1,234", "", "nan", "inf", "1e999", "0x1", "1 2", "1.2.3", "12,34,5", "5 %", "."):
        with pytest.raises(ValueError, match=r"enter a|write"):
            parse_number(text)
    words = {"Ja": True, "NEIN": False, "VERDADERO": True, "FALSO": False, "1.0": True, "0,0": False, "Oui": True}
    words |= {"TAK": True, "nie": False, "Igen": True, "HAYIR": False, "YANLIŞ": False, "kyllä": True, "on": True}
    assert {text: parse_truth(text) for text in words} == words
    assert [parse_truth(text) for text in ("2", "", "maybe", "nan")] == [None] * 4


names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12).filter(
    str.strip
) | st.sampled_from(
    [
        *("=1+1", "+a", "-b", "@c", "'=1", "''-", "'", "-1", "'-1", "sep=;", "nan", "1,5", "seen"),
        *(" padded ", "a,b", "a;b;c", 'say "so"', "two\nlines", "a\rb", "x\r\ny", "\ta"),
    ]
)
numbers = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)


@CALM
@given(st.data())
@example(None)
def test_exported_classes_come_back_bit_by_bit(tmp_path: Path, data: st.DataObject | None) -> None:
    if data is None:
        columns, rows = ["seen", "class", "x;class;y"], ["=a", " b "]
        vectors, texts = np.array([[0.1, 1.234, 1e300], [-0.5, 1234.5, 5e-324]]), ["\ttab", "-1"]
    else:
        columns = data.draw(st.lists(names, min_size=1, max_size=4, unique_by=lambda text: Attribute.parse(text)))
        columns = [name for name in columns if Attribute.parse(name).name.strip()] or ["a"]
        rows = data.draw(st.lists(names, min_size=1, max_size=4, unique=True))
        vectors = np.array(
            data.draw(st.lists(st.tuples(*[numbers] * len(columns)), min_size=len(rows), max_size=len(rows)))
        )
        texts = data.draw(st.lists(names | st.just(""), min_size=len(rows), max_size=len(rows)))
    table = ClassTable(tuple(map(Attribute.parse, columns)), tuple(rows), vectors, np.arange(len(rows)) % 2 == 0)
    path, findings = tmp_path / "classes.csv", Findings()
    with Project.create(tmp_path / uuid4().hex) as project:
        project.define_classes(table)
        for name, text in zip(rows, texts, strict=True):
            project.describe_class(name, text)
        export_classes(project, path)
        described = {name: text for name in rows if (text := project.class_description(name))}
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    sheet = read_class_sheet(path, findings)
    assert (sheet.attributes, sheet.classes) == (table.attributes, table.classes)
    assert sheet.vectors.tobytes() == vectors.tobytes()
    assert sheet.seen == dict(zip(rows, table.seen.tolist(), strict=True))
    assert sheet.descriptions == described


coordinates = st.floats(-9999, 9999, allow_nan=False).map(lambda value: value + 0.0)
extents = st.floats(1e-3, 9999)
boxes = st.builds(Box, coordinates, coordinates, extents, extents)
words = names.map(lambda text: text.replace("/", "-").replace("\\", "-").replace(":", "-")).filter(
    lambda text: text.strip(".") and text not in ("nan", "NaN")
)


@CALM
@given(st.data())
def test_exported_annotations_come_back_bit_by_bit(tmp_path: Path, data: st.DataObject) -> None:
    parts = data.draw(st.lists(words, max_size=2, unique=True))
    attributes, kinds = (Attribute("bill", "long"), Attribute("", "=black ")), ("auk ", "=dodo", "nan")
    images = tuple(
        NewImage(
            path,
            data.draw(st.sampled_from([*kinds, None])),
            data.draw(st.sampled_from(Split)),
            data.draw(st.none() | boxes),
            tuple(
                data.draw(st.builds(PartPoint, st.just(part), coordinates, coordinates, st.booleans()))
                for part in parts
            ),
        )
        for path in data.draw(st.lists(words, min_size=1, max_size=3, unique=True))
    )
    judged = np.array(
        data.draw(st.lists(st.tuples(*[st.integers(-1, 1)] * 2), min_size=len(images), max_size=len(images)))
    )
    judged[0, 0] = 1
    marks = data.draw(
        st.lists(
            st.builds(Mark, st.integers(1, len(images)), words | st.just(""), boxes, words.map(str.strip), words),
            max_size=4,
        )
    )
    marks.sort(key=lambda mark: mark.image_id)
    path, findings = tmp_path / "annotations.csv", Findings()
    with Project.create(tmp_path / uuid4().hex) as project:
        project.define_classes(ClassTable(attributes, kinds, np.zeros((3, 2)), np.ones(3, bool)))
        project.add_images(project.add_image_root(tmp_path), images)
        for number, present in enumerate(judged, start=1):
            project.set_image_attributes(number, present.astype(np.int8), np.where(present >= 0, 4, 0).astype(np.int8))
        project.annotations.put_marks(dict(enumerate(marks, start=1)))
        export_annotations(project, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    found = read_annotations(path, kinds, [attribute.full_name for attribute in attributes], findings)
    assert found.images == images
    assert found.judgements is not None
    assert found.judgements[0].tolist() == judged.tolist()
    assert found.judgements[1].tolist() == np.where(judged >= 0, 4, 0).tolist()
    assert [replace(mark, image_id=mark.image_id + 1) for mark in found.marks] == marks
    assert findings.sentences() == ()


def test_no_cell_of_an_exported_sheet_is_a_formula(tmp_path: Path) -> None:
    table = ClassTable((Attribute("", "@SUM(A1)"),), ("=HYPERLINK(1)", "-2"), np.array([[-1.5], [2]]), np.ones(2, bool))
    with Project.create(tmp_path / "p") as project:
        project.define_classes(table)
        export_classes(project, tmp_path / "classes.csv")
    text = (tmp_path / "classes.csv").read_text("utf-8-sig")
    assert text == "class,seen,description,'@SUM(A1)\n'=HYPERLINK(1),yes,,-1.5\n-2,yes,,2.0\n"
    assert read_class_sheet(tmp_path / "classes.csv", Findings()).classes == table.classes


def test_the_sheets_of_a_folder_are_found_and_none_is_left_out_in_silence(tmp_path: Path) -> None:
    folder = samples.class_folders(tmp_path / "birds")
    (folder / "classes.csv").rename(folder / "Classes.CSV")
    (folder / "Annotations.tsv").write_bytes("image\tclass\tsplit\ncrow/1.jpg\tcrow\tTrain\n".encode("utf-16"))
    (folder / "images.csv").write_text("image\ncrow/2.jpg\n")
    (folder / "._classes.csv").write_bytes(b"\0")
    report = import_class_folders(folder, tmp_path / "p")
    assert report.images == 1
    assert any("“images.csv” was left out: Annotations.tsv is read." in text for text in report.findings)
    (folder / "Annotations.tsv").write_bytes("image\tclass\ncrow/pö.jpg\tcrow\n".encode("cp1252"))
    with pytest.raises(ImportFault, match=r"crow/pö\.jpg.*was read as Windows-1252.*save the file as UTF-8"):
        import_class_folders(folder, tmp_path / "q")
    (folder / "Classes.CSV").rename(folder / "classes.xlsx")
    (folder / "Annotations.tsv").unlink()
    with pytest.raises(ImportFault, match=r"classes\.xlsx is a workbook; save its sheet as CSV"):
        import_class_folders(folder, tmp_path / "q")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="it needs pipes")
@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["annotations.csv", "classes.csv"])
def test_a_pipe_or_broken_link_in_place_of_a_sheet_is_refused_by_name(tmp_path: Path, name: str) -> None:
    folder = samples.class_folders(tmp_path / "birds")
    for make in (os.mkfifo, lambda place: place.symlink_to("nowhere"), lambda place: place.symlink_to(place.name)):
        (folder / name).unlink(missing_ok=True)
        make(folder / name)
        with pytest.raises(ImportFault, match=name):
            import_class_folders(folder, tmp_path / "p")
