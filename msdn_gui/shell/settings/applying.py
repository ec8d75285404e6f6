"""Makes what is changed in the settings hold at once, whoever changed it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from msdn_gui.look.theme import theme
from msdn_gui.services import Services


class Applying(QObject):
    """Follows the settings; what a start was told for itself alone stays until the setting is changed."""

    def __init__(self, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._applied = services.settings.value
        services.settings.changed.connect(self._follow)
        self._bound()

    def _follow(self) -> None:
        before, value = self._applied, self._services.settings.value
        self._applied = value
        if value.theme != before.theme:
            theme().set_mode(value.theme)
        if value.text_scale != before.text_scale:
            theme().set_text_scale(value.text_scale)
        self._bound()

    def _bound(self) -> None:
        value = self._services.settings.value
        self._services.explainer.keep(value.explanations_kept)
        self._services.thumbnails.keep(value.thumbnails_kept)
