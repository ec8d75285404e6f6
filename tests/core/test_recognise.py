"""The format of a path is recognised from what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import format_samples as samples
import pytest
import torch

from msdn_core.cli.main import main
from msdn_core.importers.formats import FORMATS
from msdn_core.importers.recognise import recognise
from msdn_core.project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_recognised_can_be_imported(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    samples.SOURCES[name](folder)
    found = recognise(folder)
    assert found is not None
    assert (found.format, found.source) == (name, folder)
    options = ["--splits", str(found.splits)] if found.splits and "splits" in FORMATS[name].options else []
    assert main(["import", name, str(folder), str(tmp_path / "project"), *options]) == 0
    made = recognise(tmp_path / "project")
    assert made is not None
    assert made.format == "project"


def test_files_are_recognised_by_their_content(tmp_path: Path) -> None:
    torch.save({"V": torch.zeros(2, 2)}, tmp_path / "best.pth")
    files = {
        samples.att_splits(tmp_path / "a"): "xlsa17",
        samples.feature_maps(tmp_path / "b" / "maps.h5"): "feature-maps",
        samples.msdn_list(tmp_path / "c"): "msdn-lists",
        samples.class_folders(tmp_path / "d") / "classes.csv": "folder",
        tmp_path / "best.pth": "checkpoint",
        samples.res101(tmp_path): None,
        samples.glove(tmp_path / "words.txt"): None,
        tmp_path / "missing": None,
    }
    for file, name in files.items():
        found = recognise(file)
        assert (None if found is None else found.format) == name, file


def test_a_folder_of_images_is_recognised_and_an_empty_folder_is_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert recognise(tmp_path / "empty") is None
    found = recognise(samples.pictures(tmp_path / "photos"))
    assert found is not None
    assert found.format == "images"
    assert not Project.is_project(tmp_path / "photos")
