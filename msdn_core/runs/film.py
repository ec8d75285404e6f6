"""A run's film: both attention maps of a few pinned pairs of image and attribute, at many steps of the training.

``film/film.json`` describes what is filmed. ``film/frames.bin`` contains one record per frame, all of one size, and is
only appended to. Each record has a checksum over itself and the description, so that an incomplete record, or one of
another film, is recognised. The film can be read while the run writes it. No torch here.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.atomic import write_atomic, write_remedy
from msdn_core.domain.attention import RangePolicy
from msdn_core.domain.variants import SubNets
from msdn_core.errors import FileError, RunError
from msdn_core.runs.pins import MOST_PINS, Pin
from msdn_core.safe_files import file_errors, open_regular, parse_json, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FOLDER, HEADER, FRAMES = "film", "film.json", "frames.bin"
MOST_BYTES = 64 * 1024 * 1024
SIDES = ("av", "va")
"""The order of the two sub-nets in every array here."""
_VERSION = 1
_MOST_HEADER_BYTES = 1024 * 1024
_MOST_REGIONS = 128 * 128
_FULL = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True)
class FilmedPin:
    """A pin with the image's name, so that it can be shown after the project has changed."""

    image_id: int
    image: str
    """The image's name in its project."""
    attribute: str

    @property
    def pin(self) -> Pin:
        """The pin without the image's name."""
        return Pin(self.image_id, self.attribute)


@dataclass(frozen=True, slots=True)
class FilmHeader:
    """The description of a film."""

    pins: tuple[FilmedPin, ...]
    grid: tuple[int, int]
    """H and W of the maps."""
    sub_nets: SubNets = SubNets.BOTH
    source: str = ""
    """Where the pins come from, as text."""

    @property
    def record(self) -> np.dtype[Any]:
        """The record of a frame, for P pins, two sub-nets and R regions.

        ``maps`` run from 0 to 65,535 between their own ``lowest`` and ``highest``: early in a training all values of a
        map are so close that half precision would show only its own steps. ``floor`` and ``ceiling`` are those of all
        attributes' maps of the image, for the range policy per sub-net.
        """
        shape = (len(self.pins), len(SIDES))
        numbers = [(name, "<f4", shape) for name in ("scores", "lowest", "highest", "floor", "ceiling")]
        maps = ("maps", "<u2", (*shape, self.grid[0] * self.grid[1]))
        return np.dtype([("step", "<i8"), ("epoch", "<i8"), ("key", "<i4"), *numbers, maps, ("check", "<u4")])

    def to_json(self) -> str:
        """Return the header as JSON text."""
        content = {
            "v": _VERSION,
            "pins": [asdict(pin) for pin in self.pins],
            "grid": list(self.grid),
            "sub_nets": str(self.sub_nets),
            "source": self.source,
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> FilmHeader:
        """Return the header in a JSON text; raise KeyError, TypeError or ValueError if it is not one."""
        content: dict[str, Any] = parse_json(text)
        if content["v"] != _VERSION:
            raise ValueError("it was written by another version")
        pins = tuple(FilmedPin(int(p["image_id"]), str(p["image"]), str(p["attribute"])) for p in content["pins"])
        height, width = map(int, content["grid"])
        if not 0 < len(pins) <= MOST_PINS or min(height, width) < 1 or height * width > _MOST_REGIONS:
            raise ValueError("its sizes are not possible")
        return cls(pins, (height, width), SubNets(content["sub_nets"]), str(content["source"]))


@dataclass(frozen=True, eq=False, slots=True)
class Film:
    """The film so far: F frames of P pins."""

    header: FilmHeader
    frames: NDArray[Any]
    """(F,) records in the order of their steps (``FilmHeader.record``)."""

    @property
    def steps(self) -> NDArray[np.int64]:
        """(F,) the number of steps done at each frame."""
        return np.asarray(self.frames["step"])

    @property
    def keys(self) -> NDArray[np.intp]:
        """The indices of the frames at which the run was evaluated."""
        return np.flatnonzero(self.frames["key"])

    def scores(self, pin: int) -> NDArray[np.float32]:
        """Return the (F, 2) scores of a pin's attribute by both sub-nets."""
        return np.asarray(self.frames["scores"][:, pin])

    def map(self, frame: int, pin: int, side: int) -> NDArray[np.float32]:
        """Return the (H, W) map of a frame, a pin and a sub-net."""
        record = self.frames[frame]
        low, high = (np.float32(record[name][pin, side]) for name in ("lowest", "highest"))
        values = low + record["maps"][pin, side].astype(np.float32) * ((high - low) / np.float32(_FULL))
        return np.asarray(values.reshape(self.header.grid), dtype=np.float32)

    def value_range(self, frame: int, pin: int, side: int, policy: RangePolicy) -> tuple[float, float]:
        """Return the value range of a map's colours (``domain.attention.value_range``)."""
        if policy is RangePolicy.FIXED:
            return 0.0, 1.0
        names = ("lowest", "highest") if policy is RangePolicy.PER_MAP else ("floor", "ceiling")
        low, high = (float(self.frames[frame][name][pin, side]) for name in names)
        return low, high


def frame_spacing(steps: int, evaluate_every: int, requested: int, header: FilmHeader) -> tuple[int, bool]:
    """Return the number of steps between two frames, and whether each evaluation is filmed too, so that all frames fit.

    ``requested`` is the setting ``watch_every``; 0 gives about a hundred frames per run.
    """
    most = max(4, MOST_BYTES // header.record.itemsize - 2)
    interval = max(requested or steps // 100, math.ceil(2 * steps / most), 1)
    return interval, steps // evaluate_every <= most // 2


def read_film(run: Path) -> Film | None:
    """Return a run's film so far, from the run's directory; None if it has none.

    Raises RunError if its description is damaged.
    """
    return _read(run / FOLDER)


class FilmWriter:
    """Appends frames to a run's film; a new film replaces an existing one."""

    def __init__(self, run: Path, header: FilmHeader, *, resume_step: int | None = None) -> None:
        """Open the film. ``resume_step`` is the step that a resumed run continues from; later frames are removed.

        Raises RunError if the folder cannot be written.
        """
        folder = run / FOLDER
        self.header = header
        self._path = folder / FRAMES
        self._seed = zlib.crc32(header.to_json().encode("utf-8"))
        self.last_step = -1
        """The step of the newest frame."""
        try:
            folder.mkdir(exist_ok=True)
            found = _read(folder) if resume_step is not None else None
            if found is not None and resume_step is not None and found.header == header:
                kept = int((found.steps <= resume_step).sum())
                with self._path.open("ab") as file:
                    file.truncate(kept * header.record.itemsize)
                self.last_step = int(found.steps[kept - 1]) if kept else -1
            else:
                self._path.unlink(missing_ok=True)
                write_atomic(folder / HEADER, header.to_json())
        except OSError as fault:
            raise RunError(
                f"The film in {folder} cannot be written ({fault.strerror or fault}); {write_remedy(fault)}."
            ) from fault

    def add(
        self,
        step: int,
        epoch: int,
        scores: NDArray[np.float32],
        maps: NDArray[np.float32],
        ranges: NDArray[np.float32],
        *,
        key: bool,
    ) -> bool:
        """Append a frame, and return False if the film has reached its maximum size.

        ``scores`` is (P, 2), ``maps`` (P, 2, R), ``ranges`` (P, 2, 2): the lowest and highest value over the maps of
        all attributes. ``key`` marks a frame at which the run is evaluated. Raises RunError if writing fails.
        """
        record = np.zeros((), self.header.record)
        low, high = maps.min(axis=2), maps.max(axis=2)
        span = np.where(high > low, high - low, 1)
        record["step"], record["epoch"], record["key"] = step, epoch, key
        record["scores"], record["lowest"], record["highest"] = scores, low, high
        record["floor"], record["ceiling"] = ranges[:, :, 0], ranges[:, :, 1]
        record["maps"] = np.rint((maps - low[:, :, None]) / span[:, :, None] * _FULL)
        record["check"] = zlib.crc32(record.tobytes()[:-4], self._seed)
        try:
            with self._path.open("ab", buffering=0) as file:
                if file.tell() + record.nbytes > MOST_BYTES:
                    return False
                if file.write(record.tobytes()) < record.nbytes:
                    raise OSError("incomplete write")
        except OSError as fault:
            raise RunError(
                f"The film in {self._path.parent} cannot be written ({fault.strerror or fault}); {write_remedy(fault)}."
            ) from fault
        self.last_step = step
        return True


def _read(folder: Path) -> Film | None:
    try:
        with file_errors(folder / HEADER):
            content = read_bytes(folder / HEADER, _MOST_HEADER_BYTES)
            header = FilmHeader.from_json(content.decode("utf-8"))
    except FileError as fault:
        if fault.missing:
            return None
        raise RunError(
            f"The film in {folder} cannot be read ({fault.reason}); the run itself is not affected."
        ) from fault
    try:
        with open_regular(folder / FRAMES) as file:
            data = file.read(MOST_BYTES)
    except OSError:
        data = b""
    size, seed = header.record.itemsize, zlib.crc32(content)
    frames = np.frombuffer(data, header.record, count=len(data) // size)
    return Film(header, frames[: _count_valid(frames, data, size, seed)])


def _count_valid(frames: NDArray[Any], data: bytes, size: int, seed: int) -> int:
    """Return the number of frames before the first one that is damaged or out of order."""
    previous_step = -1
    for index in range(len(frames)):
        record = data[index * size : (index + 1) * size]
        frame = frames[index]
        if int(frame["check"]) != zlib.crc32(record[:-4], seed) or int(frame["step"]) <= previous_step:
            return index
        if not all(np.isfinite(frame[name]).all() for name in ("scores", "lowest", "highest", "floor", "ceiling")):
            return index
        previous_step = int(frame["step"])
    return len(frames)
