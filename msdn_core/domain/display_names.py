"""Names as people read them: ``has_crown_color::red`` is shown as *crown color: red*.

Files, the database and the command line keep the raw names; only what is shown passes through here. Nothing is
guessed: CUB writes a hyphen as an underscore, and ``Black_footed`` is therefore shown as *Black footed*.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from msdn_core.domain.attributes import Attribute

_NUMBER = re.compile(r"\d{3}\.(?=[^\W\d_])")
"""The number that CUB-200-2011 puts before a class name: ``001.``"""
_PLUS = re.compile(r"(?<=\w)\+(?=\w)")
"""AWA2 writes a space in a class name as ``+``: ``grizzly+bear``."""
_CACHED = 1 << 16


@lru_cache(_CACHED)
def attribute_text(attribute: Attribute | str) -> str:
    """Return an attribute's name for display.

    Parameters
    ----------
    attribute
        The attribute, or its full name.

    Examples
    --------
    >>> attribute_text("has_bill_shape::curved_(up_or_down)")
    'bill shape: curved (up or down)'
    """
    raw = attribute if isinstance(attribute, str) else attribute.full_name
    return _spaced(raw.removeprefix("has_").replace("::", ": ")) or raw


@lru_cache(_CACHED)
def group_text(group: str) -> str:
    """Return the name of an attribute group for display: ``has_crown_color`` gives *crown color*."""
    return _spaced(group.removeprefix("has_")) or group


@lru_cache(_CACHED)
def value_text(attribute: Attribute) -> str:
    """Return an attribute's name within its group for display: ``has_crown_color::red`` gives *red*."""
    return _spaced(attribute.name) if attribute.group else attribute_text(attribute)


@lru_cache(_CACHED)
def class_text(name: str) -> str:
    """Return a class name for display.

    Examples
    --------
    >>> class_text("004.Groove_billed_Ani")
    'Groove billed Ani'
    >>> class_text("grizzly+bear")
    'grizzly bear'
    """
    return _spaced(_PLUS.sub(" ", _NUMBER.sub("", name, count=1) if _NUMBER.match(name) else name)) or name


def _spaced(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
