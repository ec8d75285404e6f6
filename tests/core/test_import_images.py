"""A folder of images becomes a project in one step and is never changed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from msdn_core.domain.annotation import Split
from msdn_core.errors import ImportFault, ProjectError
from msdn_core.importers.images import import_images
from msdn_core.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "my photographs"
    touch(folder, "b.JPG", "a.png", "trip/c.jpeg", "trip/deep/d.jpg", "notes.txt", ".hidden.jpg", ".cache/e.jpg")
    return folder


def link(at: Path, to: Path) -> None:
    try:
        at.symlink_to(to, target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")


def names(project_path: Path) -> list[str]:
    with Project.open(project_path) as project:
        return [image.name for image in project.images()]


def test_all_images_below_the_folder_are_imported(photographs: Path, tmp_path: Path) -> None:
    report = import_images(photographs, tmp_path / "p")
    assert (report.images, report.classes, report.attributes) == (4, 0, 0)
    assert report.counts["added"] == 4
    assert report.findings == ()
    assert json.loads(json.dumps(report.to_json()))["images"] == 4
    with Project.open(tmp_path / "p") as project:
        assert project.name == "my photographs"
        assert {image.class_name for image in project.images()} == {None}
        assert {image.split for image in project.images()} == {Split.NONE}
        assert all(image.path.is_file() for image in project.images())
    assert names(tmp_path / "p") == ["a.png", "b.JPG", "trip/c.jpeg", "trip/deep/d.jpg"]


def test_a_link_that_leads_to_itself_is_left_out(photographs: Path, tmp_path: Path) -> None:
    for name in ("loop.jpg", "loop"):
        link(photographs / name, photographs / name)
    report = import_images(photographs, tmp_path / "p")
    assert report.images == 4
    assert any("1 image left out, a link that leads nowhere" in finding for finding in report.findings)


def test_importing_again_adds_new_images_and_reports_missing_ones(photographs: Path, tmp_path: Path) -> None:
    import_images(photographs, tmp_path / "p")
    touch(photographs, "trip/new.webp", "trip/new.png")
    (photographs / "a.png").unlink()
    report = import_images(photographs, tmp_path / "p")
    assert report.counts["gone"] == 1
    assert report.counts["known"] == 3
    assert any("a.png" in finding for finding in report.findings)
    assert names(tmp_path / "p")[:4] == ["a.png", "b.JPG", "trip/c.jpeg", "trip/deep/d.jpg"]
    assert "trip/new.png" in names(tmp_path / "p")
    assert import_images(photographs, tmp_path / "p").counts["added"] == 0


def test_a_second_folder_joins_the_first(photographs: Path, tmp_path: Path) -> None:
    touch(tmp_path / "others", "a.png", "z.png")
    import_images(photographs, tmp_path / "p")
    report = import_images(tmp_path / "others", tmp_path / "p")
    assert report.counts == {"found": 2, "added": 2, "known": 0, "gone": 0, "odd_names": 0}
    assert report.images == 6


def test_circular_links_end(photographs: Path, tmp_path: Path) -> None:
    link(photographs / "trip" / "again", photographs)
    link(photographs / "trip" / "itself", photographs / "trip")
    assert import_images(photographs, tmp_path / "p").images == 4


def test_a_linked_folder_is_followed(photographs: Path, tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere", "e.jpg")
    link(photographs / "linked", tmp_path / "elsewhere")
    import_images(photographs, tmp_path / "p")
    assert "linked/e.jpg" in names(tmp_path / "p")


def test_a_project_in_the_folder_is_skipped(photographs: Path) -> None:
    import_images(photographs, photographs / "project")
    touch(photographs, "project/cache/thumbnail.png", "f.jpg")
    assert import_images(photographs, photographs / "project").counts["added"] == 1
    assert "project/cache/thumbnail.png" not in names(photographs / "project")


def test_a_project_may_be_the_folder_itself(photographs: Path, tmp_path: Path) -> None:
    import_images(photographs, photographs)
    touch(photographs, "cache/thumbnail.png", "runs/01/plot.png", "f.jpg")
    assert import_images(photographs, photographs).counts["added"] == 1
    photographs.rename(tmp_path / "moved")
    with Project.open(tmp_path / "moved") as project:
        assert all(image.path.is_file() for image in project.images())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_not_valid_on_every_system_are_left_out_and_reported(photographs: Path, tmp_path: Path) -> None:
    touch(photographs, "back\\slash.jpg")
    try:
        (photographs / os.fsdecode(b"\xff.jpg")).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    report = import_images(photographs, tmp_path / "p")
    assert report.images == 4
    assert any("2 images left out, with a name that is not valid" in finding for finding in report.findings)


def test_a_folder_without_images_makes_no_project(tmp_path: Path) -> None:
    touch(tmp_path / "texts", "a.txt")
    with pytest.raises(ImportFault, match="no image"):
        import_images(tmp_path / "texts", tmp_path / "p")
    with pytest.raises(ImportFault, match="no folder"):
        import_images(tmp_path / "missing", tmp_path / "p")
    assert not (tmp_path / "p").exists()


def test_a_project_that_is_open_elsewhere_is_not_changed(photographs: Path, tmp_path: Path) -> None:
    with Project.create(tmp_path / "p"), pytest.raises(ProjectError, match="another window"):
        import_images(photographs, tmp_path / "p")
    assert names(tmp_path / "p") == []
