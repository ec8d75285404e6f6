"""The content of a COCO file: its lists, and the ids that join them. Files of other formats are refused by name."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msdn_core.errors import FileError, ImportFault
from msdn_core.safe_files import parse_json, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_BYTES = 512 << 20
EXPECTED = "choose a COCO file (.json) or a sheet of images (.csv or .json)"
_AS_COCO = "export it as COCO"
_SNIFFED = 4096
_YOLO = re.compile(r"\s*\d+(\s+[-+.\deE]+){4,}\s*(\n|$)")
_YOLO_DATA = re.compile(r"^(names|nc|train)\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CocoFile:
    """The lists of a COCO file; their entries are still unchecked."""

    images: list[Any]
    categories: list[Any]
    annotations: list[Any]


def read_json_file(path: Path) -> Any:
    """Return the value in a JSON file of annotations; raise ImportFault, naming another format, if it is not one."""
    try:
        content = read_bytes(path, MOST_BYTES)
    except FileError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.reason}); {EXPECTED}.") from error
    try:
        # Single numbers that are not finite are left out and counted.
        return parse_json(content, finite=False)
    except ValueError as error:
        other = _other_text(content[:_SNIFFED].decode("utf-8", "replace"))
        if other:
            raise ImportFault(f"The file {path} is {other}; {EXPECTED}.") from error
        raise ImportFault(f"The file {path} is not JSON ({error}); {EXPECTED}.") from error


def coco_lists(path: Path, content: Any) -> CocoFile:
    """Return the lists in the content of a COCO file.

    Raises
    ------
    ImportFault
        If it is the content of another format, or a list is missing.
    """
    other = _other_content(content)
    if other:
        raise ImportFault(f"The file {path} is {other}.")
    if not isinstance(content, dict) or not isinstance(content.get("annotations"), list):
        raise ImportFault(f"The file {path} has no list of annotations; {EXPECTED}.")
    if not isinstance(content.get("images"), list) or not content["images"]:
        raise ImportFault(
            f"The file {path} lists no images, so nothing says which image an annotation belongs to; {EXPECTED}."
        )
    categories = content.get("categories")
    return CocoFile(content["images"], categories if isinstance(categories, list) else [], content["annotations"])


def _other_text(text: str) -> str:
    """Return what a text that is not JSON seems to be, or an empty text."""
    start = text.lstrip("\ufeff \t\r\n")
    if text.startswith(("PK\x03\x04", "\x1f\ufffd")):
        return "a compressed archive, which has to be unpacked first"
    if start.startswith("version https://git-lfs"):
        return "a pointer of Git LFS, not the file itself (fetch it with git lfs pull)"
    if start.startswith("<"):
        lower = start.lower()
        if "<html" in lower or "<!doctype html" in lower:
            return "a web page"
        if "<annotations" in lower:
            return "an XML file of CVAT"
        return "an XML file of Pascal VOC" if "<annotation" in lower else "an XML file"
    if _YOLO.match(start):
        return "a text file of YOLO labels"
    if _YOLO_DATA.search(start):
        return "a YAML file of YOLO"
    return ""


def _other_content(content: Any) -> str:
    """Return what a JSON value of another known format is, and what to do, or an empty text."""
    if isinstance(content, list):
        return _other_list(next((one for one in content if isinstance(one, dict)), None))
    if not isinstance(content, dict) or isinstance(content.get("annotations"), list):
        return ""
    if isinstance(content.get("shapes"), list):
        return f"a file of labelme; {_AS_COCO}"
    if "_via_img_metadata" in content or any(isinstance(v, dict) and "regions" in v for v in content.values()):
        return f"a file of the VGG Image Annotator; {_AS_COCO}"
    if content.get("type") in ("FeatureCollection", "Feature"):
        return f"a GeoJSON file; {_AS_COCO}"
    if isinstance(content.get("samples"), list):
        return f"a file of FiftyOne samples; {_AS_COCO}"
    return ""


def _other_list(first: dict[str, Any] | None) -> str:
    if first is None:
        return ""
    if "image_id" in first:
        return (
            "a list of detection results without images and categories; put it as “annotations” beside the “images” "
            "and “categories” of its data set"
        )
    if "data" in first and ("annotations" in first or "completions" in first):
        return f"a file of Label Studio; {_AS_COCO}"
    if "image" in first and "annotations" in first:
        return f"a file of CreateML; {_AS_COCO}"
    if "data_row" in first or "Labeled Data" in first:
        return f"a file of Labelbox; {_AS_COCO}"
    return ""


Value = TypeVar("Value", bound=Hashable)


class IdTable(Generic[Value]):
    """Values by id, where 7 and “7” are the same id unless both occur."""

    def __init__(self, entries: Iterable[tuple[Any, Value]]) -> None:
        self._exact: dict[tuple[bool, str], dict[Value, None]] = {}
        self._by_text: dict[str, set[tuple[bool, str]]] = {}
        self.joined_by_text: set[str] = set()
        """Ids that were found as the same id of another type."""
        for given, value in entries:
            key = _id_key(given)
            if key is None:
                continue
            self._exact.setdefault(key, {})[value] = None
            self._by_text.setdefault(key[1], set()).add(key)

    def shared(self) -> list[str]:
        """Return the ids that several different values have."""
        return [text for (_, text), values in self._exact.items() if len(values) > 1]

    def find(self, given: Any) -> list[Value]:
        """Return the values of an id: none if it is unknown, several if they share it."""
        key = _id_key(given)
        if key is None:
            return []
        if key in self._exact:
            return list(self._exact[key])
        others = self._by_text.get(key[1], ())
        values = [value for other in others for value in self._exact[other]]
        if len(values) == 1:
            self.joined_by_text.add(key[1])
        return values


def _id_key(given: Any) -> tuple[bool, str] | None:
    """Return whether an id is a text, and its text; None if the value cannot be an id."""
    if isinstance(given, str):
        return (True, given.strip()) if given.strip() else None
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    if isinstance(given, float):
        if not math.isfinite(given):
            return None
        given = int(given) if given.is_integer() else given
    return (False, str(given))


def id_text(given: Any) -> str:
    """Return an id as sentences quote it, or an empty text if the value cannot be an id."""
    key = _id_key(given)
    return "" if key is None else " ".join(key[1].split())[:40]
