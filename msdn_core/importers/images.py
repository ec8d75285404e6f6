"""Imports a folder of images without classes."""

from __future__ import annotations

import os
from pathlib import Path

from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault, ProjectError
from msdn_core.importers.image_files import LeftOut, list_images
from msdn_core.importers.report import ImportReport
from msdn_core.project import NewImage, Project, require_text
from msdn_core.vision.image_formats import IMAGE_SUFFIXES


def import_images(folder: Path, project_path: Path) -> ImportReport:
    """Add all images below ``folder`` to a project, a new one if there is none; no image file is opened.

    Images already in the project stay as they are, so importing again adds only new ones. Hidden files and folders
    are passed over, other files that may be pictures are findings. Folders do not become classes.

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
    left_out = LeftOut()
    found = sorted(list_images(folder, left_out))
    is_new = not Project.is_project(project_path)
    if not found and is_new:
        raise ImportFault(
            f"There are no images in {folder} or below it ({', '.join(sorted(IMAGE_SUFFIXES))}); choose another folder."
            + "".join(f" {sentence}" for sentence in left_out.sentences())
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
        findings = left_out.sentences()
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
                "odd_names": 0,
                **left_out.counts(),
            },
        )


def _is_below(path: Path, name: str, root: Path) -> bool:
    """Return whether an image belongs to that root: its absolute path is the root's followed by its name."""
    return os.fspath(path) == f"{os.fspath(root)}{os.sep}{name.replace('/', os.sep)}"
