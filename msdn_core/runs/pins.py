"""Pairs of an image and an attribute whose maps a run films: a project's own, and those that a run is given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msdn_core.errors import ConfigError
from msdn_core.project import Project

MOST_PINS = 24
NO_FILM = "none"
"""What a run's setting ``watch`` says where nothing shall be filmed."""
_KEY = "film_pins"


@dataclass(frozen=True, slots=True)
class Pin:
    """An image of the project, and an attribute by its full name."""

    image_id: int
    attribute: str


def read_pins(project: Project) -> tuple[Pin, ...]:
    """The pairs that are pinned in a project, in the order in which they were; none where none can be read."""
    try:
        content = json.loads(project.meta(_KEY) or "[]")
        return tuple(Pin(int(image), str(attribute)) for image, attribute in content)[:MOST_PINS]
    except (TypeError, ValueError, OverflowError, RecursionError):
        return ()


def write_pins(project: Project, pins: Sequence[Pin]) -> None:
    """Replaces the pinned pairs; ConfigError where there are more than ``MOST_PINS``, what a project raises else."""
    if len(pins) > MOST_PINS:
        raise ConfigError(f"A film holds at most {MOST_PINS} pairs of image and attribute; take another one off first.")
    project.set_meta(_KEY, json.dumps([[pin.image_id, pin.attribute] for pin in pins], ensure_ascii=False))


def format_watch_setting(texts: Iterable[str]) -> str:
    """``IMAGE:ATTRIBUTE`` texts as the setting ``watch``; empty ones and comments (``#``) are left out."""
    return "; ".join(text for line in texts if (text := line.strip()) and not text.startswith("#"))


def parse_watch_setting(
    setting: str, images: Mapping[str, int], attributes: Iterable[str]
) -> tuple[tuple[Pin, ...], tuple[str, ...]]:
    """The pairs that the setting ``watch`` names, and a sentence of each text that names none.

    ``images`` are the project's by name. A name may hold colons itself, so each colon is tried.
    """
    known, pins, faults = set(attributes), [], []
    for text in filter(None, (part.strip() for part in setting.split(";"))):
        places = [place for place, letter in enumerate(text) if letter == ":"]
        splits = [(text[:place].strip(), text[place + 1 :].strip()) for place in places]
        found = next((Pin(images[image], name) for image, name in splits if image in images and name in known), None)
        if found is None:
            faults.append(_fault(text, splits, images))
        elif found not in pins:
            pins.append(found)
    if len(pins) > MOST_PINS:
        faults.append(f"A film holds at most {MOST_PINS} pairs; the {len(pins) - MOST_PINS} after them are left out.")
    return tuple(pins[:MOST_PINS]), tuple(faults)


def _fault(text: str, splits: Sequence[tuple[str, str]], images: Mapping[str, int]) -> str:
    if not splits:
        return f"“{text}” is no pair to film; write it as IMAGE:ATTRIBUTE."
    named = next((name for image, name in splits if image in images), None)
    if named is not None:
        return f"“{text}” cannot be filmed: there is no attribute “{named}” in the project."
    return f"“{text}” cannot be filmed: there is no image “{splits[0][0]}” in the project."
