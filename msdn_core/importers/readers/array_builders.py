"""What stands for numpy's builders while a stranger's pickle is read: it takes down what is to be built, and no more.

numpy's own builders trust the state that a pickle gives to them, and damaged ones were seen to crash the process. Here
arrays are made afterwards, by ``built``, once type, shape and bytes are seen to agree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CODES = re.compile(r"b1|[iu][1248]|f[248]|c8|c16|[SU]\d{1,5}|O8?")


class RefusedError(Exception):
    """The pickle names something that is not on the list; the text is its name."""


class Builder:
    """A function that a pickle may call; it cannot be changed, nor anything else be done with it."""

    __slots__ = ("_function", "_name")

    def __init__(self, name: str, function: Callable[..., Any] | None) -> None:
        self._name, self._function = name, function

    def __call__(self, *arguments: Any) -> Any:
        if self._function is None:
            raise RefusedError(self._name)
        return self._function(*arguments)

    def __setstate__(self, _state: Any) -> None:
        raise RefusedError(f"a change of {self._name}")


class Type:
    """A numpy type, first by its code and then by its state, which says the order of bytes."""

    def __init__(self, code: Any, *_: Any) -> None:
        text = code.decode("latin1") if isinstance(code, bytes) else code
        if not isinstance(text, str) or not _CODES.fullmatch(text):
            raise RefusedError(f"numpy's type {str(text)[:20]!a}")
        self.dtype = np.dtype(text)

    def __setstate__(self, state: Any) -> None:
        order = state[1].decode() if isinstance(state[1], bytes) else state[1]
        if order not in ("<", ">", "|", "="):
            raise UnpicklingError("a type in no order of bytes")
        if order in ("<", ">"):
            self.dtype = self.dtype.newbyteorder("<" if order == "<" else ">")


class Array:
    """An array that is empty until its state is told."""

    def __init__(self, subtype: Any, *_: Any) -> None:
        if subtype is not PLAIN_ARRAY:
            raise RefusedError("numpy's array builder for another type")
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def build(self) -> NDArray[Any]:
        """The array; UnpicklingError where its parts do not agree."""
        _version, shape, kind, fortran, data = self.state
        return from_bytes(data, kind, shape, "F" if fortran else "C")


def from_bytes(data: Any, kind: Any, shape: Any, order: Any = "C") -> NDArray[Any]:
    """An array of its own of raw bytes, or of a list where it holds objects."""
    if not isinstance(kind, Type) or order not in ("C", "F"):
        raise UnpicklingError("an array without a type")
    sides = tuple(int(side) for side in shape)
    raw = data.encode("latin1") if isinstance(data, str) else data
    if kind.dtype.kind == "O":
        if not isinstance(raw, list) or min(sides, default=0) < 0 or math.prod(sides) != len(raw):
            raise UnpicklingError("an array of objects of another length")
        values = np.empty(len(raw), dtype=object)
        values[:] = raw
        return values.reshape(sides, order=order)
    if min(sides, default=0) < 0 or math.prod(sides) * kind.dtype.itemsize != len(raw):
        raise UnpicklingError("an array of another length than its bytes")
    # numpy takes no bytes for no numbers.
    flat = np.frombuffer(bytes(raw), kind.dtype) if len(raw) else np.zeros(math.prod(sides), kind.dtype)
    return flat.reshape(sides, order=order).copy(order="K")


def scalar(kind: Any, data: Any) -> Any:
    """A single number."""
    return from_bytes(data, kind, (1,))[0]


def built(content: Any) -> Any:
    """What was unpickled, with arrays in the place of their stand-ins; each object is looked at once."""
    return _built(content, {})


def _built(content: Any, done: dict[int, Any]) -> Any:
    if id(content) in done:
        return done[id(content)]
    if isinstance(content, Array):
        made: Any = content.build()
        if made.dtype.kind == "O":
            made[...] = np.frompyfunc(lambda item: _built(item, done), 1, 1)(made)
    elif isinstance(content, dict):
        made = {key: _built(value, done) for key, value in content.items()}
    elif isinstance(content, list):
        made = [_built(value, done) for value in content]
    elif isinstance(content, tuple):
        made = tuple(_built(value, done) for value in content)
    else:
        return content
    done[id(content)] = made
    return made


PLAIN_ARRAY = Builder("numpy.ndarray", None)
"""Named as the type to build, and never called, for it makes room at will."""
