"""Animals with Attributes 2 in its official directory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msdn_core.domain.name_matching import match_words
from msdn_core.domain.published_data_sets import published_data_set
from msdn_core.domain.wording import counted
from msdn_core.importers.dataset import refuse_full_project
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.format import Format
from msdn_core.importers.formats.official_directory import OfficialDirectory
from msdn_core.importers.readers.att_splits import image_list_beside, read_att_splits
from msdn_core.importers.readers.attribute_names import read_attribute_names
from msdn_core.importers.readers.class_vectors import joined_vectors, read_vectors
from msdn_core.importers.readers.text_files import line_error, read_names, read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.domain.attributes import FloatArray
    from msdn_core.importers.report import ImportReport

_DIRECTORY = OfficialDirectory(
    data_set="AWA2",
    title="of AwA2",
    places=("Animals_with_Attributes2", "AwA2", "AwA2-data/Animals_with_Attributes2", "Animals_with_Attributes"),
    required=("classes.txt", "predicates.txt"),
    typical=("classes.txt", "predicates.txt"),
    pictures="JPEGImages",
)
_MISSING = -1.0
"""The value of the matrix for missing answers."""


def import_awa2(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
) -> ImportReport:
    """Make a project from AwA2's official directory; the photographs stay where they are.

    Parameters
    ----------
    source
        The directory, or the folder that contains it.
    project_path
        Where to make the project.
    images
        The folder of the photographs (default: ``JPEGImages`` in the directory).
    splits
        ``att_splits.mat`` of the proposed split. Without it the unseen classes are those of ``testclasses.txt``, and
        every fifth image of a seen class is for testing.
    word_vectors
        One row per attribute, or vectors of words; hashed from the names if not given.

    Raises
    ------
    ImportFault
        If a file is missing or malformed, or files do not belong together.
    ProjectError
        If there is already a project with content, or it cannot be written.
    """
    refuse_full_project(project_path)
    folder, findings = _DIRECTORY.find(source), Findings()
    classes = tuple(read_names(folder / "classes.txt", findings).values())
    attributes = read_attribute_names(folder / "predicates.txt", findings)
    vectors = _read_matrix(folder, len(classes), len(attributes), findings)
    unseen: frozenset[str] | None = frozenset()
    if splits is None:
        proposed = listed = None
        unseen = _test_classes(folder, classes, findings)
        why = "There is no testclasses.txt" if unseen is None else "testclasses.txt names no class"
        split = (
            f"{why} and there is no proposed split (--splits att_splits.mat), so no class is unseen yet: "
            "add the file and import again, or mark classes as unseen in Classes. Every fifth image of a class "
            "is for testing"
            if not unseen
            else f"No proposed split was given (--splits att_splits.mat): the {len(unseen)} unseen classes are those "
            "of testclasses.txt, and every fifth image of a seen class is for testing"
        )
        findings.add(f"{split}; results cannot be compared with published ones.")
    else:
        proposed, listed = read_att_splits(splits), image_list_beside(splits)
        vectors = joined_vectors(classes, len(attributes), vectors, proposed, findings)
    missing = int((vectors == _MISSING).sum())
    if missing:
        findings.add(
            f"{counted(missing, 'value of the class vectors is', 'values of the class vectors are')} −1, which means "
            "missing; the recipe awa2 counts them as 0."
        )
    count = 0 if proposed is None else len(proposed.splits)
    known = published_data_set(len(classes), len(attributes), count, folder.resolve().name)
    # The directory of AWA1 has the same files, but no photographs.
    directory = _DIRECTORY if known is None else replace(_DIRECTORY, data_set=known.name)
    return directory.write(
        project_path,
        folder,
        attributes,
        classes,
        vectors,
        findings,
        images=images,
        listed=listed,
        proposed=proposed,
        unseen=unseen or (),
        word_vectors=word_vectors,
    )


def _read_matrix(folder: Path, classes: int, attributes: int, findings: Findings) -> FloatArray:
    """Return the (M, K) class vectors in percent, or the binary ones if only those are there."""
    path = folder / "predicate-matrix-continuous.txt"
    if not path.is_file():
        path = folder / "predicate-matrix-binary.txt"
        findings.add("There is no predicate-matrix-continuous.txt: the class vectors are the binary ones.")
    return read_vectors(path, classes, attributes, findings)


def _test_classes(folder: Path, classes: tuple[str, ...], findings: Findings) -> frozenset[str] | None:
    """Return the classes in ``testclasses.txt``; None if the file does not exist."""
    path = folder / "testclasses.txt"
    if not path.is_file():
        return None
    unseen = set()
    for line, texts in read_rows(path, 1, findings):
        joined = match_words(texts, classes).matched
        if not joined:
            raise line_error(path, line, f"names {texts[0]}, a class that is not in classes.txt")
        unseen.add(classes[joined[texts[0]]])
    return frozenset(unseen)


FORMAT = Format("awa2", "the official directory of AwA2", import_awa2, fits_folder=_DIRECTORY.fits)
