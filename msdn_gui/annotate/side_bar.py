"""What is above the tabs: the annotator's name, and a notice about a borrowed class table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from msdn_core.errors import MsdnError
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_column, make_label, make_line_edit, make_row

if TYPE_CHECKING:
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session import Session


class AnnotatorField(QWidget):
    """Edits the name under which annotations are saved; it can be changed in the settings too."""

    def __init__(self, annotations: Annotations, settings: SettingsStore) -> None:
        super().__init__()
        self._settings = settings
        self._field = make_line_edit(
            settings.value.annotator, name="annotator", placeholder=annotations.annotator, accessible="Annotator"
        )
        self._field.setToolTip("The name that is saved with every annotation")
        self._field.editingFinished.connect(lambda: settings.change(annotator=self._field.text().strip()))
        settings.changed.connect(self._on_settings_changed)
        row = make_row(make_label("Annotating as"), spacing=SPACING)
        row.setContentsMargins(SPACING, SPACING, SPACING, 0)
        row.addWidget(self._field, 1)
        self.setLayout(row)

    def _on_settings_changed(self) -> None:
        if not self._field.hasFocus():
            self._field.setText(self._settings.value.annotator)


class BorrowedNotice(QWidget):
    """Offers to copy the checkpoint's classes and attributes into the project, while it has none of its own."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("annotate_borrowed")
        self._session = session
        text = (
            "These classes and attributes belong to the checkpoint. Copy them into the project to annotate with them."
        )
        copy = make_button("Copy classes into project", name="annotate_adopt")
        copy.clicked.connect(self._copy)
        column = make_column(make_label(text, wrap=True), copy, spacing=SPACING // 2)
        column.setContentsMargins(SPACING, SPACING, SPACING, 0)
        self.setLayout(column)
        session.document.table_changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        self.setVisible(self._session.document.table_is_borrowed)

    def _copy(self) -> None:
        try:
            self._session.edits.adopt_checkpoint_table()
        except MsdnError as error:
            self._session.messages.error(str(error))
