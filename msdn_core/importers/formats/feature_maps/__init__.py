"""Published feature maps, which are used as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.dataset import ProgressReport, refuse_full_project, write_project
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.feature_maps.file import WORDS, FeatureFile, read_feature_file
from msdn_core.importers.formats.feature_maps.store import check_maps, store_maps
from msdn_core.importers.formats.format import Format
from msdn_core.importers.formats.xlsa17 import data_set_name, find_attributes
from msdn_core.importers.image_names import plain_names
from msdn_core.importers.readers.att_splits import SPLITS_FILE, AttSplits, ImageList, image_list_beside, read_att_splits
from msdn_core.importers.readers.hdf5_files import is_hdf5

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.importers.report import ImportReport

_SUFFIXES = (".hdf5", ".h5", ".hdf")


def import_feature_maps(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
    progress: ProgressReport | None = None,
) -> ImportReport:
    """Make a project from a file of feature maps, which is used where it is and must stay there.

    Class names come from ``att_splits.mat`` and image names from ``res101.mat`` or a ``.pkl`` list, if these are
    beside the file; otherwise both are numbered. Chunked or compressed maps are copied.

    Parameters
    ----------
    source
        The HDF5 file, or its folder.
    project_path
        Where to make the project.
    images
        The folder of the photographs.
    splits
        ``att_splits.mat`` with the class names (default: the one beside the file).
    word_vectors
        One row per attribute, or vectors of words (default: those in the file, or else hashed from the names).
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
    file, findings = _feature_file(source), Findings()
    found = read_feature_file(file)
    report = progress or (lambda *_: None)
    names_file = splits or file.with_name(SPLITS_FILE)
    named = read_att_splits(names_file) if splits is not None or names_file.is_file() else None
    listed = _list(found, names_file, findings)
    classes = _classes(found, named, listed, findings)
    proposed = AttSplits(file, classes, found.vectors, found.splits, found.attributes, found.seen)
    if listed is None:
        width = len(str(len(found.labels)))
        numbered = [f"{classes[k]}/{n:0{width}}" for n, k in enumerate(found.labels.tolist(), 1)]
        listed = ImageList(file, tuple(name.replace("\\", "_") for name in numbered), found.labels, own=True)
    data = assemble(
        data_set_name(proposed, file),
        find_attributes(proposed, [file.parent, names_file.parent], images, findings),
        classes,
        found.vectors,
        Pictures(ImageList(listed.file, listed.names, found.labels, listed.own), images, file.parent, keep_absent=True),
        findings,
        proposed=proposed,
        word_vectors=word_vectors,
        words=None if found.words is None or word_vectors else (found.words, f"{WORDS} in {file.name}"),
    )
    if found.channels_last:
        findings.add("The channels of the feature maps come last (N, H, W, C), so they were copied as (N, C, H, W).")
    elif found.source is None:
        findings.add("The feature maps are chunked or compressed, so they were copied, as float16.")
    if found.shape[2] == 1:
        findings.add("Each image has one region, as pooled features do: attention has no other region to choose.")
    check_maps(found, report)
    return write_project(project_path, data, findings, then=lambda project: store_maps(project, found, report))


def _feature_file(source: Path) -> Path:
    if not source.is_dir():
        return source
    found = _hdf5_files(source)
    if len(found) != 1:
        what = f"are {len(found)} HDF5 files" if found else "is no HDF5 file"
        raise ImportFault(f"There {what} in {source}; choose the file of feature maps itself.")
    return found[0]


def _hdf5_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix.lower() in _SUFFIXES]


def _list(found: FeatureFile, names_file: Path, findings: Findings) -> ImageList | None:
    """Return the image names in the file itself or beside it."""
    if found.image_files:
        return ImageList(found.path, found.image_files, found.labels, found.own)
    listed = image_list_beside(names_file)
    if listed is None:
        findings.add(
            "The names of the images are unknown: they are numbered; to have the names, put res101.mat or the data "
            "set's .pkl list beside the file."
        )
        return None
    if len(listed.names) != len(found.labels):
        raise ImportFault(
            f"{listed.file} lists {len(listed.names):,} images and {found.path.name} has {len(found.labels):,}; move "
            "the list away, or choose files of one data set."
        )
    findings.add(f"The names of the images are those in {listed.file.name}.")
    return listed


def _classes(
    found: FeatureFile, named: AttSplits | None, listed: ImageList | None, findings: Findings
) -> tuple[str, ...]:
    """Return the M class names in the file, the split file beside it, or the images' folders; else numbers."""
    if found.classes:
        return found.classes
    count = len(found.vectors)
    if named is not None:
        if len(named.classes) != count:
            raise ImportFault(
                f"{named.path} has {len(named.classes)} classes and {found.path.name} has {count}; choose files of "
                "one data set."
            )
        return named.classes
    if listed is not None:
        folders = [name.rpartition("/")[0].rpartition("/")[2] for name in plain_names(listed)]
        names = dict(zip(found.labels.tolist(), folders, strict=True))
        if len(set(names.values())) == count and all(names.values()):
            findings.add("The names of the classes are those of the images' folders.")
            return tuple(names[k] for k in range(count))
    findings.add(
        "The names of the classes are unknown: they are numbered; to have the names, pass --splits att_splits.mat."
    )
    width = len(str(count))
    return tuple(f"class {row:0{width}}" for row in range(1, count + 1))


FORMAT = Format(
    "feature-maps",
    "feature maps of TransZero, MSDN or DAZLE (HDF5), used as they are",
    import_feature_maps,
    reports_progress=True,
    fits_folder=lambda folder: len(_hdf5_files(folder)) == 1,
    suffixes=_SUFFIXES,
    fits_file=is_hdf5,
)
