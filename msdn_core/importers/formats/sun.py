"""The SUN Attribute database in its official directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import ImportFault
from msdn_core.importers.dataset import refuse_full_project
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.format import Format
from msdn_core.importers.formats.official_directory import OfficialDirectory
from msdn_core.importers.image_names import plain_names
from msdn_core.importers.readers.att_splits import ImageList, image_list_beside, read_att_splits
from msdn_core.importers.readers.attribute_names import read_attribute_names
from msdn_core.importers.readers.mat_files import read_mat, texts

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.domain.attributes import FloatArray
    from msdn_core.importers.report import ImportReport

_DIRECTORY = OfficialDirectory(
    data_set="SUN",
    title="SUNAttributeDB",
    places=("SUNAttributeDB", "SUN"),
    required=("attributes.mat",),
    typical=("attributes.mat", "images.mat"),
    pictures="images",
)


def import_sun(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
) -> ImportReport:
    """Make a project from SUN's official directory; the photographs stay where they are.

    Parameters
    ----------
    source
        The directory with ``attributes.mat``, or the folder that contains it.
    project_path
        Where to make the project.
    images
        The folder of the photographs (default: ``images`` in the directory).
    splits
        ``att_splits.mat`` of the proposed split, with the classes and their vectors. Without it each folder of
        ``images.mat`` is a class, its vector the mean of its images in ``attributeLabels_continuous.mat``, and no
        class is unseen.
    word_vectors
        One row per attribute, or vectors of words; hashed from the names if not given.

    Raises
    ------
    ImportFault
        If a file is missing or damaged, or files do not belong together.
    ProjectError
        If there is already a project with content, or it cannot be written.
    """
    refuse_full_project(project_path)
    folder, findings = _DIRECTORY.find(source), Findings()
    attributes = read_attribute_names(folder / "attributes.mat", findings)
    listed = None if splits is None else image_list_beside(splits)
    if listed is None and (splits is None or (folder / "images.mat").is_file()):
        # The split counts the images in the order of all paths, sorted.
        listed = _read_images(folder, in_order=splits is not None)
    if splits is None:
        proposed = None
        classes, vectors = _classes_by_folder(folder, _read_images(folder), len(attributes))
        findings.add(
            "No proposed split was given (--splits att_splits.mat): no class is unseen, and every fifth image of a "
            "class is for testing; results cannot be compared with published ones."
        )
    else:
        proposed = read_att_splits(splits)
        classes, vectors = proposed.classes, proposed.vectors
        if vectors.shape[1] != len(attributes):
            raise ImportFault(
                f"{splits} has {vectors.shape[1]} attributes and attributes.mat has {len(attributes)}; choose two "
                "files of one data set."
            )
    return _DIRECTORY.write(
        project_path,
        folder,
        attributes,
        classes,
        vectors,
        findings,
        images=images,
        listed=listed,
        proposed=proposed,
        word_vectors=word_vectors,
    )


def _read_images(folder: Path, *, in_order: bool = False) -> ImageList:
    """Return the images of ``images.mat``, in the order of the file or sorted by name."""
    file = folder / "images.mat"
    if not file.is_file():
        raise ImportFault(f"There is no images.mat in {folder}; download it, or pass --splits att_splits.mat.")
    cells = read_mat(file, ["images"]).get("images")
    if cells is None:
        raise ImportFault(f"{file} has no variable images; choose SUN's images.mat.")
    listed = ImageList(file, texts(cells, file), None)
    return ImageList(file, tuple(sorted(plain_names(listed))), None) if in_order else listed


def _classes_by_folder(folder: Path, listed: ImageList, attributes: int) -> tuple[tuple[str, ...], FloatArray]:
    """Return the folders of the list as class names, ``a/apse/indoor`` as ``apse_indoor``, and (M, K) mean vectors."""
    file = folder / "attributeLabels_continuous.mat"
    if not file.is_file():
        raise ImportFault(f"There is no {file.name} in {folder}; download it, or pass --splits att_splits.mat.")
    found = [np.asarray(value) for value in read_mat(file, ["labels_cv"]).values()]
    labels = next((value for value in found if value.ndim == 2 and value.dtype.kind in "fiu"), None)
    if labels is None or labels.shape != (len(listed.names), attributes) or not np.isfinite(labels).all():
        raise ImportFault(
            f"{file} does not have {attributes} finite numbers for each of the {len(listed.names):,} images of "
            f"{listed.file.name}; download the file again."
        )
    names = ["_".join(name.split("/")[1 if name[1:2] == "/" else 0 : -1]) for name in plain_names(listed)]
    classes, place = np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)
    sums = np.zeros((len(classes), attributes))
    np.add.at(sums, place, labels.astype(np.float64))
    return tuple(map(str, classes)), sums / np.bincount(place, minlength=len(classes))[:, None]


FORMAT = Format("sun", "the official directory of SUN Attribute", import_sun, fits_folder=_DIRECTORY.fits)
