"""The official directory of CUB-200-2011, read and checked, before anything becomes a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from msdn_core.domain.annotation import Box, PartPoint
from msdn_core.domain.attributes import Attribute, FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.class_vectors import read_vectors
from msdn_core.importers.readers.text_files import Findings, fault, finite, numbered, rows, whole
from msdn_core.project import is_plain_path


@dataclass(frozen=True, slots=True)
class ListedImage:
    """A line of ``images.txt`` with the class that ``image_class_labels.txt`` gives it."""

    number: int
    """The data set's own, which other files refer to."""
    path: str
    class_name: str | None


@dataclass(frozen=True, eq=False, slots=True)
class CubDirectory:
    """What the official files say, numbers resolved to names."""

    folder: Path
    images: tuple[ListedImage, ...]
    """In the order of ``images.txt``."""
    classes: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    vectors: FloatArray | None
    """(M, K) percent, or None without ``class_attribute_labels_continuous.txt``."""
    training: dict[int, bool]
    """Image number to whether the official split trains on it."""
    boxes: dict[int, Box] = field(default_factory=dict)
    parts: dict[int, tuple[PartPoint, ...]] = field(default_factory=dict)
    part_names: tuple[str, ...] = ()
    certainties: dict[int, str] = field(default_factory=dict)
    judgements: Path | None = None
    """``image_attribute_labels.txt``, where it is there."""


def read_cub(folder: Path, findings: Findings) -> CubDirectory:
    """Read the official directory, or the one folder of that name in it.

    Raises:
        ImportFault: if a file that all depends on is missing or has a malformed line (file and line are named).
            Malformed lines of boxes, parts and the official split are findings.
    """
    if not (folder / "images.txt").is_file() and (folder / "CUB_200_2011" / "images.txt").is_file():
        folder = folder / "CUB_200_2011"
    for needed in ("images.txt", "classes.txt", "image_class_labels.txt"):
        if not (folder / needed).is_file():
            raise ImportFault(f"There is no {needed} in {folder}; give the official directory CUB_200_2011.")
    classes = numbered(folder / "classes.txt")
    attributes = _attributes(folder)
    images = _images(folder, classes)
    known = {image.number for image in images}
    part_names = numbered(folder / "parts" / "parts.txt") if (folder / "parts" / "parts.txt").is_file() else {}
    judgements = folder / "attributes" / "image_attribute_labels.txt"
    certainties = folder / "attributes" / "certainties.txt"
    vectors = folder / "attributes" / "class_attribute_labels_continuous.txt"
    return CubDirectory(
        folder,
        images,
        tuple(classes.values()),
        attributes,
        read_vectors(vectors, len(classes), len(attributes)) if vectors.is_file() else None,
        _training(folder / "train_test_split.txt", known, findings),
        _boxes(folder / "bounding_boxes.txt", known, findings),
        _parts(folder / "parts" / "part_locs.txt", part_names, known, findings),
        tuple(part_names.values()),
        numbered(certainties) if certainties.is_file() else {},
        judgements if judgements.is_file() else None,
    )


def _images(folder: Path, classes: dict[int, str]) -> tuple[ListedImage, ...]:
    path = folder / "image_class_labels.txt"
    labels: dict[int, str] = {}
    for line, texts in rows(path, 3):
        if len(texts) != 2:
            raise fault(path, line, "is not an image's and a class's number; mend the line or get the file anew")
        number, class_number = whole(path, line, texts[0]), whole(path, line, texts[1])
        if class_number not in classes:
            raise fault(path, line, f"names class {class_number}, which classes.txt does not have")
        if labels.setdefault(number, classes[class_number]) != classes[class_number]:
            raise fault(path, line, f"gives image {number} a second class; remove one of the two")
    path = folder / "images.txt"
    images: list[ListedImage] = []
    numbers: set[int] = set()
    names: set[str] = set()
    for line, texts in rows(path, 2):
        if len(texts) != 2:
            raise fault(path, line, "is not a number and a path; mend the line or get the file anew")
        number = whole(path, line, texts[0])
        if not is_plain_path(texts[1]):
            raise fault(path, line, f"has a path that leads out of the folder images ({texts[1]!a}), which is refused")
        if number in numbers or texts[1] in names:
            raise fault(path, line, f"lists image {number} or {texts[1]} a second time; remove one of the two")
        numbers.add(number)
        names.add(texts[1])
        images.append(ListedImage(number, texts[1], labels.get(number)))
    return tuple(images)


def _attributes(folder: Path) -> tuple[Attribute, ...]:
    """From beside the other files, from ``attributes/``, or from one level above, where the archive has it."""
    for place in (folder / "attributes", folder, folder.resolve().parent):
        if (place / "attributes.txt").is_file():
            return tuple(map(Attribute.parse, numbered(place / "attributes.txt").values()))
    raise ImportFault(f"There is no attributes.txt in {folder}, in its folder attributes, or one level above.")


def _training(path: Path, known: set[int], findings: Findings) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for line, texts in rows(path, 3) if path.is_file() else ():
        if len(texts) != 2 or not texts[0].isdecimal() or texts[1] not in ("0", "1"):
            findings.malformed(path, line)
        elif int(texts[0]) in known:
            found[int(texts[0])] = texts[1] == "1"
    return found


def _boxes(path: Path, known: set[int], findings: Findings) -> dict[int, Box]:
    found: dict[int, Box] = {}
    for line, texts in rows(path, 6) if path.is_file() else ():
        numbers = finite(texts[1:])
        if len(texts) != 5 or not texts[0].isdecimal() or numbers is None or min(numbers[2:]) <= 0:
            findings.malformed(path, line)
        elif int(texts[0]) in known:
            found[int(texts[0])] = Box(*numbers)
    return found


def _parts(path: Path, names: dict[int, str], known: set[int], findings: Findings) -> dict[int, tuple[PartPoint, ...]]:
    found: dict[int, dict[str, PartPoint]] = {}
    by_text = {str(number): name for number, name in names.items()}
    for line, texts in rows(path, 6) if path.is_file() else ():
        numbers = finite(texts[2:4])
        if (
            len(texts) != 5
            or not texts[0].isdecimal()
            or texts[1] not in by_text
            or numbers is None
            or texts[4] not in ("0", "1")
        ):
            findings.malformed(path, line)
        elif int(texts[0]) in known:
            name = by_text[texts[1]]
            found.setdefault(int(texts[0]), {})[name] = PartPoint(name, numbers[0], numbers[1], texts[4] == "1")
    return {number: tuple(points.values()) for number, points in found.items()}
