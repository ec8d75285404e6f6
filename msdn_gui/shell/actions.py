"""Every action of the window once: menus, shortcuts and buttons are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from msdn_gui.look.icons import bind_icon
from msdn_gui.widgets.action import sequences, set_keys
from msdn_gui.widgets.build import named


@dataclass(frozen=True)
class Spec:
    """What an action is called, where it stands, and how it is reached."""

    name: str
    menu: str
    text: str
    icon: str = ""
    keys: str | QKeySequence.StandardKey = ""
    hint: str = ""
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    separator: bool = False
    """Whether a line stands above it."""


_KEY = QKeySequence.StandardKey
SPECS = (
    Spec("open_project", "File", "&Open project …", "project", _KEY.Open, "Open a project's folder"),
    Spec(
        "open_images", "File", "Open &image folder …", "folder-images", "Ctrl+Shift+O", "Look at any folder of images"
    ),
    Spec("import_data", "File", "&Import …", "import", "Ctrl+I", "Make a project of a data set"),
    Spec("open_aviary", "File", "Open the a&viary", "bird", "", "1,500 drawn birds and a trained run"),
    Spec("new_aviary", "File", "New &aviary", "add", "", "Make another demo project of drawn birds"),
    Spec(
        "open_checkpoint",
        "File",
        "Open &checkpoint …",
        "checkpoint",
        "",
        "Look through a checkpoint file",
        separator=True,
    ),
    Spec("export_data", "File", "&Export …", "export", "Ctrl+Shift+E", "Write what the project or a run holds"),
    Spec(
        "start_screen",
        "File",
        "&Start screen",
        "home",
        "Alt+Home",
        "Recent projects, and what can be opened",
        separator=True,
    ),
    Spec("close_project", "File", "&Close project", "close", "Ctrl+W", "Let go of the project; all edits are kept"),
    Spec("quit", "File", "&Quit", "quit", "Ctrl+Q", "Close the window", QAction.MenuRole.QuitRole, separator=True),
    Spec(
        "next_image",
        "View",
        "&Next image",
        "",
        "Alt+Right",
        "Choose the next of the images that Explore, or Annotate's queue, shows",
        separator=True,
    ),
    Spec("previous_image", "View", "&Previous image", "", "Alt+Left", "Choose the image before"),
    Spec("palette", "View", "&Command palette …", "search", "Ctrl+K", "Any action, project, class or image by name"),
    Spec(
        "settings",
        "Edit",
        "&Settings …",
        "settings",
        "Ctrl+,",
        "Look, maps, name and more",
        QAction.MenuRole.PreferencesRole,
        separator=True,
    ),
    Spec("shortcuts", "Edit", "&Keyboard shortcuts …", "", "Ctrl+Alt+K", "See all keys, and change them"),
    Spec(
        "extract_features",
        "Run",
        "Extract &features",
        "features",
        "",
        "Run the backbone over all images, once; training needs it",
    ),
    Spec("explain_again", "Run", "Explain the image &again", "refresh", "F5", "Ask the network once more"),
    Spec("tour", "Help", "&Tour", "play", "", "A guided tour of the window, on the aviary"),
    Spec(
        "about", "Help", "&About MSDN Explorer", "info", "", "Version, licences and system", QAction.MenuRole.AboutRole
    ),
    Spec("copy_system", "Help", "&Copy system information", "copy", "", "What a report of a fault should contain"),
)


class Actions(QObject):
    """The actions by name, e.g. ``actions["open_project"]``."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        for spec in SPECS:
            action = named(QAction(spec.text, self), spec.name)
            if spec.icon:
                bind_icon(action, spec.icon)
            action.setStatusTip(spec.hint)
            set_keys(action, sequences(spec.keys))
            action.setMenuRole(spec.role)
            self._actions[spec.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def of_menu(self, menu: str) -> list[tuple[QAction, bool]]:
        """The actions of a menu, each with whether a line stands above it."""
        return [(self._actions[spec.name], spec.separator) for spec in SPECS if spec.menu == menu]
