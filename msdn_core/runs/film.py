"""A run's film: both attention maps of a few pinned pairs of image and attribute, at many moments of its training.

``film/film.json`` says what is filmed; ``film/frames.bin`` holds one record a frame, all of one size, only ever added
to. Each carries a checksum over itself and over what is filmed, so that a half-written last record, or one of another
film, is told from a frame. Everything can be read while the run writes it. No torch here.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.atomic import write_atomic
from msdn_core.domain.attention import RangePolicy
from msdn_core.domain.variants import SubNets
from msdn_core.errors import RunError
from msdn_core.runs.pins import MOST_PINS, Pin

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
    """A pin with what is needed to show it where the project has moved on."""

    image_id: int
    image: str
    """The image's name in its project."""
    attribute: str

    @property
    def pin(self) -> Pin:
        """Without the image's name."""
        return Pin(self.image_id, self.attribute)


@dataclass(frozen=True, slots=True)
class FilmHeader:
    """What is filmed."""

    pins: tuple[FilmedPin, ...]
    grid: tuple[int, int]
    """H and W of the maps."""
    sub_nets: SubNets = SubNets.BOTH
    source: str = ""
    """Where the pins come from, in words."""

    @property
    def record(self) -> np.dtype[Any]:
        """One frame, for P pins, two sub-nets and R regions.

        ``maps`` run from 0 to 65,535 between their own ``lowest`` and ``highest``: near the start of a training all
        values of a map lie so near one another that half precision would show nothing but its own steps.
        ``floor`` and ``ceiling`` are those of all attributes' maps of that image, for the range policy per sub-net.
        """
        shape = (len(self.pins), len(SIDES))
        numbers = [(name, "<f4", shape) for name in ("scores", "lowest", "highest", "floor", "ceiling")]
        maps = ("maps", "<u2", (*shape, self.grid[0] * self.grid[1]))
        return np.dtype([("step", "<i8"), ("epoch", "<i8"), ("key", "<i4"), *numbers, maps, ("check", "<u4")])

    def to_json(self) -> str:
        """The header's text."""
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
        """The header that a text stands for; KeyError, TypeError or ValueError where it is none."""
        content: dict[str, Any] = json.loads(text)
        if content["v"] != _VERSION:
            raise ValueError("another version of the program wrote it")
        pins = tuple(FilmedPin(int(p["image_id"]), str(p["image"]), str(p["attribute"])) for p in content["pins"])
        height, width = map(int, content["grid"])
        if not 0 < len(pins) <= MOST_PINS or min(height, width) < 1 or height * width > _MOST_REGIONS:
            raise ValueError("its sizes cannot be")
        return cls(pins, (height, width), SubNets(content["sub_nets"]), str(content["source"]))


@dataclass(frozen=True, eq=False, slots=True)
class Film:
    """What was filmed so far: F frames of P pins."""

    header: FilmHeader
    frames: NDArray[Any]
    """(F,) records in the order of their steps, see ``FilmHeader.record``."""

    @property
    def steps(self) -> NDArray[np.int64]:
        """(F,) how many steps were done at each frame."""
        return np.asarray(self.frames["step"])

    @property
    def keys(self) -> NDArray[np.intp]:
        """The frames at which the run was evaluated, too."""
        return np.flatnonzero(self.frames["key"])

    def scores(self, pin: int) -> NDArray[np.float32]:
        """(F, 2) both sub-nets' scores of a pin's attribute."""
        return np.asarray(self.frames["scores"][:, pin])

    def map(self, frame: int, pin: int, side: int) -> NDArray[np.float32]:
        """(H, W) one map."""
        record = self.frames[frame]
        low, high = (np.float32(record[name][pin, side]) for name in ("lowest", "highest"))
        values = low + record["maps"][pin, side].astype(np.float32) * ((high - low) / np.float32(_FULL))
        return np.asarray(values.reshape(self.header.grid), dtype=np.float32)

    def value_range(self, frame: int, pin: int, side: int, policy: RangePolicy) -> tuple[float, float]:
        """What the colours of a map span, as ``domain.attention.value_range`` says of a whole stack."""
        if policy is RangePolicy.FIXED:
            return 0.0, 1.0
        names = ("lowest", "highest") if policy is RangePolicy.PER_MAP else ("floor", "ceiling")
        low, high = (float(self.frames[frame][name][pin, side]) for name in names)
        return low, high


def frame_spacing(steps: int, evaluate_every: int, asked: int, header: FilmHeader) -> tuple[int, bool]:
    """How many steps lie between two frames, and whether each evaluation is filmed as well, so that all fits.

    ``asked`` is the setting ``watch_every``; 0 takes about a hundred frames a run.
    """
    most = max(4, MOST_BYTES // header.record.itemsize - 2)
    every = max(asked or steps // 100, math.ceil(2 * steps / most), 1)
    return every, steps // evaluate_every <= most // 2


def read_film(run: Path) -> Film | None:
    """A run's film as far as it goes, from the run's directory; None where it has none.

    Raises RunError where its header is damaged.
    """
    return _read(run / FOLDER)


class FilmWriter:
    """Adds frames to a run's film; a new film takes the place of one that is there."""

    def __init__(self, run: Path, header: FilmHeader, *, resume_step: int | None = None) -> None:
        """``resume_step``: the step that a resumed run goes on from; frames after it will be made once more.

        Raises RunError where the folder cannot be written.
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
            raise RunError(f"The film in {folder} cannot be written ({fault.strerror or fault}).") from fault

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
        """One frame; False where the film is as long as it may become.

        ``scores`` is (P, 2), ``maps`` (P, 2, R), ``ranges`` (P, 2, 2): the lowest and highest value of all
        attributes' maps. ``key``: the run is evaluated here. Raises RunError where it cannot be written.
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
                    raise OSError("it was written in part only")
        except OSError as fault:
            raise RunError(f"The film in {self._path.parent} cannot be written ({fault.strerror or fault}).") from fault
        self.last_step = step
        return True


def _read(folder: Path) -> Film | None:
    try:
        with (folder / HEADER).open("rb") as file:
            content = file.read(_MOST_HEADER_BYTES)
        header = FilmHeader.from_json(content.decode("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as fault:
        raise RunError(f"The film in {folder} cannot be read ({fault}); its run is not touched by that.") from fault
    try:
        with (folder / FRAMES).open("rb") as file:
            data = file.read(MOST_BYTES)
    except OSError:
        data = b""
    size, seed = header.record.itemsize, zlib.crc32(content)
    frames = np.frombuffer(data, header.record, count=len(data) // size)
    return Film(header, frames[: _sound(frames, data, size, seed)])


def _sound(frames: NDArray[Any], data: bytes, size: int, seed: int) -> int:
    """How many frames there are before the first that is damaged, or of a step before the one before it."""
    before = -1
    for place in range(len(frames)):
        record = data[place * size : (place + 1) * size]
        frame = frames[place]
        if int(frame["check"]) != zlib.crc32(record[:-4], seed) or int(frame["step"]) <= before:
            return place
        if not all(np.isfinite(frame[name]).all() for name in ("scores", "lowest", "highest", "floor", "ceiling")):
            return place
        before = int(frame["step"])
    return len(frames)
