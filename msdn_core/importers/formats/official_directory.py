"""What AwA2 and SUN have in common: an official directory with a folder of photographs in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.errors import ImportFault
from msdn_core.importers.assembling import Pictures, assemble
from msdn_core.importers.dataset import write_project
from msdn_core.importers.formats.format import has_files
from msdn_core.importers.pooled_features import find_pooled, store_pooled

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from msdn_core.domain.attributes import Attribute, FloatArray
    from msdn_core.importers.findings import Findings
    from msdn_core.importers.readers.att_splits import AttSplits, ImageList
    from msdn_core.importers.report import ImportReport


@dataclass(frozen=True, slots=True)
class OfficialDirectory:
    """The directory in which a data set is published."""

    data_set: str
    """The data set's name in the project."""
    title: str
    """The directory as error messages call it."""
    places: tuple[str, ...]
    """Where it can be below the folder that a person names."""
    required: tuple[str, ...]
    """Files without which there is nothing to import; the first one identifies the directory."""
    typical: tuple[str, ...]
    """Files by which it is recognised."""
    pictures: str
    """The folder of photographs in it."""

    def fits(self, folder: Path) -> bool:
        """Return whether a folder is this directory, or has it in one of its places."""
        return any(has_files(place, *self.typical) for place in (folder, *(folder / name for name in self.places)))

    def find(self, source: Path) -> Path:
        """Return the directory at ``source`` or in one of its places; raise ImportFault if files are missing."""
        folder = next((source / name for name in self.places if has_files(source / name, self.required[0])), source)
        missing = next((name for name in self.required if not (folder / name).is_file()), None)
        if missing is not None:
            raise ImportFault(f"There is no {missing} in {folder}; choose the official directory {self.title}.")
        return folder

    def write(
        self,
        project_path: Path,
        folder: Path,
        attributes: tuple[Attribute, ...],
        classes: tuple[str, ...],
        vectors: FloatArray,
        findings: Findings,
        *,
        images: Path | None,
        listed: ImageList | None,
        proposed: AttSplits | None,
        unseen: Collection[str] = (),
        word_vectors: Path | None,
    ) -> ImportReport:
        """Make the project; the photographs are those of ``images``, or of the directory itself."""
        own = folder / self.pictures
        pictures = images or (own if own.is_dir() else None)
        data = assemble(
            self.data_set,
            attributes,
            classes,
            vectors,
            Pictures(listed, pictures, own),
            findings,
            proposed=proposed if listed or pictures else None,
            unseen=unseen,
            word_vectors=word_vectors,
        )
        if not data.images:
            findings.add(f"There is no folder {self.pictures} and no list of images: the project has classes only.")
        pooled = find_pooled(listed.file, len(data.images), findings) if listed and pictures is None else None
        if pooled is None:
            return write_project(project_path, data, findings)
        return write_project(
            project_path,
            data,
            findings,
            then=lambda project: store_pooled(project, pooled, self.data_set, findings, lambda *_: None),
        )
