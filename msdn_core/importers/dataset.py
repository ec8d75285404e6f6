"""A data set as an importer has read it, and how it becomes a project."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import Mark, Split
from msdn_core.errors import ImportFault, ProjectError
from msdn_core.importers.report import ImportReport
from msdn_core.project import NewImage, Project

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.importers.findings import Findings

ProgressReport = Callable[[str, int, int], None]
"""Receives the stage in one word, how much of it is done, and the total."""

_MAX_TEXT = 1 << 16

Judgements = tuple[NDArray[np.int8], NDArray[np.int8]]
"""(N, K) presence, −1 without a judgement, and (N, K) certainty."""


@dataclass(frozen=True, eq=False)
class DataSet:
    """The content of a data set that a project keeps."""

    name: str
    table: ClassTable
    word_vectors: NDArray[np.float32]
    word_vector_source: str
    images: tuple[NewImage, ...] = ()
    image_root: Path | None = None
    """The folder of the image files; required if there are images."""
    group_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)
    judgements: Judgements | None = None
    """One row per image."""
    descriptions: Mapping[str, str] = field(default_factory=dict)
    """Free text by class."""
    marks: tuple[Mark, ...] = ()
    """Boxes and points by people; ``image_id`` is the index in ``images``."""


def write_project(
    path: Path, data: DataSet, findings: Findings, then: Callable[[Project], None] | None = None
) -> ImportReport:
    """Make a project, or fill an existing empty one, in one transaction.

    Parameters
    ----------
    path
        The project's folder.
    data
        The data set.
    findings
        Goes into the report, with counts by split added.
    then
        More to do with the project in the same transaction.

    Raises
    ------
    ProjectError
        If there is already a project with content, or it cannot be written.
    """
    refuse_full_project(path)
    check_texts(data)
    with _project(path, data.name) as project, project.transaction():
        project.define_classes(data.table, word_vectors=data.word_vectors, word_vector_source=data.word_vector_source)
        project.define_group_parts(data.group_parts)
        project.set_meta("data_set", data.name)
        if findings.unknown_words:
            project.set_meta("unknown_words", json.dumps(findings.unknown_words, ensure_ascii=False))
        for name, text in data.descriptions.items():
            project.describe_class(name, text)
        for key, value in data.meta.items():
            project.set_meta(key, value)
        if data.images and data.image_root is not None:
            project.add_images(project.add_image_root(data.image_root), data.images)
        # The project was empty, so its images have the order in which they were added.
        ids = [image.id for image in project.images()]
        if data.judgements is not None:
            project.set_many_image_attributes(ids, *data.judgements)
        marks = [replace(mark, image_id=ids[mark.image_id]) for mark in data.marks]
        project.annotations.put_marks(dict(enumerate(marks, start=1)))
        if then is not None:
            then(project)
        _count(project, findings)
        place = project.path
    malformed = findings.malformed_lines()
    if malformed:
        findings.counts["malformed_lines"] = malformed
    table = data.table
    return ImportReport(
        place, len(data.images), len(table.classes), len(table.attributes), findings.sentences(), findings.counts
    )


def check_texts(data: DataSet) -> None:
    """Raise ImportFault for a name that cannot be stored: not valid text, or far too long."""
    names = [*data.table.classes, *(attribute.full_name for attribute in data.table.attributes)]
    names += [image.path for image in data.images] + [point.part for image in data.images for point in image.parts]
    names += [text for mark in data.marks for text in (mark.subject, mark.annotator, mark.at)]
    for name in (*names, *data.descriptions.values(), *data.meta.values()):
        try:
            if len(name.encode("utf-8")) > _MAX_TEXT:
                raise ImportFault(
                    f"The name {name[:40]!a}… is far too long, so its file is damaged; download the data set again."
                )
        except UnicodeEncodeError as error:
            raise ImportFault(
                f"The name {name[:40]!a} is not valid text, so its file is damaged; download the data set again."
            ) from error


def refuse_full_project(path: Path) -> None:
    """Raise ProjectError if there is already a project with content; call it before reading anything."""
    if not Project.is_project(path):
        return
    with Project.open(path, read_only=True) as project:
        if project.image_count() or project.table().classes:
            raise ProjectError(f"There is already a project with content at {path}; choose another folder.")


def _project(path: Path, name: str) -> Project:
    """Return a new project, or the empty one that an interrupted import left behind."""
    if not Project.is_project(path):
        return Project.create(path, name=name)
    project = Project.open(path)
    if project.read_only:
        project.close()
        raise ProjectError(f"{name} cannot be imported into {path}: {project.read_only_reason}")
    return project


def _count(project: Project, findings: Findings) -> None:
    splits = Counter(image.split for image in project.images())
    findings.counts.update({split.value: splits[split] for split in Split})
    seen = project.table().seen
    findings.counts.update(seen_classes=int(seen.sum()), unseen_classes=int((~seen).sum()))
