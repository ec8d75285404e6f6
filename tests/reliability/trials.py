"""How often a trial is made, and what is looked at after each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from small_run import wait_for as wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is what POSIX systems have")


def times(name: str, few: int, many: int) -> pytest.MarkDecorator:
    """``few`` in the suite, ``many`` with ``python -m pytest -m soak``."""
    long = pytest.param(many, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])
    return pytest.mark.parametrize(name, [few, long])


def script(name: str, *arguments: object) -> list[str]:
    """The command line of a script beside this file."""
    return [sys.executable, str(HERE / name), *map(str, arguments)]


def environment(**changes: str) -> dict[str, str]:
    """This process's, in which the scripts find this very checkout and the tests' helpers."""
    paths = [ROOT, HERE, HERE.parent / "core", HERE.parent / "gui"]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "QT_QPA_PLATFORM": "offscreen", **changes}


def run(words: Sequence[str], **changes: str) -> str:
    """What a script prints; it has to end well."""
    done = subprocess.run(
        words, env=environment(**changes), cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def processes_of(home: Path) -> list[psutil.Process]:
    """The living processes that were started under a data home, this one left out."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("MSDN_EXPLORER_HOME") == str(home)
            if mine and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found
