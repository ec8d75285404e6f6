"""A folder of photographs in which a stranger left Python modules that say when they are imported."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LIBRARIES = ("numpy", "torch", "PIL", "psutil", "filelock", "h5py", "timm", "PySide6", "torchvision")
PROGRAM = ("msdn_core", "msdn_gui")
EVERYTHING = tuple(sorted({*LIBRARIES, *PROGRAM, *sys.stdlib_module_names}))
"""More than anything could import that starts with Python's safe path."""
_IMPORTED = "imported.txt"


def make_hostile_folder(folder: Path, names: Sequence[str] = EVERYTHING) -> Path:
    """Write the modules; each leaves its name in a file of the folder and fails."""
    folder.mkdir()
    note = folder / _IMPORTED
    for name in names:
        code = f"open({str(note)!r}, 'a').write({name!r} + ' ')\nraise ImportError('hostile')\n"
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    return folder


def imported(folder: Path) -> str:
    """Return the names of the modules that were imported."""
    note = folder / _IMPORTED
    return note.read_text(encoding="utf-8") if note.exists() else ""


def not_loaded_by(words: Sequence[str], environment: dict[str, str], folder: Path) -> list[str]:
    """Return the names that Python itself has not loaded when it starts a program in this way.

    ``words`` start a file that prints the names of the loaded modules.
    """
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    return [name for name in EVERYTHING if name not in loaded and name not in PROGRAM]
