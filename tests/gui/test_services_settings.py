"""Settings: typed, remembered, and never a reason for a failed start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QByteArray

from msdn_gui.services.locations import data_home, folder_project, new_project_folder
from msdn_gui.services.settings import Settings, SettingsStore

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("qapp")


def store(path: Path) -> SettingsStore:
    return SettingsStore(path / "settings.json")


def test_changes_are_read_at_the_next_start(tmp_path) -> None:
    first = store(tmp_path)
    first.change(theme="dark", opacity=0.25, smooth=False)
    first.remember_project(tmp_path / "a")
    first.remember_project(tmp_path / "b")
    first.save_state("columns", QByteArray(b"\x00\x01state"))
    first.write()
    second = store(tmp_path)
    assert second.value == first.value
    assert second.value.recent_projects == (str(tmp_path / "b"), str(tmp_path / "a"))
    assert second.state("columns") == QByteArray(b"\x00\x01state")


def test_a_change_is_written_automatically(qtbot, tmp_path) -> None:
    settings = store(tmp_path)
    settings.change(theme="light")
    qtbot.waitUntil(lambda: (tmp_path / "settings.json").is_file(), timeout=3000)


def test_a_damaged_file_or_value_gives_defaults(tmp_path) -> None:
    (tmp_path / "settings.json").write_text("{not json", encoding="utf-8")
    assert store(tmp_path).value == Settings()
    content = {"theme": 7, "opacity": "x", "smooth": 1, "recent_projects": "abc", "workspace": "train", "other": 1}
    (tmp_path / "settings.json").write_text(json.dumps(content), encoding="utf-8")
    assert store(tmp_path).value == Settings(workspace="train")
    (tmp_path / "settings.json").write_text('{"opacity": NaN, "theme": "dark"}', encoding="utf-8")
    assert store(tmp_path).value == Settings(theme="dark")
    huge = f'{{"opacity": 1{"0" * 400}, "explanations_kept": 1{"0" * 40}, "text_scale": 1e999, "theme": "dark"}}'
    (tmp_path / "settings.json").write_text(huge, encoding="utf-8")
    assert store(tmp_path).value == Settings(theme="dark")


def test_a_folder_that_cannot_be_written_loses_only_the_settings(tmp_path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    settings = SettingsStore(tmp_path / "file" / "settings.json")
    settings.change(theme="dark")
    settings.write()
    assert settings.value.theme == "dark"


def test_a_folder_of_images_has_the_same_project_next_time(home, tmp_path) -> None:
    photos = tmp_path / "my photos"
    photos.mkdir()
    assert folder_project(photos) == folder_project(tmp_path / "." / "my photos")
    assert folder_project(photos) != folder_project(tmp_path)
    assert data_home() == home
    assert folder_project(photos).is_relative_to(home)


def test_the_folder_of_a_new_project_is_unused() -> None:
    first = new_project_folder("Aviary")
    first.mkdir(parents=True)
    assert new_project_folder("Aviary") != first
