"""Notes of a run: a text and tags, stored in its directory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.atomic import write_atomic
from msdn_core.errors import FileError
from msdn_core.links import refuse_links
from msdn_core.safe_files import file_errors, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NOTES_FILE = "notes.json"
_MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Notes:
    """A text, and tags to find the run by."""

    text: str = ""
    tags: tuple[str, ...] = ()


def clean_tags(words: Iterable[str]) -> tuple[str, ...]:
    """Return tags without empty ones and duplicates, in the given order."""
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def read_notes(folder: Path) -> Notes:
    """Return the notes in a run's directory; empty if they do not exist or cannot be read."""
    path = folder / NOTES_FILE
    try:
        with file_errors(path):
            content = read_json(path, _MAX_BYTES)
            return Notes(str(content.get("text", "")), clean_tags(map(str, content.get("tags", []))))
    except FileError:
        return Notes()


def write_notes(folder: Path, notes: Notes) -> None:
    """Replace the notes; raise MsdnError if they cannot be written, or the run's folder is a link."""
    refuse_links(folder.parent.parent, folder / NOTES_FILE)
    content = {"text": notes.text, "tags": list(notes.tags)}
    write_atomic(folder / NOTES_FILE, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
