"""A project: a folder with a database, the features of its images, and its training runs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from msdn_core.domain.annotation import Box, PartPoint
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project.annotations import AnnotationStore
from msdn_core.project.attributes import AttributeStore
from msdn_core.project.classes import Cell, ClassStore, RemovedClass
from msdn_core.project.connection import PROJECT_FILE, Database
from msdn_core.project.images import ImageStore
from msdn_core.project.opening import create_database, open_database
from msdn_core.project.records import ImageRecord, NewImage


class Project:
    """A project on disk, open for writing or for reading only.

    Every change is committed as it is made and outlives this process; every fault is a ``ProjectError`` of one
    sentence, after which nothing is changed. One object belongs to the thread that opened it.
    """

    def __init__(self, path: Path, database: Database) -> None:
        self._path = path
        self._database = database
        self._attributes = AttributeStore(database)
        self._classes = ClassStore(database, self._attributes)
        self._images = ImageStore(database)
        self.annotations = AnnotationStore(database)
        """What people say of images: judgements, labels, reviews, boxes and points."""

    # Opening and closing

    @classmethod
    def create(cls, path: Path, *, name: str | None = None) -> Project:
        """A new project in the folder ``path``, which is made where it is missing.

        Raises:
            ProjectError: if a project is there already, or the folder cannot be written.
        """
        folder = Path(path).absolute()
        project = cls(folder, create_database(folder))
        project.set_meta("name", name or folder.name)
        return project

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Project:
        """The project in the folder ``path`` (or whose ``project.sqlite`` is ``path``).

        It is open for reading only, with ``read_only_reason`` saying why, where another window or command has it
        open for changes or where it is write-protected.

        Raises:
            ProjectError: if there is none, it is damaged, or a newer version wrote it; it is left untouched then.
        """
        folder = Path(path).absolute()
        folder = folder.parent if folder.name == PROJECT_FILE else folder
        return cls(folder, open_database(folder, read_only=read_only))

    @staticmethod
    def is_project(path: Path) -> bool:
        """Whether the folder holds a project's database (which may still turn out to be damaged)."""
        return (Path(path) / PROJECT_FILE).is_file()

    def close(self) -> None:
        """Give the right to write back; closing twice is fine."""
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
        """What the project is called."""
        return self.meta("name") or self._path.name

    @property
    def read_only(self) -> bool:
        """Whether changes are refused."""
        return self._database.read_only

    @property
    def read_only_reason(self) -> str:
        """Why changes are refused, in words; empty where they are not."""
        return self._database.read_only_reason

    @property
    def features_folder(self) -> Path:
        """Where feature maps lie; it need not exist."""
        return self._path / "features"

    def data_version(self) -> int:
        """A number that changes when another process commits a change, and stays when this object does."""
        return int(self._database.value("PRAGMA data_version"))

    def clock_behind_s(self) -> float:
        """By how many seconds the computer's clock is behind the last change of the file; 0 where it is not."""
        newest = 0.0
        for name in (PROJECT_FILE, f"{PROJECT_FILE}-wal"):
            with suppress(OSError):
                newest = max(newest, (self._path / name).stat().st_mtime)
        return max(0.0, newest - time.time())

    def integrity_error(self) -> str:
        """What SQLite finds wrong with the file, in its words; empty where it is sound."""
        found = str(self._database.value("PRAGMA quick_check(1)"))
        return "" if found == "ok" else found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes made in the block, or none of them where it fails or the process is killed."""
        with self._database.transaction():
            yield

    def meta(self, key: str) -> str | None:
        """A text kept under a key."""
        value = self._database.value("SELECT value FROM meta WHERE key = ?", (key,))
        return None if value is None else str(value)

    def set_meta(self, key: str, value: str) -> None:
        """Keep a text under a key."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Attributes and classes

    def table(self) -> ClassTable:
        """All classes by all attributes, with the seen mask; vectors (M, K) in the units they were given in."""
        return self._classes.table()

    def word_vectors(self) -> NDArray[np.float32] | None:
        """(K, D) one word vector an attribute, or None where they are not known."""
        return self._attributes.word_vectors()

    def word_vector_source(self) -> str:
        """Where the word vectors come from: a file's name, ``hashed``, or nothing."""
        return self.meta("word_vector_source") or ""

    def define_classes(
        self,
        table: ClassTable,
        *,
        word_vectors: NDArray[np.floating] | None = None,
        word_vector_source: str = "",
    ) -> None:
        """Put this table, and (K, D) word vectors, in the place of the old ones in one transaction.

        Classes keep their images by name; images of a class that is gone belong to no class and no split.
        Judgements of single images are dropped if the attributes are others.
        """
        self._classes.define(table, word_vectors, word_vector_source)

    def set_values(self, cells: Sequence[Cell]) -> None:
        """Set (class name, attribute column, value) cells, all or none; NaN and infinity are refused."""
        self._classes.set_values(cells)

    def set_vectors(self, vectors: Mapping[str, ArrayLike]) -> None:
        """Give classes, by name, other (K,) vectors of finite numbers, all or none."""
        self._classes.set_vectors(vectors)

    def add_class(
        self, name: str, vector: ArrayLike, *, seen: bool = False, row: int | None = None, description: str = ""
    ) -> None:
        """One more class with a (K,) vector of finite numbers, at the end or at ``row``."""
        self._classes.add(name, vector, seen, row, description)

    def remove_class(self, name: str) -> RemovedClass:
        """Take a class out; its images stay and belong to no class and no split until it is restored."""
        return self._classes.remove(name)

    def restore_class(self, removed: RemovedClass) -> None:
        """Put a removed class back in its row, and its images back into it."""
        self._classes.restore(removed)

    def rename_class(self, old: str, new: str) -> None:
        """Give a class another name; its images follow."""
        self._classes.rename(old, new)

    def class_description(self, name: str) -> str:
        """The free text kept with a class."""
        return self._classes.description(name)

    def describe_class(self, name: str, text: str) -> None:
        """Keep a free text with a class."""
        self._classes.describe(name, text)

    def rename_attribute(self, column: int, attribute: Attribute) -> None:
        """Give an attribute another name, another group, or both; its place, values and word vector stay."""
        self._attributes.rename(column, attribute)

    def append_attribute(self, attribute: Attribute, word_vector: NDArray[np.floating] | None = None) -> None:
        """One more attribute, at the end: 0 for every class, not judged in any image; (D,) its word vector."""
        self._attributes.append(attribute, word_vector)

    def remove_last_attribute(self) -> None:
        """Take the last attribute out, with its values and its judgements."""
        self._attributes.remove_last()

    def group_parts(self) -> dict[str, tuple[str, ...]]:
        """Attribute group to the names of the parts where its attributes can be seen."""
        return self._attributes.group_parts()

    def define_group_parts(self, mapping: Mapping[str, Sequence[str]]) -> None:
        """Put this mapping in the place of the old one."""
        self._attributes.define_group_parts(mapping)

    # Images

    def add_image_root(self, folder: Path) -> int:
        """The number of a folder that images lie in: kept relative to the project when inside it, else absolute."""
        return self._images.add_root(folder)

    def add_images(self, root_id: int, images: Sequence[NewImage]) -> None:
        """Add images of one root folder in one transaction; their classes have to be defined before."""
        self._images.add(root_id, images)

    def images(self) -> list[ImageRecord]:
        """All images in the order of their ids."""
        return self._images.all()

    def image_count(self) -> int:
        """How many images there are, without reading them."""
        return self._images.count()

    def image(self, image_id: int) -> ImageRecord:
        """The image of that id."""
        return self._images.one(image_id)

    def find_image(self, text: str) -> ImageRecord:
        """An image by id, relative name, bare file name or absolute path; the error names near matches."""
        return self._images.find(text)

    def box(self, image_id: int) -> Box | None:
        """The object's rectangle in pixels of the upright image, where it is known."""
        return self._images.box(image_id)

    def parts(self, image_id: int) -> tuple[PartPoint, ...]:
        """The parts marked in an image, in the order of ``part_names``."""
        return self._images.parts(image_id)

    def part_names(self) -> tuple[str, ...]:
        """All parts that are marked in any image."""
        return self._images.part_names()

    def part_points(self, image_ids: Sequence[int]) -> NDArray[np.float64]:
        """(N, P, 2) x and y in pixels of each part in each image; NaN where unknown or out of sight."""
        return self._images.part_points(image_ids)

    def set_image_attributes(self, image_id: int, present: NDArray[np.int8], certainty: NDArray[np.int8]) -> None:
        """Judgements of one image: (K,) 1 present, 0 absent, -1 not judged; (K,) certainty, 0 where not judged."""
        self._images.set_attributes([image_id], np.asarray(present)[None], np.asarray(certainty)[None])

    def set_many_image_attributes(
        self, image_ids: Sequence[int], present: NDArray[np.int8], certainty: NDArray[np.int8]
    ) -> None:
        """As ``set_image_attributes``, for N images in one transaction: (N, K) each."""
        self._images.set_attributes(image_ids, present, certainty)

    def image_attributes(self, image_id: int) -> tuple[NDArray[np.int8], NDArray[np.int8]] | None:
        """(K,) presence and (K,) certainty of one image, or None where nothing was judged."""
        return self._images.attributes(image_id)
