"""The xlsa17 collection: ``att_splits.mat``, with a list of its images and their photographs if available."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from msdn_core.domain.attributes import Attribute
from msdn_core.domain.name_matching import match_words
from msdn_core.domain.published_data_sets import published_data_set
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.dataset import refuse_full_project, write_project
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.format import IMAGES, WORD_VECTORS, Format, has_files
from msdn_core.importers.pooled_features import find_pooled, store_pooled
from msdn_core.importers.readers.att_splits import (
    SPLITS_FILE,
    AttSplits,
    ImageList,
    image_list_beside,
    read_att_splits,
)
from msdn_core.importers.readers.attribute_names import attribute_names
from msdn_core.importers.readers.mat_files import read_mat
from msdn_core.importers.readers.text_files import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.importers.dataset import ProgressReport
    from msdn_core.importers.report import ImportReport


def import_xlsa17(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    word_vectors: Path | None = None,
    progress: ProgressReport | None = None,
) -> ImportReport:
    """Make a project from ``att_splits.mat``.

    Which images it counts is read from ``image_files`` in it, from ``res101.mat`` or the data set's ``.pkl`` beside
    it, or from a complete folder of photographs; without any of them the project has classes only. Without photographs
    the features in ``res101.mat`` become feature maps of one region.

    Parameters
    ----------
    source
        ``att_splits.mat``, or its folder.
    project_path
        Where to make the project.
    images
        The folder of the photographs.
    word_vectors
        One row per attribute, or vectors of words; hashed from the names if not given.
    progress
        Called with the stage and how much of it is done.

    Raises
    ------
    ImportFault
        If a file is missing or damaged, or files do not belong together.
    ProjectError
        If there is already a project with content, or it cannot be written.
    """
    refuse_full_project(project_path)
    file, findings = _splits_file(source), Findings()
    proposed, listed = read_att_splits(file), image_list_beside(file)
    unseen: frozenset[str] = frozenset()
    if listed is not None:
        listed = _unique(listed, findings) if images is None else listed
        findings.add(f"The images are those listed in {listed.file.name}.")
    elif images is None:
        unseen = _test_classes(proposed, findings)
    else:
        findings.add(f"{file.name} counts the images of {images}, sorted by name.")
    data = assemble(
        data_set_name(proposed, file),
        find_attributes(proposed, [file.parent], images, findings),
        proposed.classes,
        proposed.vectors,
        Pictures(listed, images, file.parent),
        findings,
        proposed=proposed if listed or images or proposed.seen is not None else None,
        unseen=unseen,
        word_vectors=word_vectors,
    )
    pooled = find_pooled(listed.file, len(data.images), findings) if listed is not None and images is None else None
    if pooled is None:
        return write_project(project_path, data, findings)
    report = progress or (lambda *_: None)
    return write_project(
        project_path, data, findings, then=lambda project: store_pooled(project, pooled, data.name, findings, report)
    )


def data_set_name(proposed: AttSplits, file: Path) -> str:
    """Return the published data set with these numbers of classes, attributes and images, or else the folder's name."""
    folder = file.resolve().parent.name
    classes, attributes = proposed.vectors.shape
    known = published_data_set(classes, attributes, len(proposed.splits), folder)
    return folder if known is None else known.name


def _unique(listed: ImageList, findings: Findings) -> ImageList:
    """Return the list with a number behind each further use of a name: aPY lists the objects of a photograph."""
    used: Counter[str] = Counter()
    names = []
    for name in listed.names:
        used[name] += 1
        names.append(name if used[name] == 1 else f"{name} ({used[name]})")
    repeated = len(names) - len(used)
    if not repeated:
        return listed
    findings.add(
        f"{counted(repeated, 'image is', 'images are')} listed a second time or more in {listed.file.name}, and got a "
        f"number behind the name: {named([name for name, times in used.items() if times > 1])}."
    )
    return replace(listed, names=tuple(names))


def find_attributes(
    proposed: AttSplits, folders: list[Path], images: Path | None, findings: Findings
) -> tuple[Attribute, ...]:
    """Return the K attributes named in the split file, or else in a file in these folders or beside the images."""
    if proposed.attributes:
        return tuple(map(Attribute.parse, proposed.attributes))
    places = folders if images is None else [*folders, images, images.absolute().parent]
    return attribute_names(places, proposed.vectors.shape[1], findings)


def _splits_file(source: Path) -> Path:
    file = source / SPLITS_FILE if source.is_dir() else source
    if not file.is_file():
        raise ImportFault(f"There is no {SPLITS_FILE} at {source}; choose the folder that contains it.")
    return file


def _test_classes(proposed: AttSplits, findings: Findings) -> frozenset[str]:
    """Return the unseen classes in ``testclasses.txt`` of the collection; without images nothing else tells them."""
    findings.add(
        f"It is not known which images {proposed.path.name} counts, so the project has classes and no images; put "
        "res101.mat or the data set's .pkl list beside it, or pass --images DIR."
    )
    file = proposed.path.with_name("testclasses.txt")
    if not file.is_file():
        findings.add("Without images it is not known which classes are unseen: all count as seen.")
        return frozenset()
    names = [texts[0] for _, texts in read_rows(file, 1, findings)]
    joined = match_words(names, proposed.classes).matched
    unknown = [name for name in names if name not in joined]
    if unknown:
        raise ImportFault(f"{file} names {unknown[0]}, a class that is not in {proposed.path.name}.")
    findings.add(f"The unseen classes are those in {file.name}.")
    return frozenset(proposed.classes[place] for place in joined.values())


FORMAT = Format(
    "xlsa17",
    "a folder with att_splits.mat",
    import_xlsa17,
    options=(IMAGES, WORD_VECTORS),
    reports_progress=True,
    fits_folder=lambda folder: has_files(folder, SPLITS_FILE),
    suffixes=(".mat",),
    fits_file=lambda file: "original_att" in read_mat(file, ["original_att"]),
)
