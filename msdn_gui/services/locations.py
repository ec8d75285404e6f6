"""Where the program keeps what is its own: settings, thumbnails, and the projects it makes by itself."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

HOME_VARIABLE = "MSDN_EXPLORER_HOME"


def data_home() -> Path:
    """The program's own folder, made where it is missing; ``MSDN_EXPLORER_HOME`` overrides the system's place."""
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
    """The settings."""
    return data_home() / "settings.json"


def thumbnail_folder() -> Path:
    """Scaled images that can be made again."""
    return data_home() / "thumbnails"


def aviary_folder() -> Path:
    """The demo project that the first launch makes."""
    return data_home() / "projects" / "Aviary"


def folder_project(images: Path) -> Path:
    """The project that belongs to a folder of images: the same folder has the same project next time."""
    folder = images.expanduser().resolve()
    word = re.sub(r"[^\w-]+", "-", folder.name).strip("-")[:40] or "images"
    digest = hashlib.sha256(str(folder).encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return data_home() / "projects" / f"{word}-{digest}"


def new_project_folder(name: str) -> Path:
    """A folder under the data home that does not exist yet, named after ``name``."""
    word = re.sub(r"[^\w-]+", "-", name).strip("-")[:40] or "project"
    projects = data_home() / "projects"
    number = 1
    while (folder := projects / (word if number == 1 else f"{word}-{number}")).exists():
        number += 1
    return folder


def file_name(words: str, suffix: str) -> str:
    """What a file is offered to be called after names of anybody's: safe on every system, and no folder in it."""
    return re.sub(r"[^\w .+-]+", "-", words).strip(" .-")[:120] + suffix
