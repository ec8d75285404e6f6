"""The ways in which other programs spell the name of a file or of a class, undone one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCHEME = re.compile(r"^[a-z][a-z0-9+.\-]+:/{1,3}", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[\\/]|[a-z]:|[a-z][a-z0-9+.\-]+:/", re.IGNORECASE)
_DRIVE = re.compile(r"^[a-z]:", re.IGNORECASE)
_RENAMED = re.compile(
    r"^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{8})[-_](.+)$"
)
"""Label Studio and many web forms put a part of a hash in front of the name of an uploaded file."""
_ROBOFLOW = re.compile(r"^(.+)_([a-z0-9]{2,5})\.rf\.[0-9a-z]{16,40}\.[a-z0-9]{2,5}$", re.IGNORECASE)
"""Roboflow turns ``bird.jpg`` into ``bird_jpg.rf.`` with a hash and a suffix."""
_DATE = re.compile(r"(?:19|20)\d{6}$")
_NUMBER = re.compile(r"^(?:\d+\.|0\d+[_\- ]|n\d{8}[_\- ])(?=.*\w)")
"""The number in front of a class: ``001.Albatross``, ``001_Albatross``, ImageNet's ``n02085620-Chihuahua``."""
_SIGN = re.compile(r"(?:(?<=\s)|^)[+\-−](?=\d|$)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_MOST_DECODED = 2

GENERIC_FOLDERS = frozenset(
    (
        *("data", "dataset", "files", "image", "images", "img", "imgs", "jpegimages", "jpg", "media", "photo"),
        *("photographs", "photos", "pics", "picture", "pictures"),
        *("test", "train", "training", "upload", "uploads", "val", "valid", "validation"),
    )
)
"""Folders that only hold pictures and tell nothing of them."""


def folded(text: str) -> str:
    """Return a text without regard to case and to the Unicode form of its letters."""
    return normalize("NFC", normalize("NFC", text).casefold())


def as_known(text: str, known: Iterable[str]) -> str:
    """Return the known name that looks the same as a text, in whichever Unicode form, or else the text composed."""
    composed = normalize("NFC", text)
    return next((name for name in known if normalize("NFC", name) == composed), composed)


def without_drive(name: str) -> str:
    """Return a path without the letter of a drive in front."""
    return _DRIVE.sub("", name)


def path_parts(name: str) -> tuple[str, ...]:
    """Return the folders and the file of a path in any system's spelling, without drive, ``.`` and ``..``."""
    parts: list[str] = []
    for part in without_drive(normalize("NFC", name).strip()).replace("\\", "/").split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return tuple(parts)


def is_absolute(name: str) -> bool:
    """Return whether a path begins at a drive, the root of a system, or an address."""
    return _ABSOLUTE.match(name.strip()) is not None


def leads_out(name: str) -> bool:
    """Return whether a path's ``..`` lead above where it starts, or it is no path at all."""
    depth = 0
    for part in name.replace("\\", "/").split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return depth == 0 or "\0" in name or name.encode("utf-8", "replace").decode() != name


def path_spellings(name: str) -> list[tuple[str, ...]]:
    """Return what a path may mean, the likeliest first: as it is, without query and fragment, and decoded."""
    if not any(sign in name for sign in "%?#:"):
        return [path_parts(name)]
    address = _SCHEME.sub("/", name)
    # An address may end with a place in the picture, #xywh=10,20,30,40.
    before, mark, _ = address.rpartition("#")
    whole = before if mark and "." in before.rpartition("/")[2] else address
    path, _, query = whole.partition("?")
    # Label Studio serves /data/local-files/?d=folder/bird.jpg.
    values = [value for _, value in parse_qsl(query) if "." in value]
    literal, decoded = [name, address, whole, path], [*values, unquote(path), unquote(whole)]
    # Escapes are part of an address, but may be letters of a file's name.
    texts = [*decoded, *literal] if values or whole != name else [*literal, *decoded]
    for text in decoded:
        for _ in range(_MOST_DECODED):
            text = unquote(text)
            texts.append(text)
    return list(dict.fromkeys(parts for text in dict.fromkeys(texts) if (parts := path_parts(text))))


def original_file(file: str, *, digits: bool = False) -> str | None:
    """Return a file's name before a tool for annotations renamed it, or None if none has.

    Parameters
    ----------
    file
        The name, without folders.
    digits
        Whether eight digits that are no date can be a hash.
    """
    if found := _ROBOFLOW.match(file):
        return f"{found[1]}.{found[2]}"
    found = _RENAMED.match(file)
    if found is None:
        return None
    digest = file[: found.start(1) - 1]
    return found[1] if re.search("[a-f]", digest) or (digits and not _DATE.match(digest)) else None


def loose_file(file: str) -> str:
    """Return a file's name as web forms keep it: without spaces and punctuation, case and Unicode form."""
    return re.sub(r"[^\w.\-]", "", folded(unquote(file)).replace(" ", "_"))


def loose_word(text: str) -> str:
    """Return the letters, digits and signs of a name without what separates its words."""
    text = _SIGN.sub(lambda sign: "plus" if sign.group() == "+" else "minus", folded(text).strip())
    text = re.sub(r"[<>=#*%±]", lambda sign: f"x{ord(sign.group()):x}x", text)
    # 1.5 and 15 are two values, so digits stay apart.
    return re.sub(r"[^\w\x00]+|_", "", _BETWEEN_DIGITS.sub("\x00", text))


def without_number(text: str) -> str:
    """Return a class name without the number that a data set puts in front of it."""
    return _NUMBER.sub("", text)


def same_number(text: str, other: str) -> bool:
    """Return whether two class names have no numbers in front that differ."""
    found = _NUMBER.match(text), _NUMBER.match(other)
    return found[0] is None or found[1] is None or found[0].group().strip("._- ") == found[1].group().strip("._- ")
