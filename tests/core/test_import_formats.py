"""Each format of the field becomes the project that its files describe, joined by name."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import format_samples as samples
import numpy as np
import pytest

from msdn_core.domain.annotation import Split
from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.awa2 import import_awa2
from msdn_core.importers.formats.class_folders import import_class_folders
from msdn_core.importers.formats.msdn_lists import import_msdn_lists
from msdn_core.importers.formats.sun import import_sun
from msdn_core.importers.formats.xlsa17 import import_xlsa17
from msdn_core.importers.image_names import class_by_folder, plain_names
from msdn_core.importers.readers.att_splits import image_list_beside
from msdn_core.importers.word_vectors import attribute_words, hashed_word_vectors
from msdn_core.project import Project

if TYPE_CHECKING:
    from pathlib import Path

TRUE_CLASS = {path: samples.CLASSES[label] for path, label in zip(samples.PATHS, samples.LABELS, strict=True)}


def check(path: Path, *, paths: tuple[str, ...] = samples.PATHS) -> Project:
    """The project holds the sample's classes, vectors, images, labels and splits."""
    project = Project.open(path, read_only=True)
    table = project.table()
    assert table.classes == samples.CLASSES
    assert np.array_equal(table.vectors, samples.VECTORS)
    assert [name for name, seen in zip(table.classes, table.seen, strict=True) if not seen] == [samples.UNSEEN]
    images = project.images()
    assert {image.name: image.class_name for image in images} == {name: TRUE_CLASS[name] for name in paths}
    assert {image.name: image.split for image in images} == {name: samples.SPLITS[name] for name in paths}
    return project


def test_xlsa17_with_its_list_of_images(tmp_path: Path) -> None:
    samples.att_splits(tmp_path / "source")
    samples.res101(tmp_path / "source")
    report = import_xlsa17(tmp_path / "source", tmp_path / "project")
    with check(tmp_path / "project") as project:
        assert [a.full_name for a in project.table().attributes] == ["attribute 1", "attribute 2", "attribute 3"]
    assert any("numbered" in finding for finding in report.findings)
    assert any("cannot be shown" in finding for finding in report.findings)


def test_a_label_overrules_the_folder_and_the_report_says_so(tmp_path: Path) -> None:
    source = samples.att_splits(tmp_path / "source").parent
    samples.res101(source)
    agreed = import_xlsa17(source, tmp_path / "agreed")
    assert not any("label" in finding for finding in agreed.findings)
    labels = samples.LABELS.copy()
    labels[0] = samples.CLASSES.index("crow")
    samples.res101(source, labels)
    report = import_xlsa17(source, tmp_path / "project")
    assert any("1 image has a label that differs from the folder" in finding for finding in report.findings)
    with Project.open(tmp_path / "project") as project:
        assert project.images()[0].name == samples.PATHS[0]
        assert project.images()[0].class_name == "crow"


def test_xlsa17_with_a_complete_folder_of_pictures(tmp_path: Path) -> None:
    samples.att_splits(tmp_path / "source")
    samples.sun(tmp_path / "source")
    import_xlsa17(tmp_path / "source", tmp_path / "project", images=samples.pictures(tmp_path / "photos"))
    with check(tmp_path / "project") as project:
        assert [a.full_name for a in project.table().attributes] == list(samples.ATTRIBUTES)
        assert all(image.path.is_file() for image in project.images())


def test_xlsa17_with_a_part_of_the_pictures_needs_the_list(tmp_path: Path) -> None:
    samples.att_splits(tmp_path / "source")
    photos = samples.pictures(tmp_path / "photos", samples.PATHS[1::2])
    with pytest.raises(ImportFault, match=r"has 6 images and att_splits\.mat counts 12"):
        import_xlsa17(tmp_path / "source", tmp_path / "project", images=photos)
    assert not Project.is_project(tmp_path / "project")
    samples.msdn_list(tmp_path / "source")
    report = import_xlsa17(tmp_path / "source", tmp_path / "project", images=photos)
    check(tmp_path / "project", paths=samples.PATHS[1::2]).close()
    assert report.counts["listed_but_absent"] == 6


def test_xlsa17_without_images_has_classes_only(tmp_path: Path) -> None:
    file = samples.att_splits(tmp_path / "source")
    report = import_xlsa17(file, tmp_path / "one")
    assert (report.images, report.classes) == (0, 4)
    assert any("all count as seen" in finding for finding in report.findings)
    file.with_name("testclasses.txt").write_text("Bobolink\n", encoding="utf-8")
    report = import_xlsa17(file, tmp_path / "two")
    assert report.counts["unseen_classes"] == 1


def test_the_collections_own_validation_classes_are_kept(tmp_path: Path) -> None:
    samples.att_splits(tmp_path / "source")
    samples.res101(tmp_path / "source")
    (tmp_path / "source" / "valclasses1.txt").write_text("crow\nDodo\n", encoding="utf-8")
    import_xlsa17(tmp_path / "source", tmp_path / "project")
    with Project.open(tmp_path / "project", read_only=True) as project:
        assert json.loads(project.meta("validation_classes") or "") == ["crow", "dodo"]
    (tmp_path / "source" / "valclasses1.txt").write_text("emu\n", encoding="utf-8")
    with pytest.raises(ImportFault, match=r"valclasses1\.txt names emu"):
        import_xlsa17(tmp_path / "source", tmp_path / "other")


def test_msdns_lists_with_the_vectors_beside_them(tmp_path: Path) -> None:
    samples.msdn_list(tmp_path / "source")
    with pytest.raises(ImportFault, match="no class vectors"):
        import_msdn_lists(tmp_path / "source", tmp_path / "project")
    samples.att_splits(tmp_path / "source")
    import_msdn_lists(tmp_path / "source", tmp_path / "project", images=samples.pictures(tmp_path / "photos"))
    check(tmp_path / "project").close()


def test_awa2_with_its_own_split_and_with_the_proposed_one(tmp_path: Path) -> None:
    folder = samples.awa2(tmp_path / "Animals_with_Attributes2")
    report = import_awa2(tmp_path, tmp_path / "own")
    assert report.counts["unseen_classes"] == 1
    with Project.open(tmp_path / "own", read_only=True) as project:
        splits = {image.name: image.split for image in project.images()}
        assert splits["dodo/dodo_3.jpg"] is Split.TEST_UNSEEN
        assert [splits[f"crow/crow_{n}.jpg"] for n in (1, 5)] == [Split.TRAIN, Split.TEST_SEEN]
        assert np.array_equal(project.table().vectors[2], samples.VECTORS[1])
    samples.att_splits(tmp_path / "splits")
    with pytest.raises(ImportFault, match="15 images"):
        import_awa2(folder, tmp_path / "proposed", splits=tmp_path / "splits" / "att_splits.mat")


def test_sun_with_its_own_lists_and_with_the_proposed_split(tmp_path: Path) -> None:
    samples.sun(tmp_path / "source")
    report = import_sun(tmp_path / "source", tmp_path / "own")
    assert report.counts["unseen_classes"] == 0
    with Project.open(tmp_path / "own", read_only=True) as project:
        table = project.table()
        assert table.classes == ("auk_large", "bobolink", "crow", "dodo")
        assert np.allclose(table.vectors, samples.VECTORS / 100)
    splits = samples.att_splits(tmp_path / "splits")
    import_sun(tmp_path / "source", tmp_path / "proposed", splits=splits)
    check(tmp_path / "proposed").close()


def test_a_folder_of_class_folders_with_a_sheet(tmp_path: Path) -> None:
    folder = samples.class_folders(tmp_path / "birds")
    import_class_folders(folder, tmp_path / "project")
    with Project.open(tmp_path / "project", read_only=True) as project:
        table = project.table()
        assert table.classes == samples.CLASSES
        assert np.array_equal(table.vectors, samples.VECTORS)
        assert table.seen.tolist() == [True, True, True, False]
        assert [a.full_name for a in table.attributes] == list(samples.ATTRIBUTES)
        splits = {image.name: image.split for image in project.images()}
        assert [splits[f"crow/{n}.jpg"] for n in (0, 4)] == [Split.TRAIN, Split.TEST_SEEN]


def test_seen_classes_are_read_from_the_csv_of_any_spreadsheet(tmp_path: Path) -> None:
    folder = samples.class_folders(tmp_path / "birds")
    text = 'Art;seen;description;black;long leg\nauk_large;yes;"big; black";1,5;0\nbobolink;NO;;0;1\n'
    (folder / "classes.csv").write_text(text, encoding="utf-8-sig")
    report = import_class_folders(folder, tmp_path / "project")
    assert report.counts["without_class"] == 5
    with Project.open(tmp_path / "project", read_only=True) as project:
        assert project.table().vectors.tolist() == [[1.5, 0], [0, 1]]
        assert project.table().seen.tolist() == [True, False]
        assert project.class_description("auk_large") == "big; black"
        assert {i.split for i in project.images() if i.class_name == "bobolink"} == {Split.TEST_UNSEEN}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("class\nauk\n", "no attribute"),
        ("class,a,a\nauk,1,2\n", "“a” twice"),
        ("class,a\n", "no class"),
        ("class,a\nauk,1\nauk,2\n", "line 3.*second time"),
        ("class,a\nauk,x\n", "line 2.*“x” for a"),
        ("class,a\nauk,\n", "line 2.*“” for a"),
        ("class,a\nauk,nan\n", "line 2.*“nan”"),
        ("class,a\nauk,1,2\n", "line 2.*3 fields"),
        ("class,seen,a\nauk,maybe,1\n", "line 2.*“maybe” under seen"),
        ('class,a\n"auk,1\n', "line 2"),
    ],
)
def test_an_invalid_sheet_is_named_with_its_line(tmp_path: Path, text: str, match: str) -> None:
    folder = samples.class_folders(tmp_path / "birds")
    (folder / "classes.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ImportFault, match=rf"classes\.csv.*{match}"):
        import_class_folders(folder, tmp_path / "project")
    assert not Project.is_project(tmp_path / "project")


def test_a_list_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    samples.att_splits(tmp_path)
    samples.res101(tmp_path)
    listed = image_list_beside(tmp_path / "att_splits.mat")
    assert listed is not None
    assert plain_names(listed) == list(samples.PATHS)
    for odd in ("x/../../../etc/passwd", "a/auk/large/sun_1.jpg"):
        changed = type(listed)(listed.file, ("/BS/someone/SUN/images/" + odd, *listed.names), None)
        with pytest.raises(ImportFault, match=r"res101\.mat: .*image \d"):
            plain_names(changed)


def test_a_folder_means_the_class_with_the_longest_name() -> None:
    classes = ("patio", "restaurant_patio", "001.Black-footed_Albatross")
    names = ["p/patio/1.jpg", "r/restaurant/patio/1.jpg", "x/black footed albatross/1.jpg", "1.jpg", "other/1.jpg"]
    assert class_by_folder(names, classes) == [*classes, None, None]


@pytest.mark.parametrize("kind", ["words.txt", "words.vec", "words.bin", "lines.bin", "words.txt.gz", "words.bin.gz"])
def test_words_are_looked_up_and_summed(tmp_path: Path, kind: str) -> None:
    plain = tmp_path / kind.removesuffix(".gz")
    file = samples.word2vec(plain, newlines="lines" in kind) if ".bin" in kind else samples.glove(plain)
    if plain.suffix == ".vec":
        plain.write_text("5 2\n" + plain.read_text(encoding="utf-8"), encoding="utf-8")
    if kind.endswith(".gz"):
        file = tmp_path / kind
        file.write_bytes(gzip.compress(plain.read_bytes()))
    findings = Findings()
    full_names = ["has_color::black", "long-leg", "unheard of"]
    vectors, source = attribute_words(full_names, file, findings)
    assert source == kind
    assert vectors[:2].tolist() == [[3, 4], [-0.5, 8]]
    assert np.array_equal(vectors[2], hashed_word_vectors(full_names, 2)[2])
    assert any("color, unheard, of" in sentence for sentence in findings.sentences())
    assert any("hashed from" in sentence and "unheard of" in sentence for sentence in findings.sentences())


def test_word_vectors_that_are_cut_short_or_foreign_are_refused(tmp_path: Path) -> None:
    whole = samples.word2vec(tmp_path / "words.bin").read_bytes()
    for content, match in (
        (whole[:-9], "word 4 of 4"),
        (b"4 999999999\n" + whole, "line 1"),
        (b"\x01" * 50, "line 1"),
        (b"0 2\n", "has no word"),
    ):
        (tmp_path / "cut.bin").write_bytes(content)
        with pytest.raises(ImportFault, match=rf"cut\.bin.*{match}"):
            attribute_words(["leg"], tmp_path / "cut.bin", Findings())
    (tmp_path / "cut.txt").write_bytes(b"word\n")
    with pytest.raises(ImportFault, match=r"cut\.txt, line 1"):
        attribute_words(["black"], tmp_path / "cut.txt", Findings())
