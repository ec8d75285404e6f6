"""Stand-ins for numpy's builders while an untrusted pickle is read: they only record what to build.

numpy's own builders trust the state in a pickle, and damaged pickles have crashed the process. Here arrays are built
afterwards, by ``build_arrays``, once type, shape and bytes have been checked.
"""

from __future__ import annotations

import math
import re
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_CODES = re.compile(r"b1|[iu][1248]|f[248]|c8|c16|[SU]\d{1,5}|O8?")


class RefusedError(Exception):
    """The pickle names something that is not allowed; the text is its name."""


class Builder:
    """A function that a pickle may call, and do nothing else with."""

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
    """A numpy type: first its code, then its state, which has the byte order."""

    def __init__(self, code: Any, *_: Any) -> None:
        text = code.decode("latin1") if isinstance(code, bytes) else code
        if not isinstance(text, str) or not _CODES.fullmatch(text):
            raise RefusedError(f"numpy's type {str(text)[:20]!a}")
        self.dtype = np.dtype(text)

    def __setstate__(self, state: Any) -> None:
        order = state[1].decode() if isinstance(state[1], bytes) else state[1]
        if order not in ("<", ">", "|", "="):
            raise UnpicklingError("a type without a byte order")
        if order in ("<", ">"):
            self.dtype = self.dtype.newbyteorder("<" if order == "<" else ">")


class Array:
    """An array that is empty until its state is set."""

    def __init__(self, subtype: Any, *_: Any) -> None:
        if subtype is not PLAIN_ARRAY:
            raise RefusedError("numpy's array builder for another type")
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def build(self) -> NDArray[Any]:
        """Return the array; raise UnpicklingError if its parts contradict one another."""
        _version, shape, kind, fortran, data = self.state
        return from_bytes(data, kind, shape, "F" if fortran else "C")


def from_bytes(data: Any, kind: Any, shape: Any, order: Any = "C") -> NDArray[Any]:
    """Return a new array from raw bytes, or from a list if it contains objects."""
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
    # numpy refuses an empty buffer.
    flat = np.frombuffer(bytes(raw), kind.dtype) if len(raw) else np.zeros(math.prod(sides), kind.dtype)
    return flat.reshape(sides, order=order).copy(order="K")


def scalar(kind: Any, data: Any) -> Any:
    """Return a single number."""
    return from_bytes(data, kind, (1,))[0]


def build_arrays(content: Any) -> Any:
    """Return unpickled content with arrays instead of their stand-ins; each object is visited once."""
    return _build(content, {})


def _build(content: Any, done: dict[int, Any]) -> Any:
    if id(content) in done:
        return done[id(content)]
    if isinstance(content, Array):
        made: Any = content.build()
        if made.dtype.kind == "O":
            made[...] = np.frompyfunc(lambda item: _build(item, done), 1, 1)(made)
    elif isinstance(content, dict):
        made = {key: _build(value, done) for key, value in content.items()}
    elif isinstance(content, list):
        made = [_build(value, done) for value in content]
    elif isinstance(content, tuple):
        made = tuple(_build(value, done) for value in content)
    else:
        return content
    done[id(content)] = made
    return made


PLAIN_ARRAY = Builder("numpy.ndarray", None)
"""Named as the type to build, and never called, since it allocates any amount of memory."""
