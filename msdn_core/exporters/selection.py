"""What of a project is exported."""

from __future__ import annotations

from collections import Counter

from msdn_core.domain.attributes import ClassTable
from msdn_core.errors import ProjectError
from msdn_core.project import ImageRecord, Project


def require_table(project: Project) -> ClassTable:
    """The class table; ProjectError where there is none."""
    table = project.table()
    if not table.classes or not table.attributes:
        raise ProjectError(f"The project {project.path} has no classes with attributes, so there is nothing to export.")
    return table


def images_with_unique_names(project: Project) -> list[ImageRecord]:
    """All images; ProjectError where two folders hold images of one name, since a list tells them apart by name."""
    images = project.images()
    name, count = next(iter(Counter(image.name for image in images).most_common(1)), ("", 0))
    if count > 1:
        raise ProjectError(
            f"The image name {name} stands for {count} images of different folders, so a list by name cannot be "
            "exported; put them into one folder and import that."
        )
    return images
