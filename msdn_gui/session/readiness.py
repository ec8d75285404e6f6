"""Whether the open project can be trained on, said before a run is made."""

from __future__ import annotations

from msdn_core.domain.annotation import Split
from msdn_gui.session import Session


def why_not(session: Session) -> str:
    """Why no run can be started on the open project, and what to do; empty where one can."""
    if session.document.project is None:
        return "Open a project first: its runs will stand here."
    if session.document.table_is_borrowed:
        return (
            "This project has no classes of its own yet. Begin with your own attributes in Classes, or take over the "
            "checkpoint's there."
        )
    if not session.document.table.attributes:
        return "This project has no attributes yet. Begin with your own in Classes, or import a data set with some."
    if not session.document.table.classes:
        return (
            "This project has no classes yet. Say in Annotate what the images show, at once where they lie in folders, "
            "or make classes in Classes."
        )
    if not _has_enough(session):
        return (
            "Training takes images of at least two seen classes in the training split, and this project has none. "
            "Say in Annotate what the images show, or import a data set with its splits."
        )
    if not session.document.table.vectors.any():
        return (
            "Nothing is said of the classes yet: every value of their vectors is 0. Fill them in under Classes, or "
            "judge attributes of some images in Annotate and take the vectors from that."
        )
    return ""


def _has_enough(session: Session) -> bool:
    """Images that are still being read count as enough: the run itself would say otherwise."""
    if not session.document.images and session.document.project is not None and session.document.project.image_count():
        return True
    index, seen = session.document.table.class_index, session.document.table.seen
    found: set[str] = set()
    for image in session.document.images:
        name = image.class_name
        if image.split is Split.TRAIN and name in index and seen[index[name]]:
            found.add(name)
            if len(found) > 1:
                return True
    return False
