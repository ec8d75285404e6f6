"""Extracting the features of a project's images: once per image, resumable at any time."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import filelock
import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.atomic import remove_partial_files, write_atomic, write_remedy
from msdn_core.errors import ImageError, MsdnError
from msdn_core.links import refuse_links
from msdn_core.locks import locked
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

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from msdn_core.backbones.loading import Backbone

BATCH = 16
"""The number of images that are written together, and that each of several ranks extracts in its turn."""
CPU_BATCH = 4
"""The number of images in a forward pass on a CPU: the largest maps of more images do not fit in the cache."""
_WORKERS = 8
_LOCK = "extraction.lock"
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an extraction; the rate is in images per second, the remaining time in seconds."""

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
    on_incomplete: Callable[[Sequence[str]], None] | None = None,
) -> FeatureStore:
    """Extract the features that a project lacks, and return the store.

    Existing features are kept: an interrupted extraction continues with its last batch, new images are appended, and
    changed images are extracted again. An image that cannot be opened is left out and listed in the manifest.

    Several ranks take turns, one batch each, and write their own rows of the same files. The batches are those of a
    single process, so the files are identical, byte for byte.

    Parameters
    ----------
    project_path, backbone
        The project's folder and the backbone.
    progress
        Called after each batch.
    stop
        Called between batches; the extraction ends when it returns True. It is called equally often on every rank and
        must return the same everywhere.
    ranks
        The processes that extract together.
    on_incomplete
        Called at the end with the names of those extracted images whose files lack their end, if there are any: the
        missing rows are grey.

    Raises
    ------
    MsdnError
        If another process is extracting the same features, the project's folder is read-only, or the disk is full.
    """
    images = ranks.broadcast(lambda: _images(project_path))
    folder = feature_folder(project_path, backbone.spec)
    refuse_links(project_path, *(folder / name for name in (MAPS, DONE, MANIFEST, _LOCK)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / _LOCK) if ranks.first else nullcontext():
            incomplete = _extract(folder, images, backbone, progress or (lambda _: None), stop or _never(ranks), ranks)
    except filelock.Timeout as fault:
        raise MsdnError(
            f"Another process is extracting the features in {folder}; wait until it has finished."
        ) from fault
    except OSError as fault:
        if fault.errno in _READ_ONLY:
            raise MsdnError(
                f"The folder of the project {project_path} is read-only ({fault.strerror}), so its features cannot be "
                "written; copy the project to a writable folder, or make its folder writable."
            ) from fault
        raise MsdnError(
            f"The features in {folder} could not be written ({fault.strerror or fault}); {write_remedy(fault)} and "
            "start again: finished features are kept."
        ) from fault
    if incomplete and on_incomplete is not None:
        on_incomplete(incomplete)
    return FeatureStore.open(folder)


def _images(project_path: Path) -> list[ImageRecord]:
    with Project.open(project_path, read_only=True) as project:
        return project.images()


def _never(ranks: Ranks) -> Callable[[], bool]:
    """Return a check that never stops; ranks still meet between batches, so that none waits long at the end."""

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
) -> list[str]:
    """Extract what is pending, and return the names of the images whose files lack their end."""
    spec = backbone.spec
    if ranks.first:
        remove_partial_files(folder)
    manifest, state = ranks.broadcast(lambda: _plan(folder, images, spec))
    paths = {image.id: image.path for image in images}
    in_project = np.array([key.id in paths for key in manifest.images], dtype=bool)
    # A missing file may have been restored: failed images are tried again.
    pending = np.flatnonzero(in_project & (state != MADE))
    total, done = int(in_project.sum()), int((in_project & (state == MADE)).sum())
    own_rows = pending[np.arange(len(pending)) // BATCH % ranks.count == ranks.index]
    failures: dict[int, str] = {}
    incomplete: list[int] = []
    started = time.monotonic()
    progress(Progress(done, total, None, None))
    with (
        (folder / MAPS).open("r+b") as maps,
        (folder / DONE).open("r+b") as marks,
        closing(_batches(own_rows, manifest, paths, backbone)) as batches,
    ):
        for extracted in _turns(len(pending), ranks.count):
            rows, values, errors, cut = next(batches, _NO_BATCH)
            incomplete += cut
            if rows:
                _write_rows(maps.fileno(), marks.fileno(), rows, values, spec)
            for row, reason in errors.items():
                failures[row] = reason
                _write_at(marks.fileno(), bytes([FAILED]), row)
            rate = extracted / max(time.monotonic() - started, 1e-6)
            progress(Progress(done + extracted, total, rate, (len(pending) - extracted) / rate))
            if stop():
                break
    all_failures = sorted(item for of_rank in ranks.gather(failures) for item in of_rank.items())
    failures_by_name = {manifest.images[row].name: reason for row, reason in all_failures}
    ranks.broadcast(lambda: write_atomic(folder / MANIFEST, replace(manifest, failures=failures_by_name).to_json()))
    return [manifest.images[row].name for row in sorted(row for of_rank in ranks.gather(incomplete) for row in of_rank)]


def _turns(images: int, ranks: int) -> Iterator[int]:
    """Yield the number of images extracted after each turn, in which every rank extracts one batch."""
    for turn in range(-(-images // (BATCH * ranks))):
        yield min((turn + 1) * BATCH * ranks, images)


def _plan(folder: Path, images: Sequence[ImageRecord], spec: BackboneSpec) -> tuple[Manifest, NDArray[np.uint8]]:
    """Return the manifest with a row per image, existing rows in their place, and the state of each row."""
    old: tuple[ImageKey, ...] = ()
    state = np.zeros(0, np.uint8)
    if (folder / MANIFEST).is_file():
        try:
            store = FeatureStore.open(folder)
            old, state = store.manifest.images, store.state
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
            # The features of a missing file are kept: its disk may be connected again.
            keys[row], marks[row] = key, MISSING
    manifest = Manifest(spec, tuple(keys))
    row_bytes = spec.channels * spec.grid[0] * spec.grid[1] * 2
    # The order matters if the process is killed here: a row's mark is cleared before the manifest changes.
    with (folder / MAPS).open("ab") as maps:
        maps.truncate(row_bytes * len(keys))
    write_atomic(folder / DONE, bytes(marks))
    write_atomic(folder / MANIFEST, manifest.to_json())
    return manifest, np.frombuffer(bytes(marks), np.uint8)


Batch = tuple[list[int], NDArray[np.float16], dict[int, str], list[int]]
"""Rows, their (B, C, R) features, the errors of other rows, and the rows whose files lack their end."""
_NO_BATCH: Batch = ([], np.zeros((0, 1, 1), np.float16), {}, [])


def _batches(
    pending: NDArray[np.int64], manifest: Manifest, paths: dict[int, Path], backbone: Backbone
) -> Generator[Batch]:
    """Yield batches of features in order; each is opened and run through the network by one thread.

    So no core waits for another at each layer of the network, and the result of a batch does not depend on them.
    """
    cancelled = threading.Event()

    def extract(rows: list[int]) -> Batch:
        opened, errors, maps = [], {}, []
        incomplete: list[int] = []
        pass_size = CPU_BATCH if backbone.device.type == "cpu" else BATCH
        for start in range(0, len(rows), pass_size):
            pixels = []
            for row in rows[start : start + pass_size]:
                try:
                    path, on_incomplete = paths[manifest.images[row].id], partial(incomplete.append, row)
                    pixels.append(prepare_file(path, backbone.spec, on_incomplete=on_incomplete)[0])
                    opened.append(row)
                except ImageError as fault:
                    errors[row] = str(fault)
            if cancelled.is_set():
                break
            if pixels:
                maps.append(backbone.features(torch.from_numpy(np.stack(pixels))).to(torch.float16).cpu().numpy())
        return opened, np.concatenate(maps) if maps else _NO_BATCH[1], errors, incomplete

    cores = torch.get_num_threads() if backbone.device.type == "cpu" else os.cpu_count() or 2
    workers = min(_WORKERS, cores)
    waiting: deque[Future[Batch]] = deque()
    batches = iter([pending[start : start + BATCH].tolist() for start in range(0, len(pending), BATCH)])
    threads = torch.get_num_threads()
    with ThreadPoolExecutor(workers, "features", torch.set_num_threads, (max(1, threads // workers),)) as pool:
        try:
            waiting.extend(pool.submit(extract, rows) for rows in islice(batches, 2 * workers))
            while waiting:
                batch = waiting.popleft().result()
                waiting.extend(pool.submit(extract, rows) for rows in islice(batches, 1))
                yield batch
        finally:
            cancelled.set()
            for future in waiting:
                future.cancel()
            # The setting of one thread applies to all that start later.
            torch.set_num_threads(threads)


def _write_rows(maps: int, marks: int, rows: list[int], values: NDArray[np.float16], spec: BackboneSpec) -> None:
    """Write rows to disk and then their marks, so that a marked row is always complete."""
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
