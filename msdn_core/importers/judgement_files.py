"""One annotator's judgements of a project's images, from text files in the form of CUB-200-2011."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Certainty, Judgement
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.readers.cub_judgements import read_judgements
from msdn_core.importers.readers.text_files import line_error, read_rows, whole_number
from msdn_core.project import JudgementKey, Project

if TYPE_CHECKING:
    from pathlib import Path


def judgements_from_files(
    folder: Path, project: Project, annotator: str, at: str
) -> tuple[dict[JudgementKey, Judgement], tuple[str, ...]]:
    """Read judgements without storing them.

    Images and attributes are joined by name, never by number; those that the project does not have are findings.

    Parameters
    ----------
    folder
        A folder with ``images.txt``, ``attributes.txt`` and ``image_attribute_labels.txt``.
    project
        The project that has the images and attributes.
    annotator, at
        Annotator and time of the judgements.

    Returns
    -------
    judgements
        As ``AnnotationStore.put_judgements`` takes them.
    findings
        Sentences: what was left out.

    Raises
    ------
    ImportFault
        If a file is missing or malformed, or names nothing that the project has.
    """
    findings = Findings()
    for required in ("images.txt", "attributes.txt", "image_attribute_labels.txt"):
        if not (folder / required).is_file():
            raise ImportFault(
                f"There is no {required} in {folder}; choose a folder of judgements in the form of CUB-200-2011."
            )
    image_ids = {image.name: image.id for image in project.images()}
    columns = {attribute.full_name: column for column, attribute in enumerate(project.table().attributes)}
    images = _numbers(folder / "images.txt", image_ids, "image", findings)
    attributes = _numbers(folder / "attributes.txt", columns, "attribute", findings)
    present, certainty = read_judgements(folder / "image_attribute_labels.txt", list(images), max(attributes), findings)
    ids, column_of = list(images.values()), {number - 1: column for number, column in attributes.items()}
    valid = (present >= 0) & (certainty >= min(Certainty)) & (certainty <= max(Certainty))
    judgements = {
        JudgementKey(ids[row], column_of[place], annotator): Judgement(
            bool(present[row, place]), Certainty(int(certainty[row, place])), at
        )
        for row, place in np.argwhere(valid).tolist()
        if place in column_of
    }
    invalid = int(((present >= 0) & ~valid).sum())
    if invalid:
        what = counted(invalid, "judgement", "judgements")
        findings.add(f"{what} left out, with a certainty outside 1 to {max(Certainty)}.")
    return judgements, findings.sentences()


def _numbers(path: Path, known: dict[str, int], noun: str, findings: Findings) -> dict[int, int]:
    """Return the project's number by the file's number, of everything in the file that the project has."""
    found: dict[int, int] = {}
    unknown: list[str] = []
    for line, texts in read_rows(path, 2, findings):
        if len(texts) != 2:
            raise line_error(path, line, "is not a number and a name; correct the line or download the file again")
        number = whole_number(path, line, texts[0])
        if number in found:
            raise line_error(path, line, f"has the number {number} a second time; remove one of the two lines")
        if texts[1] in known:
            found[number] = known[texts[1]]
        else:
            unknown.append(texts[1])
    if not found:
        raise ImportFault(f"{path} names none of this project's {noun}s; choose the files of this project.")
    if unknown:
        what = counted(len(unknown), noun, f"{noun}s")
        findings.add(f"{what} left out, not in this project: {named(unknown)}.")
    return found
