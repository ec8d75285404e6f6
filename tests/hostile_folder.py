"""A folder of photographs in which a stranger left Python modules that say when they are imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LIBRARIES = ("numpy", "torch", "PIL", "psutil", "filelock", "h5py", "timm")
STANDARD = ("json", "socket", "pickle", "random", "runpy", "tempfile", "msdn_core", "msdn_gui")
"""What a person who types ``python -m`` without ``-P`` may import before the program has a say."""
_IMPORTED = "imported.txt"


def make_hostile_folder(folder: Path, names: tuple[str, ...] = LIBRARIES + STANDARD) -> Path:
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
