"""The formats of pictures: which are read, under which names, and what to do about the others."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING

from msdn_core.domain.wording import counted, named

if TYPE_CHECKING:
    from collections.abc import Iterable

HEIF_FORMAT = "HEIF"
HEIF_PACKAGE = "pillow_heif"

SUFFIXES_BY_FORMAT = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "AVIF": (".avif", ".avifs"),
    "JPEG2000": (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
    HEIF_FORMAT: (".heic", ".heif", ".hif", ".heics", ".heifs"),
}
"""Every format that can be read, by the name that Pillow gives it, and the suffixes of its files."""

HAS_HEIF = importlib.util.find_spec(HEIF_PACKAGE) is not None
"""Whether the extra ``heic`` is installed."""

IMAGE_FORMATS = tuple(kind for kind in SUFFIXES_BY_FORMAT if kind != HEIF_FORMAT or HAS_HEIF)
"""The only formats that are decoded here, whatever the name of a file: some of Pillow's decoders run programs."""

IMAGE_SUFFIXES = frozenset(suffix for kind in IMAGE_FORMATS for suffix in SUFFIXES_BY_FORMAT[kind])
"""The suffixes, in lower case, of the files that are taken for images."""

HEIF_REMEDY = "install the package pillow-heif (python -m pip install pillow-heif), or save HEIC as JPEG"
_RAW = (
    ".3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .raw .rw2 .rwl "
    ".sr2 .srf .srw .x3f"
)
_DRAWINGS = ".ai .cdr .clip .emf .eps .kra .psb .psd .svg .svgz .wmf .xcf"
_OTHERS = (
    ".bpg .cur .dcm .dds .exr .fit .fits .flif .hdr .icns .ico .jls .jng .jxl .jxr .pcd .pcx .pic .pict .qoi .ras .rgb "
    ".sgi .tga .wdp .xbm .xpm"
)
_REMEDIES = {
    **dict.fromkeys(SUFFIXES_BY_FORMAT[HEIF_FORMAT], HEIF_REMEDY),
    **dict.fromkeys(_RAW.split(), "export a camera's raw data as JPEG or TIFF"),
    **dict.fromkeys(_DRAWINGS.split(), "export drawings and layers as PNG"),
    **dict.fromkeys(_OTHERS.split(), "save other formats as JPEG or PNG"),
}


def is_image_name(name: str) -> bool:
    """Return whether a file is taken for an image by the suffix of its name, in any case."""
    return _suffix(name) in IMAGE_SUFFIXES


def unread_image_remedy(name: str) -> str | None:
    """Return what to do about a picture whose format is not read here; None if the name is not that of such one."""
    suffix = _suffix(name)
    return None if suffix in IMAGE_SUFFIXES else _REMEDIES.get(suffix)


def unread_image_findings(names: Iterable[str]) -> list[str]:
    """Return a sentence per remedy that counts and names the pictures whose format is not read here."""
    by_remedy: dict[str, list[str]] = {}
    for name in sorted(names):
        if (remedy := unread_image_remedy(name)) is not None:
            by_remedy.setdefault(remedy, []).append(name)
    return [
        f"{counted(len(found), 'picture is', 'pictures are')} left out, because the format is not read here "
        f"({named(found)}); {remedy}, and import again."
        for remedy, found in by_remedy.items()
    ]


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 (called for every file below a folder)
