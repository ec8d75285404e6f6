"""Attribute names from the files in which CUB, AwA2 and SUN publish them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.domain.attributes import Attribute
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.mat_files import read_mat, texts
from msdn_core.importers.readers.text_files import read_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.importers.findings import Findings

_FILES = ("attributes.txt", "predicates.txt", "attributes.mat")


def read_attribute_names(file: Path, findings: Findings) -> tuple[Attribute, ...]:
    """Return the attributes in one of the three files; raise ImportFault if a name is missing or occurs twice."""
    if file.suffix == ".mat":
        cells = read_mat(file, ["attributes"]).get("attributes")
        if cells is None:
            raise ImportFault(f"{file} has no attributes; choose SUN's attributes.mat.")
        names = texts(cells, file)
    else:
        names = tuple(read_names(file, findings).values())
    attributes = tuple(Attribute.parse(name) for name in names)
    if len(set(attributes)) != len(attributes) or not all(name.strip() for name in names):
        raise ImportFault(f"{file} has an attribute without a name, or one name twice; download the file again.")
    return attributes


def attribute_names(folders: Sequence[Path], count: int, findings: Findings) -> tuple[Attribute, ...]:
    """Return K attributes from the first folder that has a file of K names; otherwise with numbers for names."""
    for folder in dict.fromkeys(folders):
        for name in _FILES:
            if (folder / name).is_file():
                attributes = read_attribute_names(folder / name, findings)
                if len(attributes) == count:
                    findings.add(f"The names of the attributes are those in {name} in {folder}.")
                    return attributes
    findings.add(
        f"The names of the {count} attributes are unknown: they are numbered; to have the names, put attributes.txt "
        "(CUB), predicates.txt (AwA2) or attributes.mat (SUN) beside the file and import again."
    )
    width = len(str(count))
    return tuple(Attribute("", f"attribute {column:0{width}}") for column in range(1, count + 1))
