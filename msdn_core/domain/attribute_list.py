"""Attributes as a person writes them down: a line a group, and behind its colon what it can be."""

from __future__ import annotations

from msdn_core.domain.attributes import Attribute
from msdn_core.errors import MsdnError

_LONGEST = 200
"""Characters of a name; longer ones are a text in the wrong place."""


def parse_attribute_list(text: str) -> tuple[Attribute, ...]:
    """The attributes of lines such as ``crown: red, blue, black``; a line without a colon names some without a group.

    A group may stand on several lines; empty lines are skipped.

    Raises:
        MsdnError: if a name is missing, too long, stands twice, or holds ``::``; the line is named.
    """
    found: dict[str, Attribute] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if "::" in line:
            raise MsdnError(f"Line {number}: write one colon behind the group, as in “crown: red, blue”.")
        head, colon, tail = line.partition(":")
        group, names = (head.strip(), tail) if colon else ("", head)
        if colon and not group:
            raise MsdnError(f"Line {number}: a group needs a name before its colon.")
        for name in (one.strip() for one in names.split(",")):
            attribute = Attribute(group, name)
            if not name:
                raise MsdnError(f"Line {number}: there is no name between two commas, or none at the end; write one.")
            if len(attribute.full_name) > _LONGEST:
                raise MsdnError(f"Line {number}: “{name[:20]}…” is longer than {_LONGEST} characters; shorten it.")
            if attribute.full_name in found:
                raise MsdnError(f"Line {number}: “{attribute.full_name}” stands twice; leave one of them out.")
            found[attribute.full_name] = attribute
    return tuple(found.values())
