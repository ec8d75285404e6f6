"""The SUN Attribute database in its official directory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from msdn_core.domain.attributes import FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.att_splits import ImageList, image_list_beside, read_att_splits
from msdn_core.importers.attribute_names import read_attribute_names
from msdn_core.importers.dataset import refuse_full_project, write_project
from msdn_core.importers.image_names import plain_names
from msdn_core.importers.readers.mat_files import read_mat, texts
from msdn_core.importers.readers.text_files import Findings
from msdn_core.importers.report import ImportReport

_FOLDERS = ("SUNAttributeDB", "SUN")


def import_sun(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
) -> ImportReport:
    """Make a project of SUN's official directory (``attributes.mat``); the photographs stay where they are.

    Classes and their vectors are those of ``splits``, ``att_splits.mat``. Without it a class is a folder of
    ``images.mat``, its vector the mean of its images in ``attributeLabels_continuous.mat``, and no class is unseen.

    Raises:
        ImportFault: if a file is missing or damaged, or files do not fit one another.
        ProjectError: if there is a project with content already, or it cannot be written.
    """
    refuse_full_project(project_path)
    folder, findings = _directory(source), Findings()
    attributes = read_attribute_names(folder / "attributes.mat")
    pictures = images or (folder / "images" if (folder / "images").is_dir() else None)
    listed = None if splits is None else image_list_beside(splits)
    if listed is None and (splits is None or (folder / "images.mat").is_file()):
        # The split counts in the order of all paths, sorted.
        listed = _own_list(folder, in_order=splits is not None)
    if splits is None:
        proposed = None
        classes, vectors = _own_classes(folder, _own_list(folder), len(attributes))
        findings.say(
            "No proposed split was given (--splits att_splits.mat): no class is unseen, and every fifth image of a "
            "class tests; figures are not comparable with published ones."
        )
    else:
        proposed = read_att_splits(splits)
        classes, vectors = proposed.classes, proposed.vectors
        if vectors.shape[1] != len(attributes):
            raise ImportFault(
                f"{splits} has {vectors.shape[1]} attributes and attributes.mat {len(attributes)}; give the two files "
                "of one data set."
            )
    data = assemble(
        "SUN",
        attributes,
        classes,
        vectors,
        Pictures(listed, pictures, folder / "images"),
        findings,
        proposed=proposed if listed or pictures else None,
        word_vectors=word_vectors,
    )
    if not data.images:
        findings.say("There is no folder images and no list of images: the project has classes only.")
    return write_project(project_path, data, findings)


def _directory(source: Path) -> Path:
    folder = next((source / name for name in _FOLDERS if (source / name / "attributes.mat").is_file()), source)
    if not (folder / "attributes.mat").is_file():
        raise ImportFault(f"There is no attributes.mat in {folder}; give the official directory SUNAttributeDB.")
    return folder


def _own_list(folder: Path, *, in_order: bool = False) -> ImageList:
    """The images of ``images.mat``, as they stand there or sorted by name."""
    file = folder / "images.mat"
    if not file.is_file():
        raise ImportFault(f"There is no images.mat in {folder}; get it, or give --splits att_splits.mat.")
    cells = read_mat(file, ["images"]).get("images")
    if cells is None:
        raise ImportFault(f"{file} holds no images; give SUN's images.mat.")
    listed = ImageList(file, texts(cells, file), None)
    return ImageList(file, tuple(sorted(plain_names(listed))), None) if in_order else listed


def _own_classes(folder: Path, listed: ImageList, attributes: int) -> tuple[tuple[str, ...], FloatArray]:
    """The folders of the list without their letter, ``a/apse/indoor`` as ``apse_indoor``, and (M, K) mean vectors."""
    file = folder / "attributeLabels_continuous.mat"
    if not file.is_file():
        raise ImportFault(f"There is no {file.name} in {folder}; get it, or give --splits att_splits.mat.")
    found = [np.asarray(value) for value in read_mat(file, ["labels_cv"]).values()]
    labels = next((value for value in found if value.ndim == 2 and value.dtype.kind in "fiu"), None)
    if labels is None or labels.shape != (len(listed.names), attributes) or not np.isfinite(labels).all():
        raise ImportFault(
            f"{file} does not hold {attributes} finite numbers for each of the {len(listed.names):,} images of "
            f"{listed.file.name}; get the file anew."
        )
    names = ["_".join(name.split("/")[1 if name[1:2] == "/" else 0 : -1]) for name in plain_names(listed)]
    classes, place = np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)
    sums = np.zeros((len(classes), attributes))
    np.add.at(sums, place, labels.astype(np.float64))
    return tuple(map(str, classes)), sums / np.bincount(place, minlength=len(classes))[:, None]
