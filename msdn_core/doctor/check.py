"""Runs all checks of a project."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msdn_core.doctor.classes import class_findings, word_vector_findings
from msdn_core.doctor.features import feature_findings
from msdn_core.doctor.files import file_findings
from msdn_core.doctor.runs import run_findings
from msdn_core.doctor.splits import label_findings, published_findings, split_findings

if TYPE_CHECKING:
    from msdn_core.project import Project

Progress = Callable[[int, int], None]


def check_project(project: Project, *, progress: Progress | None = None, open_images: bool = True) -> list[str]:
    """Return findings, each a sentence with what to do; an empty list if the project is healthy.

    Parameters
    ----------
    project
        An open project.
    progress
        Called with the number of opened images and their total.
    open_images
        Whether to decode every image, which takes some milliseconds per image.
    """
    table, images = project.table(), project.images()
    damage = project.integrity_error()
    return [
        *([f"The project's database is damaged ({damage}); replace it with a backup copy."] if damage else []),
        *class_findings(table),
        *word_vector_findings(project, table),
        *split_findings(table, images),
        *published_findings(table, images, project.meta("data_set") or ""),
        *label_findings(table, images),
        *file_findings(project, images, progress, open_images=open_images),
        *feature_findings(project, images),
        *run_findings(project, table),
    ]
