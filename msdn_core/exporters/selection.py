"""The classes and images of a project for export."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msdn_core.errors import ProjectError

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import ImageRecord, Project


def require_table(project: Project) -> ClassTable:
    """Return the class table; raise ProjectError if it is empty."""
    table = project.table()
    if not table.classes or not table.attributes:
        raise ProjectError(f"The project {project.path} has no classes to export; define or import classes first.")
    return table


def images_with_unique_names(project: Project) -> list[ImageRecord]:
    """Return all images; raise ProjectError if two have the same name, since exported lists identify them by name."""
    images = project.images()
    name, count = next(iter(Counter(image.name for image in images).most_common(1)), ("", 0))
    if count > 1:
        raise ProjectError(
            f"{count} images from different folders have the name {name}, so a list by name cannot be exported; move "
            "all images into one folder and import it."
        )
    return images
