"""Imports a folder of images without classes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault, ProjectError
from msdn_core.importers.report import ImportReport
from msdn_core.project import PROJECT_FILE, NewImage, Project, is_plain_path, require_text
from msdn_core.vision.image_formats import IMAGE_SUFFIXES, is_image_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROJECT_FOLDERS = ("features", "runs", "cache")


def import_images(folder: Path, project_path: Path) -> ImportReport:
    """Add all images below ``folder`` to a project, a new one if there is none; no image file is opened.

    Images already in the project stay as they are, so importing again adds only new ones. Hidden files and folders
    are left out. Folders do not become classes.

    Parameters
    ----------
    folder
        The folder of images.
    project_path
        The project to make or to add to.

    Raises
    ------
    ImportFault
        If the folder is missing or has no images.
    ProjectError
        If the project cannot be written.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ImportFault(f"There is no folder {folder}; check the path.")
    require_text(folder.resolve())
    all_names = list(list_images(folder))
    found = sorted(name for name in all_names if is_plain_path(name))
    is_new = not Project.is_project(project_path)
    if not found and is_new:
        raise ImportFault(
            f"There are no images in {folder} or below it ({', '.join(sorted(IMAGE_SUFFIXES))}); choose another folder."
        )
    project = Project.create(project_path, name=folder.resolve().name) if is_new else Project.open(project_path)
    with project:
        if project.read_only:
            raise ProjectError(f"Images cannot be imported into {project_path}: {project.read_only_reason}")
        prefix = folder.resolve()
        known = {record.name for record in project.images() if _is_below(record.path, record.name, prefix)}
        new = [NewImage(name) for name in found if name not in known]
        with project.transaction():
            project.add_images(project.add_image_root(folder), new)
        gone = sorted(known - set(found))
        findings = []
        odd_names = len(all_names) - len(found)
        if odd_names:
            findings.append(
                f"{counted(odd_names, 'image', 'images')} left out, with a name that is not valid on every system; "
                "rename the files and import again."
            )
        if gone:
            findings.append(
                f"{counted(len(gone), 'image is', 'images are')} no longer in {folder} but still in the project: "
                f"{named(gone)}."
            )
        table = project.table()
        return ImportReport(
            project.path,
            len(project.images()),
            len(table.classes),
            len(table.attributes),
            tuple(findings),
            {
                "found": len(found),
                "added": len(new),
                "known": len(found) - len(new),
                "gone": len(gone),
                "odd_names": odd_names,
            },
        )


def list_images(folder: Path) -> Iterator[str]:
    """Yield the images below a folder by their suffix, as relative paths with forward slashes, in no order.

    Hidden files and folders and projects are skipped. Links to folders are followed, each folder once, so loops end.
    """
    visited: set[tuple[int, int]] = set()
    waiting = [(os.fspath(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        try:
            state = os.stat(place)  # noqa: PTH116 (Path objects cost more than the work here)
            # If a system gives no inode numbers, its limit on the length of a path ends a loop.
            if state.st_ino and (state.st_dev, state.st_ino) in visited:
                continue
            visited.add((state.st_dev, state.st_ino))
            with os.scandir(place) as scan:
                entries = [entry for entry in scan if not entry.name.startswith(".")]
        except OSError:
            # A folder without permission to read has no images.
            continue
        skipped: tuple[str, ...] = ()
        if any(entry.name == PROJECT_FILE for entry in entries):
            if prefix:
                continue
            # Images beside a project: skip the project's own folders.
            skipped = _PROJECT_FOLDERS
        for entry in entries:
            name = entry.name
            if is_image_name(name) and entry.is_file():
                yield prefix + name
            elif name not in skipped and entry.is_dir():
                waiting.append((entry.path, f"{prefix}{name}/"))


def _is_below(path: Path, name: str, root: Path) -> bool:
    """Return whether an image belongs to that root: its absolute path is the root's followed by its name."""
    return os.fspath(path) == f"{os.fspath(root)}{os.sep}{name.replace('/', os.sep)}"
