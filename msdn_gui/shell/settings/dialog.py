"""The settings: what is changed here holds at once, and is remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from msdn_gui.shell.action_list import ActionList
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
from msdn_gui.widgets.heat import COLOUR_MAPS

_MODE_WORDS = {"system": "As the system", "light": "Light", "dark": "Dark"}
_FIELDS = (
    "theme", "text_scale", "annotator", "range_policy", "colour_map", "opacity", "smooth", "truth",
    "explanations_kept", "thumbnails_kept",
)  # fmt: skip
"""Those that stand here."""
KEYS_PAGE = 2


class SettingsDialog(QDialog):
    """Stays open beside the window, so that what a change does is to be seen."""

    def __init__(self, settings: SettingsStore, actions: ActionList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_dialog")
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self._is_showing = False
        self._shows: list[Callable[[Settings], None]] = []
        self.tabs = named(QTabWidget(), "settings_pages")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._window_page(), "Window")
        self.tabs.addTab(self._images_page(), "Images and maps")
        self.tabs.addTab(ShortcutsPage(actions), "Keys")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.defaults = make_button("Reset these", name="settings_defaults")
        self.defaults.setToolTip("Everything on the first two pages as the program comes")
        self.defaults.setAutoDefault(False)
        self.defaults.clicked.connect(self._reset)
        buttons.addButton(self.defaults, QDialogButtonBox.ButtonRole.ResetRole)
        # Return belongs to fields and lists here.
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
        settings.changed.connect(self._show)
        self._show()

    # Pages

    def _window_page(self) -> QWidget:
        form = Form()
        self._add_choice(form, "Theme", "theme", [(_MODE_WORDS[mode], mode) for mode in MODES])
        self._add_choice(form, "Text", "text_scale", [(f"{scale:.0%}", scale) for scale in TEXT_SCALES])
        name = make_line_edit(name="settings_annotator")
        name.setPlaceholderText("The name of your account")
        name.setToolTip("The name that is kept with all that you say in Annotate")
        name.editingFinished.connect(lambda: self._change("annotator", name.text().strip()))
        self._shows.append(lambda value: None if name.hasFocus() else name.setText(value.annotator))
        form.add("Your name", name)
        return _page(form)

    def _images_page(self) -> QWidget:
        form = Form()
        self._add_choice(
            form, "Range of colours", "range_policy", [(p.value.capitalize(), p.value) for p in RangePolicy]
        )
        self._add_choice(form, "Colour map", "colour_map", [(name.capitalize(), name) for name in COLOUR_MAPS])
        opacity = make_slider(0, 100, name="settings_opacity")
        opacity.valueChanged.connect(lambda value: self._change("opacity", value / 100))
        self._shows.append(lambda value: opacity.setValue(round(100 * value.opacity)))
        form.add("Opacity of maps", opacity)
        self._add_tick(form, "Smooth maps", "smooth", "Between the regions' centres")
        self._add_tick(form, "Known truth", "truth", "Boxes and parts over images in Explore")
        self._add_count(
            form,
            "Explanations kept",
            "explanations_kept",
            (8, 2048),
            "An image that was looked at lately shows at once",
        )
        self._add_count(
            form,
            "Thumbnails kept",
            "thumbnails_kept",
            (200, 20_000),
            "Some 75 kB each; all others are read from the disk again",
        )
        return _page(form, "The maps' settings are those below the maps in Explore. What is kept is kept in memory.")

    def _add_tick(self, form: Form, text: str, name: str, words: str) -> None:
        box = make_check_box(words, name=f"settings_{name}")
        box.toggled.connect(lambda on: self._change(name, on))
        self._shows.append(lambda value: box.setChecked(getattr(value, name)))
        form.add(text, box)

    def _add_choice(self, form: Form, text: str, name: str, choices: list[tuple[str, Any]]) -> None:
        box = make_combo_box(name=f"settings_{name}")
        for words, value in choices:
            box.addItem(words, value)
        box.currentIndexChanged.connect(lambda _: self._change(name, box.currentData()))
        self._shows.append(lambda value: box.setCurrentIndex(max(0, box.findData(getattr(value, name)))))
        form.add(text, box)

    def _add_count(self, form: Form, text: str, name: str, bounds: tuple[int, int], hint: str) -> None:
        box = make_spin_box(bounds[0], bounds[1], name=f"settings_{name}")
        box.setSingleStep(bounds[0])
        box.setToolTip(hint)
        # A number is taken when it is whole, not while it is typed.
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda count: self._change(name, count))
        self._shows.append(lambda value: box.setValue(getattr(value, name)))
        form.add(text, box)

    # What is set

    def _show(self) -> None:
        """As it is set, whoever changed it."""
        self._is_showing = True
        for show in self._shows:
            show(self._settings.value)
        self._is_showing = False
        default, value = Settings(), self._settings.value
        self.defaults.setEnabled(any(getattr(value, name) != getattr(default, name) for name in _FIELDS))

    def _change(self, name: str, value: object) -> None:
        if not self._is_showing:
            self._settings.change(**{name: value})

    def _reset(self) -> None:
        default = Settings()
        self._settings.change(**{name: getattr(default, name) for name in _FIELDS})


def _page(form: Form, words: str = "") -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(SPACING * 2, SPACING * 2, SPACING * 2, SPACING)
    layout.setSpacing(SPACING * 2)
    layout.addLayout(form)
    note = make_label(words, wrap=True)
    note.setProperty("look", "muted")
    note.setFont(small_font())
    layout.addWidget(note)
    layout.addStretch(1)
    return page
