"""The installed packages that the program uses, with their versions and licences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from msdn_core.version import __version__

OWN = "msdn-explorer"
_LICENCE_FILE = re.compile(r"\.dist-info/.*(licen[sc]e|copying|notice)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_LONGEST_NAME = 80
"""Some packages put the whole text where the licence's name belongs."""
_LONGEST_TEXT = 400_000


@dataclass(frozen=True)
class Library:
    """An installed package."""

    name: str
    version: str
    licence: str
    """The licence's name, or a note that it is unknown."""
    files: tuple[Path, ...] = ()
    """The licence files."""


def used_libraries() -> list[Library]:
    """Return this program, then by name all installed packages that it needs, directly or indirectly."""
    found: dict[str, Library] = {}
    waiting, seen = [OWN], set()
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # It is for another system or another version of Python.
        found[name] = Library(package.metadata["Name"] or name, package.version, _licence(package), _files(package))
        # Extras are not needed.
        needed = [text for text in package.requires or [] if not re.search(r"extra\s*==", text)]
        waiting += [match.group() for text in needed if (match := _NAME.match(text))]
    found.pop(OWN, None)
    own = Library("MSDN Explorer", __version__, "MIT", _own_files())
    return [own, *sorted(found.values(), key=lambda library: library.name.lower())]


def version_of(name: str) -> str:
    """Return a package's version without importing it."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def licence_text(library: Library) -> str:
    """Return the text of a package's licence files."""
    parts = []
    for file in library.files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            text = f"This file cannot be read ({error.strerror})."
        parts.append(f"{file.name}\n\n{text.strip()}" if len(library.files) > 1 else text.strip())
    whole = "\n\n\n".join(parts)
    if len(whole) > _LONGEST_TEXT:
        whole = f"{whole[:_LONGEST_TEXT]}\n\n… The rest is in {library.files[0].parent}."
    return whole or f"{library.name} comes without a licence text; see its home page."


def _licence(package: metadata.Distribution) -> str:
    described = package.metadata
    for key in ("License-Expression", "License"):
        text = (described[key] or "").strip() if key in described else ""
        if text and text != "UNKNOWN" and "\n" not in text and len(text) <= _LONGEST_NAME:
            return text
    classes = [
        text.rpartition(" :: ")[2] for text in described.get_all("Classifier") or [] if text.startswith("License")
    ]
    return ", ".join(classes) or "see text"


def _files(package: metadata.Distribution) -> tuple[Path, ...]:
    found = [file for file in package.files or [] if _LICENCE_FILE.search(str(file))]
    # The package's own licence comes before those of bundled code.
    found.sort(key=lambda file: (len(file.parts), str(file)))
    return tuple(Path(str(package.locate_file(file))) for file in found)


def _own_files() -> tuple[Path, ...]:
    """Return the licence files of this program, in a checkout or the installed package."""
    root = Path(__file__).resolve().parents[2]
    beside = tuple(root / name for name in ("NOTICE", "LICENSE"))
    if all(file.is_file() for file in beside):
        return beside
    try:
        return _files(metadata.distribution(OWN))
    except metadata.PackageNotFoundError:
        return ()
