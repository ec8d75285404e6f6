"""A start from the system's menu: the entry, and a message where there is no console."""

from __future__ import annotations

import configparser
import shlex
import sys
from pathlib import Path

import pytest

from msdn_gui import app, start_problem
from msdn_gui.services.fault_log import log_file

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have other entries")


@linux_only
@pytest.mark.usefixtures("home")
def test_the_menu_entry_starts_this_installation_and_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert app.main(["--install-shortcut"]) == 0
    entry = tmp_path / "data" / "applications" / "msdn-explorer.desktop"
    assert str(entry) in capsys.readouterr().out
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(entry, encoding="utf-8")
    program, *_ = shlex.split(parser["Desktop Entry"]["Exec"])
    assert Path(program).is_file()
    assert (tmp_path / "data" / "icons/hicolor/scalable/apps/msdn-explorer.svg").is_file()
    assert app.main(["--remove-shortcut"]) == 0
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == []
    assert app.main(["--remove-shortcut"]) == 0
    assert "no entry" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_without_a_console_a_failed_start_is_logged_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(start_problem, "_message_box", shown.append)
    assert app.main([str(tmp_path / "missing")]) == 1
    assert len(shown) == 1
    assert "does not exist" in shown[0]
    assert "does not exist" in log_file().read_text(encoding="utf-8")
