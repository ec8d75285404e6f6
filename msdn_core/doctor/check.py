"""All checks of a project, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from msdn_core.doctor.classes import class_findings, word_vector_findings
from msdn_core.doctor.features import feature_findings
from msdn_core.doctor.files import file_findings
from msdn_core.doctor.runs import run_findings
from msdn_core.doctor.splits import label_findings, published_findings, split_findings
from msdn_core.project import Project

Progress = Callable[[int, int], None]


def check_project(project: Project, *, progress: Progress | None = None, open_images: bool = True) -> list[str]:
    """Findings, one sentence each, with what to do; an empty list is a clean bill.

    ``open_images`` decodes every image, which takes milliseconds each; ``progress`` is told of that.
    """
    table, images = project.table(), project.images()
    damage = project.integrity_error()
    return [
        *([f"The project's database is damaged ({damage}); put a copy from a backup in its place."] if damage else []),
        *class_findings(table),
        *word_vector_findings(project, table),
        *split_findings(table, images),
        *published_findings(table, images),
        *label_findings(table, images),
        *file_findings(project, images, progress, open_images=open_images),
        *feature_findings(project, images),
        *run_findings(project, table),
    ]
