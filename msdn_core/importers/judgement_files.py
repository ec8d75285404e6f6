"""One annotator's judgements of a project's images, from text files in the form of CUB-200-2011."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Certainty, Judgement
from msdn_core.domain.name_matching import Matches, match_paths, match_words
from msdn_core.domain.wording import counted
from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.image_names import report_unmatched
from msdn_core.importers.readers.cub_judgements import read_judgements
from msdn_core.importers.readers.text_files import line_error, read_rows, whole_number
from msdn_core.project import JudgementKey, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
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
    records = project.images()
    names = [image.name for image in records]
    images = {
        number: records[place].id
        for number, place in _numbers(folder / "images.txt", names, match_paths, "image", findings).items()
    }
    full_names = [attribute.full_name for attribute in project.table().attributes]
    attributes = _numbers(folder / "attributes.txt", full_names, _match_attributes, "attribute", findings)
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


def _match_attributes(names: Iterable[str], known: Sequence[str]) -> Matches:
    return match_words(names, known, one_to_one=True)


def _numbers(
    path: Path,
    known: Sequence[str],
    match: Callable[[Iterable[str], Sequence[str]], Matches],
    noun: str,
    findings: Findings,
) -> dict[int, int]:
    """Return the place in ``known`` by the file's number, of everything in the file that the project has."""
    written: dict[int, str] = {}
    for line, texts in read_rows(path, 2, findings):
        if len(texts) != 2:
            raise line_error(path, line, "is not a number and a name; correct the line or download the file again")
        number = whole_number(path, line, texts[0])
        if number in written:
            raise line_error(path, line, f"has the number {number} a second time; remove one of the two lines")
        written[number] = texts[1]
    matches = match(written.values(), known)
    if not matches.matched:
        raise ImportFault(f"{path} names none of this project's {noun}s; choose the files of this project.")
    report_unmatched(matches, known, findings, noun=(noun, f"{noun}s"))
    return {number: matches.matched[name] for number, name in written.items() if name in matches.matched}
