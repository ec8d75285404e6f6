"""Names what lies in place of an expected file: a web page, an error of a server, a pointer, half a download.

Such files carry the right name, and every reader would call them damaged, which does not help.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

ZIP, GZIP = "zip", "gzip"
"""Archives that some readers expect."""
_ARCHIVES = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x1f\x8b", GZIP),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_HEAD, _TAIL, _MOST_MESSAGE = 4096, (1 << 16) + 22, 1 << 16
_UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".aria2", ".filepart")
_PAGE = re.compile(rb"<(!doctype html|html|head|body|title|script|meta|!--)", re.IGNORECASE)
_MARKUP_ERROR = re.compile(rb"<\?xml|<error", re.IGNORECASE)
_REFUSAL = re.compile(
    r"not found|denied|forbidden|unauthori[sz]ed|too many requests|quota|rate limit|bad gateway|unavailable|expired|"
    r"invalid (username|credentials|token)",
    re.IGNORECASE,
)
_ANNEX = re.compile(rb"/annex/objects/")
_MESSAGES = ("error", "errors", "message", "detail", "errorcode", "error_description", "reason")


def unexpected_kind(path: Path, expected: Collection[str] = ()) -> str | None:
    """Return what a file is instead of data, as the end of a sentence that begins with its name; None if unknown.

    Parameters
    ----------
    path
        The file. One that cannot be opened gives None, since its reader says why.
    expected
        The archives that the file may be: of ``zip`` and ``gzip``.
    """
    try:
        with open_regular(path) as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _TAIL))
            tail = stream.read(_TAIL)
            stream.seek(0)
            head = stream.read(_MOST_MESSAGE if size <= _MOST_MESSAGE else _HEAD)
    except OSError:
        return _dangling(path)
    if not size:
        return "is empty; download it again"
    if path.suffix.lower() in _UNFINISHED:
        return "is an unfinished download; let the browser finish it, or download it again"
    if not head.strip(b"\0"):
        return "begins with zero bytes only, as an interrupted download does; download it again"
    archive = next((kind for start, kind in _ARCHIVES if head.startswith(start)), None)
    if archive == ZIP and b"PK\x05\x06" not in tail:
        return "is a zip file without its end, as an interrupted download leaves it; download it again"
    if archive is not None:
        return None if archive in expected else f"is a {archive} archive; unpack it, and choose the file in it"
    return page_or_pointer(head) or _message(head, size)


def page_or_pointer(head: bytes) -> str | None:
    """Return, by its beginning, what a text file is instead of data, as ``unexpected_kind`` does."""
    return _pointer(head) or _page(head)


def _dangling(path: Path) -> str | None:
    """Name a link of git-annex whose content is not here."""
    try:
        target = str(path.readlink()).replace("\\", "/")
    except (OSError, NotImplementedError):
        return None
    return _ANNEX_SENTENCE if "/annex/objects/" in f"/{target}" else None


_ANNEX_SENTENCE = "is a pointer of git-annex, not the file itself; fetch the file with git annex get"


def _pointer(head: bytes) -> str | None:
    if head.startswith((b"version https://git-lfs", b"version https://hawser")):
        return "is a pointer of Git LFS, not the file itself; fetch the file with git lfs pull"
    if _ANNEX.search(b"/" + head[:1024]) and b"\n" not in head.rstrip(b"\n"):
        return _ANNEX_SENTENCE
    return None


def _page(head: bytes) -> str | None:
    text = head[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _PAGE.match(text) or (text.startswith(b"<") and re.search(rb"<html", text, re.IGNORECASE)):
        return "is a web page, not the file itself; open its address in a browser and download the file there"
    if _MARKUP_ERROR.match(text):
        message = re.search(rb"<message>([^<]{1,200})", text, re.IGNORECASE)
        said = f" ({message[1].decode(errors='replace')})" if message else ""
        return f"is a message in XML{said}, not the file itself; download the file again"
    return None


def _message(head: bytes, size: int) -> str | None:
    """Name a message of a server in JSON or in plain text."""
    if size > _MOST_MESSAGE:
        return None
    try:
        text = head.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return None
    if text.startswith("{"):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return None
        names = {name.lower(): value for name, value in content.items()} if isinstance(content, dict) else {}
        found = next((names[name] for name in _MESSAGES if name in names), None)
        if found is None:
            return None
        return f"is a server's message ({_short(found)}), not the file itself; download the file again"
    if len(text) < 512 and text.isprintable() and _REFUSAL.search(text):
        return f"is a server's message ({_short(text)}), not the file itself; download the file again"
    return None


def _short(message: object) -> str:
    text = " ".join(message.split()) if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"
