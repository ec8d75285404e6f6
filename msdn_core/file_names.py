"""Names of files and folders that are valid, and different from one another, on every system."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Windows gives these names to devices, also with a suffix and in any case.
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_INVALID = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


def is_portable(name: str) -> bool:
    """Return whether Windows, macOS and Linux all accept a name and keep it as it is."""
    stem = name.rstrip(" .")
    return bool(stem) and stem == name and not _INVALID.search(name) and not _RESERVED.fullmatch(name)


def is_reserved(name: str) -> bool:
    """Return whether Windows gives a name to a device, such as ``nul`` or ``com1.txt``."""
    return _RESERVED.fullmatch(name.rstrip(" .")) is not None


def portable_name(text: str, *, otherwise: str, most: int = 120) -> str:
    """Return a text as a name that is portable; ``otherwise`` if nothing of it is left."""
    name = re.sub(r"[^\w .+-]+", "-", unicodedata.normalize("NFC", text)).strip(" .-")[:most].strip(" .-")
    if not name:
        return otherwise
    return f"{name}-" if is_reserved(name) and "." not in name else f"-{name}" if is_reserved(name) else name


def name_key(name: str) -> str:
    """Return what is equal for names that Windows or macOS take for one and the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def clashing(name: str, others: Iterable[str]) -> str | None:
    """Return the first of other names that Windows or macOS take for the same as a name; None if there is none."""
    key = name_key(name)
    return next((other for other in others if name_key(other) == key), None)
