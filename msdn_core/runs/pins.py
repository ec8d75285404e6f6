"""Pins: pairs of an image and an attribute whose maps a run films, stored in a project or in a run's settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.domain.name_matching import match_paths, match_words
from msdn_core.errors import ConfigError
from msdn_core.safe_files import parse_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

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
    full_names, image_names = tuple(attributes), tuple(images)
    pins: list[Pin] = []
    problems: list[str] = []
    texts = [text for part in setting.split(";") if (text := part.strip())]
    splits_of = {
        text: [(text[:place].strip(), text[place + 1 :].strip()) for place, letter in enumerate(text) if letter == ":"]
        for text in texts
    }
    pairs = [pair for splits in splits_of.values() for pair in splits]
    image_matches = match_paths([image for image, _ in pairs], image_names)
    attribute_matches = match_words([name for _, name in pairs], full_names)
    found_images, found_attributes = image_matches.matched, attribute_matches.matched
    unclear = {*image_matches.ambiguous, *attribute_matches.ambiguous}
    for text in texts:
        found = next(
            (
                Pin(images[image_names[found_images[image]]], full_names[found_attributes[name]])
                for image, name in splits_of[text]
                if image in found_images and name in found_attributes
            ),
            None,
        )
        if found is None:
            several = next((name for pair in splits_of[text] for name in pair if name in unclear), None)
            problems.append(
                _problem(text, splits_of[text], found_images)
                if several is None
                else f"“{text}” cannot be filmed: “{several}” fits several names; write the whole name."
            )
        elif found not in pins:
            pins.append(found)
    if len(pins) > MOST_PINS:
        problems.append(f"A film has at most {MOST_PINS} pairs; the last {len(pins) - MOST_PINS} are left out.")
    return tuple(pins[:MOST_PINS]), tuple(problems)


def _problem(text: str, splits: Sequence[tuple[str, str]], images: Collection[str]) -> str:
    if not splits:
        return f"“{text}” is not a pair to film; write it as IMAGE:ATTRIBUTE."
    attribute = next((name for image, name in splits if image in images), None)
    if attribute is not None:
        return f"“{text}” cannot be filmed: the project has no attribute “{attribute}”."
    return f"“{text}” cannot be filmed: the project has no image “{splits[0][0]}”."
