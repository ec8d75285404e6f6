"""HDF5 files of strangers, read by a process of its own with limits of time and memory.

The library that reads them can be made to loop, to need any amount of memory, or to crash by a few changed bytes.
"""

from __future__ import annotations

import io
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.child_environment import PROGRAM_FOLDER, child_environment
from msdn_core.errors import ImportFault
from msdn_core.file_kinds import unexpected_kind
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

SIGNATURE = b"\x89HDF\r\n\x1a\n"
NORMALISED = "normalised"
"""The attribute of maps whose regions already have length 1 over C."""
_CHILD = "msdn_core.importers.readers.hdf5_child"
_READ_S, _COPY_S = 3.0, 120.0
"""Limits of processor time for everything but the maps, and for a block of maps."""
_WAIT_S = {_READ_S: 60.0, _COPY_S: 600.0}
"""The longest wait for a word of the process: disks and networks may be slow."""
_MOST_ANSWER = 1 << 30
_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False, slots=True)
class MapsPlace:
    """Where the maps of a file are."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int | None
    """The position of the first number; None if they are chunked or compressed."""
    normalised: bool


@dataclass(frozen=True, eq=False, slots=True)
class Hdf5Content:
    """What was asked for and exists in a file."""

    numbers: Mapping[str, NDArray[Any]]
    texts: Mapping[str, tuple[str, ...]]
    """Empty where there is no list of texts."""
    attributes: Mapping[str, str | bool | None]
    maps: MapsPlace | None


def is_hdf5(path: Path) -> bool:
    """Return whether a file has the signature of HDF5, at the start or after a block of the user's."""
    with open_regular(path) as stream:
        size = stream.seek(0, 2)
        place = 0
        while place < size:
            stream.seek(place)
            if stream.read(len(SIGNATURE)) == SIGNATURE:
                return True
            place = 512 if place == 0 else 2 * place
    return False


def read_hdf5(
    path: Path, *, numbers: Collection[str], texts: Collection[str], attributes: Collection[str], maps: str
) -> Hdf5Content:
    """Return lists, tables, texts and attributes of a file, and the place of its maps.

    Raises
    ------
    ImportFault
        If the file cannot be read within the limits, is damaged, or keeps data in another file.
    """
    _check_signature(path)
    request = {"numbers": list(numbers), "texts": list(texts), "attributes": list(attributes), "maps": maps}
    arrays = _ask(path, request, _READ_S, lambda _: None)
    try:
        described = json.loads(arrays["described"].tobytes())
        place = described["maps"]
        return Hdf5Content(
            {name: arrays[f"numbers_{number}"] for number, name in enumerate(described["numbers"])},
            {name: tuple(map(str, values)) for name, values in described["texts"].items()},
            described["attributes"],
            None
            if place is None
            else MapsPlace(tuple(place["shape"]), np.dtype(place["dtype"]), place["offset"], place["normalised"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise _unreadable(path, "its content cannot be described") from fault


def copy_maps(
    path: Path,
    maps: str,
    target: Path,
    shape: tuple[int, int, int],
    *,
    channels_last: bool,
    progress: Callable[[int], object],
) -> None:
    """Write maps to a file as (N, C, R) float16, each region of length 1 over C.

    Parameters
    ----------
    path
        The HDF5 file.
    maps
        The name of the maps in it.
    target
        The file to write.
    shape
        (N, C, R)
    channels_last
        Whether the maps are (N, R, C) or (N, H, W, C).
    progress
        Called with the number of maps that are written.

    Raises
    ------
    ImportFault
        If the maps cannot be read within the limits, are damaged, or have a number that is not finite.
    OSError
        If the target cannot be written.
    """
    target.touch()
    request = {"maps": maps, "target": str(target), "shape": shape, "channels_last": channels_last}
    _ask(path, request, _COPY_S, progress)
    with target.open("r+b") as written:
        os.fsync(written.fileno())


def not_finite(path: Path, maps: str, row: int) -> ImportFault:
    """Return the error for the map of a row that has a number that is not finite."""
    return ImportFault(
        f"{path}: {maps} of image {row + 1:,} has values that are not finite numbers (NaN or infinite); extract the "
        "maps again, or choose another file."
    )


def _check_signature(path: Path) -> None:
    other = unexpected_kind(path)
    if other is not None:
        raise ImportFault(f"{path} {other}.")
    try:
        if is_hdf5(path):
            return
    except FileNotFoundError as fault:
        raise ImportFault(f"There is no file {path}; check the path.") from fault
    except OSError as fault:
        raise ImportFault(f"The file {path} cannot be read ({fault.strerror or fault}); check the path.") from fault
    raise _unreadable(path, "it does not begin like one")


def _unreadable(path: Path, reason: str) -> ImportFault:
    return ImportFault(f"{path} is not a complete HDF5 file ({reason}); download it again.")


def _ask(
    path: Path, request: Mapping[str, Any], seconds: float, progress: Callable[[int], object]
) -> dict[str, NDArray[Any]]:
    """Start the process, and return the arrays of its answer; end it when it takes too long."""
    text = json.dumps({**request, "path": str(path.absolute()), "seconds": seconds})
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NO_WINDOW}
    process = subprocess.Popen(
        [sys.executable, "-m", _CHILD, text],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=PROGRAM_FOLDER,
        # One thread: those of a linear algebra library would use up the limit of memory.
        env={**os.environ, **child_environment(), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        **options,
    )
    answers: queue.Queue[tuple[str, Any]] = queue.Queue()
    reader = threading.Thread(target=_listen, args=(process, answers), name="HDF5 answers", daemon=True)
    reader.start()
    try:
        while True:
            kind, value = answers.get(timeout=_WAIT_S[seconds])
            if kind == "P":
                progress(value)
            elif kind == "F":
                raise ImportFault(value)
            elif kind == "W":
                raise OSError(value, os.strerror(value))
            elif kind == "R":
                return _arrays(path, value)
            else:
                raise _ended(path, process.wait())
    except queue.Empty as fault:
        raise _too_long(path) from fault
    finally:
        process.kill()
        process.wait()
        reader.join()


def _listen(process: subprocess.Popen[bytes], answers: queue.Queue[tuple[str, Any]]) -> None:
    """Put the process's lines into a queue, and at last that there are no more."""
    assert process.stdout is not None
    with process.stdout as stream:
        try:
            for line in iter(lambda: stream.readline(_CHUNK), b""):
                kind, _, rest = line.decode("ascii").strip().partition(" ")
                value = json.loads(rest)
                if kind == "R":
                    value = stream.read(min(int(value), _MOST_ANSWER))
                answers.put((kind, value))
        except (ValueError, TypeError, OSError):
            pass  # The end is put below, and is a fault wherever more was expected.
    answers.put(("", None))


def _arrays(path: Path, answer: bytes) -> dict[str, NDArray[Any]]:
    try:
        with np.load(io.BytesIO(answer), allow_pickle=False) as found:
            return dict(found)
    except Exception as fault:  # An answer that is cut short fails in many ways.
        raise _unreadable(path, "its content could not be handed over") from fault


def _too_long(path: Path) -> ImportFault:
    return ImportFault(
        f"Reading {path} took far too long and was stopped: the file is damaged, or was made to do so; download it "
        "again."
    )


def _ended(path: Path, code: int) -> ImportFault:
    if sys.platform != "win32" and code in (-signal.SIGPROF, -signal.SIGXCPU):
        return _too_long(path)
    return ImportFault(
        f"Reading {path} failed in the HDF5 library (status {code}): the file is damaged or needs more memory than 1 "
        "GiB; download it again."
    )
