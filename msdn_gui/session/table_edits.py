"""Edits of the project's class table: each is committed as it is made, and sent to all views once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.attributes import Attribute, ClassTable, FloatArray
from msdn_core.errors import ProjectError
from msdn_gui.session.changes import ChangeKind, TableChange

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import ArrayLike

    from msdn_core.project import Cell, Project, RemovedClass
    from msdn_gui.session.document import Document
    from msdn_gui.session.inference import Inference
    from msdn_gui.session.selection import Selection


class TableEdits:
    """Called by undo commands alone; each method raises MsdnError, and changes nothing, if it cannot be done."""

    def __init__(self, document: Document, selection: Selection, inference: Inference) -> None:
        self._document, self._selection, self._inference = document, selection, inference

    # Values

    def set_values(self, cells: Sequence[Cell]) -> None:
        """Set (class name, attribute column, value) cells, all or none."""
        table = self._document.table
        vectors: dict[str, FloatArray] = {}
        for name, column, value in cells:
            if name not in table.class_index:
                raise ProjectError(f"There is no class “{name}” in this project; nothing was changed.")
            vectors.setdefault(name, table.vectors[table.class_index[name]].copy())[column] = value
        self.set_vectors(vectors, [column for _, column, _ in cells])

    def set_vectors(self, vectors: Mapping[str, ArrayLike], columns: Collection[int] | None = None) -> None:
        """Give classes other (K,) vectors, all or none; only in these columns, where given."""
        self._editable().set_vectors(vectors)
        table = self._document.table
        rows = [table.class_index[name] for name in vectors]
        self._document.set_table(
            table.with_vectors(rows, np.array([np.asarray(one, dtype=np.float64) for one in vectors.values()])),
            TableChange(
                ChangeKind.VALUES, tuple(sorted(rows)), None if columns is None else tuple(sorted(set(columns)))
            ),
        )

    # Classes

    def add_classes(
        self, vectors: Mapping[str, ArrayLike], *, seen: bool = False, descriptions: Mapping[str, str] | None = None
    ) -> None:
        """Add classes with their (K,) vectors at the end, all or none."""
        project = self._editable()
        texts = descriptions or {}
        with project.transaction():
            for name, vector in vectors.items():
                values = np.asarray(vector, dtype=np.float64)
                project.add_class(name, values, seen=seen, description=texts.get(name, ""))
        self._show_classes(project, vectors)

    def remove_classes(self, names: Sequence[str]) -> list[RemovedClass]:
        """Remove classes, all or none; return what ``restore_classes`` needs."""
        project = self._editable()
        with project.transaction():
            # From below, so that the rows are those of the whole table when the classes come back.
            removed = [project.remove_class(name) for name in reversed(names)][::-1]
        self._show_classes(project, ())
        if any(one.images for one in removed):
            self._document.reload_images()
        return removed

    def restore_classes(self, removed: Sequence[RemovedClass]) -> None:
        """Put removed classes back in their rows, with their images."""
        project = self._editable()
        with project.transaction():
            for one in removed:
                project.restore_class(one)
        self._show_classes(project, [one.name for one in removed])
        if any(one.images for one in removed):
            self._document.reload_images()

    def rename_class(self, old: str, new: str) -> None:
        """Rename a class."""
        self._editable().rename_class(old, new)
        was_selected = self._selection.class_name == old
        self._selection.rename_class(old, new)
        table = self._document.table.renamed(old, new)
        self._document.set_table(table, TableChange(ChangeKind.CLASSES, (table.class_index[new],)))
        if any(record.class_name == old for record in self._document.images):
            self._document.reload_images()
        if was_selected:
            self._selection.class_changed.emit(new)

    def describe_class(self, name: str, text: str) -> None:
        """Keep a free text with a class."""
        self._editable().describe_class(name, text)
        self._selection.class_changed.emit(self._selection.class_name)

    # Attributes

    def rename_attributes(self, attributes: Mapping[int, Attribute]) -> None:
        """Give attributes, by column, other names or groups, all or none; checkpoints of the old ones do not fit."""
        project = self._editable()
        with project.transaction():
            for column, attribute in attributes.items():
                project.rename_attribute(column, attribute)
        self._show_attributes(project, attributes)

    def append_attribute(self, attribute: Attribute) -> None:
        """Add an attribute at the end, 0 for every class; checkpoints of the old ones do not fit."""
        project = self._editable()
        words = None
        if project.word_vector_source() == "hashed":
            from msdn_core.importers.word_vectors import hashed_word_vectors

            words = hashed_word_vectors([attribute.full_name])[0]
        project.append_attribute(attribute, words)
        self._show_attributes(project, [len(self._document.table.attributes)])

    def remove_last_attribute(self) -> None:
        """Remove the last attribute."""
        project = self._editable()
        project.remove_last_attribute()
        self._show_attributes(project, ())

    # The whole table

    def define_table(
        self, table: ClassTable, descriptions: Mapping[str, str], group_parts: Mapping[str, Sequence[str]]
    ) -> None:
        """Give a project without attributes a table; attributes get hashed word vectors, existing classes are kept."""
        project = self._document.require_project()
        before = project.table()
        if before.attributes:
            raise ProjectError("This project already has attributes; add new ones one by one.")
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
        self._show_attributes(project, None)

    def undefine_table(self, classes: Collection[str]) -> None:
        """Remove all attributes and these classes, as long as nothing in the project depends on them."""
        project = self._editable()
        annotations = project.annotations
        if any(image.class_name in classes for image in project.images()):
            raise ProjectError("Images have been labelled with these classes; remove the labels in Annotate first.")
        if any(annotations.judgements_by(name) for name in annotations.annotators()):
            raise ProjectError("Attributes have been judged in images; withdraw the judgements in Annotate first.")
        table = project.table()
        rows = [row for row, name in enumerate(table.classes) if name not in classes]
        names = tuple(table.classes[row] for row in rows)
        project.define_classes(ClassTable((), names, np.zeros((len(rows), 0)), table.seen[rows]))
        self._show_attributes(project, None)

    def adopt_checkpoint_table(self) -> None:
        """Make the borrowed table the project's own, so that it can be edited."""
        project = self._document.require_project()
        if self._inference.checkpoint is None:
            raise ProjectError("No checkpoint is selected; select the one whose classes the project should have.")
        header = self._inference.checkpoint.header
        vectors = None
        if header.word_vector_source == "hashed":
            from msdn_core.importers.word_vectors import hashed_word_vectors

            vectors = hashed_word_vectors(header.attributes)
        project.define_classes(header.table(), word_vectors=vectors, word_vector_source=header.word_vector_source)
        self._document.set_table(project.table(), TableChange())

    # Inside

    def _editable(self) -> Project:
        project = self._document.require_project()
        if self._document.table_is_borrowed:
            raise ProjectError(
                "These classes belong to the checkpoint and cannot be changed; copy them into the project first."
            )
        return project

    def _show_classes(self, project: Project, touched: Collection[str]) -> None:
        table = project.table()
        rows = tuple(sorted(table.class_index[name] for name in touched))
        self._document.set_table(table, TableChange(ChangeKind.CLASSES, rows))

    def _show_attributes(self, project: Project, columns: Collection[int] | None) -> None:
        table = project.table()
        self._inference.drop_unfit_checkpoint(tuple(attribute.full_name for attribute in table.attributes))
        touched = None if columns is None else tuple(sorted(columns))
        self._document.set_table(table, TableChange(ChangeKind.ATTRIBUTES, None, touched))
        if self._inference.checkpoint is None:
            self._inference.use_first_fitting_checkpoint()
