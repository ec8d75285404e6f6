"""Which class the images of a folder may have: what the folder is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from msdn_core.importers.image_names import class_by_folder
from msdn_core.project import ImageRecord


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the project with images that have no class yet."""

    path: str
    class_name: str
    """A class that is there already where one is called so, else the folder's name as one would write it."""
    is_new: bool
    records: tuple[ImageRecord, ...]


def folders_of(records: Sequence[ImageRecord], classes: Sequence[str]) -> list[Folder]:
    """The folders of images without a class, by name; images that lie in no folder are left out."""
    inside: dict[str, list[ImageRecord]] = {}
    for record in records:
        path = record.name.rpartition("/")[0]
        if path and record.class_name is None:
            inside.setdefault(path, []).append(record)
    paths = sorted(inside)
    known = class_by_folder([f"{path}/" for path in paths], classes)
    return [
        Folder(path, name or _as_written(path), name is None, tuple(inside[path]))
        for path, name in zip(paths, known, strict=True)
    ]


def _as_written(path: str) -> str:
    """``birds/004.Groove_billed_Ani`` as “Groove billed Ani”."""
    name = re.sub(r"^\d+[.\s_-]+", "", path.rpartition("/")[2])
    return re.sub(r"[_\s]+", " ", name).strip() or path
