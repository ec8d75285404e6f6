"""Whether the open project can be trained on; checked before a run is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Split

if TYPE_CHECKING:
    from msdn_gui.session.document import Document


def training_obstacle(document: Document) -> str:
    """Return why no run can be started on the open project, and what to do; empty if one can."""
    if document.project is None:
        return "Open a project first."
    if document.table_is_borrowed:
        return "This project has no classes of its own. Define attributes in Classes, or copy the checkpoint's there."
    if not document.table.attributes:
        return "This project has no attributes. Define them in Classes, or import a data set that has them."
    if not document.table.classes:
        return "This project has no classes. Add them in Classes, or label images in Annotate, by folder if you like."
    if not _has_training_images(document):
        return (
            "Training needs training images of at least two seen classes. Label images in Annotate, or import a data "
            "set with its splits."
        )
    if not document.table.vectors.any():
        return (
            "Every value of the class vectors is 0. Enter values in Classes, or judge attributes of some images in "
            "Annotate and set the vectors from those judgements."
        )
    return ""


def _has_training_images(document: Document) -> bool:
    """Images that are still being read count as enough: the run checks again."""
    if not document.images and document.project is not None and document.project.image_count():
        return True
    table = document.table
    seen = {name for name, is_seen in zip(table.classes, table.seen.tolist(), strict=True) if is_seen}
    found: set[str] = set()
    for image in document.images:
        if image.split is Split.TRAIN and image.class_name in seen:
            found.add(image.class_name)
            if len(found) > 1:
                return True
    return False
