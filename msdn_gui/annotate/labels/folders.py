"""Folders with images without a class, and the class that each is probably named after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

from msdn_core.importers.image_names import class_by_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.project import ImageRecord


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the project with images that have no class."""

    path: str
    class_name: str
    """The existing class of that name, or else the folder's name as a person would write it."""
    is_new: bool
    records: tuple[ImageRecord, ...]


def folders_of(records: Sequence[ImageRecord], classes: Sequence[str]) -> list[Folder]:
    """Return the folders of images without a class, by name; images that are in no folder are left out."""
    inside: dict[str, list[ImageRecord]] = {}
    for record in records:
        path = record.name.rpartition("/")[0]
        if path and record.class_name is None:
            inside.setdefault(path, []).append(record)
    paths = sorted(inside)
    known = class_by_folder([f"{path}/" for path in paths], classes)
    return [
        Folder(path, name or _class_name(path), name is None, tuple(inside[path]))
        for path, name in zip(paths, known, strict=True)
    ]


def _class_name(path: str) -> str:
    """Return ``birds/004.Groove_billed_Ani`` as “Groove billed Ani”."""
    name = re.sub(r"^\d+[.\s_-]+", "", path.rpartition("/")[2])
    return normalize("NFC", re.sub(r"[_\s]+", " ", name).strip() or path)
