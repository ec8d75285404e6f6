"""What the command palette finds: actions, recent projects, and what the open project holds by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_gui.services.background import Background
from msdn_gui.shell.action_list import Listed
from msdn_gui.shell.palette.fuzzy import LOOSE, Match, match
from msdn_gui.shell.run_action import do
from msdn_gui.widgets.action import keys_text, plain_text, why_not

if TYPE_CHECKING:
    from msdn_gui.shell.window import MainWindow

_RECENT = 20
_MOST = 100
_MOST_IMAGES = 20
_NAMES_FROM = 2
"""So many letters must be typed before classes, attributes and images are looked for."""
_NO_MATCH = Match(0.0, frozenset())


@dataclass(frozen=True)
class Entry:
    """One line of the palette, and what it does."""

    key: str
    """By which it is remembered as used; empty where it is not."""
    text: str
    place: str
    do: Callable[[], object]
    keys: str = ""
    why_not: str = ""
    rank: float = 0.0
    """What is added to how well it fits."""


@dataclass(frozen=True)
class Found:
    """An entry, and which of its letters were typed."""

    entry: Entry
    places: frozenset[int] = frozenset()


class PaletteFinder(QObject):
    """Looks into the window as it is when the palette opens."""

    more = Signal()
    """Images were found for what was typed last."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._always: list[Entry] = []
        self._named: list[Entry] = []
        self._names: list[str] = []
        self._typed = ""
        self._images: list[int] | None = None
        self._reading, self._searching = Background(self), Background(self)
        self._reading.done.connect(self._take_names)
        self._searching.done.connect(self._take_images)

    def look(self) -> None:
        """Takes in what can be done and found now."""
        self._always = [*self._actions(), *self._projects()]
        self._named = [*self._classes(), *self._attributes()]
        self._names = []
        images = self._window.session.document.images
        # Of 100,000 images, both their names and what is sought in them take longer than a frame.
        self._reading.start(lambda: [one.name.lower() for one in images])

    def find(self, typed: str) -> list[Found]:
        """What fits best comes first; before anything is typed, what was used last."""
        recent = {key: place for place, key in enumerate(self._window.services.settings.value.recent_actions)}
        typed = typed.strip()
        self._seek_images(typed)
        if not typed:
            entries = sorted(self._always, key=lambda one: recent.get(one.key, len(recent)))
            return [Found(entry) for entry in entries]
        scored = []
        entries = [*self._always, *(self._named if len(typed) >= _NAMES_FROM else ())]
        for entry in entries:
            fit = match(typed, entry.text)
            if fit is None and entry.key:
                # “theme dark” finds Dark in the menu Theme; only its own letters are marked.
                beside = match(typed, f"{entry.text} {entry.place}")
                fit = beside and replace(beside, score=beside.score - 5.0)
            if fit is not None and (entry.key or fit.score >= LOOSE):
                used = 10.0 * (1.0 - recent[entry.key] / _RECENT) if entry.key in recent else 0.0
                scored.append((fit.score + used + entry.rank, Found(entry, fit.places)))
        if any(score >= LOOSE for score, _ in scored):
            scored = [one for one in scored if one[0] >= LOOSE]
        scored.sort(key=lambda one: -one[0])
        found = [one for _, one in scored[:_MOST]]
        return [*found, *self._image_entries(typed)]

    def remember(self, entry: Entry) -> None:
        """Puts an entry first among those that were used."""
        settings = self._window.services.settings
        if entry.key:
            others = [key for key in settings.value.recent_actions if key != entry.key]
            settings.change(recent_actions=(entry.key, *others)[:_RECENT])

    # What there is

    def _actions(self) -> Iterator[Entry]:
        rows = self._window.action_list
        for listed in rows.rows:
            if listed.name != "palette":
                action = rows.action(listed.name)
                text = (plain_text(action) if action is not None else listed.text).removesuffix(" …")
                reason = self._why_not(listed)
                keys = keys_text(rows.keys(listed.name))
                here = listed.workspace in ("", self._window.current)
                rank = (0.0 if here else -4.0) - (15.0 if reason else 0.0)
                act = partial(do, self._window, listed)
                yield Entry(f"action:{listed.name}", text, listed.place, act, keys, reason, rank)

    def _why_not(self, listed: Listed) -> str:
        window = self._window
        if listed.workspace and window.session.document.project is None:
            return "Open a project first."
        action = window.action_list.action(listed.name)
        if action is None or action.isEnabled() or listed.workspace not in ("", window.current):
            return ""
        if listed.part and hasattr(window.workspaces.get(listed.workspace), "show_part"):
            return ""
        return why_not(action) or "It is not possible now."

    def _projects(self) -> Iterator[Entry]:
        current = self._window.session.document.project
        for text in self._window.services.settings.value.recent_projects:
            path = Path(text)
            if current is None or current.path != path:
                yield Entry(
                    f"project:{text}",
                    path.name,
                    f"Recent project · {path.parent}",
                    partial(self._window.opening.open_project, path),
                )

    def _classes(self) -> Iterator[Entry]:
        table = self._window.session.document.table
        for name, seen in zip(table.classes, table.seen, strict=True):
            place = "Seen class" if seen else "Unseen class"
            yield Entry("", name, place, partial(self._show_class, name), rank=-6.0)

    def _attributes(self) -> Iterator[Entry]:
        for column, attribute in enumerate(self._window.session.document.table.attributes):
            yield Entry("", attribute.full_name, "Attribute", partial(self._show_attribute, column), rank=-8.0)

    def _take_names(self, names: list[str]) -> None:
        self._names = names
        self._images = None
        self._seek_images(self._typed)

    def _seek_images(self, typed: str) -> None:
        """Begins to look for images, unless that was done for the same words."""
        if typed == self._typed and self._images is not None:
            return
        self._typed, self._images = typed, None
        if len(typed) < _NAMES_FROM:
            self._searching.cancel()
        elif self._names:
            self._searching.start(partial(_containing, self._names, typed.lower().split()))

    def _take_images(self, images: list[int]) -> None:
        self._images = images
        if images:
            self.more.emit()

    def _image_entries(self, typed: str) -> Iterator[Found]:
        images = self._window.session.document.images
        for number in self._images or ():
            if number < len(images):
                record = images[number]
                fit = match(typed, record.name) or _NO_MATCH
                yield Found(Entry("", record.name, "Image", partial(self._show_image, record)), fit.places)

    # Going there

    def _go(self, workspaces: Sequence[str]) -> None:
        """Stays where what was chosen is shown, or goes to the first place where it is."""
        if self._window.current not in workspaces:
            self._window.show_workspace(workspaces[0])

    def _show_class(self, name: str) -> None:
        self._go(("classes", "explore"))
        self._window.session.selection.set_class(name)

    def _show_attribute(self, column: int) -> None:
        self._go(("explore", "classes"))
        self._window.session.selection.set_attribute(column)

    def _show_image(self, record: object) -> None:
        self._go(("explore", "annotate"))
        self._window.session.selection.set_image(record)


def _containing(names: Sequence[str], words: Sequence[str]) -> list[int]:
    """The first few names in which all words stand."""
    found = (number for number, name in enumerate(names) if all(word in name for word in words))
    return list(islice(found, _MOST_IMAGES))
