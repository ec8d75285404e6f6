"""A campaign: many mutated files, each read by a process under a watchdog of time and memory."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benchmarks.fuzzing.cases import DIED, FAULTS, HANG, MEMORY, NOTE, READ, REFUSED, UNSOUND, Bench, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from multiprocessing.connection import Connection

MOST_SECONDS = 5.0
"""On a machine that has nothing else to do; where more processes wait than it has cores, in proportion."""
MOST_MIB = 2048.0
_PREPARING_SECONDS = 180.0
_STEP = 0.05


@dataclass(slots=True)
class Tally:
    """What became of the files of one reader."""

    kinds: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    most_mib: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.kinds[outcome.kind] += 1
        self.slowest = max(self.slowest, outcome.seconds)
        self.most_mib = max(self.most_mib, outcome.mib)

    @property
    def faults(self) -> int:
        """The number of files that ended in a fault, a hang or a process that took too much or died."""
        return sum(self.kinds[kind] for kind in FAULTS)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that a reader did not survive."""

    reader: str
    key: str
    outcome: Outcome
    saved: Path | None


class Campaign:
    """Reads mutated files one after another; ``close`` ends its process."""

    def __init__(
        self,
        keep: Path | None = None,
        told: Callable[[Failure], object] = lambda _: None,
        *,
        bench: type[Bench] = Bench,
    ) -> None:
        memory = Path("/dev/shm")
        parent = memory if os.access(memory, os.W_OK) else None
        self._folder = Path(tempfile.mkdtemp(prefix="msdn-fuzz-", dir=parent))
        self._keep, self._told, self._bench = keep, told, bench
        self._worker: _Worker | None = None
        self.tallies: dict[str, Tally] = {}
        self.failures: list[Failure] = []

    def run(self, counts: Mapping[str, int], seed: int, until: float = float("inf")) -> None:
        """Read ``counts`` files of each reader, until a time of the monotonic clock."""
        for name, count in counts.items():
            for number in range(count):
                if time.monotonic() > until:
                    return
                if self.read(name, f"{seed}:{number}").kind == UNSOUND:
                    break

    def read(self, name: str, key: str) -> Outcome:
        """Mutate a file of a reader as the key says, read it, and return what became of it."""
        if self._worker is None:
            self._worker = _Worker(self._folder, self._bench)
        outcome = self._worker.try_reading(name, key)
        self.tallies.setdefault(name, Tally()).add(outcome)
        if outcome.kind in (UNSOUND, HANG, MEMORY, DIED):
            self._worker.kill()
            self._worker = None
        if outcome.kind in FAULTS:
            failure = Failure(name, key, outcome, self._save(name, key, outcome))
            self.failures.append(failure)
            self._told(failure)
        return outcome

    def _save(self, name: str, key: str, outcome: Outcome) -> Path | None:
        note = self._folder / NOTE
        if self._keep is None or not note.is_file():
            return None
        self._keep.mkdir(parents=True, exist_ok=True)
        path = self._keep / f"{name}-{key.replace(':', '-')}.json"
        content = {**json.loads(note.read_text("utf-8")), "outcome": outcome.kind, "detail": outcome.detail}
        path.write_text(json.dumps(content), "utf-8")
        return path

    def close(self) -> None:
        """End the process and remove its files."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None
        shutil.rmtree(self._folder, ignore_errors=True)


class _Worker:
    """A process that reads; it is watched from here, because native code can block its own watchdog."""

    def __init__(self, folder: Path, bench: type[Bench]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, folder, bench))
        self._process.start()
        theirs.close()
        self._system = psutil.Process(self._process.pid)

    def try_reading(self, name: str, key: str) -> Outcome:
        """Return what became of a mutated file."""
        with suppress(OSError):
            self._connection.send((name, key))
        early = self._wait(_PREPARING_SECONDS)
        if early is not None:
            return early if early.kind != HANG else Outcome(UNSOUND, detail="the sound files took too long")
        found = self._wait(MOST_SECONDS * _load())
        return found if found is not None else Outcome(DIED, detail="the process did not answer")

    def _wait(self, seconds: float) -> Outcome | None:
        """Return the worker's next message: None if it begins to read; an outcome if it is beyond its limits."""
        started, most = time.monotonic(), 0.0
        while True:
            try:
                if self._connection.poll(_STEP):
                    message: Outcome | None = self._connection.recv()
                    if message is not None and message.mib > MOST_MIB:
                        return Outcome(MEMORY, message.seconds, message.mib)
                    return message
            except (EOFError, OSError):
                return Outcome(DIED, time.monotonic() - started, most, f"exit status {self._process.exitcode}")
            most = max(most, self._mib())
            if most > MOST_MIB:
                return Outcome(MEMORY, time.monotonic() - started, most)
            if time.monotonic() - started > seconds:
                return Outcome(HANG, time.monotonic() - started, most)

    def _mib(self) -> float:
        """Return the memory of the process and of what it has started."""
        total = 0
        with suppress(psutil.Error):
            for process in (self._system, *self._system.children(recursive=True)):
                with suppress(psutil.Error):
                    total += process.memory_info().rss
        return total / (1 << 20)

    def kill(self) -> None:
        """End the process and what it has started."""
        with suppress(psutil.Error):
            for process in (*self._system.children(recursive=True), self._system):
                with suppress(psutil.Error):
                    process.kill()
        self._process.join(10)
        self._connection.close()


def _load() -> float:
    """Return how many processes share a core, at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0


def _work(connection: Connection, folder: Path, kind: type[Bench]) -> None:
    """Read a file for each message, as another process asks."""
    os.environ.update(
        {"MSDN_EXPLORER_HOME": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    )
    (folder / "home").mkdir()
    quiet = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    os.dup2(quiet.fileno(), 1)
    os.dup2(quiet.fileno(), 2)
    sys.stdout = sys.stderr = quiet
    bench = kind(folder)
    while True:
        try:
            name, key = connection.recv()
        except EOFError:
            return
        try:
            bench.prepare(name)
        except BaseException as error:
            connection.send(Outcome(UNSOUND, detail=f"the sound files are not read: {error!r}"))
            continue
        bench.mutate(name, key)
        connection.send(None)
        connection.send(bench.try_reading(name))


def counts_for(readers: Iterable[tuple[str, float]], files: int) -> dict[str, int]:
    """Divide a number of files among readers by their shares, at least one each."""
    shares = dict(readers)
    total = sum(shares.values())
    return {name: max(1, round(files * share / total)) for name, share in shares.items()}


def table(tallies: Mapping[str, Tally]) -> str:
    """Return the table of a campaign."""
    head = f"{'reader':26}{'files':>8}{'read':>8}{'refused':>9}{'faults':>8}{'slowest s':>11}{'most MiB':>10}"
    lines, total = [head], Tally()
    for name, tally in tallies.items():
        lines.append(_row(name, tally))
        total.kinds += tally.kinds
        total.slowest, total.most_mib = max(total.slowest, tally.slowest), max(total.most_mib, tally.most_mib)
    return "\n".join([*lines, _row("all", total)])


def _row(name: str, tally: Tally) -> str:
    files, read, refused = sum(tally.kinds.values()), tally.kinds[READ], tally.kinds[REFUSED]
    return (
        f"{name:26}{files:>8,}{read:>8,}{refused:>9,}{tally.faults:>8,}{tally.slowest:>11.2f}{tally.most_mib:>10,.0f}"
    )
