"""One annotator's judgements as text files in the form of CUB-200-2011, which can be imported again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.atomic import write_atomic
from msdn_core.domain.annotation import Certainty
from msdn_core.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.project import Project


def write_judgements(project: Project, annotator: str, folder: Path) -> int:
    """Write ``images.txt``, ``attributes.txt``, ``certainties.txt`` and ``image_attribute_labels.txt``.

    Images have the project's numbers, attributes their order from 1. A line of judgements is image, attribute,
    presence, certainty, and 0 for the seconds taken, which are unknown.

    Parameters
    ----------
    project
        An open project.
    annotator
        Whose judgements to write.
    folder
        Where to write; created if it does not exist.

    Returns
    -------
    int
        The number of judgements.

    Raises
    ------
    MsdnError
        If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(
            f"The folder {folder} cannot be created ({error.strerror or error}); choose another one."
        ) from error
    attributes = enumerate(project.table().attributes, start=1)
    lines = [
        f"{key.image_id} {key.attribute + 1} {int(judgement.present)} {int(judgement.certainty)} 0"
        for key, judgement in project.annotations.judgements_by(annotator).items()
    ]
    for name, content in (
        ("images.txt", [f"{image.id} {image.name}" for image in project.images()]),
        ("attributes.txt", [f"{number} {attribute.full_name}" for number, attribute in attributes]),
        ("certainties.txt", [f"{int(one)} {one.name.lower().replace('_', ' ')}" for one in Certainty]),
        ("image_attribute_labels.txt", lines),
    ):
        write_atomic(folder / name, "".join(f"{line}\n" for line in content))
    return len(lines)
