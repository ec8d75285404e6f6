"""Every format that a project is made of: its name on the command line, its importer, and the options it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from msdn_core.importers.report import ImportReport

IMAGES, SPLITS, WORD_VECTORS = "images", "splits", "word_vectors"


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is imported from one source, a folder or a file."""

    text: str
    """What the source is, in words."""
    importer: str
    """``module.function`` in this room; it takes the source, the project's path, and the options by name."""
    options: tuple[str, ...]
    reports_progress: bool = False

    def load(self) -> Callable[..., ImportReport]:
        """The importer; its module is loaded now."""
        module, _, function = self.importer.partition(".")
        return getattr(import_module(f"msdn_core.importers.{module}"), function)  # type: ignore[no-any-return]


_ALL = (IMAGES, SPLITS, WORD_VECTORS)

FORMATS: dict[str, Format] = {
    "cub": Format("the official directory of CUB-200-2011", "cub.import_cub", (SPLITS, WORD_VECTORS), True),
    "awa2": Format("the official directory of AwA2", "awa2.import_awa2", _ALL),
    "sun": Format("the official directory of SUN Attribute", "sun.import_sun", _ALL),
    "xlsa17": Format("a folder with att_splits.mat", "xlsa17.import_xlsa17", (IMAGES, WORD_VECTORS)),
    "feature-maps": Format(
        "feature maps of TransZero, MSDN or DAZLE (HDF5), used as they are",
        "feature_maps.import_feature_maps",
        _ALL,
        True,
    ),
    "msdn-lists": Format("one of MSDN's pickled lists, e.g. CUB.pkl", "msdn_lists.import_msdn_lists", _ALL),
    "folder": Format(
        "a folder with classes.csv and one folder of images a class", "class_folders.import_class_folders", _ALL
    ),
}
