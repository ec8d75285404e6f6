"""Making the features of a project's images: once each, resumable at any moment."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import filelock
import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.atomic import remove_partial_files, write_atomic
from msdn_core.backbones.loading import Backbone
from msdn_core.errors import ImageError, MsdnError
from msdn_core.links import refuse_links
from msdn_core.project import ImageRecord, Project
from msdn_core.ranks import ALONE, Ranks
from msdn_core.vision.features import (
    DONE,
    FAILED,
    MADE,
    MANIFEST,
    MAPS,
    MISSING,
    FeatureStore,
    ImageKey,
    Manifest,
    feature_folder,
    image_key,
)
from msdn_core.vision.transform import BackboneSpec, prepare_file

BATCH = 16
"""Images that are written at once, and that one of several ranks makes at its turn."""
CPU_BATCH = 4
"""Images that a processor takes through the network at once: the largest maps of more lie in no cache any more."""
_WORKERS = 8
_LOCK = "extraction.lock"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an extraction is; the rate is in images a second, the time left in seconds."""

    done: int
    total: int
    rate: float | None
    remaining_s: float | None


def extract_features(
    project_path: Path,
    backbone: Backbone,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    ranks: Ranks = ALONE,
) -> FeatureStore:
    """Makes the features that a project lacks, and gives the store.

    What was made before is kept: an interrupted extraction goes on at its last batch, new images are appended,
    changed ones made again. An image that cannot be opened is left out and listed in the manifest. ``stop`` is asked
    between batches. Raises MsdnError where another process is extracting the same, or the disk is full.

    Several ranks take turns, a batch each, and write their own rows of the same files. The batches are those that a
    process alone makes, so the files are the same, byte for byte. ``stop`` is asked on every rank then, as often on
    each, and has to answer the same everywhere.
    """
    images = ranks.broadcast(lambda: _images(project_path))
    folder = feature_folder(project_path, backbone.spec)
    refuse_links(project_path, *(folder / name for name in (MAPS, DONE, MANIFEST, _LOCK)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / _LOCK, timeout=0) if ranks.first else nullcontext():
            _extract(folder, images, backbone, progress or (lambda _: None), stop or _never(ranks), ranks)
    except filelock.Timeout as fault:
        raise MsdnError(f"Another process is making the features in {folder}; wait until it is done.") from fault
    except OSError as fault:
        raise MsdnError(
            f"The features in {folder} could not be written ({fault.strerror or fault}); make room and start again: "
            "what was made is kept."
        ) from fault
    return FeatureStore.open(folder)


def _images(project_path: Path) -> list[ImageRecord]:
    with Project.open(project_path, read_only=True) as project:
        return project.images()


def _never(ranks: Ranks) -> Callable[[], bool]:
    """Nobody asks to stop; ranks still meet between batches, so that none waits long at the end."""

    def answer() -> bool:
        ranks.barrier()
        return False

    return answer


def _extract(
    folder: Path,
    images: Sequence[ImageRecord],
    backbone: Backbone,
    progress: Callable[[Progress], None],
    stop: Callable[[], bool],
    ranks: Ranks,
) -> None:
    spec = backbone.spec
    if ranks.first:
        remove_partial_files(folder)
    manifest, state = ranks.broadcast(lambda: _plan(folder, images, spec))
    paths = {image.id: image.path for image in images}
    wanted = np.array([key.id in paths for key in manifest.images], dtype=bool)
    # A file that was gone may be back: what failed is tried again.
    pending = np.flatnonzero(wanted & (state != MADE))
    total, before = int(wanted.sum()), int((wanted & (state == MADE)).sum())
    own = pending[np.arange(len(pending)) // BATCH % ranks.count == ranks.index]
    failures: dict[int, str] = {}
    started = time.monotonic()
    progress(Progress(before, total, None, None))
    with (
        (folder / MAPS).open("r+b") as maps,
        (folder / DONE).open("r+b") as marks,
        closing(_batches(own, manifest, paths, backbone)) as batches,
    ):
        for made in _turns(len(pending), ranks.count):
            rows, values, faults = next(batches, _NO_BATCH)
            if rows:
                _write_rows(maps.fileno(), marks.fileno(), rows, values, spec)
            for row, reason in faults.items():
                failures[row] = reason
                _write_at(marks.fileno(), bytes([FAILED]), row)
            rate = made / max(time.monotonic() - started, 1e-6)
            progress(Progress(before + made, total, rate, (len(pending) - made) / rate))
            if stop():
                break
    every = sorted(fault for each in ranks.gather(failures) for fault in each.items())
    failures_by_name = {manifest.images[row].name: reason for row, reason in every}
    ranks.broadcast(lambda: write_atomic(folder / MANIFEST, replace(manifest, failures=failures_by_name).to_json()))


def _turns(images: int, ranks: int) -> Iterator[int]:
    """How many images are made after each turn, in which every rank makes one batch."""
    for turn in range(-(-images // (BATCH * ranks))):
        yield min((turn + 1) * BATCH * ranks, images)


def _plan(folder: Path, images: Sequence[ImageRecord], spec: BackboneSpec) -> tuple[Manifest, NDArray[np.uint8]]:
    """The manifest with a row for each image, old rows where they were, and what is made of it."""
    old: tuple[ImageKey, ...] = ()
    state = np.zeros(0, np.uint8)
    if (folder / MANIFEST).is_file():
        try:
            store = FeatureStore.open(folder)
            old, state = store.manifest.images, np.fromfile(folder / DONE, np.uint8)[: len(store.manifest.images)]
            del store
        except MsdnError:
            old, state = (), np.zeros(0, np.uint8)
    row_of = {key.id: row for row, key in enumerate(old)}
    keys = list(old)
    marks = bytearray(state.tobytes())
    for image in images:
        key = image_key(image)
        row = row_of.get(image.id)
        if row is None:
            keys.append(key)
            marks.append(MISSING)
        elif keys[row] != key and key.size >= 0:
            # What was made of a file that is gone is kept: its disk may come back.
            keys[row], marks[row] = key, MISSING
    manifest = Manifest(spec, tuple(keys))
    row_bytes = spec.channels * spec.grid[0] * spec.grid[1] * 2
    # The order matters to a process killed here: a row's mark is cleared before the manifest names other content.
    with (folder / MAPS).open("ab") as maps:
        maps.truncate(row_bytes * len(keys))
    write_atomic(folder / DONE, bytes(marks))
    write_atomic(folder / MANIFEST, manifest.to_json())
    return manifest, np.frombuffer(bytes(marks), np.uint8)


Batch = tuple[list[int], NDArray[np.float16], dict[int, str]]
"""Rows, their (B, C, R) features, and why others have none."""
_NO_BATCH: Batch = ([], np.zeros((0, 1, 1), np.float16), {})


def _batches(
    pending: NDArray[np.int64], manifest: Manifest, paths: dict[int, Path], backbone: Backbone
) -> Generator[Batch]:
    """Batches of features in order, each opened and taken through the network by one thread.

    So no core waits for another at each of the network's layers, and what a batch comes to does not depend on them.
    """
    over = threading.Event()

    def make(rows: list[int]) -> Batch:
        good, faults, made = [], {}, []
        at_once = BATCH if backbone.device.type == "cuda" else CPU_BATCH
        for start in range(0, len(rows), at_once):
            pixels = []
            for row in rows[start : start + at_once]:
                try:
                    pixels.append(prepare_file(paths[manifest.images[row].id], backbone.spec)[0])
                    good.append(row)
                except ImageError as fault:
                    faults[row] = str(fault)
            if over.is_set():
                break
            if pixels:
                made.append(backbone.features(torch.from_numpy(np.stack(pixels))).to(torch.float16).cpu().numpy())
        return good, np.concatenate(made) if made else _NO_BATCH[1], faults

    cores = torch.get_num_threads() if backbone.device.type == "cpu" else os.cpu_count() or 2
    workers = min(_WORKERS, cores)
    waiting: deque[Future[Batch]] = deque()
    batches = iter([pending[start : start + BATCH].tolist() for start in range(0, len(pending), BATCH)])
    threads = torch.get_num_threads()
    with ThreadPoolExecutor(workers, "features", torch.set_num_threads, (max(1, threads // workers),)) as pool:
        try:
            waiting.extend(pool.submit(make, rows) for rows in islice(batches, 2 * workers))
            while waiting:
                batch = waiting.popleft().result()
                waiting.extend(pool.submit(make, rows) for rows in islice(batches, 1))
                yield batch
        finally:
            over.set()
            for future in waiting:
                future.cancel()
            # What was said for one thread holds for all that start later.
            torch.set_num_threads(threads)


def _write_rows(maps: int, marks: int, rows: list[int], values: NDArray[np.float16], spec: BackboneSpec) -> None:
    """Rows first, on disk, and then their marks: a row that is marked is whole."""
    row_bytes = spec.channels * spec.grid[0] * spec.grid[1] * 2
    for row, value in zip(rows, values, strict=True):
        _write_at(maps, value.tobytes(), row * row_bytes)
    os.fsync(maps)
    for row in rows:
        _write_at(marks, bytes([MADE]), row)


def _write_at(descriptor: int, content: bytes, offset: int) -> None:
    os.lseek(descriptor, offset, os.SEEK_SET)
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
