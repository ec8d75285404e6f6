"""Reads and checks the official directory of CUB-200-2011."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Box, PartPoint
from msdn_core.domain.attributes import Attribute, FloatArray
from msdn_core.domain.name_spellings import is_absolute, leads_out, path_parts
from msdn_core.domain.wording import counted
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.cell_values import decimal_marks, parse_truth
from msdn_core.importers.readers.class_vectors import read_vectors
from msdn_core.importers.readers.entries import entry
from msdn_core.importers.readers.text_files import finite_numbers, line_error, read_names, read_rows, whole_number
from msdn_core.project import is_plain_path

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.importers.findings import Findings

_OFFICIAL = "CUB_200_2011"
_CORRECT = "correct the line or download the file again"


@dataclass(frozen=True, slots=True)
class ListedImage:
    """A line of ``images.txt``, with the class from ``image_class_labels.txt``."""

    number: int
    """The data set's number of the image, by which other files refer to it."""
    path: str
    class_name: str | None


@dataclass(frozen=True, eq=False, slots=True)
class CubDirectory:
    """The content of the official files, with numbers resolved to names."""

    folder: Path
    images: tuple[ListedImage, ...]
    """In the order of ``images.txt``."""
    classes: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    vectors: FloatArray | None
    """(M, K) percent, or None without ``class_attribute_labels_continuous.txt``."""
    training: dict[int, bool]
    """Whether the official split trains on an image, by its number."""
    boxes: dict[int, Box] = field(default_factory=dict)
    parts: dict[int, tuple[PartPoint, ...]] = field(default_factory=dict)
    part_names: tuple[str, ...] = ()
    certainties: dict[int, str] = field(default_factory=dict)
    judgements: Path | None = None
    """``image_attribute_labels.txt``, if it exists."""


def read_cub(folder: Path, findings: Findings) -> CubDirectory:
    """Read the official directory, or the folder CUB_200_2011 in it.

    Malformed lines of boxes, parts and the official split are findings.

    Raises
    ------
    ImportFault
        If a file that everything depends on is missing or has a malformed line.
    """
    official = entry(folder, _OFFICIAL)
    if not entry(folder, "images.txt").is_file() and entry(official, "images.txt").is_file():
        folder = official
    for required in ("images.txt", "classes.txt", "image_class_labels.txt"):
        if not entry(folder, required).is_file():
            raise ImportFault(f"There is no {required} in {folder}; choose the official directory {_OFFICIAL}.")
    classes = read_names(entry(folder, "classes.txt"), findings)
    attributes = _attributes(folder, findings)
    images = _images(folder, classes, findings)
    known = {image.number for image in images}
    parts = entry(folder, "parts", "parts.txt")
    part_names = read_names(parts, findings) if parts.is_file() else {}
    judgements = entry(folder, "attributes", "image_attribute_labels.txt")
    certainties = entry(folder, "attributes", "certainties.txt")
    vectors = entry(folder, "attributes", "class_attribute_labels_continuous.txt")
    return CubDirectory(
        folder,
        images,
        tuple(classes.values()),
        attributes,
        read_vectors(vectors, len(classes), len(attributes), findings) if vectors.is_file() else None,
        _training(entry(folder, "train_test_split.txt"), known, findings),
        _boxes(entry(folder, "bounding_boxes.txt"), known, findings),
        _parts(entry(folder, "parts", "part_locs.txt"), part_names, known, findings),
        tuple(part_names.values()),
        read_names(certainties, findings) if certainties.is_file() else {},
        judgements if judgements.is_file() else None,
    )


def is_cub(folder: Path) -> bool:
    """Return whether a folder is the official directory, or contains it."""
    return any(
        entry(place, "images.txt").is_file() and entry(place, "image_class_labels.txt").is_file()
        for place in (folder, entry(folder, _OFFICIAL))
    )


def _images(folder: Path, classes: dict[int, str], findings: Findings) -> tuple[ListedImage, ...]:
    path = entry(folder, "image_class_labels.txt")
    labels: dict[int, str] = {}
    for line, texts in read_rows(path, 3, findings):
        if len(texts) != 2:
            raise line_error(path, line, f"is not the numbers of an image and a class; {_CORRECT}")
        number, class_number = whole_number(path, line, texts[0]), whole_number(path, line, texts[1])
        if class_number not in classes:
            raise line_error(path, line, f"has class {class_number}, which is not in classes.txt")
        if labels.setdefault(number, classes[class_number]) != classes[class_number]:
            raise line_error(path, line, f"gives image {number} a second class; remove one of the two lines")
    path = entry(folder, "images.txt")
    images: list[ListedImage] = []
    numbers: set[int] = set()
    names: set[str] = set()
    all_absolute: bool | None = None
    for line, texts in read_rows(path, 2, findings):
        if len(texts) != 2:
            raise line_error(path, line, f"is not a number and a path; {_CORRECT}")
        number = whole_number(path, line, texts[0])
        name = "/".join(path_parts(texts[1]))
        starts_at_root = is_absolute(texts[1])
        # A whole list may have the folders of the machine that wrote it, but no line alone.
        all_absolute = starts_at_root if all_absolute is None else all_absolute
        if leads_out(texts[1]) or starts_at_root is not all_absolute or not is_plain_path(name):
            raise line_error(path, line, f"has a path outside the folder images ({texts[1]!a}); correct the path")
        if number in numbers or name in names:
            raise line_error(path, line, f"lists image {number} or {name} a second time; remove one of the lines")
        numbers.add(number)
        names.add(name)
        images.append(ListedImage(number, name, labels.get(number)))
    _report_unlisted(entry(folder, "image_class_labels.txt"), len(labels.keys() - numbers), findings)
    return tuple(images)


def _report_unlisted(path: Path, count: int, findings: Findings) -> None:
    if count:
        what = counted(count, "line", "lines")
        findings.add(f"{path.name}: {what} left out, of images that are not in images.txt.")


def _attributes(folder: Path, findings: Findings) -> tuple[Attribute, ...]:
    """Read ``attributes.txt`` in ``attributes/``, in the directory, or one level above as in the archive."""
    for place in (entry(folder, "attributes"), folder, folder.resolve().parent):
        if (file := entry(place, "attributes.txt")).is_file():
            return tuple(map(Attribute.parse, read_names(file, findings).values()))
    raise ImportFault(
        f"There is no attributes.txt in {folder}, in its folder attributes, or one level above; copy it from the "
        "archive of CUB-200-2011."
    )


def _rows(path: Path, fields: int, findings: Findings) -> tuple[list[tuple[int, list[str]]], frozenset[str]]:
    """Return the lines of a file that may not exist, and the marks before the decimals of its numbers."""
    rows = list(read_rows(path, fields, findings)) if path.is_file() else []
    has_commas = any("," in text for _, texts in rows for text in texts)
    return rows, decimal_marks(text for _, texts in rows for text in texts) if has_commas else frozenset()


def _training(path: Path, known: set[int], findings: Findings) -> dict[int, bool]:
    found: dict[int, bool] = {}
    unlisted = 0
    for line, texts in _rows(path, 3, findings)[0]:
        is_training = parse_truth(texts[1]) if len(texts) == 2 else None
        if is_training is None or not texts[0].isdecimal() or int(texts[0]) in found:
            findings.add_malformed(path, line)
        elif int(texts[0]) in known:
            found[int(texts[0])] = is_training
        else:
            unlisted += 1
    _report_unlisted(path, unlisted, findings)
    return found


def _boxes(path: Path, known: set[int], findings: Findings) -> dict[int, Box]:
    found: dict[int, Box] = {}
    unlisted = 0
    rows, marks = _rows(path, 6, findings)
    for line, texts in rows:
        numbers = finite_numbers(texts[1:], marks)
        is_valid = len(texts) == 5 and texts[0].isdecimal() and numbers is not None and min(numbers[2:]) > 0
        if numbers is None or not is_valid or int(texts[0]) in found:
            findings.add_malformed(path, line)
        elif int(texts[0]) in known:
            found[int(texts[0])] = Box(*numbers)
        else:
            unlisted += 1
    _report_unlisted(path, unlisted, findings)
    return found


def _parts(path: Path, names: dict[int, str], known: set[int], findings: Findings) -> dict[int, tuple[PartPoint, ...]]:
    found: dict[int, dict[str, PartPoint]] = {}
    by_text = {str(number): name for number, name in names.items()}
    unlisted = 0
    rows, marks = _rows(path, 6, findings)
    for line, texts in rows:
        numbers = finite_numbers(texts[2:4], marks)
        is_visible = parse_truth(texts[4]) if len(texts) == 5 else None
        if is_visible is None or not texts[0].isdecimal() or texts[1] not in by_text or numbers is None:
            findings.add_malformed(path, line)
        elif int(texts[0]) not in known:
            unlisted += 1
        elif (name := by_text[texts[1]]) in (points := found.setdefault(int(texts[0]), {})):
            findings.add_malformed(path, line)
        else:
            points[name] = PartPoint(name, numbers[0], numbers[1], is_visible)
    _report_unlisted(path, unlisted, findings)
    return {number: tuple(points.values()) for number, points in found.items()}
