"""Recognises the format of a path from what is there; nothing is imported, and no large file is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.importers.formats import FORMATS, SPLITS
from msdn_core.importers.image_files import list_images
from msdn_core.importers.readers.att_splits import SPLITS_FILE
from msdn_core.project import PROJECT_FILE, Project

if TYPE_CHECKING:
    from pathlib import Path

PROJECT, IMAGES, CHECKPOINT = "project", "images", "checkpoint"
"""What can be opened besides ``FORMATS``."""
CHECKPOINT_SUFFIXES = (".pth", ".pt", ".ckpt", ".tar")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format, and the source to pass to its importer."""

    format: str
    """A name in ``FORMATS``, or ``checkpoint``, ``images``, or ``project``."""
    source: Path
    splits: Path | None = None
    """``att_splits.mat`` beside the source, if the format can use it."""


def recognise(path: Path) -> Recognised | None:
    """Return the format of a folder or file, or None if it cannot be imported.

    If several formats fit, the first in ``FORMATS`` counts.
    """
    if Project.is_project(path) or (path.name == PROJECT_FILE and Project.is_project(path.parent)):
        return Recognised(PROJECT, path)
    found = next((format for format in FORMATS.values() if format.recognises(path)), None)
    if found is not None:
        beside = (path if path.is_dir() else path.parent) / SPLITS_FILE
        return Recognised(found.name, path, beside if SPLITS in found.options and beside.is_file() else None)
    if path.is_dir():
        return Recognised(IMAGES, path) if next(list_images(path), None) is not None else None
    return Recognised(CHECKPOINT, path) if path.suffix.lower() in CHECKPOINT_SUFFIXES and path.is_file() else None
