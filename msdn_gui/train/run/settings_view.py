"""The settings of a run, and which of them differ from its recipe."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from msdn_core.number_text import exact_number
from msdn_core.recipes.config import RECIPES, TrainConfig
from msdn_gui.look.theme import text_font
from msdn_gui.widgets.tables.table_delegates import RoomyDelegate

if TYPE_CHECKING:
    from collections.abc import Mapping


class SettingsView(QTableWidget):
    """One row per setting; what differs from the recipe is bold, with the recipe's value beside it."""

    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setObjectName("run_settings")
        self.setHorizontalHeaderLabels(["Setting", "This run", "Recipe"])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setItemDelegate(RoomyDelegate(self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def show_config(self, config: Mapping[str, Any]) -> None:
        """Show a run's settings."""
        recipe = RECIPES.get(str(config.get("recipe")))
        entries = [entry for entry in fields(TrainConfig) if entry.name in config]
        self.setRowCount(len(entries))
        for row, entry in enumerate(entries):
            value = config[entry.name]
            usual = getattr(recipe, entry.name) if recipe is not None else None
            differs = recipe is not None and value != usual
            recipe_text = setting_text(entry.name, usual) if differs else ""
            texts = (entry.metadata["label"], setting_text(entry.name, value), recipe_text)
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(entry.metadata["help"])
                if differs and column < 2:
                    item.setFont(text_font(bold=True))
                self.setItem(row, column, item)


def setting_text(name: str, value: Any) -> str:
    """Return a setting's value as text: the meaning of 0 where it is no amount, and – for an empty value."""
    entry = TrainConfig.__dataclass_fields__.get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == 0 and entry is not None and entry.metadata["zero"]:
        return str(entry.metadata["zero"])
    return exact_number(value) if isinstance(value, float) else str(value) or "–"
