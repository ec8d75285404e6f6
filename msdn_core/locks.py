"""Locks between processes: the system releases them when a process ends, however that happens, and at a restart."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def hold_lock(path: Path, *, timeout: float = 0.0) -> FileLock:
    """Hold a lock file until its ``release``.

    Raises
    ------
    filelock.Timeout
        If another process holds it for longer than ``timeout`` seconds.
    OSError
        If the file cannot be written, or its file system has no locks.
    """
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=timeout)
    except NotImplementedError as error:
        raise OSError(errno.ENOLCK, "its file system has no file locks", str(path)) from error
    return lock


@contextmanager
def locked(path: Path, *, timeout: float = 0.0) -> Iterator[None]:
    """Hold a lock file during the block; raise as ``hold_lock``."""
    lock = hold_lock(path, timeout=timeout)
    try:
        yield
    finally:
        lock.release()
