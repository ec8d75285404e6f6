"""A plain folder: a sheet of classes and their attributes, and one folder of images per class."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Split, hold_out
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.annotation_sheets import Annotations, read_annotations
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.dataset import DataSet, refuse_full_project, write_project
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.format import Format
from msdn_core.importers.image_files import LeftOut, list_images
from msdn_core.importers.image_names import class_by_folder, on_disk
from msdn_core.importers.mark_subjects import completed, spelled_as
from msdn_core.importers.marks import fit_to_pictures
from msdn_core.importers.readers.att_splits import image_list_beside, read_att_splits
from msdn_core.importers.readers.class_vectors import joined_vectors
from msdn_core.importers.readers.sheet_files import SHEET_SUFFIXES, refuse_workbook
from msdn_core.importers.sheets import ClassSheet, read_class_sheet
from msdn_core.importers.word_vectors import attribute_words
from msdn_core.project import NewImage
from msdn_core.project.annotations import timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.importers.report import ImportReport

_CLASS_SHEETS = ("classes.csv", "classes.tsv", "classes.json")
IMAGE_SHEETS = ("annotations.csv", "annotations.tsv", "annotations.json", "images.csv", "images.tsv")


def import_class_folders(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
) -> ImportReport:
    """Make a project from a sheet of classes and one folder of images per class.

    ``annotations.csv`` or ``.json`` beside the sheet adds to what is known of the images. The unseen classes are
    those marked in the sheet, or those without images if it has no column ``seen``; every fifth image of a seen class
    is for testing.

    Parameters
    ----------
    source
        The folder, with ``classes.csv``, ``classes.json`` or a single CSV file in it; or that file.
    project_path
        Where to make the project.
    images
        The folder that contains the folders of the classes (default: the source).
    splits
        ``att_splits.mat`` of a proposed split.
    word_vectors
        One row per attribute, or vectors of words; hashed from the names if not given.

    Raises
    ------
    ImportFault
        If a sheet is missing or malformed, or files do not belong together.
    ProjectError
        If there is already a project with content, or it cannot be written.
    """
    refuse_full_project(project_path)
    findings = Findings()
    folder, file = _find_sheet(source)
    sheet = read_class_sheet(file, findings)
    pictures = images or folder
    if not pictures.is_dir():
        raise ImportFault(f"There is no folder {pictures}; check the path.")
    annotated = _image_sheet(folder, file, splits, findings)
    if splits is not None:
        data = _with_proposed_split(sheet, pictures, splits, word_vectors, folder, findings)
    elif annotated is None:
        found = Annotations(_images_in_folders(sheet, pictures, findings), None, False)
        data = _without_split(sheet, found, pictures, word_vectors, folder, findings)
    else:
        full_names = [attribute.full_name for attribute in sheet.attributes]
        found = read_annotations(annotated, sheet.classes, full_names, findings)
        found = _existing(found, pictures, annotated, [a.group for a in sheet.attributes if a.group], findings)
        data = _without_split(sheet, found, pictures, word_vectors, folder, findings)
    return write_project(project_path, data, findings)


def _sheets(folder: Path) -> list[Path]:
    """Return the sheet of classes by its name, or else every sheet that can be it."""
    files = _files(folder)
    return _called(files, _CLASS_SHEETS)[:1] or [
        path for path in files if path.suffix.lower() in SHEET_SUFFIXES and path.name.lower() not in IMAGE_SHEETS
    ]


def _files(folder: Path) -> list[Path]:
    """Return the sheets and JSON files in a folder; hidden ones are other programs' notes.

    A pipe or a broken link with the name of a sheet counts, so that its reader refuses it by its name.
    """
    named = (*_CLASS_SHEETS, *IMAGE_SHEETS)
    return sorted(
        path
        for path in folder.glob("[!.]*")
        if path.suffix.lower() in (*SHEET_SUFFIXES, ".json")
        and (path.is_file() or (path.name.lower() in named and not path.is_dir()))
    )


def _called(files: Sequence[Path], names: Sequence[str]) -> list[Path]:
    """Return the files of these names, in the order of the names and in any letter case."""
    return [path for name in names for path in files if path.name.lower() == name]


def _image_sheet(folder: Path, sheet: Path, splits: Path | None, findings: Findings) -> Path | None:
    """Return the sheet of images beside the sheet of classes; sheets that are not read are findings."""
    found = _called([path for path in _files(folder) if path != sheet], IMAGE_SHEETS)
    unread = found if splits is not None else found[1:]
    if unread:
        reason = (
            "the images and splits are those of the split file" if splits is not None else f"{found[0].name} is read"
        )
        findings.add(f"{named([path.name for path in unread])} was left out: {reason}.")
    return None if splits is not None else next(iter(found), None)


def _find_sheet(source: Path) -> tuple[Path, Path]:
    """Return the folder and its sheet of classes; raise ImportFault if there is none, or more than one."""
    if source.is_file():
        return source.parent, source
    found = _sheets(source)
    if len(found) != 1:
        for path in sorted(source.glob("*")) if not found else ():
            refuse_workbook(path)
        what = "are several CSV files" if found else "is no classes.csv"
        raise ImportFault(
            f"There {what} in {source}; name the sheet of classes classes.csv: a column “class”, then one column per "
            "attribute."
        )
    return source, found[0]


def _images_in_folders(sheet: ClassSheet, pictures: Path, findings: Findings) -> tuple[NewImage, ...]:
    left_out = LeftOut()
    names = sorted(list_images(pictures, left_out))
    left_out.report(findings)
    class_of = class_by_folder(names, sheet.classes, findings)
    without_class = [name for name, class_name in zip(names, class_of, strict=True) if class_name is None]
    findings.counts["without_class"] = len(without_class)
    if without_class:
        findings.add(
            f"{counted(len(without_class), 'image', 'images')} without a class, in folders that are not a class: "
            f"{named(without_class)}."
        )
    return tuple(NewImage(*image) for image in zip(names, class_of, strict=True))


def _existing(
    found: Annotations, pictures: Path, sheet: Path, groups: Sequence[str], findings: Findings
) -> Annotations:
    """Return the annotations of the images whose files exist, under their paths below ``pictures``."""
    if not found.images:
        return found
    places = on_disk([image.path for image in found.images], pictures, findings)
    kept = [row for row, place in enumerate(places) if place is not None]
    new_row = {row: place for place, row in enumerate(kept)}
    files = [None if place is None else pictures / place for place in places]
    marks = fit_to_pictures(found.marks, [image.path for image in found.images], files, sheet.name, findings)
    subjects = dict.fromkeys((*(point.part for image in found.images for point in image.parts), *groups))
    marks = completed(spelled_as(list(subjects), marks, findings), sheet.stem, timestamp())
    return replace(
        found,
        images=tuple(replace(found.images[row], path=str(places[row])) for row in kept),
        judgements=None if found.judgements is None else (found.judgements[0][kept], found.judgements[1][kept]),
        marks=tuple(replace(mark, image_id=new_row[mark.image_id]) for mark in marks),
    )


def _without_split(
    sheet: ClassSheet,
    found: Annotations,
    pictures: Path,
    word_vectors: Path | None,
    folder: Path,
    findings: Findings,
) -> DataSet:
    images = found.images
    with_images = {image.class_name for image in images}
    without_images = [name for name in sheet.classes if name not in with_images]
    findings.counts["classes_without_images"] = len(without_images)
    if without_images:
        findings.add(
            f"{counted(len(without_images), 'class has', 'classes have')} no images but will be ranked with the "
            f"others: {named(without_images)}."
        )
    if not sheet.seen and without_images:
        findings.add("The sheet does not tell which classes are seen: those with images count as seen.")
    unseen = {name for name in sheet.classes if not sheet.seen.get(name, name in with_images)}
    if not found.splits_given:
        held_out = hold_out({i.path: i.class_name for i in images if i.class_name is not None}, unseen)
        images = tuple(replace(image, split=held_out.get(image.path, Split.NONE)) for image in images)
        if images:
            findings.add(
                "Every fifth image of a seen class, sorted by name, is for testing; all others are for training."
            )
    words, source = attribute_words([a.full_name for a in sheet.attributes], word_vectors, findings)
    seen = np.array([name not in unseen for name in sheet.classes], np.bool_)
    return DataSet(
        folder.resolve().name,
        ClassTable(sheet.attributes, sheet.classes, sheet.vectors, seen),
        words,
        source,
        images,
        pictures,
        sheet.group_parts,
        {},
        found.judgements,
        sheet.descriptions,
        found.marks,
    )


def _with_proposed_split(
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


FORMAT = Format(
    "folder",
    "a folder with classes.csv and one folder of images per class",
    import_class_folders,
    fits_folder=lambda folder: len(_sheets(folder)) == 1,
    suffixes=(".csv", ".tsv", ".json"),
)
