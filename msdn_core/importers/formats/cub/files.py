"""Reads and checks the official directory of CUB-200-2011."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Box, PartPoint
from msdn_core.domain.attributes import Attribute, FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.formats.format import has_files
from msdn_core.importers.readers.class_vectors import read_vectors
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
    if not has_files(folder, "images.txt") and has_files(folder / _OFFICIAL, "images.txt"):
        folder = folder / _OFFICIAL
    for required in ("images.txt", "classes.txt", "image_class_labels.txt"):
        if not has_files(folder, required):
            raise ImportFault(f"There is no {required} in {folder}; choose the official directory {_OFFICIAL}.")
    classes = read_names(folder / "classes.txt", findings)
    attributes = _attributes(folder, findings)
    images = _images(folder, classes, findings)
    known = {image.number for image in images}
    part_names = (
        read_names(folder / "parts" / "parts.txt", findings) if (folder / "parts" / "parts.txt").is_file() else {}
    )
    judgements = folder / "attributes" / "image_attribute_labels.txt"
    certainties = folder / "attributes" / "certainties.txt"
    vectors = folder / "attributes" / "class_attribute_labels_continuous.txt"
    return CubDirectory(
        folder,
        images,
        tuple(classes.values()),
        attributes,
        read_vectors(vectors, len(classes), len(attributes), findings) if vectors.is_file() else None,
        _training(folder / "train_test_split.txt", known, findings),
        _boxes(folder / "bounding_boxes.txt", known, findings),
        _parts(folder / "parts" / "part_locs.txt", part_names, known, findings),
        tuple(part_names.values()),
        read_names(certainties, findings) if certainties.is_file() else {},
        judgements if judgements.is_file() else None,
    )


def is_cub(folder: Path) -> bool:
    """Return whether a folder is the official directory, or contains it."""
    return any(has_files(place, "images.txt", "image_class_labels.txt") for place in (folder, folder / _OFFICIAL))


def _images(folder: Path, classes: dict[int, str], findings: Findings) -> tuple[ListedImage, ...]:
    path = folder / "image_class_labels.txt"
    labels: dict[int, str] = {}
    for line, texts in read_rows(path, 3, findings):
        if len(texts) != 2:
            raise line_error(path, line, f"is not the numbers of an image and a class; {_CORRECT}")
        number, class_number = whole_number(path, line, texts[0]), whole_number(path, line, texts[1])
        if class_number not in classes:
            raise line_error(path, line, f"has class {class_number}, which is not in classes.txt")
        if labels.setdefault(number, classes[class_number]) != classes[class_number]:
            raise line_error(path, line, f"gives image {number} a second class; remove one of the two lines")
    path = folder / "images.txt"
    images: list[ListedImage] = []
    numbers: set[int] = set()
    names: set[str] = set()
    for line, texts in read_rows(path, 2, findings):
        if len(texts) != 2:
            raise line_error(path, line, f"is not a number and a path; {_CORRECT}")
        number = whole_number(path, line, texts[0])
        if not is_plain_path(texts[1]):
            raise line_error(path, line, f"has a path outside the folder images ({texts[1]!a}); correct the path")
        if number in numbers or texts[1] in names:
            raise line_error(path, line, f"lists image {number} or {texts[1]} a second time; remove one of the lines")
        numbers.add(number)
        names.add(texts[1])
        images.append(ListedImage(number, texts[1], labels.get(number)))
    return tuple(images)


def _attributes(folder: Path, findings: Findings) -> tuple[Attribute, ...]:
    """Read ``attributes.txt`` in ``attributes/``, in the directory, or one level above as in the archive."""
    for place in (folder / "attributes", folder, folder.resolve().parent):
        if (place / "attributes.txt").is_file():
            return tuple(map(Attribute.parse, read_names(place / "attributes.txt", findings).values()))
    raise ImportFault(
        f"There is no attributes.txt in {folder}, in its folder attributes, or one level above; copy it from the "
        "archive of CUB-200-2011."
    )


def _training(path: Path, known: set[int], findings: Findings) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for line, texts in read_rows(path, 3, findings) if path.is_file() else ():
        if len(texts) != 2 or not texts[0].isdecimal() or texts[1] not in ("0", "1"):
            findings.add_malformed(path, line)
        elif int(texts[0]) in known:
            found[int(texts[0])] = texts[1] == "1"
    return found


def _boxes(path: Path, known: set[int], findings: Findings) -> dict[int, Box]:
    found: dict[int, Box] = {}
    for line, texts in read_rows(path, 6, findings) if path.is_file() else ():
        numbers = finite_numbers(texts[1:])
        if len(texts) != 5 or not texts[0].isdecimal() or numbers is None or min(numbers[2:]) <= 0:
            findings.add_malformed(path, line)
        elif int(texts[0]) in known:
            found[int(texts[0])] = Box(*numbers)
    return found


def _parts(path: Path, names: dict[int, str], known: set[int], findings: Findings) -> dict[int, tuple[PartPoint, ...]]:
    found: dict[int, dict[str, PartPoint]] = {}
    by_text = {str(number): name for number, name in names.items()}
    for line, texts in read_rows(path, 6, findings) if path.is_file() else ():
        numbers = finite_numbers(texts[2:4])
        if (
            len(texts) != 5
            or not texts[0].isdecimal()
            or texts[1] not in by_text
            or numbers is None
            or texts[4] not in ("0", "1")
        ):
            findings.add_malformed(path, line)
        elif int(texts[0]) in known:
            name = by_text[texts[1]]
            found.setdefault(int(texts[0]), {})[name] = PartPoint(name, numbers[0], numbers[1], texts[4] == "1")
    return {number: tuple(points.values()) for number, points in found.items()}
