"""Applies changed settings at once, whoever changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from msdn_gui.services import Services


class SettingsApplier(QObject):
    """Follows the settings; options of the command line stay until their setting is changed."""

    def __init__(self, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._applied = services.settings.value
        services.settings.changed.connect(self._on_changed)
        self._apply_limits()

    def _on_changed(self) -> None:
        before, value = self._applied, self._services.settings.value
        self._applied = value
        if value.theme != before.theme:
            theme().set_mode(value.theme)
        if value.text_scale != before.text_scale:
            theme().set_text_scale(value.text_scale)
        self._apply_limits()

    def _apply_limits(self) -> None:
        value = self._services.settings.value
        self._services.explainer.set_cache_size(value.explanations_kept)
        self._services.thumbnails.set_cache_size(value.thumbnails_kept)
