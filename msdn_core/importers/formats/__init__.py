"""All formats that a project can be made from; each one describes itself in its own module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msdn_core.importers.formats.format import IMAGES, SPLITS, WORD_VECTORS, Format


class _Formats(Mapping[str, Format]):
    """The formats by name, loaded on first use: the window starts without them."""

    @cached_property
    def _by_name(self) -> dict[str, Format]:
        from msdn_core.importers.formats import awa2, class_folders, cub, feature_maps, msdn_lists, sun, xlsa17

        modules = (cub, awa2, sun, feature_maps, msdn_lists, xlsa17, class_folders)
        return {module.FORMAT.name: module.FORMAT for module in modules}

    def __getitem__(self, name: str) -> Format:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


FORMATS: Mapping[str, Format] = _Formats()
"""By name. What is recognised as several formats counts as the first of them: CUB's directory is also a folder of
images by class."""

__all__ = ["FORMATS", "IMAGES", "SPLITS", "WORD_VECTORS", "Format"]
