"""The settings dialog: changes apply at once and are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.attention import RangePolicy
from msdn_gui.look.theme import MODES, SPACING, TEXT_SCALES, small_font
from msdn_gui.services.settings import Settings, SettingsStore
from msdn_gui.shell.settings.shortcuts_page import ShortcutsPage
from msdn_gui.widgets.build import (
    make_button,
    make_check_box,
    make_combo_box,
    make_label,
    make_line_edit,
    make_slider,
    make_spin_box,
    named,
)
from msdn_gui.widgets.form import Form
from msdn_gui.widgets.maps.heat import COLOUR_MAPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_gui.shell.action_list import ActionList

_MODE_TEXTS = {"system": "Same as system", "light": "Light", "dark": "Dark"}
_FIELDS = (
    "theme", "text_scale", "annotator", "range_policy", "colour_map", "opacity", "smooth", "truth",
    "explanations_kept", "thumbnails_kept",
)  # fmt: skip
"""The settings of the first two pages."""
KEYS_PAGE = 2


class SettingsDialog(QDialog):
    """Stays open beside the window, which shows what a change does."""

    def __init__(self, settings: SettingsStore, actions: ActionList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_dialog")
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self._is_updating = False
        self._updates: list[Callable[[Settings], None]] = []
        self.tabs = named(QTabWidget(), "settings_pages")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._window_page(), "Window")
        self.tabs.addTab(self._images_page(), "Images and maps")
        self.tabs.addTab(ShortcutsPage(actions), "Keyboard shortcuts")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.defaults = make_button("Reset to defaults", name="settings_defaults")
        self.defaults.setToolTip("Reset everything on the first two pages")
        self.defaults.setAutoDefault(False)
        self.defaults.clicked.connect(self._reset)
        buttons.addButton(self.defaults, QDialogButtonBox.ButtonRole.ResetRole)
        # Return is for fields and lists here.
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACING, 0, SPACING)
        layout.addWidget(self.tabs, 1)
        feet = QVBoxLayout()
        feet.setContentsMargins(SPACING, 0, SPACING, 0)
        feet.addWidget(buttons)
        layout.addLayout(feet)
        self.resize(660, 560)
        self.tabs.currentChanged.connect(lambda place: self.defaults.setVisible(place != KEYS_PAGE))
        settings.changed.connect(self._on_settings_changed)
        self._on_settings_changed()

    # Pages

    def _window_page(self) -> QWidget:
        form = Form()
        self._add_choice(form, "Theme", "theme", [(_MODE_TEXTS[mode], mode) for mode in MODES])
        self._add_choice(form, "Text size", "text_scale", [(f"{scale:.0%}", scale) for scale in TEXT_SCALES])
        name = make_line_edit(name="settings_annotator")
        name.setPlaceholderText("Your account name")
        name.setToolTip("The name under which your annotations are saved")
        name.editingFinished.connect(lambda: self._change("annotator", name.text().strip()))
        self._updates.append(lambda value: None if name.hasFocus() else name.setText(value.annotator))
        form.add("Annotator", name)
        return _page(form)

    def _images_page(self) -> QWidget:
        form = Form()
        self._add_choice(form, "Colour range", "range_policy", [(p.value.capitalize(), p.value) for p in RangePolicy])
        self._add_choice(form, "Colour map", "colour_map", [(name.capitalize(), name) for name in COLOUR_MAPS])
        opacity = make_slider(0, 100, name="settings_opacity")
        opacity.valueChanged.connect(lambda value: self._change("opacity", value / 100))
        self._updates.append(lambda value: opacity.setValue(round(100 * value.opacity)))
        form.add("Map opacity", opacity)
        self._add_check_box(form, "Smooth maps", "smooth", "Interpolate between regions")
        self._add_check_box(form, "Known boxes and parts", "truth", "Show on images in Explore")
        self._add_number(
            form,
            "Explanations in memory",
            "explanations_kept",
            (8, 2048),
            "Recently explained images appear at once",
        )
        self._add_number(
            form,
            "Thumbnails in memory",
            "thumbnails_kept",
            (200, 20_000),
            "About 75 kB each; other thumbnails are read from disk",
        )
        return _page(form, "The settings of maps can also be changed below the maps in Explore.")

    def _add_check_box(self, form: Form, text: str, name: str, label: str) -> None:
        box = make_check_box(label, name=f"settings_{name}")
        box.toggled.connect(lambda on: self._change(name, on))
        self._updates.append(lambda value: box.setChecked(getattr(value, name)))
        form.add(text, box)

    def _add_choice(self, form: Form, text: str, name: str, choices: list[tuple[str, Any]]) -> None:
        box = make_combo_box(name=f"settings_{name}")
        for label, value in choices:
            box.addItem(label, value)
        box.currentIndexChanged.connect(lambda _: self._change(name, box.currentData()))
        self._updates.append(lambda value: box.setCurrentIndex(max(0, box.findData(getattr(value, name)))))
        form.add(text, box)

    def _add_number(self, form: Form, text: str, name: str, bounds: tuple[int, int], hint: str) -> None:
        box = make_spin_box(bounds[0], bounds[1], name=f"settings_{name}")
        box.setSingleStep(bounds[0])
        box.setToolTip(hint)
        # A number counts when it is complete, not while it is typed.
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda count: self._change(name, count))
        self._updates.append(lambda value: box.setValue(getattr(value, name)))
        form.add(text, box)

    # Values

    def _on_settings_changed(self) -> None:
        """Show the present values, whoever changed them."""
        self._is_updating = True
        for update in self._updates:
            update(self._settings.value)
        self._is_updating = False
        default, value = Settings(), self._settings.value
        self.defaults.setEnabled(any(getattr(value, name) != getattr(default, name) for name in _FIELDS))

    def _change(self, name: str, value: object) -> None:
        if not self._is_updating:
            self._settings.change(**{name: value})

    def _reset(self) -> None:
        default = Settings()
        self._settings.change(**{name: getattr(default, name) for name in _FIELDS})


def _page(form: Form, text: str = "") -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(SPACING * 2, SPACING * 2, SPACING * 2, SPACING)
    layout.setSpacing(SPACING * 2)
    layout.addLayout(form)
    note = make_label(text, wrap=True)
    note.setProperty("look", "muted")
    note.setFont(small_font())
    layout.addWidget(note)
    layout.addStretch(1)
    return page
