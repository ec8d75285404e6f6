"""CUB-200-2011 in its official directory, with the proposed split where it is given."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.errors import ImportFault, ProjectError
from msdn_core.importers.cub_files import CubDirectory, ListedImage, read_cub
from msdn_core.importers.cub_judgements import read_judgements
from msdn_core.importers.cub_splits import Decision, official_split, proposed_split
from msdn_core.importers.cub_table import attribute_words, class_table, group_parts
from msdn_core.importers.images import list_images
from msdn_core.importers.report import ImportReport
from msdn_core.importers.text_files import Findings
from msdn_core.importers.xlsa17 import read_att_splits
from msdn_core.project import NewImage, Project

ProgressReport = Callable[[str, int, int], None]
"""Stage in one word, how much is done, of how much."""


def import_cub(
    folder: Path,
    project_path: Path,
    *,
    splits: Path | None = None,
    word_vectors: Path | None = None,
    progress: ProgressReport | None = None,
) -> ImportReport:
    """Make a project of CUB's official directory; the photographs stay where they are.

    ``splits`` is ``att_splits.mat``; all is joined by the names of classes and files, never by number.
    ``word_vectors`` holds one row an attribute (``.pkl`` or ``.npy``); without it they are hashed from the names.
    Nothing is written before everything was read, and all of it in one transaction.

    Raises:
        ImportFault: if a file is missing or malformed (file and line are named), or files do not fit one another.
        ProjectError: if there is a project with content already, or it cannot be written.
    """
    tell = progress or _silent
    folder, findings = Path(folder), Findings()
    _refuse_full_project(project_path)
    if not folder.is_dir():
        raise ImportFault(f"There is no folder {folder}; check the path.")
    tell("reading", 0, 1)
    cub = read_cub(folder, findings)
    proposed = None if splits is None else read_att_splits(splits)
    decision = (
        official_split(cub.images, cub.training, findings)
        if proposed is None
        else proposed_split(cub.images, cub.classes, proposed, findings)
    )
    table = class_table(cub, proposed, decision, findings)
    words, source = attribute_words(table, word_vectors, findings)
    present = _present(cub, table, findings)
    judgements = _judgements(cub, present, tell, findings)
    tell("writing", 0, 1)
    with _project(project_path) as project, project.transaction():
        project.define_classes(table, word_vectors=words, word_vector_source=source)
        project.define_group_parts(group_parts(table, cub))
        project.set_meta("data_set", "CUB-200-2011")
        project.set_meta("certainties", json.dumps(cub.certainties))
        project.add_images(project.add_image_root(cub.folder / "images"), _new_images(cub, present, decision))
        if judgements is not None:
            # The project was empty, so its images have the order in which they were added.
            ids = [image.id for image in project.images()]
            project.set_many_image_attributes(ids, *judgements)
        _count(project, findings)
        path = project.path
    findings.counts["malformed_lines"] = findings.malformed_lines()
    tell("writing", 1, 1)
    return ImportReport(
        path,
        len(present),
        len(table.classes),
        len(table.attributes),
        findings.sentences(),
        findings.counts,
    )


def _silent(_stage: str, _done: int, _total: int) -> None:
    """For callers that do not ask how far the work is."""


def _refuse_full_project(path: Path) -> None:
    if not Project.is_project(path):
        return
    with Project.open(path, read_only=True) as project:
        if project.images() or project.table().classes:
            raise ProjectError(f"There is a project with content at {path} already; choose another folder.")


def _project(path: Path) -> Project:
    """A new project, or the empty one that an import which was killed left behind."""
    if not Project.is_project(path):
        return Project.create(path, name="CUB-200-2011")
    project = Project.open(path)
    if project.read_only:
        project.close()
        raise ProjectError(f"CUB cannot be imported into {path}: {project.read_only_reason}")
    return project


def _present(cub: CubDirectory, table: ClassTable, findings: Findings) -> list[ListedImage]:
    """The listed images whose files are there; what is missing on either side is a finding."""
    on_disk = set(list_images(cub.folder / "images"))
    present = [image for image in cub.images if image.path in on_disk]
    absent = [image.path for image in cub.images if image.path not in on_disk]
    unlisted = sorted(on_disk - {image.path for image in cub.images})
    if not present:
        place = cub.folder / "images"
        raise ImportFault(f"None of the {len(cub.images)} listed images is in {place}; unpack the images there.")
    with_images = {image.class_name for image in present}
    bare = [name for name in table.classes if name not in with_images]
    nameless = [image.path for image in present if image.class_name is None]
    for key, paths, what in (
        ("listed_but_absent", absent, "images are listed but absent, and were left out"),
        ("present_but_unlisted", unlisted, "images are present but not listed, and were left out"),
        ("without_class", nameless, "images have no line in image_class_labels.txt, so no class and no split"),
        ("classes_without_images", bare, "classes have no image here; their vectors take part in every ranking"),
    ):
        findings.counts[key] = len(paths)
        if paths:
            findings.say(f"{len(paths)} {what}, e.g. {paths[0]}.")
    return present


def _judgements(
    cub: CubDirectory, present: list[ListedImage], tell: ProgressReport, findings: Findings
) -> tuple[NDArray[np.int8], NDArray[np.int8]] | None:
    if cub.judgements is None:
        return None
    return read_judgements(
        cub.judgements,
        [image.number for image in present],
        len(cub.attributes),
        findings,
        lambda done, total: tell("judgements", done, total),
    )


def _new_images(cub: CubDirectory, present: list[ListedImage], decision: Decision) -> list[NewImage]:
    return [
        NewImage(
            image.path,
            image.class_name,
            Split.NONE if image.class_name is None else decision.splits[image.path],
            cub.boxes.get(image.number),
            cub.parts.get(image.number, ()),
        )
        for image in present
    ]


def _count(project: Project, findings: Findings) -> None:
    splits = Counter(image.split for image in project.images())
    findings.counts.update({split.value: splits[split] for split in Split})
    seen = project.table().seen
    findings.counts.update(seen_classes=int(seen.sum()), unseen_classes=int((~seen).sum()))
