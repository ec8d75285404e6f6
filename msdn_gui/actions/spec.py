"""What an action is: a Qt-free entry of a workspace's table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action: menus, toolbars, the command palette, the page of keys and the guide are made from it."""

    id: str
    """Stable, with the workspace first: ``explore.compare``. People's own keys are kept under it."""
    text: str
    """Verb or verb and object in sentence case, with ``&`` before the menu's letter; ends in `` …`` if it asks more."""
    keys: str = ""
    """Qt's portable text, several parted by ``; ``; or the name of a standard key, e.g. ``std:Open``."""
    hint: str = ""
    """What it does, in a phrase: the tooltip and the second line of the palette."""
    icon: str = ""
    menu: str = ""
    """The menu it is in (``File``); empty for the workspace's own menu."""
    part: str = ""
    """The part of the workspace where its keys work, if not everywhere: ``table``."""
    checkable: bool = False
    checked: bool = False
    separator: bool = False
    """Whether a line is above it in its menu."""
    in_menu: bool = True
    """Whether it is in a menu; keys alone otherwise, such as the digits that select a class."""
    role: str = ""
    """Name of a ``QAction.MenuRole``, for the menus of macOS: ``Quit``."""
    former_ids: tuple[str, ...] = ()
    """Ids of earlier versions: keys that were set under them are kept."""

    @property
    def workspace(self) -> str:
        """The workspace that it belongs to; ``shell`` for actions of the window."""
        return self.id.partition(".")[0]

    @property
    def plain_text(self) -> str:
        """The text without the sign of the menu's letter."""
        return self.text.replace("&&", "\0").replace("&", "").replace("\0", "&")
