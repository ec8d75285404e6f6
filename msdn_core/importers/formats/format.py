"""How a format describes itself: its name, how it is recognised, and how it is imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from msdn_core.importers.report import ImportReport

IMAGES, SPLITS, WORD_VECTORS = "images", "splits", "word_vectors"
"""The options that a format may take: a folder of photographs, ``att_splits.mat``, a file of word vectors."""
ALL_OPTIONS = (IMAGES, SPLITS, WORD_VECTORS)


@dataclass(frozen=True, slots=True)
class Format:
    """A format that a project can be made from.

    Whatever lists formats (the command line, the import dialogue, recognition, the test of the documentation) reads
    it from here.
    """

    name: str
    """Its name on the command line."""
    text: str
    """What the source is, as a noun phrase in lower case."""
    importer: Callable[..., ImportReport]
    """Takes the source, the project's folder, the options by name, and ``progress`` if it reports any."""
    options: tuple[str, ...] = ALL_OPTIONS
    reports_progress: bool = False
    fits_folder: Callable[[Path], bool] = lambda _: False
    """Whether a folder is in this format, by a look at a few names; may raise MsdnError or OSError for no."""
    suffixes: tuple[str, ...] = ()
    """The suffixes, in lower case, of files that can be in this format."""
    fits_file: Callable[[Path], bool] = lambda _: True
    """Whether a file with one of the suffixes is in this format; may raise MsdnError or OSError for no."""

    def recognises(self, path: Path) -> bool:
        """Return whether a folder or file is in this format, without reading much of it."""
        try:
            if path.is_dir():
                return self.fits_folder(path)
            return path.suffix.lower() in self.suffixes and path.is_file() and self.fits_file(path)
        except (MsdnError, OSError):
            return False


def has_files(folder: Path, *names: str) -> bool:
    """Return whether a folder has all of these files."""
    return all((folder / name).is_file() for name in names)
