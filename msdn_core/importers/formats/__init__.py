"""All formats that a project can be made from; each one describes itself in its own module."""

from __future__ import annotations

from msdn_core.importers.formats import awa2, class_folders, cub, feature_maps, msdn_lists, sun, xlsa17
from msdn_core.importers.formats.format import IMAGES, SPLITS, WORD_VECTORS, Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT for module in (cub, awa2, sun, feature_maps, msdn_lists, xlsa17, class_folders)
}
"""By name. What is recognised as several formats counts as the first of them: CUB's directory is also a folder of
images by class."""

__all__ = ["FORMATS", "IMAGES", "SPLITS", "WORD_VECTORS", "Format"]
