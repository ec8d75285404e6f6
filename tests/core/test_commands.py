"""An installation gives the commands ``msdn`` and ``msdn-explorer``, and both begin."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", ["msdn", "msdn-explorer"])
def test_a_command_of_the_installation_says_what_it_takes(name: str) -> None:
    command = Path(sysconfig.get_path("scripts")) / name
    done = subprocess.run([command, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout
