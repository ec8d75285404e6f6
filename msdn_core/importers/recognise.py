"""Which format a path is in, told by what lies there; nothing is imported, and no large file is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msdn_core.errors import MsdnError
from msdn_core.importers.att_splits import IMAGE_LISTS
from msdn_core.importers.class_folders import class_sheet
from msdn_core.importers.feature_maps import SUFFIXES
from msdn_core.importers.feature_maps.file import MAPS
from msdn_core.importers.images import list_images
from msdn_core.importers.readers.hdf5_files import open_hdf5
from msdn_core.importers.readers.mat_files import read_mat
from msdn_core.importers.readers.safe_pickle import load_arrays
from msdn_core.importers.xlsa17 import SPLITS_FILE
from msdn_core.project import Project

CHECKPOINT_SUFFIXES = (".pth", ".pt")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format by its name on the command line, and the source to give to it."""

    format: str
    """One of ``formats.FORMATS``, or ``checkpoint``, ``images``, or ``project`` for one of our own."""
    source: Path
    splits: Path | None = None
    """``att_splits.mat`` beside the source, where the format may use it."""


def recognise(path: Path) -> Recognised | None:
    """The format of a folder or a file, or None where it is none that can be imported.

    The more telling format wins: CUB's directory is also a folder of images.
    """
    if path.is_dir():
        return next(
            (Recognised(name, path, _splits(path, name)) for name, fits in _FOLDERS if _holds(fits, path)), None
        )
    suffix = path.suffix.lower()
    if not path.is_file():
        return None
    found = next((name for name, suffixes, fits in _FILES if suffix in suffixes and _holds(fits, path)), None)
    return None if found is None else Recognised(found, path, _splits(path.parent, found))


def _splits(folder: Path, name: str) -> Path | None:
    beside = folder / SPLITS_FILE
    return beside if name != "xlsa17" and beside.is_file() else None


def _has(*names: str) -> Callable[[Path], bool]:
    return lambda folder: all((folder / name).is_file() for name in names)


def _one_below(fits: Callable[[Path], bool], *folders: str) -> Callable[[Path], bool]:
    return lambda folder: fits(folder) or any(fits(folder / name) for name in folders)


def _holds(fits: Callable[[Path], bool], path: Path) -> bool:
    try:
        return fits(path)
    except (MsdnError, OSError):
        return False


def _hdf5_with_maps(path: Path) -> bool:
    with open_hdf5(path) as file:
        return MAPS in file


def _pickled_list(path: Path) -> bool:
    content = load_arrays(path)
    return isinstance(content, dict) and "image_files" in content


_FOLDERS: tuple[tuple[str, Callable[[Path], bool]], ...] = (
    ("project", Project.is_project),
    ("cub", _one_below(_has("images.txt", "image_class_labels.txt"), "CUB_200_2011")),
    ("awa2", _one_below(_has("classes.txt", "predicates.txt"), "Animals_with_Attributes2", "AwA2")),
    ("sun", _one_below(_has("attributes.mat", "images.mat"), "SUNAttributeDB", "SUN")),
    ("feature-maps", lambda folder: sum(path.suffix.lower() in SUFFIXES for path in folder.iterdir()) == 1),
    (
        "msdn-lists",
        lambda folder: (
            sum((folder / name).is_file() for name in IMAGE_LISTS if name.endswith(".pkl")) == 1
            and (folder / SPLITS_FILE).is_file()
        ),
    ),
    ("xlsa17", _has(SPLITS_FILE)),
    ("folder", lambda folder: class_sheet(folder) is not None),
    ("images", lambda folder: next(list_images(folder), None) is not None),
)

_FILES: tuple[tuple[str, tuple[str, ...], Callable[[Path], bool]], ...] = (
    ("project", (".sqlite",), lambda path: Project.is_project(path.parent)),
    ("xlsa17", (".mat",), lambda path: "original_att" in read_mat(path, ["original_att"])),
    ("feature-maps", SUFFIXES, _hdf5_with_maps),
    ("msdn-lists", (".pkl",), _pickled_list),
    ("checkpoint", CHECKPOINT_SUFFIXES, lambda _: True),
    ("folder", (".csv", ".json"), lambda _: True),
)
