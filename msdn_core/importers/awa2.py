"""Animals with Attributes 2 in its official directory."""

from __future__ import annotations

from pathlib import Path

from msdn_core.domain.attributes import FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.att_splits import image_list_beside, join_classes, read_att_splits
from msdn_core.importers.attribute_names import read_attribute_names
from msdn_core.importers.class_vectors import joined_vectors, read_vectors
from msdn_core.importers.dataset import refuse_full_project, write_project
from msdn_core.importers.readers.text_files import Findings, fault, numbered, rows
from msdn_core.importers.report import ImportReport

_FOLDERS = ("Animals_with_Attributes2", "AwA2", "AwA2-data/Animals_with_Attributes2")
_MISSING = -1.0
"""What the matrix holds where nobody was asked."""


def import_awa2(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
) -> ImportReport:
    """Make a project of AwA2's official directory; the photographs stay where they are (``JPEGImages`` or ``images``).

    ``splits`` is ``att_splits.mat``; without it the unseen classes are those of ``testclasses.txt``, and every fifth
    image of a seen class tests.

    Raises:
        ImportFault: if a file is missing or malformed (file and line are named), or files do not fit one another.
        ProjectError: if there is a project with content already, or it cannot be written.
    """
    refuse_full_project(project_path)
    folder, findings = _directory(source), Findings()
    classes = tuple(numbered(folder / "classes.txt").values())
    attributes = read_attribute_names(folder / "predicates.txt")
    vectors = _matrix(folder, len(classes), len(attributes), findings)
    proposed = None if splits is None else read_att_splits(splits)
    listed = None if splits is None else image_list_beside(splits)
    pictures = images or (folder / "JPEGImages" if (folder / "JPEGImages").is_dir() else None)
    unseen: frozenset[str] = frozenset()
    if proposed is None:
        unseen = _test_classes(folder, classes)
        findings.say(
            "No proposed split was given (--splits att_splits.mat): the unseen classes are those of testclasses.txt, "
            "and every fifth image of a seen class tests; figures are not comparable with published ones."
        )
    else:
        vectors = joined_vectors(classes, len(attributes), vectors, proposed, findings)
    missing = int((vectors == _MISSING).sum())
    if missing:
        findings.say(
            f"{missing} values of class vectors are −1, which stands for missing; the recipe awa2 counts them as 0."
        )
    data = assemble(
        "AWA2",
        attributes,
        classes,
        vectors,
        Pictures(listed, pictures, folder / "JPEGImages"),
        findings,
        proposed=proposed if listed or pictures else None,
        unseen=unseen,
        word_vectors=word_vectors,
    )
    if not data.images:
        findings.say("There is no folder JPEGImages and no list of images: the project has classes only.")
    return write_project(project_path, data, findings)


def _directory(source: Path) -> Path:
    folder = next((source / name for name in _FOLDERS if (source / name / "classes.txt").is_file()), source)
    for needed in ("classes.txt", "predicates.txt"):
        if not (folder / needed).is_file():
            raise ImportFault(f"There is no {needed} in {folder}; give the official directory of AwA2.")
    return folder


def _matrix(folder: Path, classes: int, attributes: int, findings: Findings) -> FloatArray:
    """(M, K) percent, or 0 and 1 where only the binary matrix is there."""
    path = folder / "predicate-matrix-continuous.txt"
    if not path.is_file():
        path = folder / "predicate-matrix-binary.txt"
        findings.say("There is no predicate-matrix-continuous.txt: the class vectors are the binary ones.")
    return read_vectors(path, classes, attributes)


def _test_classes(folder: Path, classes: tuple[str, ...]) -> frozenset[str]:
    path = folder / "testclasses.txt"
    if not path.is_file():
        return frozenset()
    unseen = set()
    for line, texts in rows(path, 1):
        joined = join_classes(texts, classes)
        if not joined:
            raise fault(path, line, f"names {texts[0]}, a class that classes.txt does not have")
        unseen.add(classes[joined[texts[0]]])
    return frozenset(unseen)
