"""Somebody's judgements of this project's images, from text files in CUB-200-2011's form."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from msdn_core.domain.annotation import Certainty, Judgement
from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.cub.judgements import read_judgements
from msdn_core.importers.readers.text_files import line_error, read_rows, whole_number
from msdn_core.project import JudgementKey, Project


def judgements_from_files(
    folder: Path, project: Project, annotator: str, at: str
) -> tuple[dict[JudgementKey, Judgement], tuple[str, ...]]:
    """What the files say, under that name and time, not put anywhere yet; and findings in sentences.

    Images and attributes are joined by name, never by number; what the project does not have is left out and said.

    Raises:
        ImportFault: if ``images.txt``, ``attributes.txt`` or ``image_attribute_labels.txt`` is missing or malformed, or
            names nothing that the project has.
    """
    findings = Findings()
    for needed in ("images.txt", "attributes.txt", "image_attribute_labels.txt"):
        if not (folder / needed).is_file():
            raise ImportFault(f"There is no {needed} in {folder}; give a folder with judgements in CUB's form.")
    named = {image.name: image.id for image in project.images()}
    columns = {attribute.full_name: column for column, attribute in enumerate(project.table().attributes)}
    images = _numbers(folder / "images.txt", named, "images", findings)
    attributes = _numbers(folder / "attributes.txt", columns, "attributes", findings)
    present, certainty = read_judgements(folder / "image_attribute_labels.txt", list(images), max(attributes), findings)
    ids, column_of = list(images.values()), {number - 1: column for number, column in attributes.items()}
    sound = (present >= 0) & (certainty >= min(Certainty)) & (certainty <= max(Certainty))
    made = {
        JudgementKey(ids[row], column_of[place], annotator): Judgement(
            bool(present[row, place]), Certainty(int(certainty[row, place])), at
        )
        for row, place in np.argwhere(sound).tolist()
        if place in column_of
    }
    odd = int(((present >= 0) & ~sound).sum())
    if odd:
        findings.add(f"{odd} judgements have a certainty that is none of 1 to {max(Certainty)}, and were left out.")
    return made, findings.sentences()


def _numbers(path: Path, known: dict[str, int], noun: str, findings: Findings) -> dict[int, int]:
    """The file's number of each thing that the project has, to the project's own."""
    found: dict[int, int] = {}
    unknown: list[str] = []
    for line, texts in read_rows(path, 2):
        if len(texts) != 2:
            raise line_error(path, line, "is not a number and a name; mend the line or get the file anew")
        number = whole_number(path, line, texts[0])
        if number in found:
            raise line_error(path, line, f"gives number {number} a second time; remove one of the two")
        if texts[1] in known:
            found[number] = known[texts[1]]
        else:
            unknown.append(texts[1])
    if not found:
        raise ImportFault(f"{path} names none of this project's {noun}; choose the files that belong to it.")
    if unknown:
        findings.add(f"Left out, as this project has none of that name: {len(unknown)} {noun}, e.g. {unknown[0]}.")
    return found
