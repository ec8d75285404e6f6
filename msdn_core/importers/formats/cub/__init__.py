"""CUB-200-2011 in its official directory, with the proposed split if it is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Split
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.dataset import DataSet, Judgements, ProgressReport, refuse_full_project, write_project
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.cub.files import CubDirectory, is_cub, read_cub
from msdn_core.importers.formats.cub.splits import Decision, official_split, proposed_split
from msdn_core.importers.formats.cub.table import class_table, group_parts
from msdn_core.importers.formats.format import SPLITS, WORD_VECTORS, Format
from msdn_core.importers.image_names import on_disk
from msdn_core.importers.readers.att_splits import read_att_splits
from msdn_core.importers.readers.cub_judgements import read_judgements
from msdn_core.importers.readers.entries import entry
from msdn_core.importers.splitting import validation_meta
from msdn_core.importers.word_vectors import attribute_words
from msdn_core.project import NewImage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.importers.report import ImportReport


def import_cub(
    folder: Path,
    project_path: Path,
    *,
    splits: Path | None = None,
    word_vectors: Path | None = None,
    progress: ProgressReport | None = None,
) -> ImportReport:
    """Make a project from CUB's official directory; the photographs stay where they are.

    Everything is joined by the names of classes and files, never by number. Nothing is written before everything has
    been read, and then in one transaction.

    Parameters
    ----------
    folder
        The directory, or the folder that contains it.
    project_path
        Where to make the project.
    splits
        ``att_splits.mat`` of the proposed split. Without it the official split is used, in which no class is unseen.
    word_vectors
        One row per attribute, or vectors of words; hashed from the names if not given.
    progress
        Called with the stage and how much of it is done.

    Raises
    ------
    ImportFault
        If a file is missing or malformed, or files do not belong together.
    ProjectError
        If there is already a project with content, or it cannot be written.
    """
    report_progress = progress or _silent
    folder, findings = Path(folder), Findings()
    refuse_full_project(project_path)
    if not folder.is_dir():
        raise ImportFault(f"There is no folder {folder}; check the path.")
    report_progress("reading", 0, 1)
    cub = read_cub(folder, findings)
    proposed = None if splits is None else read_att_splits(splits)
    decision = (
        official_split(cub.images, cub.training, findings)
        if proposed is None
        else proposed_split(cub.images, cub.classes, proposed, findings)
    )
    table = class_table(cub, proposed, decision, findings)
    words, source = attribute_words([a.full_name for a in table.attributes], word_vectors, findings)
    pictures = entry(cub.folder, "images")
    files = _files(cub, pictures, table, findings)
    judgements = _judgements(cub, list(files), report_progress, findings)
    report_progress("writing", 0, 1)
    validation = {} if splits is None else validation_meta(splits, table.classes, findings)
    data = DataSet(
        "CUB-200-2011",
        table,
        words,
        source,
        tuple(_new_images(cub, files, decision)),
        pictures,
        group_parts(table, cub),
        {"certainties": json.dumps(cub.certainties), **validation},
        judgements,
    )
    findings.counts.setdefault("malformed_lines", 0)
    report = write_project(project_path, data, findings)
    report_progress("writing", 1, 1)
    return report


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Ignore progress."""


def _files(cub: CubDirectory, folder: Path, table: ClassTable, findings: Findings) -> dict[int, str]:
    """Return the files of the listed images by number, in the order of the list; report what is missing."""
    places = on_disk([image.path for image in cub.images], folder, findings)
    files = {image.number: place for image, place in zip(cub.images, places, strict=True) if place is not None}
    present = [image for image in cub.images if image.number in files]
    with_images = {image.class_name for image in present}
    without_images = [name for name in table.classes if name not in with_images]
    without_class = [image.path for image in present if image.class_name is None]
    for key, names, noun, what in (
        (
            "without_class",
            without_class,
            ("image", "images"),
            "without a class and a split, missing in image_class_labels.txt",
        ),
        ("classes_without_images", without_images, ("class", "classes"), "without images, ranked with the others"),
    ):
        findings.counts[key] = len(names)
        if names:
            findings.add(f"{counted(len(names), *noun)} {what}: {named(names)}.")
    return files


def _judgements(
    cub: CubDirectory, numbers: Sequence[int], report_progress: ProgressReport, findings: Findings
) -> Judgements | None:
    if cub.judgements is None:
        return None
    judgements = read_judgements(
        cub.judgements,
        numbers,
        len(cub.attributes),
        findings,
        lambda done, total: report_progress("judgements", done, total),
    )
    others = findings.counts["judgements_of_other_images"]
    if others:
        what = counted(others, "judgement", "judgements")
        findings.add(f"{cub.judgements.name}: {what} left out, of images that are not imported.")
    return judgements


def _new_images(cub: CubDirectory, files: Mapping[int, str], decision: Decision) -> list[NewImage]:
    return [
        NewImage(
            files[image.number],
            image.class_name,
            Split.NONE if image.class_name is None else decision.splits[image.path],
            cub.boxes.get(image.number),
            cub.parts.get(image.number, ()),
        )
        for image in cub.images
        if image.number in files
    ]


FORMAT = Format(
    "cub",
    "the official directory of CUB-200-2011",
    import_cub,
    options=(SPLITS, WORD_VECTORS),
    reports_progress=True,
    fits_folder=is_cub,
)
