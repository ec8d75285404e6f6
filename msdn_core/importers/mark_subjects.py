"""The parts and attribute groups that marks of other programs show, in the spelling of the project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msdn_core.domain.name_matching import match_words
from msdn_core.domain.wording import counted, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.domain.annotation import Mark
    from msdn_core.importers.findings import Findings
    from msdn_core.project import Project


def subjects_of(project: Project) -> list[str]:
    """Return the parts and attribute groups of a project."""
    groups = (attribute.group for attribute in project.table().attributes if attribute.group)
    return list(dict.fromkeys((*project.part_names(), *groups)))


def spelled_as(known: Sequence[str], marks: Sequence[Mark], findings: Findings) -> list[Mark]:
    """Return marks whose subjects are spelled as the known parts and groups; others stay as they are.

    A mark that has an annotator and a time was drawn in this program, and keeps its subject.
    """
    written = dict.fromkeys(mark.subject for mark in marks if mark.subject and not (mark.annotator and mark.at))
    matched = match_words(written, known).matched
    other = {name: known[place] for name, place in matched.items() if known[place] != name}
    if not other:
        return list(marks)
    what = counted(len(other), "name", "names")
    findings.add(f"{what} read as this project spells the part or group: {named(list(other))}.")
    return [
        replace(mark, subject=other[mark.subject])
        if mark.subject in other and not (mark.annotator and mark.at)
        else mark
        for mark in marks
    ]


def completed(marks: Sequence[Mark], annotator: str, at: str) -> list[Mark]:
    """Return marks with the given annotator and time where they have none."""
    return [replace(mark, annotator=mark.annotator or annotator, at=mark.at or at) for mark in marks]
