"""A project made of published feature maps, which are used as they are."""

from __future__ import annotations

from pathlib import Path

from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.att_splits import AttSplits, ImageList, image_list_beside, read_att_splits
from msdn_core.importers.dataset import ProgressReport, refuse_full_project, write_project
from msdn_core.importers.feature_maps.file import WORDS, FeatureFile, read_feature_file
from msdn_core.importers.feature_maps.store import store_maps
from msdn_core.importers.image_names import plain_names
from msdn_core.importers.readers.text_files import Findings
from msdn_core.importers.report import ImportReport
from msdn_core.importers.xlsa17 import SPLITS_FILE, attributes_of, data_set_name

SUFFIXES = (".hdf5", ".h5", ".hdf")


def import_feature_maps(
    source: Path,
    project_path: Path,
    *,
    images: Path | None = None,
    splits: Path | None = None,
    word_vectors: Path | None = None,
    progress: ProgressReport | None = None,
) -> ImportReport:
    """Make a project of a file of feature maps, which is used as it is: it has to stay where it lies.

    Names of classes come from ``splits``, ``att_splits.mat``, names of images from ``res101.mat`` or a ``.pkl`` list,
    where these lie beside the file; without them both are numbered. Maps that are chunked or compressed are copied.

    Raises:
        ImportFault: if a file is missing or damaged, or files do not fit one another.
        ProjectError: if there is a project with content already, or it cannot be written.
    """
    refuse_full_project(project_path)
    file, findings = _feature_file(source), Findings()
    found = read_feature_file(file)
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
        data_set_name(len(classes), found.vectors.shape[1], file),
        attributes_of(proposed, [file.parent, names_file.parent], images, findings),
        classes,
        found.vectors,
        Pictures(ImageList(listed.file, listed.names, found.labels, listed.own), images, file.parent, keep_absent=True),
        findings,
        proposed=proposed,
        word_vectors=word_vectors,
        words=None if found.words is None or word_vectors else (found.words, f"{WORDS} in {file.name}"),
    )
    if found.source is None:
        findings.say("The feature maps are chunked or compressed, so they were copied, as float16.")
    return write_project(
        project_path, data, findings, then=lambda project: store_maps(project, found, progress or (lambda *_: None))
    )


def _feature_file(source: Path) -> Path:
    if not source.is_dir():
        return source
    found = [path for path in sorted(source.iterdir()) if path.suffix.lower() in SUFFIXES]
    if len(found) != 1:
        what = f"are {len(found)} HDF5 files" if found else "is no HDF5 file"
        raise ImportFault(f"There {what} in {source}; give the file of feature maps itself.")
    return found[0]


def _list(found: FeatureFile, names_file: Path, findings: Findings) -> ImageList | None:
    """The names of the images, in the file itself or beside it."""
    if found.image_files:
        return ImageList(found.path, found.image_files, found.labels, found.own)
    listed = image_list_beside(names_file)
    if listed is None:
        findings.say(
            "The names of the images are not known: they are numbered; put res101.mat or the data set's .pkl list "
            "beside the file to have them."
        )
        return None
    if len(listed.names) != len(found.labels):
        raise ImportFault(
            f"{listed.file} lists {len(listed.names):,} images and {found.path.name} has {len(found.labels):,}; move "
            "the list away, or give the files of one data set."
        )
    findings.say(f"The names of the images are those of {listed.file.name}.")
    return listed


def _classes(
    found: FeatureFile, named: AttSplits | None, listed: ImageList | None, findings: Findings
) -> tuple[str, ...]:
    """(M,) names, by the file, by the split file beside it, or by the folders of the images; else numbers."""
    if found.classes:
        return found.classes
    count = len(found.vectors)
    if named is not None:
        if len(named.classes) != count:
            raise ImportFault(
                f"{named.path} has {len(named.classes)} classes and {found.path.name} {count}; give the files of one "
                "data set."
            )
        return named.classes
    if listed is not None:
        folders = [name.rpartition("/")[0].rpartition("/")[2] for name in plain_names(listed)]
        names = dict(zip(found.labels.tolist(), folders, strict=True))
        if len(set(names.values())) == count and all(names.values()):
            findings.say("The names of the classes are those of the images' folders.")
            return tuple(names[k] for k in range(count))
    findings.say("The names of the classes are not known: they are numbered; give --splits att_splits.mat.")
    width = len(str(count))
    return tuple(f"class {row:0{width}}" for row in range(1, count + 1))
