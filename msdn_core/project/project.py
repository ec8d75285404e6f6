"""A project: a folder with a database, the features of its images, and its training runs."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from msdn_core.project.annotations import AnnotationStore
from msdn_core.project.attributes import AttributeStore
from msdn_core.project.classes import Cell, ClassStore, RemovedClass
from msdn_core.project.connection import PROJECT_FILE, Database
from msdn_core.project.images import ImageStore
from msdn_core.project.opening import create_database, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from numpy.typing import ArrayLike, NDArray

    from msdn_core.domain.annotation import Box, PartPoint
    from msdn_core.domain.attributes import Attribute, ClassTable
    from msdn_core.project.records import ImageRecord, NewImage


class Project:
    """A project on disk, open for writing or for reading only.

    Every change is committed as it is made and survives this process. Every failure is a ``ProjectError`` of one
    sentence, after which nothing has changed. An object may be used only in the thread that opened it.
    """

    def __init__(self, path: Path, database: Database) -> None:
        self._path = path
        self._database = database
        self._attributes = AttributeStore(database)
        self._classes = ClassStore(database, self._attributes)
        self._images = ImageStore(database)
        self.annotations = AnnotationStore(database)
        """Annotations by people: judgements, labels, reviews, boxes and points."""

    # Opening and closing

    @classmethod
    def create(cls, path: Path, *, name: str | None = None) -> Project:
        """Create a project.

        Parameters
        ----------
        path
            Its folder, which is created if missing.
        name
            Its name (default: the folder's).

        Raises
        ------
        ProjectError
            If there is already a project, or the folder cannot be written.
        """
        folder = Path(path).absolute()
        project = cls(folder, create_database(folder))
        project.set_meta("name", name or folder.name)
        return project

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Project:
        """Open a project.

        If another window or command has it open for changes, or it is write-protected, it is read-only,
        and ``read_only_reason`` says why.

        Parameters
        ----------
        path
            Its folder, or its ``project.sqlite``.
        read_only
            Whether to open it for reading only in any case.

        Raises
        ------
        ProjectError
            If there is no project, or it is damaged or was written by a newer version; it is left unchanged.
        """
        folder = Path(path).absolute()
        folder = folder.parent if folder.name == PROJECT_FILE else folder
        return cls(folder, open_database(folder, read_only=read_only))

    @staticmethod
    def is_project(path: Path) -> bool:
        """Return whether a folder has a project's database, which may still be damaged."""
        return (Path(path) / PROJECT_FILE).is_file()

    def close(self) -> None:
        """Close the project and release the write lock; closing twice is fine."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # The project itself

    @property
    def path(self) -> Path:
        """The project's folder, absolute."""
        return self._path

    @property
    def name(self) -> str:
        """The project's name."""
        return self.meta("name") or self._path.name

    @property
    def read_only(self) -> bool:
        """Whether changes are refused."""
        return self._database.read_only

    @property
    def read_only_reason(self) -> str:
        """Why changes are refused, as a clause; empty if they are not."""
        return self._database.read_only_reason

    @property
    def features_folder(self) -> Path:
        """The folder of feature maps; it need not exist."""
        return self._path / "features"

    def data_version(self) -> int:
        """Return a number that changes when another process commits a change, but not when this object does."""
        return int(self._database.value("PRAGMA data_version"))

    def clock_behind_s(self) -> float:
        """Return by how many seconds the clock is behind the last change of the file; 0 if it is not."""
        newest = 0.0
        for name in (PROJECT_FILE, f"{PROJECT_FILE}-wal"):
            with suppress(OSError):
                newest = max(newest, (self._path / name).stat().st_mtime)
        return max(0.0, newest - time.time())

    def integrity_error(self) -> str:
        """Return the first fault that SQLite finds in the file, in its words; empty if there is none."""
        found = str(self._database.value("PRAGMA quick_check(1)"))
        return "" if found == "ok" else found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all changes of the block, or none of them if it raises or the process is killed."""
        with self._database.transaction():
            yield

    def meta(self, key: str) -> str | None:
        """Return the text stored under a key, or None."""
        value = self._database.value("SELECT value FROM meta WHERE key = ?", (key,))
        return None if value is None else str(value)

    def set_meta(self, key: str, value: str) -> None:
        """Store a text under a key."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Attributes and classes

    def table(self) -> ClassTable:
        """Return all classes by all attributes, with the seen mask; (M, K) vectors in the data set's units."""
        return self._classes.table()

    def word_vectors(self) -> NDArray[np.float32] | None:
        """Return the (K, D) word vectors of the attributes, or None if they are unknown."""
        return self._attributes.word_vectors()

    def word_vector_source(self) -> str:
        """Return the source of the word vectors: a file's name, ``hashed``, or an empty text."""
        return self.meta("word_vector_source") or ""

    def define_classes(
        self,
        table: ClassTable,
        *,
        word_vectors: NDArray[np.floating] | None = None,
        word_vector_source: str = "",
    ) -> None:
        """Replace the class table and the (K, D) word vectors in one transaction.

        Classes keep their images by name; images of a class that is gone have no class and no split. Judgements of
        single images are deleted if the attributes change.
        """
        self._classes.define(table, word_vectors, word_vector_source)

    def set_values(self, cells: Sequence[Cell]) -> None:
        """Set cells (class name, attribute column, value), all or none; values must be finite."""
        self._classes.set_values(cells)

    def set_vectors(self, vectors: Mapping[str, ArrayLike]) -> None:
        """Set the (K,) vectors of classes by name, all or none; values must be finite."""
        self._classes.set_vectors(vectors)

    def add_class(
        self, name: str, vector: ArrayLike, *, seen: bool = False, row: int | None = None, description: str = ""
    ) -> None:
        """Add a class with a (K,) vector of finite numbers at ``row``, or at the end."""
        self._classes.add(name, vector, seen, row, description)

    def remove_class(self, name: str) -> RemovedClass:
        """Remove a class; its images stay without class and split until it is restored."""
        return self._classes.remove(name)

    def restore_class(self, removed: RemovedClass) -> None:
        """Restore a removed class in its row, with its images."""
        self._classes.restore(removed)

    def rename_class(self, old: str, new: str) -> None:
        """Rename a class; it keeps its images."""
        self._classes.rename(old, new)

    def class_description(self, name: str) -> str:
        """Return the description of a class."""
        return self._classes.description(name)

    def describe_class(self, name: str, text: str) -> None:
        """Set the description of a class."""
        self._classes.describe(name, text)

    def rename_attribute(self, column: int, attribute: Attribute) -> None:
        """Rename an attribute, or its group; its column, values and word vector stay."""
        self._attributes.rename(column, attribute)

    def append_attribute(self, attribute: Attribute, word_vector: NDArray[np.floating] | None = None) -> None:
        """Add an attribute at the end, with 0 for every class, no judgements, and a (D,) word vector."""
        self._attributes.append(attribute, word_vector)

    def remove_last_attribute(self) -> None:
        """Remove the last attribute with its values; raise ProjectError if it has been judged in an image."""
        self._attributes.remove_last()

    def group_parts(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the parts where the attributes of each group can be seen."""
        return self._attributes.group_parts()

    def define_group_parts(self, mapping: Mapping[str, Sequence[str]]) -> None:
        """Replace the parts of all attribute groups."""
        self._attributes.define_group_parts(mapping)

    # Images

    def add_image_root(self, folder: Path) -> int:
        """Return the number of a folder of images; its path is stored relative to the project if inside it."""
        return self._images.add_root(folder)

    def add_images(self, root_id: int, images: Sequence[NewImage]) -> None:
        """Add images of one root folder in one transaction; their classes must be defined before."""
        self._images.add(root_id, images)

    def images(self) -> list[ImageRecord]:
        """Return all images in the order of their ids."""
        return self._images.all()

    def image_count(self) -> int:
        """Return the number of images without reading them."""
        return self._images.count()

    def image(self, image_id: int) -> ImageRecord:
        """Return an image by its id."""
        return self._images.one(image_id)

    def find_image(self, text: str) -> ImageRecord:
        """Return an image by id, relative name, file name or absolute path; the error names similar ones."""
        return self._images.find(text)

    def box(self, image_id: int) -> Box | None:
        """Return the box of the object in pixels of the upright image, if it is known."""
        return self._images.box(image_id)

    def parts(self, image_id: int) -> tuple[PartPoint, ...]:
        """Return the parts marked in an image, in the order of ``part_names``."""
        return self._images.parts(image_id)

    def part_names(self) -> tuple[str, ...]:
        """Return the names of all parts that are marked in any image."""
        return self._images.part_names()

    def part_points(self, image_ids: Sequence[int]) -> NDArray[np.float64]:
        """Return (N, P, 2) x and y in pixels of each part in each image; NaN if unknown or not visible."""
        return self._images.part_points(image_ids)

    def set_image_attributes(self, image_id: int, present: NDArray[np.int8], certainty: NDArray[np.int8]) -> None:
        """Set the data set's judgements of one image.

        Parameters
        ----------
        image_id
            The image.
        present
            (K,): 1 present, 0 absent, −1 not judged.
        certainty
            (K,): in the data set's own scale; 0 if not judged.
        """
        self._images.set_attributes([image_id], np.asarray(present)[None], np.asarray(certainty)[None])

    def set_many_image_attributes(
        self, image_ids: Sequence[int], present: NDArray[np.int8], certainty: NDArray[np.int8]
    ) -> None:
        """Set the data set's judgements, (N, K) each, of N images in one transaction."""
        self._images.set_attributes(image_ids, present, certainty)

    def image_attributes(self, image_id: int) -> tuple[NDArray[np.int8], NDArray[np.int8]] | None:
        """Return the data set's (K,) presence and certainty for an image, or None."""
        return self._images.attributes(image_id)
