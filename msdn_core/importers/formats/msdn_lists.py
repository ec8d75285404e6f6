"""MSDN's pickled lists (``CUB.pkl``, ``SUN.pkl``, ``AWA2.pkl``): images, labels and splits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.dataset import refuse_full_project, write_project
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.format import Format, has_files
from msdn_core.importers.formats.xlsa17 import data_set_name, find_attributes
from msdn_core.importers.readers.att_splits import (
    IMAGE_LISTS,
    PARTS,
    SPLITS_FILE,
    image_list,
    part_splits,
    read_att_splits,
)
from msdn_core.importers.readers.safe_pickle import load_arrays

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.importers.report import ImportReport


def import_msdn_lists(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
) -> ImportReport:
    """Make a project from one of MSDN's ``.pkl`` lists.

    Parameters
    ----------
    source
        The list, or its folder.
    project_path
        Where to make the project.
    images
        The folder of the photographs.
    splits
        ``att_splits.mat`` with the names and vectors of the classes, which the list does not have (default: the one
        beside the list).
    word_vectors
        One row per attribute, or vectors of words (default: ``*_attribute.pkl`` beside the list, or else hashed from
        the names).

    Raises
    ------
    ImportFault
        If a file is missing or damaged, or files do not belong together.
    ProjectError
        If there is already a project with content, or it cannot be written.
    """
    refuse_full_project(project_path)
    file, findings = _list_file(source), Findings()
    content = load_arrays(file)
    missing = [
        name for name in ("image_files", "labels", *PARTS) if not isinstance(content, dict) or name not in content
    ]
    if missing:
        raise ImportFault(f"{file} does not contain {', '.join(missing)}; choose one of MSDN's lists, e.g. CUB.pkl.")
    listed = image_list(file, content, first=0)
    vectors_file = splits or file.with_name(SPLITS_FILE)
    if not vectors_file.is_file():
        raise ImportFault(
            f"{file.name} has no class vectors, and there is no {vectors_file}; pass the data set's att_splits.mat "
            "with --splits."
        )
    proposed = read_att_splits(vectors_file)
    own_splits = part_splits(content, file, first=0)
    if own_splits != proposed.splits[: len(own_splits)]:
        findings.add(
            f"{file.name} splits the images differently from {vectors_file.name}: the split of {file.name} is used."
        )
    words = word_vectors or _word_vectors_beside(file, findings)
    data = assemble(
        data_set_name(proposed, file),
        find_attributes(proposed, [file.parent, vectors_file.parent], images, findings),
        proposed.classes,
        proposed.vectors,
        Pictures(listed, images, file.parent),
        findings,
        proposed=replace(proposed, path=file, splits=own_splits),
        word_vectors=words,
    )
    return write_project(project_path, data, findings)


def _lists_in(folder: Path) -> list[Path]:
    return [folder / name for name in IMAGE_LISTS if name.endswith(".pkl") and (folder / name).is_file()]


def _list_file(source: Path) -> Path:
    if source.is_file():
        return source
    found = _lists_in(source)
    if len(found) != 1:
        what = "several of MSDN's lists" if found else "none of MSDN's lists (CUB.pkl, SUN.pkl, AWA2.pkl)"
        raise ImportFault(f"There are {what} at {source}; choose the file itself.")
    return found[0]


def _word_vectors_beside(file: Path, findings: Findings) -> Path | None:
    beside = file.with_name(f"{file.stem}_attribute.pkl")
    if not beside.is_file():
        return None
    findings.add(f"The word vectors are those in {beside.name} beside it.")
    return beside


def _is_list(file: Path) -> bool:
    content = load_arrays(file)
    return isinstance(content, dict) and "image_files" in content


FORMAT = Format(
    "msdn-lists",
    "one of MSDN's pickled lists, e.g. CUB.pkl",
    import_msdn_lists,
    fits_folder=lambda folder: len(_lists_in(folder)) == 1 and has_files(folder, SPLITS_FILE),
    suffixes=(".pkl",),
    fits_file=_is_list,
)
