"""A plain folder: a sheet of classes and their attributes, and images in one folder a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from msdn_core.domain.annotation import Split, hold_out
from msdn_core.domain.attributes import ClassTable
from msdn_core.errors import ImportFault
from msdn_core.importers.annotations import Annotations, read_annotations
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.att_splits import image_list_beside, read_att_splits
from msdn_core.importers.class_vectors import joined_vectors
from msdn_core.importers.dataset import DataSet, refuse_full_project, write_project
from msdn_core.importers.image_names import class_by_folder, on_disk
from msdn_core.importers.images import list_images
from msdn_core.importers.readers.text_files import Findings
from msdn_core.importers.report import ImportReport
from msdn_core.importers.sheets import ClassSheet, read_class_sheet
from msdn_core.importers.word_vectors import attribute_words
from msdn_core.project import NewImage

CLASS_SHEETS = ("classes.csv", "classes.json")
IMAGE_SHEETS = ("annotations.csv", "annotations.json", "images.csv")


def import_class_folders(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
) -> ImportReport:
    """Make a project of a folder with ``classes.csv`` (or ``.json``, or its only CSV file) and one folder a class.

    ``annotations.csv`` or ``.json`` beside it says more of the images. Unseen are the classes that the sheet calls
    so, or, where it says nothing, those without images; every fifth image of a seen class tests.

    Raises:
        ImportFault: if a sheet is missing or malformed (file and line are named), or files do not fit one another.
        ProjectError: if there is a project with content already, or it cannot be written.
    """
    refuse_full_project(project_path)
    findings = Findings()
    folder, file = class_sheet(source)
    sheet = read_class_sheet(file)
    pictures = images or folder
    if not pictures.is_dir():
        raise ImportFault(f"There is no folder {pictures}; check the path.")
    annotated = next((folder / name for name in IMAGE_SHEETS if (folder / name).is_file()), None)
    if splits is not None:
        data = _proposed(sheet, pictures, splits, word_vectors, folder, findings)
    else:
        full_names = [attribute.full_name for attribute in sheet.attributes]
        found = (
            Annotations(_in_folders(sheet, pictures, findings), None, False)
            if annotated is None
            else read_annotations(annotated, sheet.classes, full_names)
        )
        data = _own(sheet, found, pictures, word_vectors, folder, findings, listed=annotated is not None)
    return write_project(project_path, data, findings)


def class_sheet(source: Path) -> tuple[Path, Path]:
    """The folder meant and its sheet of classes; ImportFault where there is none, or several and none named so."""
    if source.is_file():
        return source.parent, source
    named = [source / name for name in CLASS_SHEETS if (source / name).is_file()]
    others = [path for path in sorted(source.glob("*.csv")) if path.name not in IMAGE_SHEETS]
    found = named[:1] or others
    if len(found) != 1:
        what = "several CSV files" if found else "no classes.csv"
        raise ImportFault(
            f"There is {what} in {source}; name the sheet of classes classes.csv: class, and one attribute a column."
        )
    return source, found[0]


def _in_folders(sheet: ClassSheet, pictures: Path, findings: Findings) -> tuple[NewImage, ...]:
    names = sorted(list_images(pictures))
    class_of = class_by_folder(names, sheet.classes)
    lost = [name for name, kind in zip(names, class_of, strict=True) if kind is None]
    findings.counts["without_class"] = len(lost)
    if lost:
        findings.say(f"{len(lost)} images lie in a folder of no class, e.g. {lost[0]}: they have no class.")
    return tuple(NewImage(*image) for image in zip(names, class_of, strict=True))


def _own(
    sheet: ClassSheet,
    found: Annotations,
    pictures: Path,
    word_vectors: Path | None,
    folder: Path,
    findings: Findings,
    *,
    listed: bool,
) -> DataSet:
    images: Sequence[NewImage] = found.images
    judgements, marks = found.judgements, found.marks
    if listed and images:
        places = on_disk([image.path for image in images], pictures, findings)
        kept = [row for row, place in enumerate(places) if place is not None]
        images = [
            NewImage(str(places[row]), images[row].class_name, images[row].split, images[row].box, images[row].parts)
            for row in kept
        ]
        judgements = None if judgements is None else (judgements[0][kept], judgements[1][kept])
        place_of = {row: place for place, row in enumerate(kept)}
        marks = tuple(replace(mark, image_id=place_of[mark.image_id]) for mark in marks if mark.image_id in place_of)
    with_images = {image.class_name for image in images}
    bare = [name for name in sheet.classes if name not in with_images]
    findings.counts["classes_without_images"] = len(bare)
    if bare:
        findings.say(f"{len(bare)} classes have no image, e.g. {bare[0]}; their vectors take part in every ranking.")
    if not sheet.seen and bare:
        findings.say("The sheet does not say which classes are seen: those with images are taken as seen.")
    unseen = {name for name in sheet.classes if not sheet.seen.get(name, name in with_images)}
    if not found.splits_given:
        held = hold_out({i.path: i.class_name for i in images if i.class_name is not None}, unseen)
        images = [NewImage(i.path, i.class_name, held.get(i.path, Split.NONE), i.box, i.parts) for i in images]
        if images:
            findings.say("Every fifth image of a seen class, sorted by name, is for testing; all others train.")
    words, source = attribute_words([a.full_name for a in sheet.attributes], word_vectors, findings)
    seen = np.array([name not in unseen for name in sheet.classes], np.bool_)
    return DataSet(
        folder.resolve().name,
        ClassTable(sheet.attributes, sheet.classes, sheet.vectors, seen),
        words,
        source,
        tuple(images),
        pictures,
        sheet.group_parts,
        {},
        judgements,
        sheet.descriptions,
        marks,
    )


def _proposed(
    sheet: ClassSheet, pictures: Path, splits: Path, word_vectors: Path | None, folder: Path, findings: Findings
) -> DataSet:
    proposed = read_att_splits(splits)
    return assemble(
        folder.resolve().name,
        sheet.attributes,
        sheet.classes,
        joined_vectors(sheet.classes, len(sheet.attributes), sheet.vectors, proposed, findings),
        Pictures(image_list_beside(splits), pictures, pictures),
        findings,
        proposed=proposed,
        word_vectors=word_vectors,
        descriptions=sheet.descriptions,
    )
