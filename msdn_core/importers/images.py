"""A folder of the user's own images, opened in one step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from msdn_core.errors import ImportFault, ProjectError
from msdn_core.importers.report import ImportReport
from msdn_core.project import PROJECT_FILE, NewImage, Project, is_plain_path, require_text
from msdn_core.vision.images import IMAGE_SUFFIXES

_PROJECT_FOLDERS = ("features", "runs", "cache")


def import_images(folder: Path, project_path: Path) -> ImportReport:
    """Put all images below ``folder`` into a project, a new one where there is none; no image file is opened.

    Images that the project has already stay as they are, so importing again adds the new ones only. Hidden files
    and folders are left out. No classes are made of subfolders.

    Raises:
        ImportFault: if the folder is missing or holds no image.
        ProjectError: if the project cannot be written.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ImportFault(f"There is no folder {folder}; check the path.")
    require_text(folder.resolve())
    everything = list(list_images(folder))
    found = sorted(name for name in everything if is_plain_path(name))
    is_new = not Project.is_project(project_path)
    if not found and is_new:
        raise ImportFault(
            f"There is no image in {folder} or below it (looked for {', '.join(sorted(IMAGE_SUFFIXES))}); "
            "choose another folder."
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
        odd = len(everything) - len(found)
        if odd:
            what = "1 image has a name" if odd == 1 else f"{odd} images have names"
            findings.append(f"{what} that not every system can have, so it is left out; rename it and import again.")
        if gone:
            some = ", ".join(gone[:3])
            findings.append(f"{len(gone)} images of the project are gone from {folder}, e.g. {some}; they stay listed.")
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
                "odd_names": odd,
            },
        )


def list_images(folder: Path) -> Iterator[str]:
    """The images below a folder by their suffix: relative paths with forward slashes, in no order.

    Hidden entries and projects are skipped; links to folders are followed, each folder once, so loops end.
    """
    visited: set[tuple[int, int]] = set()
    waiting = [(os.fspath(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        try:
            state = os.stat(place)  # noqa: PTH116 (Path objects cost more than the work here)
            # Where a system gives no inode numbers, its limit on a path's length ends a loop.
            if state.st_ino and (state.st_dev, state.st_ino) in visited:
                continue
            visited.add((state.st_dev, state.st_ino))
            with os.scandir(place) as scan:
                entries = [entry for entry in scan if not entry.name.startswith(".")]
        except OSError:
            # A folder that may not be read has no images for us.
            continue
        skipped: tuple[str, ...] = ()
        if any(entry.name == PROJECT_FILE for entry in entries):
            if prefix:
                continue
            # Images beside the project's own files: those are ours, not the user's.
            skipped = _PROJECT_FOLDERS
        for entry in entries:
            name = entry.name
            if os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES and entry.is_file():  # noqa: PTH122
                yield prefix + name
            elif name not in skipped and entry.is_dir():
                waiting.append((entry.path, f"{prefix}{name}/"))


def _is_below(path: Path, name: str, root: Path) -> bool:
    """Whether an image belongs to that root: its absolute path is the root's and then its name."""
    return os.fspath(path) == f"{os.fspath(root)}{os.sep}{name.replace('/', os.sep)}"
