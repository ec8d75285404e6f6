"""MSDN's pickled lists (``CUB.pkl``, ``SUN.pkl``, ``AWA2.pkl``): images, labels and splits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.att_splits import IMAGE_LISTS, PARTS, image_list, part_splits, read_att_splits
from msdn_core.importers.dataset import refuse_full_project, write_project
from msdn_core.importers.readers.safe_pickle import load_arrays
from msdn_core.importers.readers.text_files import Findings
from msdn_core.importers.report import ImportReport
from msdn_core.importers.xlsa17 import SPLITS_FILE, attributes_of, data_set_name


def import_msdn_lists(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
) -> ImportReport:
    """Make a project of one of MSDN's ``.pkl`` lists (``source`` is it or its folder).

    It has no names and vectors of classes: those come from ``att_splits.mat``, given or beside it. Word vectors are
    taken from ``*_attribute.pkl`` beside it where none are given.

    Raises:
        ImportFault: if a file is missing or damaged, or files do not fit one another.
        ProjectError: if there is a project with content already, or it cannot be written.
    """
    refuse_full_project(project_path)
    file, findings = _list_file(source), Findings()
    content = load_arrays(file)
    missing = [
        name for name in ("image_files", "labels", *PARTS) if not isinstance(content, dict) or name not in content
    ]
    if missing:
        raise ImportFault(f"{file} holds no {', '.join(missing)}; give one of MSDN's lists, e.g. CUB.pkl.")
    listed = image_list(file, content, first=0)
    vectors_file = splits or file.with_name(SPLITS_FILE)
    if not vectors_file.is_file():
        raise ImportFault(
            f"{file.name} has no class vectors, and there is no {vectors_file}; give the data set's att_splits.mat "
            "with --splits."
        )
    proposed = read_att_splits(vectors_file)
    own = part_splits(content, file, first=0)
    if own != proposed.splits[: len(own)]:
        findings.say(f"{file.name} splits the images otherwise than {vectors_file.name}: its own split is used.")
    words = word_vectors or _words_beside(file, findings)
    data = assemble(
        data_set_name(len(proposed.classes), proposed.vectors.shape[1], file),
        attributes_of(proposed, [file.parent, vectors_file.parent], images, findings),
        proposed.classes,
        proposed.vectors,
        Pictures(listed, images, file.parent),
        findings,
        proposed=replace(proposed, path=file, splits=own),
        word_vectors=words,
    )
    return write_project(project_path, data, findings)


def _list_file(source: Path) -> Path:
    if source.is_file():
        return source
    found = [source / name for name in IMAGE_LISTS if name.endswith(".pkl") and (source / name).is_file()]
    if len(found) != 1:
        what = "several of MSDN's lists" if found else "none of MSDN's lists (CUB.pkl, SUN.pkl, AWA2.pkl)"
        raise ImportFault(f"There are {what} at {source}; give the file itself.")
    return found[0]


def _words_beside(file: Path, findings: Findings) -> Path | None:
    beside = file.with_name(f"{file.stem}_attribute.pkl")
    if not beside.is_file():
        return None
    findings.say(f"The word vectors are those of {beside.name} beside it.")
    return beside
