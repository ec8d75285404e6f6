"""Names written by other systems and programs find what they mean, never anything else, and nothing is lost unsaid."""

from __future__ import annotations

import json
import random
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pytest
import scipy.io
from cub_sample import CLASSES, PATHS, VECTORS, make_cub, names, save_splits, true_split, write

from msdn_core.domain.annotation import Split
from msdn_core.domain.name_matching import match_paths, match_words
from msdn_core.errors import ImportFault
from msdn_core.importers.formats.class_folders import import_class_folders
from msdn_core.importers.formats.cub import import_cub
from msdn_core.importers.images import import_images
from msdn_core.importers.judgement_files import judgements_from_files
from msdn_core.importers.marks import marks_from_file
from msdn_core.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

AT = "2026-05-04T10:00:00+00:00"
COMPOSED, APART = "Blauh\u00e4her", "Blauha\u0308her"
KNOWN = [
    *("auk/p0.jpg", "dodo/p0.jpg", "dodo/p1.jpg", "dodo/two words.jpg", f"{COMPOSED}/ei \u00e9.jpg"),
    *("001.Black_footed_Albatross/Black_Footed_0046_18.jpg", "deep/er/Img (1).jpeg", "deep/er/100%.jpg"),
]


def make_folder(folder: Path, sheet: str, *paths: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "classes.csv").write_text(sheet, encoding="utf-8")
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


def images_of(project: Path) -> dict[str, str | None]:
    with Project.open(project, read_only=True) as opened:
        return {image.name: image.class_name for image in opened.images()}


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def mangled(name: str, choice: random.Random) -> str:
    """Return a name as some other program may write it."""
    folder = choice.choice(("", "birds/", "x/y/z/", "home/u/"))
    name = choice.choice((str, nfd, str.upper, str.lower))(name)
    match choice.randrange(8):
        case 0:
            return f"./{folder}{name}"
        case 1:
            return f"C:\\{folder}{name}".replace("/", "\\")
        case 2:
            return f"file:///home/u/{quote(folder + name)}"
        case 3:
            return f"/data/local-files/?d={quote(folder + name)}"
        case 4:
            return f"https://host.org/{folder}{quote(name)}?width=300&v=1#top"
        case 5:
            return f"\\\\server\\share\\{folder}{name}".replace("/", "\\")
        case 6:
            return f"{folder}{quote(name)}#xywh=1,2,3,4"
        case _:
            return f"/{folder}//{name}"


def test_a_mangled_name_finds_its_image_and_never_another() -> None:
    choice = random.Random(11)
    for _ in range(200):
        written = {mangled(name, choice): name for name in KNOWN}
        matches = match_paths(written, KNOWN)
        assert {name: KNOWN[place] for name, place in matches.matched.items()} == written
        # Without its image, no name may take another one.
        for gone in KNOWN:
            rest = [name for name in KNOWN if name != gone]
            found = match_paths([name for name, whole in written.items() if whole == gone], rest)
            assert not found.matched, (gone, found)


def test_among_names_that_are_nearly_the_same_none_takes_another() -> None:
    choice = random.Random(5)
    folders = ("auk/", "Auk/", "dodo/", "001.Auk/", f"{COMPOSED}/", "a b/", "x/w/", "2020/", "train/", "")
    files = (
        "p0.jpg",
        "P0.jpg",
        "p0.JPG",
        "p 0.jpg",
        "p_0.jpg",
        "\u00e9.jpg",
        "1a2b3c4d-p0.jpg",
        "p%200.jpg",
        "p#0.jpg",
    )
    for _ in range(300):
        known = sorted({choice.choice(folders) + choice.choice(files) for _ in range(choice.randrange(1, 9))})
        written = {mangled(name, choice): name for name in known}
        for listed in (list(written), *([name] for name in written)):
            matches = match_paths(listed, known)
            assert {name: known[place] for name, place in matches.matched.items()}.items() <= written.items()
            assert not matches.missing


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1a2b3c4d-two_words.jpg", "dodo/two words.jpg"),
        ("/data/upload/3/9a3f1c22-p1.jpg", "dodo/p1.jpg"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e_p1.jpg", "dodo/p1.jpg"),
        ("train/p1_jpg.rf.0123456789abcdef0123456789abcdef.jpg", "dodo/p1.jpg"),
        ("train/images/p1.jpg", "dodo/p1.jpg"),
        ("Black footed albatross/Black_Footed_0046_18.jpg", KNOWN[5]),
        ("D:\\export\\images\\P1.jpg", "dodo/p1.jpg"),
        ("dodo/p1", "dodo/p1.jpg"),
        ("deadbeef-Img_1.jpeg", "deep/er/Img (1).jpeg"),
    ],
)
def test_names_that_tools_changed_are_matched_and_said(written: str, expected: str) -> None:
    matches = match_paths([written], KNOWN)
    assert {name: KNOWN[place] for name, place in matches.matched.items()} == {written: expected}
    assert matches.assumed == (written,)


@pytest.mark.parametrize(
    ("written", "known", "fits"),
    [
        (["p0.jpg"], ["auk/p0.jpg", "dodo/p0.jpg"], {"p0.jpg": (0, 1)}),
        (["9a3f1c22-p0.jpg"], ["auk/p0.jpg", "dodo/p0.jpg"], {"9a3f1c22-p0.jpg": (0, 1)}),
        (["IMG.jpg"], ["img.jpg", "Img.jpg"], {"IMG.jpg": (0, 1)}),
        (["A.jpg", "a.jpg"], ["a.jpg"], {"A.jpg": (0,)}),
        (["auk/p0.jpg", "dodo/p0.jpg"], ["p0.jpg"], {"auk/p0.jpg": (0,), "dodo/p0.jpg": (0,)}),
        (["y/p0.jpg"], ["a/y/p0.jpg", "c/y/p0.jpg", "p0.jpg"], {"y/p0.jpg": (0, 1)}),
    ],
)
def test_what_fits_several_is_never_guessed(written: list[str], known: list[str], fits: dict[str, tuple]) -> None:
    matches = match_paths(written, known)
    assert matches.ambiguous == fits
    assert set(matches.matched) == set(written) - set(fits)


@pytest.mark.parametrize(
    "written",
    ["auk/p1.jpg", "penguin/p1.jpg", "20230115-p1.jpg", "002.Black_footed_Albatross/Black_Footed_0046_18.jpg"],
)
def test_another_folder_or_a_date_is_another_image(written: str) -> None:
    assert match_paths([written], KNOWN).missing == (written,)


def test_exact_names_win_and_names_that_differ_in_case_or_form_alone_are_two() -> None:
    known = ["a.jpg", "A.jpg", f"{COMPOSED}.jpg", f"{APART}.jpg", "b/a.jpg"]
    assert match_paths(known, known).matched == {name: place for place, name in enumerate(known)}
    assert match_paths(["x/b/a.jpg", "b/a.jpg"], known).matched == {"x/b/a.jpg": 4, "b/a.jpg": 4}


@pytest.mark.parametrize("name", ["a b#1.jpg", "50%.jpg", "a%20b.jpg", "why?.jpg", "d=1&e.jpg"])
def test_signs_of_addresses_in_a_file_name_are_only_signs(name: str) -> None:
    known = [name, "a b.jpg", "50", "why", "d.jpg", "a b"]
    for written in (name, f"x\\{name}"):
        assert match_paths([written], known).matched == {written: 0}


def test_many_names_are_matched_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {}
    for many in (1_000, 4_000):
        known = [f"r{n}/same.jpg" for n in range(many)] + ["same.jpg"]
        steps = 0

        def counted(text: str) -> str:
            nonlocal steps
            steps += 1
            return text.casefold()

        monkeypatch.setattr("msdn_core.domain.path_ends.folded", counted)
        matches = match_paths([f"q{n}/same.jpg" for n in range(many)], known)
        assert len(matches.ambiguous) == many
        counts[many] = steps
    assert counts[4_000] < 5 * counts[1_000]


def test_words_are_matched_by_case_form_separators_and_numbers() -> None:
    known = ("001.Black_footed_Albatross", APART, "Auk", "1 5", "charge -", "killer+whale")
    written = ("black-footed albatross", COMPOSED, "AUK ", "1.5", "Killer Whale")
    assert match_words(written, known).matched == dict(zip(written, (0, 1, 2, 3, 5), strict=True))
    assert match_words(("15", "charge +", "charge"), known).missing == ("15", "charge +", "charge")
    assert match_words(["AUK"], ("Auk", "auk")).ambiguous == {"AUK": (0, 1)}


def test_a_class_folder_from_a_mac_keeps_its_images(tmp_path: Path) -> None:
    paths = [f"{folder}/p{n}.jpg" for folder in (APART, "uhu") for n in range(5)]
    source = make_folder(tmp_path / "source", f"class,black\n{COMPOSED},1\nUhu,0\n", *paths)
    report = import_class_folders(source, tmp_path / "p")
    assert list(images_of(tmp_path / "p").values()) == [COMPOSED] * 5 + ["Uhu"] * 5
    with Project.open(tmp_path / "p", read_only=True) as project:
        assert project.table().seen.tolist() == [True, True]
    assert report.counts["without_class"] == 0


def test_a_folder_of_images_inside_a_class_folder_is_its_class(tmp_path: Path) -> None:
    paths = ("auk/images/a.jpg", "train/Dodo/JPEGImages/b.jpg", "images/c.jpg", "data/d.jpg")
    import_class_folders(make_folder(tmp_path / "s", "class,black\nauk,1\ndodo,0\ndata,1\n", *paths), tmp_path / "p")
    assert list(images_of(tmp_path / "p").values()) == ["auk", "data", None, "dodo"]


def test_a_folder_that_could_be_two_classes_is_said(tmp_path: Path) -> None:
    source = make_folder(tmp_path / "source", "class,black\nAuk,1\nauk,0\n", "AUK/p.jpg", "Auk/q.jpg")
    report = import_class_folders(source, tmp_path / "p")
    assert images_of(tmp_path / "p") == {"AUK/p.jpg": None, "Auk/q.jpg": "Auk"}
    assert any("“AUK” (“Auk” or “auk”)" in finding for finding in report.findings)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ("auk\\p0.jpg,auk\nD:\\photos\\dodo\\p1.jpg,dodo\n", ["auk/p0.jpg", "dodo/p1.jpg"]),
        ("auk/P0.JPG,auk\n", ["auk/p0.jpg"]),
        ("./auk/p0.jpg,auk\n", ["auk/p0.jpg"]),
        ("/home/x/birds/auk/p0.jpg,auk\n", ["auk/p0.jpg"]),
        ("file:///x/dodo/p%31.jpg,dodo\n", ["dodo/p1.jpg"]),
        (f"{APART}/p0.jpg,{APART}\n", [f"{COMPOSED}/p0.jpg"]),
    ],
)
def test_a_sheet_of_images_finds_the_files_in_any_spelling(tmp_path: Path, rows: str, kept: list[str]) -> None:
    paths = [f"{name}/p{n}.jpg" for name in ("auk", "dodo", COMPOSED) for n in range(2)]
    source = make_folder(tmp_path / "source", f"class,black\nauk,1\ndodo,0\n{COMPOSED},1\n", *paths)
    (source / "annotations.csv").write_text(f"image,class\n{rows}", encoding="utf-8")
    report = import_class_folders(source, tmp_path / "p")
    assert images_of(tmp_path / "p") == {path: path.split("/")[0] for path in kept}
    assert report.counts["present_but_unlisted"] == 6 - len(kept)


def test_rows_of_a_sheet_that_are_left_out_are_counted(tmp_path: Path) -> None:
    source = make_folder(tmp_path / "source", "class,black\nauk,1\n", "auk/p0.jpg", "auk/p1.jpg", "b/p1.jpg")
    (source / "annotations.csv").write_text("image,class\nauk/p0.jpg,auk\n./auk/p0.jpg,auk\np1.jpg,auk\nno.jpg,auk\n")
    report = import_class_folders(source, tmp_path / "p")
    assert report.images == 1
    counts = {key: report.counts[key] for key in ("listed_twice", "ambiguous", "listed_but_absent")}
    assert counts == {"listed_twice": 1, "ambiguous": 1, "listed_but_absent": 1}
    text = "\n".join(report.findings)
    assert "“p1.jpg” (“auk/p1.jpg” or “b/p1.jpg”)" in text
    assert "“./auk/p0.jpg”" in text


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    folder = make_folder(
        tmp_path / "birds", f"class,g::long\nauk,1\n{COMPOSED},0\n", "auk/p0.jpg", "auk/p1.jpg", f"{COMPOSED}/p0.jpg"
    )
    import_class_folders(folder, tmp_path / "project")
    with Project.open(tmp_path / "project") as opened:
        yield opened


@pytest.mark.parametrize(
    "name",
    ["C:\\data\\birds\\auk\\p1.jpg", "/home/x/birds/auk/p1.jpg", "images/9a3f1c22-p1.jpg", "AUK/P1.jpg", "p1.jpg?v=2"],
)
def test_marks_find_their_image_in_any_spelling(project: Project, tmp_path: Path, name: str) -> None:
    (tmp_path / "marks.json").write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": name}],
                "categories": [{"id": 1, "name": "object"}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 10, 12]}],
            }
        )
    )
    marks, _ = marks_from_file(tmp_path / "marks.json", project, "Eve", AT)
    id_of = {image.name: image.id for image in project.images()}
    assert [mark.image_id for mark in marks] == [id_of["auk/p1.jpg"]]


def test_a_file_that_fits_nothing_says_what_was_looked_for(project: Project, tmp_path: Path) -> None:
    sheet = tmp_path / "marks.csv"
    sheet.write_text("image,mark 1 x,mark 1 y\nimages/9a3f1c22-p0.jpg,1,2\n")
    with pytest.raises(
        ImportFault, match=f"“images/9a3f1c22-p0.jpg” fits several .“{COMPOSED}/p0.jpg” or “auk/p0.jpg”"
    ):
        marks_from_file(sheet, project, "Eve", AT)


def test_judgements_find_images_and_attributes_in_any_spelling(project: Project, tmp_path: Path) -> None:
    write(tmp_path, "images.txt", [f"1 {APART}\\P0.JPG", "2 p0.jpg"])
    write(tmp_path, "attributes.txt", ["1 G::Long"])
    write(tmp_path, "image_attribute_labels.txt", ["1 1 1 4 2", "2 1 1 4 2"])
    made, findings = judgements_from_files(tmp_path, project, "Eve", AT)
    id_of = {image.name: image.id for image in project.images()}
    assert [(key.image_id, key.attribute) for key in made] == [(id_of[f"{COMPOSED}/p0.jpg"], 0)]
    assert "“p0.jpg” (" in findings[0]


@pytest.mark.parametrize("spelling", ["Images", "backslashes", "absolute", "upper case"])
def test_cub_from_another_system_has_all_its_images_and_splits(tmp_path: Path, spelling: str) -> None:
    cub = make_cub(tmp_path / "CUB_200_2011")
    splits = save_splits(tmp_path / "xlsa17")
    listed = {
        "backslashes": [path.replace("/", "\\") for path in PATHS],
        "absolute": [f"D:\\CUB\\images\\{path}".replace("/", "\\") for path in PATHS],
        "upper case": [path.replace(".jpg", ".JPG") for path in PATHS],
    }.get(spelling, PATHS)
    write(cub, "images.txt", [f"{n} {path}" for n, path in enumerate(listed, 1)])
    if spelling == "Images":
        (cub / "images").rename(cub / "Images")
        (cub / "parts").rename(cub / "Parts")
        (cub / "attributes").rename(cub / "ATTRIBUTES")
        (cub / "classes.txt").rename(cub / "Classes.txt")
    report = import_cub(cub, tmp_path / "p", splits=splits)
    assert (report.images, report.counts["listed_but_absent"], report.counts["present_but_unlisted"]) == (12, 0, 0)
    with Project.open(tmp_path / "p", read_only=True) as project:
        assert {image.name: image.split for image in project.images()} == {path: true_split(path) for path in PATHS}
        assert all(image.path.is_file() for image in project.images())
        assert all(project.parts(image.id) for image in project.images())


def test_a_list_of_another_system_gives_cubs_splits(tmp_path: Path) -> None:
    cub, splits = make_cub(tmp_path / "CUB_200_2011"), save_splits(tmp_path / "xlsa17")
    order = sorted(PATHS)
    listed = [f"C:\\CUB\\images\\{path.upper()}".replace("/", "\\") for path in order]
    scipy.io.savemat(splits.with_name("res101.mat"), {"image_files": names(listed), "labels": np.ones((12, 1))})
    import_cub(cub, tmp_path / "p", splits=splits)
    with Project.open(tmp_path / "p", read_only=True) as project:
        assert {image.name: image.split for image in project.images()} == {path: true_split(path) for path in PATHS}


@pytest.mark.parametrize(
    "spelled", [lambda value: f"{value:.6f}".replace(".", ","), lambda value: f"{value:e}", lambda value: f"{value}%"]
)
def test_class_vectors_of_cub_in_other_notations_are_the_same_numbers(
    tmp_path: Path, spelled: Callable[[float], str]
) -> None:
    cub = make_cub(tmp_path / "CUB_200_2011")
    rows = [" ".join(map(spelled, row)) for row in VECTORS.tolist()]
    write(cub, "attributes/class_attribute_labels_continuous.txt", rows)
    import_cub(cub, tmp_path / "p")
    with Project.open(tmp_path / "p", read_only=True) as project:
        assert np.array_equal(project.table().vectors, VECTORS)


def test_cub_in_windows_1252_is_read_with_a_finding(tmp_path: Path) -> None:
    cub = make_cub(tmp_path / "CUB_200_2011")
    renamed = ["001.Gr\u00fcnauk", *CLASSES[1:]]
    (cub / "classes.txt").write_bytes("".join(f"{n} {c}\n" for n, c in enumerate(renamed, 1)).encode("cp1252"))
    report = import_cub(cub, tmp_path / "p")
    with Project.open(tmp_path / "p", read_only=True) as project:
        assert project.table().classes[0] == renamed[0]
    assert any("classes.txt is not UTF-8" in finding for finding in report.findings)


def test_lines_of_cub_that_are_left_out_are_counted(tmp_path: Path) -> None:
    cub = make_cub(tmp_path / "CUB_200_2011")
    for name, more in (
        ("bounding_boxes.txt", ["1 9 9 9 9", "77 1 1 1 1", "78 1 1 1 1"]),
        ("parts/part_locs.txt", ["1 1 9 9 1", "77 1 1 1 1"]),
        ("train_test_split.txt", ["1 0", "77 1"]),
        ("image_class_labels.txt", ["77 1"]),
        ("attributes/image_attribute_labels.txt", ["1 1 1 4 2,5", "1 1 0 4 1", "2 1 1 4 1", "77 1 1 4 1"]),
    ):
        kept = (cub / name).read_text(encoding="utf-8").splitlines() if (cub / name).is_file() else []
        write(cub, name, [*kept, *more])
    text = "\n".join(import_cub(cub, tmp_path / "p").findings)
    for name, count in (("bounding_boxes", "2 lines"), ("part_locs", "1 line"), ("train_test_split", "1 line")):
        assert f"{name}.txt: {count} left out, of images that are not in images.txt." in text
        assert f"{name}.txt: 1 malformed line was" in text
    assert "image_class_labels.txt: 1 line left out" in text
    assert "image_attribute_labels.txt: 1 judgement left out, of images that are not imported." in text
    assert "image_attribute_labels.txt: 1 malformed line was left out or corrected; the first is line 2." in text
    with Project.open(tmp_path / "p", read_only=True) as project:
        assert [project.image_attributes(image)[0].tolist()[0] for image in (1, 2, 3)] == [1, 1, -1]


def test_files_that_may_be_pictures_are_counted_and_named(tmp_path: Path) -> None:
    source = make_folder(tmp_path / "source", "class,black\nauk,1\n", "auk/a.jpg", "auk/A.jpg", f"auk/{APART}.jpg")
    junk = (".DS_Store", "auk/._a.jpg", "Thumbs.db", "__MACOSX/auk/a.jpg", ".hidden.jpg", "desktop.ini")
    for name in ("auk/raw.NEF", "auk/scan", "auk/half.jpg.part", "auk/big.jpg_large", f"auk/{COMPOSED}.jpg", *junk):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).touch()
    (source / "auk/broken.png").symlink_to(source / "nowhere.png")
    for report in (
        import_images(source, tmp_path / "images"),
        import_class_folders(source, tmp_path / "folder"),
    ):
        assert report.images == 4, "names that differ in case or Unicode form are two images"
        text = "\n".join(report.findings)
        assert "1 picture is left out, because the format is not read here (“auk/raw.NEF”)" in text
        assert "3 files left out, without the suffix of a picture" in text
        assert "“auk/scan”" in text
        assert "1 image left out, a link that leads nowhere or no regular file: “auk/broken.png”." in text
        assert not any(name.rpartition("/")[2] in text for name in junk)
        assert (report.counts["unread_pictures"], report.counts["unknown_files"]) == (1, 3)


def test_a_folder_without_readable_pictures_names_those_that_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "raw.NEF").touch()
    with pytest.raises(ImportFault, match=r"raw\.NEF.*JPEG or TIFF"):
        import_images(tmp_path, tmp_path / "p")


def test_splits_join_classes_in_any_spelling(tmp_path: Path) -> None:
    cub = make_cub(tmp_path / "CUB_200_2011")
    spelled = names(["crow", "AUK", "Dodo", "bobolink"])
    import_cub(cub, tmp_path / "p", splits=save_splits(tmp_path / "xlsa17", allclasses_names=spelled))
    with Project.open(tmp_path / "p", read_only=True) as project:
        assert np.array_equal(project.table().vectors, VECTORS)
        assert Split.TEST_UNSEEN in {image.split for image in project.images()}
