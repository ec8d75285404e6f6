"""Pins: pairs of an image and an attribute whose maps a run films, stored in a project or in a run's settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.errors import ConfigError
from msdn_core.safe_files import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from msdn_core.project import Project

MOST_PINS = 24
NO_FILM = "none"
"""The value of a run's setting ``watch`` for no film."""
_KEY = "film_pins"


@dataclass(frozen=True, slots=True)
class Pin:
    """An image of the project and the full name of an attribute."""

    image_id: int
    attribute: str


def read_pins(project: Project) -> tuple[Pin, ...]:
    """Return the pins of a project in the order of pinning; empty if they cannot be read."""
    try:
        content = parse_json(project.meta(_KEY) or "[]")
        return tuple(Pin(int(image), str(attribute)) for image, attribute in content)[:MOST_PINS]
    except (TypeError, ValueError):
        return ()


def write_pins(project: Project, pins: Sequence[Pin]) -> None:
    """Replace the pins of a project; raise ConfigError for more than ``MOST_PINS``, or ProjectError."""
    if len(pins) > MOST_PINS:
        raise ConfigError(f"A film has at most {MOST_PINS} pairs of image and attribute; unpin another pair first.")
    project.set_meta(_KEY, json.dumps([[pin.image_id, pin.attribute] for pin in pins], ensure_ascii=False))


def format_watch_setting(texts: Iterable[str]) -> str:
    """Return the setting ``watch`` of ``IMAGE:ATTRIBUTE`` texts, without empty ones and comments (``#``)."""
    return "; ".join(text for line in texts if (text := line.strip()) and not text.startswith("#"))


def parse_watch_setting(
    setting: str, images: Mapping[str, int], attributes: Iterable[str]
) -> tuple[tuple[Pin, ...], tuple[str, ...]]:
    """Return the pins in the setting ``watch``, and a sentence for each text that is not one.

    ``images`` are the project's by name. A name may contain colons, so each colon is tried as the separator.
    """
    known, pins, problems = set(attributes), [], []
    for text in filter(None, (part.strip() for part in setting.split(";"))):
        colons = [index for index, letter in enumerate(text) if letter == ":"]
        splits = [(text[:index].strip(), text[index + 1 :].strip()) for index in colons]
        found = next((Pin(images[image], name) for image, name in splits if image in images and name in known), None)
        if found is None:
            problems.append(_problem(text, splits, images))
        elif found not in pins:
            pins.append(found)
    if len(pins) > MOST_PINS:
        problems.append(f"A film has at most {MOST_PINS} pairs; the last {len(pins) - MOST_PINS} are left out.")
    return tuple(pins[:MOST_PINS]), tuple(problems)


def _problem(text: str, splits: Sequence[tuple[str, str]], images: Mapping[str, int]) -> str:
    if not splits:
        return f"“{text}” is not a pair to film; write it as IMAGE:ATTRIBUTE."
    attribute = next((name for image, name in splits if image in images), None)
    if attribute is not None:
        return f"“{text}” cannot be filmed: the project has no attribute “{attribute}”."
    return f"“{text}” cannot be filmed: the project has no image “{splits[0][0]}”."
