"""A folder of the xlsa17 collection: ``att_splits.mat``, with the list of its images and their pictures if at hand."""

from __future__ import annotations

from pathlib import Path

from msdn_core.domain.attributes import Attribute
from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.att_splits import AttSplits, image_list_beside, join_classes, read_att_splits
from msdn_core.importers.attribute_names import attribute_names
from msdn_core.importers.dataset import refuse_full_project, write_project
from msdn_core.importers.readers.text_files import Findings, rows
from msdn_core.importers.report import ImportReport

SPLITS_FILE = "att_splits.mat"
_KNOWN = {(200, 312): "CUB", (717, 102): "SUN", (50, 85): "AWA2"}
"""Data sets by their numbers of classes and attributes."""


def import_xlsa17(
    source: Path, project_path: Path, *, images: Path | None = None, word_vectors: Path | None = None
) -> ImportReport:
    """Make a project of ``att_splits.mat`` (``source`` is it or its folder).

    Which images it counts is read from ``image_files`` in it, ``res101.mat`` or the data set's ``.pkl`` beside it, or
    from a complete folder ``images``; without any of them the project has classes only.

    Raises:
        ImportFault: if a file is missing or damaged, or files do not fit one another.
        ProjectError: if there is a project with content already, or it cannot be written.
    """
    refuse_full_project(project_path)
    file, findings = splits_file(source), Findings()
    proposed, listed = read_att_splits(file), image_list_beside(file)
    unseen: frozenset[str] = frozenset()
    if listed is not None:
        findings.say(f"The images are those that {listed.file.name} lists.")
    elif images is None:
        unseen = _test_classes(proposed, findings)
    else:
        findings.say(f"{file.name} counts the images of {images}, sorted by name.")
    data = assemble(
        data_set_name(len(proposed.classes), proposed.vectors.shape[1], file),
        attributes_of(proposed, [file.parent], images, findings),
        proposed.classes,
        proposed.vectors,
        Pictures(listed, images, file.parent),
        findings,
        proposed=proposed if listed or images or proposed.seen is not None else None,
        unseen=unseen,
        word_vectors=word_vectors,
    )
    return write_project(project_path, data, findings)


def splits_file(source: Path) -> Path:
    """``att_splits.mat`` itself, or in the folder given; ImportFault where it is not there."""
    file = source / SPLITS_FILE if source.is_dir() else source
    if not file.is_file():
        raise ImportFault(f"There is no {SPLITS_FILE} at {source}; give the folder that holds it.")
    return file


def data_set_name(classes: int, attributes: int, file: Path) -> str:
    """The published data set of these numbers, or else the folder's name."""
    return _KNOWN.get((classes, attributes), file.resolve().parent.name)


def attributes_of(
    proposed: AttSplits, folders: list[Path], images: Path | None, findings: Findings
) -> tuple[Attribute, ...]:
    """(K,) attributes by the names in the split file, or by those in a file of these folders or of the images'."""
    if proposed.attributes:
        return tuple(map(Attribute.parse, proposed.attributes))
    places = folders if images is None else [*folders, images, images.absolute().parent]
    return attribute_names(places, proposed.vectors.shape[1], findings)


def _test_classes(proposed: AttSplits, findings: Findings) -> frozenset[str]:
    """The unseen classes by ``testclasses.txt`` of the collection, where no image is known that would tell."""
    findings.say(
        f"Which images {proposed.path.name} counts is not known: the project has classes and no images; put "
        "res101.mat or the data set's .pkl list beside it, or give --images DIR."
    )
    file = proposed.path.with_name("testclasses.txt")
    if not file.is_file():
        findings.say("Which classes are unseen is not known without images: all are taken as seen.")
        return frozenset()
    names = [texts[0] for _, texts in rows(file, 1)]
    joined = join_classes(names, proposed.classes)
    lost = [name for name in names if name not in joined]
    if lost:
        raise ImportFault(f"{file} names {lost[0]}, a class that {proposed.path.name} does not have.")
    findings.say(f"The unseen classes are those of {file.name}.")
    return frozenset(proposed.classes[place] for place in joined.values())
