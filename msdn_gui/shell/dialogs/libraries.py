"""Which packages the program stands on here, with their versions and licences, as the packages themselves say."""

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
"""Some packages put the whole licence where its name belongs."""
_LONGEST_TEXT = 400_000


@dataclass(frozen=True)
class Library:
    """An installed package."""

    name: str
    version: str
    licence: str
    """Its name, or a word that it is not told."""
    files: tuple[Path, ...] = ()
    """Where its licences stand."""


def used_libraries() -> list[Library]:
    """This program first, then by name all packages that it or one of them asks for, as installed here."""
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
            continue  # It belongs to another system, or another version of Python.
        found[name] = Library(package.metadata["Name"] or name, package.version, _licence(package), _files(package))
        # What belongs to an extra was not asked for.
        wanted = [text for text in package.requires or [] if not re.search(r"extra\s*==", text)]
        waiting += [match.group() for text in wanted if (match := _NAME.match(text))]
    found.pop(OWN, None)
    own = Library("MSDN Explorer", __version__, "MIT", _own_files())
    return [own, *sorted(found.values(), key=lambda library: library.name.lower())]


def version_of(name: str) -> str:
    """A package's version, told without importing it."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def licence_text(library: Library) -> str:
    """What its licence files say, one after the other."""
    parts = []
    for file in library.files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError as fault:
            text = f"This file cannot be read ({fault.strerror})."
        parts.append(f"{file.name}\n\n{text.strip()}" if len(library.files) > 1 else text.strip())
    whole = "\n\n\n".join(parts)
    if len(whole) > _LONGEST_TEXT:
        whole = f"{whole[:_LONGEST_TEXT]}\n\n… The rest stands beside {library.files[0]}."
    return whole or f"{library.name} brings no text of its licence along; its home page has it."


def _licence(package: metadata.Distribution) -> str:
    told = package.metadata
    for key in ("License-Expression", "License"):
        text = (told[key] or "").strip() if key in told else ""
        if text and text != "UNKNOWN" and "\n" not in text and len(text) <= _LONGEST_NAME:
            return text
    classes = [text.rpartition(" :: ")[2] for text in told.get_all("Classifier") or [] if text.startswith("License")]
    return ", ".join(classes) or "see its text"


def _files(package: metadata.Distribution) -> tuple[Path, ...]:
    found = [file for file in package.files or [] if _LICENCE_FILE.search(str(file))]
    # The package's own licence before those of what it has taken in.
    found.sort(key=lambda file: (len(file.parts), str(file)))
    return tuple(Path(str(package.locate_file(file))) for file in found)


def _own_files() -> tuple[Path, ...]:
    """Beside a checkout, or with the installed package."""
    root = Path(__file__).resolve().parents[2]
    beside = tuple(root / name for name in ("NOTICE", "LICENSE"))
    if all(file.is_file() for file in beside):
        return beside
    try:
        return _files(metadata.distribution(OWN))
    except metadata.PackageNotFoundError:
        return ()
