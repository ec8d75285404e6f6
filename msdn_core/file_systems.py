"""What the file system of a path can do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

import psutil

if TYPE_CHECKING:
    from pathlib import Path, PurePath

_NETWORK = ("nfs", "cifs", "smb", "afp", "sshfs", "webdav", "davfs", "9p", "ceph", "glusterfs", "lustre", "beegfs")


def network_share(path: Path) -> str:
    """Return the kind of network file system that a path is on, e.g. ``nfs4``; empty for a local disk."""
    place = path.resolve()
    if place.as_posix().startswith("//"):
        return "a Windows share"
    kinds = {
        disk.mountpoint: "a Windows share" if "remote" in disk.opts and sys.platform == "win32" else disk.fstype
        for disk in psutil.disk_partitions(all=True)
    }
    folders = [str(folder) for folder in (place, *place.parents)]
    kind = next((kinds[folder] for folder in folders if folder in kinds), "")
    name = kind.lower().removeprefix("fuse.")
    return kind if kind == "a Windows share" or name.startswith(_NETWORK) else ""


def sqlite_uri(path: PurePath) -> str:
    """Return the URI under which SQLite opens an absolute path; it refuses ``as_uri`` of a path on a server."""
    posix = path.as_posix()
    return "file://" + quote(posix if posix.startswith("/") else f"/{posix}")
