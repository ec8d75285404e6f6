"""Attributes as a person writes them: one group per line, its name, a colon, and its values."""

from __future__ import annotations

from unicodedata import normalize

from msdn_core.domain.attributes import Attribute
from msdn_core.errors import MsdnError

_LONGEST = 200
"""The most characters of a name; longer ones are pasted by mistake."""


def parse_attribute_list(text: str) -> tuple[Attribute, ...]:
    """Return the attributes in lines such as ``crown: red, blue, black``.

    A line without a colon has attributes without a group. A group may have several lines; empty lines are skipped.

    Raises
    ------
    MsdnError
        If a name is missing, too long, occurs twice, or contains ``::``; the text names the line.
    """
    found: dict[str, Attribute] = {}
    # Two Unicode forms of one name look the same.
    for number, line in enumerate(normalize("NFC", text).splitlines(), 1):
        if not line.strip():
            continue
        if "::" in line:
            raise MsdnError(f"Line {number}: write one colon after the group, as in “crown: red, blue”.")
        head, colon, tail = line.partition(":")
        group, names = (head.strip(), tail) if colon else ("", head)
        if colon and not group:
            raise MsdnError(f"Line {number}: enter the name of the group before the colon.")
        for name in (part.strip() for part in names.split(",")):
            attribute = Attribute(group, name)
            if not name:
                raise MsdnError(f"Line {number}: a value is missing between two commas or at the end; enter it.")
            if len(attribute.full_name) > _LONGEST:
                raise MsdnError(f"Line {number}: “{name[:20]}…” is longer than {_LONGEST} characters; shorten it.")
            if attribute.full_name in found:
                raise MsdnError(f"Line {number}: “{attribute.full_name}” occurs twice; remove one of them.")
            found[attribute.full_name] = attribute
    return tuple(found.values())
