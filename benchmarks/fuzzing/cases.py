"""One mutated file, read: made from the name of its reader and a key, and saved so that it can be read again."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fuzzing.mutation import mutate_file, restore
from benchmarks.fuzzing.readers import READERS
from msdn_core.errors import MsdnError

READ, REFUSED, FAULT, HANG, MEMORY, DIED = "read", "refused", "fault", "hang", "memory", "died"
UNSOUND = "unsound"
"""The sound files cannot be made or are not read: a fault of the reader's entry."""
FAULTS = (FAULT, HANG, MEMORY, DIED, UNSOUND)
NOTE = "mutated.json"
"""Beside the folder of the case: which file was mutated, and how."""
_TRACE_LINES = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutated file."""

    kind: str
    seconds: float = 0.0
    mib: float = 0.0
    detail: str = ""
    """The end of the traceback of a fault."""


class Bench:
    """Makes the sound files of each reader once, mutates one of them at a time, and reads them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._case = folder / "case"
        self._ready: set[str] = set()

    def prepare(self, name: str) -> None:
        """Make a reader's files, and read them once as they are: what is slow only at first is done then."""
        if name in self._ready:
            return
        shutil.rmtree(self._case, ignore_errors=True)
        self._case.mkdir(parents=True)
        os.chdir(self._folder)
        READERS[name].make(self._case)
        shutil.copytree(self._case, self._base(name), symlinks=True)
        READERS[name].read(self._case)
        self._ready.add(name)

    def mutate(self, name: str, key: str) -> None:
        """Put the files in place and mutate one of them."""
        restore(self._base(name), self._case)
        rng = random.Random(f"{name}:{key}")
        path = rng.choice(READERS[name].files(self._case))
        how = mutate_file(path, rng)
        content = path.read_bytes() if path.is_file() else None
        note = {
            "reader": name,
            "key": key,
            "file": path.relative_to(self._case).as_posix(),
            "how": how,
            "content": None if content is None else base64.b64encode(content).decode(),
        }
        (self._folder / NOTE).write_text(json.dumps(note), "utf-8")

    def put(self, name: str, note: dict[str, str | None]) -> None:
        """Put the files in place with the mutated file of a note; one that was replaced is replaced again."""
        if note["content"] is None:
            self.mutate(name, str(note["key"]))
            return
        restore(self._base(name), self._case)
        (self._case / str(note["file"])).write_bytes(base64.b64decode(note["content"]))

    def read(self, name: str) -> None:
        """Read the files, and raise what the reader raises."""
        READERS[name].read(self._case)

    def try_reading(self, name: str) -> Outcome:
        """Read the files, and return what became of it."""
        _forget_peak()
        started = time.monotonic()
        kind, detail = READ, ""
        try:
            self.read(name)
        except MsdnError as error:
            kind = REFUSED if str(error).strip() else FAULT
            detail = "" if kind == REFUSED else "refused without a sentence"
        except BaseException as error:
            frames = traceback.format_exception(error)
            kind, detail = FAULT, "".join(frames)[-2000:]
        return Outcome(kind, time.monotonic() - started, _peak_mib(), "\n".join(detail.splitlines()[-_TRACE_LINES:]))

    def _base(self, name: str) -> Path:
        return self._folder / "bases" / name


def _forget_peak() -> None:
    """Let Linux count the most memory of this process anew."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mib() -> float:
    """Return the most memory since ``_forget_peak``; 0 where the system does not say it."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
