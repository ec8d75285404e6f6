"""Where the program keeps its settings, thumbnails and the projects that it creates."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import sys
from pathlib import Path

from msdn_core.file_names import name_key, portable_name

HOME_VARIABLE = "MSDN_EXPLORER_HOME"


def data_home() -> Path:
    """Return the program's folder, created if missing; ``MSDN_EXPLORER_HOME`` overrides the system's location."""
    given = os.environ.get(HOME_VARIABLE)
    if given:
        home = Path(given).expanduser().absolute()
    elif sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "MSDN Explorer"
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Application Support" / "MSDN Explorer"
    else:
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "msdn-explorer"
    home.mkdir(parents=True, exist_ok=True)
    return home


def settings_file() -> Path:
    """Return the path of the settings."""
    return data_home() / "settings.json"


def thumbnail_folder() -> Path:
    """Return the folder of thumbnails, which can be deleted."""
    return data_home() / "thumbnails"


def aviary_folder() -> Path:
    """Return the folder of the demo project that the first start creates."""
    return data_home() / "projects" / "Aviary"


def folder_project(images: Path) -> Path:
    """Return the project folder of an image folder; it is the same every time."""
    folder = images.expanduser().resolve()
    word = re.sub(r"[^\w-]+", "-", folder.name).strip("-")[:40] or "images"
    digest = hashlib.sha256(str(folder).encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return data_home() / "projects" / f"{word}-{digest}"


def new_project_folder(name: str) -> Path:
    """Return a project folder named after ``name`` that does not exist yet."""
    word = portable_name(re.sub(r"[^\w-]+", "-", name).strip("-"), otherwise="project", most=40)
    projects = data_home() / "projects"
    taken = {name_key(path.name) for path in projects.iterdir()} if projects.is_dir() else set()
    numbered = (word if number == 1 else f"{word}-{number}" for number in itertools.count(1))
    return projects / next(name for name in numbered if name_key(name) not in taken)


def file_name(text: str, suffix: str) -> str:
    """Return a suggested file name that is valid on every system and has no folder in it."""
    return portable_name(text, otherwise="export") + suffix
