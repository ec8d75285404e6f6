"""Edits of the project's class table: each is committed as it is made, and told to all views once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import ProjectError
from msdn_core.project import Cell, Project, RemovedClass

if TYPE_CHECKING:
    from msdn_gui.session import Session


class TableEdits:
    """Called by undo commands alone; each raises MsdnError and changes nothing where it cannot be done."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def set_values(self, cells: Sequence[Cell]) -> None:
        """Sets (class name, attribute column, value) cells, all or none."""
        self._writable().set_values(cells)
        index = self._session.table.class_index
        self._session.put_table(
            self._session.table.with_values(
                [index[name] for name, _, _ in cells], [column for _, column, _ in cells], [v for _, _, v in cells]
            )
        )

    def set_vectors(self, vectors: Mapping[str, ArrayLike]) -> None:
        """Gives classes other (K,) vectors, all or none."""
        self._writable().set_vectors(vectors)
        index = self._session.table.class_index
        self._session.put_table(
            self._session.table.with_vectors([index[name] for name in vectors], list(vectors.values()))
        )

    def add_class(
        self, name: str, vector: ArrayLike, *, seen: bool = False, row: int | None = None, description: str = ""
    ) -> None:
        """One more class, at the end or at ``row``; it takes part in every ranking at once."""
        values = np.asarray(vector, dtype=np.float64)
        self._writable().add_class(name, values, seen=seen, row=row, description=description)
        self._session.put_table(self._session.table.with_class(name, values, seen=seen, row=row))

    def remove_class(self, name: str) -> RemovedClass:
        """Takes a class out; what is returned puts it back."""
        removed = self._writable().remove_class(name)
        self._session.put_table(self._session.table.without_class(name))
        if removed.images:
            self._session.reload_images()
        return removed

    def restore_class(self, removed: RemovedClass) -> None:
        """Puts a removed class back in its row."""
        self._writable().restore_class(removed)
        self._session.put_table(
            self._session.table.with_class(removed.name, removed.vector, seen=removed.seen, row=removed.row)
        )
        if removed.images:
            self._session.reload_images()

    def add_classes(self, vectors: Mapping[str, ArrayLike], *, seen: bool = False) -> None:
        """Classes more, by name with their (K,) vectors, at the end; all or none, and told of once."""
        project = self._writable()
        with project.transaction():
            for name, vector in vectors.items():
                project.add_class(name, np.asarray(vector, dtype=np.float64), seen=seen)
        self._session.put_table(project.table())

    def remove_classes(self, names: Sequence[str]) -> list[RemovedClass]:
        """Takes classes out, all or none; what is returned puts them back."""
        project = self._writable()
        with project.transaction():
            # From below, so that the rows that are noted are those of the whole table when they come back.
            removed = [project.remove_class(name) for name in reversed(names)][::-1]
        self._session.put_table(project.table())
        if any(one.images for one in removed):
            self._session.reload_images()
        return removed

    def restore_classes(self, removed: Sequence[RemovedClass]) -> None:
        """Puts removed classes back in their rows."""
        project = self._writable()
        with project.transaction():
            for one in removed:
                project.restore_class(one)
        self._session.put_table(project.table())
        if any(one.images for one in removed):
            self._session.reload_images()

    def rename_class(self, old: str, new: str) -> None:
        """Gives a class another name."""
        self._writable().rename_class(old, new)
        session = self._session
        chosen = session.class_name == old
        if chosen:
            session.class_name = new
        self._session.put_table(self._session.table.renamed(old, new))
        if any(record.class_name == old for record in self._session.images):
            self._session.reload_images()
        if chosen:
            session.class_changed.emit(new)

    def describe_class(self, name: str, text: str) -> None:
        """Keeps a free text with a class."""
        self._writable().describe_class(name, text)
        self._session.class_changed.emit(self._session.class_name)

    def rename_attribute(self, column: int, attribute: Attribute) -> None:
        """Gives an attribute another name or group; checkpoints of the old ones do not fit any more."""
        project = self._writable()
        project.rename_attribute(column, attribute)
        self._session.put_attributes(project.table())

    def rename_attributes(self, attributes: Mapping[int, Attribute]) -> None:
        """Gives attributes, by their columns, other names or groups, all or none."""
        project = self._writable()
        with project.transaction():
            for column, attribute in attributes.items():
                project.rename_attribute(column, attribute)
        self._session.put_attributes(project.table())

    def define_table(
        self, table: ClassTable, descriptions: Mapping[str, str], group_parts: Mapping[str, Sequence[str]]
    ) -> None:
        """Gives a project without attributes a table; its attributes get hashed word vectors, and its classes stay."""
        project = self._session.present_project()
        before = project.table()
        if before.attributes:
            raise ProjectError("This project has attributes already; new ones are added one by one.")
        for name, seen in zip(before.classes, before.seen.tolist(), strict=True):
            if name not in table.class_index:
                table = table.with_class(name, np.zeros(len(table.attributes)), seen=seen)
        from msdn_core.importers.word_vectors import hashed_word_vectors

        words = hashed_word_vectors([attribute.full_name for attribute in table.attributes])
        with project.transaction():
            project.define_classes(table, word_vectors=words, word_vector_source="hashed")
            project.define_group_parts(group_parts)
            for name, text in descriptions.items():
                project.describe_class(name, text)
        self._session.put_attributes(project.table())

    def undefine_table(self, classes: Collection[str]) -> None:
        """Takes attributes and these classes away, as long as nothing in the project hangs on them."""
        project = self._writable()
        room = project.annotations
        if any(image.class_name in classes for image in project.images()):
            raise ProjectError("Images have got classes since; take them away first, in Annotate.")
        if any(room.judgements_by(name) for name in room.annotators()):
            raise ProjectError("Attributes were judged in images since; take that back first, in Annotate.")
        table = project.table()
        rows = [row for row, name in enumerate(table.classes) if name not in classes]
        names = tuple(table.classes[row] for row in rows)
        project.define_classes(ClassTable((), names, np.zeros((len(rows), 0)), table.seen[rows]))
        self._session.put_attributes(project.table())

    def append_attribute(self, attribute: Attribute) -> None:
        """One more attribute at the end, 0 for every class; checkpoints of the old ones do not fit any more."""
        project = self._writable()
        words = None
        if project.word_vector_source() == "hashed":
            from msdn_core.importers.word_vectors import hashed_word_vectors

            words = hashed_word_vectors([attribute.full_name])[0]
        project.append_attribute(attribute, words)
        self._session.put_attributes(project.table())

    def remove_last_attribute(self) -> None:
        """Takes the last attribute out again."""
        project = self._writable()
        project.remove_last_attribute()
        self._session.put_attributes(project.table())

    def adopt_checkpoint_table(self) -> None:
        """Makes the borrowed table the project's own, so that it can be edited."""
        project = self._session.present_project()
        if self._session.checkpoint is None:
            raise ProjectError("There is no checkpoint whose classes the project could take; choose one first.")
        header = self._session.checkpoint.header
        vectors = None
        if header.word_vector_source == "hashed":
            from msdn_core.importers.word_vectors import hashed_word_vectors

            vectors = hashed_word_vectors(header.attributes)
        project.define_classes(header.table(), word_vectors=vectors, word_vector_source=header.word_vector_source)
        self._session.put_table(project.table())

    def _writable(self) -> Project:
        project = self._session.present_project()
        if self._session.table_is_borrowed:
            raise ProjectError(
                "These classes are the checkpoint's, not the project's, so they cannot be changed; "
                "take them into the project first."
            )
        return project
