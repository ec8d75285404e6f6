"""What the command palette finds: actions, recent projects, and classes, attributes and images by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.domain.text_search import search_text, search_words
from msdn_gui.actions.bind import keys_text, plain_text, reason_of
from msdn_gui.services.background import Background
from msdn_gui.shell.action_list import ACTION_PREFIX, ActionList
from msdn_gui.shell.action_tables import place_of, workspace_of
from msdn_gui.shell.palette.fuzzy import LOOSE, Match, match
from msdn_gui.shell.run_action import NO_PROJECT, run_action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from msdn_core.project import ImageRecord
    from msdn_gui.actions.spec import ActionSpec
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session import Session
    from msdn_gui.shell.navigator import Navigator

_RECENT = 20
_MOST = 100
_MOST_IMAGES = 20
_NAMES_FROM = 2
"""Classes, attributes and images are searched once so many letters are typed."""
_NO_MATCH = Match(0.0, frozenset())


@dataclass(frozen=True)
class Entry:
    """One line of the palette, and what it does."""

    key: str
    """The key by which it is remembered as used; empty if it is not remembered."""
    text: str
    place: str
    run: Callable[[], object]
    keys: str = ""
    reason: str = ""
    """Why it is not available now; empty if it is."""
    rank: float = 0.0
    """Added to the score of the match."""
    raw_name: str = ""
    """The name in files, which is searched as well."""


@dataclass(frozen=True)
class Found:
    """An entry, and which of its letters were typed."""

    entry: Entry
    places: frozenset[int] = frozenset()


class PaletteFinder(QObject):
    """Searches the window's state at the time when the palette opened."""

    images_found = Signal()
    """Images match what was typed last."""

    def __init__(
        self,
        navigator: Navigator,
        actions: ActionList,
        session: Session,
        settings: SettingsStore,
        open_project: Callable[[Path], object],
    ) -> None:
        super().__init__(navigator)
        self._navigator, self._actions, self._session, self._settings = navigator, actions, session, settings
        self._open_project = open_project
        self._always: list[Entry] = []
        self._named: list[Entry] = []
        self._names: list[str] = []
        self._typed = ""
        self._images: list[int] | None = None
        self._reading, self._searching = Background(self), Background(self)
        self._reading.done.connect(self._on_names_read)
        self._searching.done.connect(self._on_images_found)

    def refresh(self) -> None:
        """Collect what can be done and found now."""
        self._always = [*self._action_entries(), *self._project_entries()]
        self._named = [*self._class_entries(), *self._attribute_entries()]
        self._names = []
        images = self._session.document.images
        # With 100,000 images, reading their names and searching them each take longer than a frame.
        self._reading.start(lambda: [search_text(one.name) for one in images])

    def find(self, typed: str) -> list[Found]:
        """Return the matches, the best first; recently used entries first if nothing is typed."""
        recent = {key: place for place, key in enumerate(self._settings.value.recent_actions)}
        typed = typed.strip()
        self._search_images(typed)
        if not typed:
            entries = sorted(self._always, key=lambda one: recent.get(one.key, len(recent)))
            return [Found(entry) for entry in entries]
        scored = []
        entries = [*self._always, *(self._named if len(typed) >= _NAMES_FROM else ())]
        for entry in entries:
            fit = match(typed, entry.text)
            beside = entry.place if entry.key else entry.raw_name
            if fit is None and beside:
                # “theme dark” finds Dark in the menu Theme; only letters of the text are marked.
                wide = match(typed, f"{entry.text} {beside}")
                fit = wide and replace(wide, score=wide.score - 5.0)
            if fit is not None and (entry.key or fit.score >= LOOSE):
                used = 10.0 * (1.0 - recent[entry.key] / _RECENT) if entry.key in recent else 0.0
                scored.append((fit.score + used + entry.rank, Found(entry, fit.places)))
        if any(score >= LOOSE for score, _ in scored):
            scored = [one for one in scored if one[0] >= LOOSE]
        scored.sort(key=lambda one: -one[0])
        found = [one for _, one in scored[:_MOST]]
        return [*found, *self._image_entries(typed)]

    def remember(self, entry: Entry) -> None:
        """Remember an entry as the one that was used last."""
        if entry.key:
            others = [key for key in self._settings.value.recent_actions if key != entry.key]
            self._settings.change(recent_actions=(entry.key, *others)[:_RECENT])

    # What there is

    def _action_entries(self) -> Iterator[Entry]:
        for spec in self._actions.specs:
            if spec.id != "shell.palette":
                action = self._actions.action(spec.id)
                text = (plain_text(action) if action is not None else spec.plain_text).removesuffix(" …")
                reason = self._reason(spec)
                keys = keys_text(self._actions.keys(spec.id))
                is_here = workspace_of(spec) in ("", self._navigator.current)
                rank = (0.0 if is_here else -4.0) - (15.0 if reason else 0.0)
                run = partial(run_action, spec, self._navigator, self._actions, self._session.messages)
                yield Entry(f"{ACTION_PREFIX}{spec.id}", text, place_of(spec), run, keys, reason, rank)

    def _reason(self, spec: ActionSpec) -> str:
        if workspace_of(spec) and self._session.document.project is None:
            return NO_PROJECT
        action = self._actions.action(spec.id)
        if action is None or action.isEnabled() or workspace_of(spec) not in ("", self._navigator.current):
            return ""
        shown = self._navigator.shown
        if spec.part and shown is not None and shown.hides_part(spec.part):
            return ""
        return reason_of(action) or "Not available now."

    def _project_entries(self) -> Iterator[Entry]:
        current = self._session.document.project
        for text in self._settings.value.recent_projects:
            path = Path(text)
            if current is None or current.path != path:
                place = f"Recent project · {path.parent}"
                yield Entry(f"project:{text}", path.name, place, partial(self._open_project, path))

    def _class_entries(self) -> Iterator[Entry]:
        table = self._session.document.table
        for name, seen in zip(table.classes, table.seen, strict=True):
            place = "Seen class" if seen else "Unseen class"
            run = partial(self._show_class, name)
            yield Entry("", class_text(name), place, run, rank=-6.0, raw_name=name)

    def _attribute_entries(self) -> Iterator[Entry]:
        for column, attribute in enumerate(self._session.document.table.attributes):
            run, raw = partial(self._show_attribute, column), attribute.full_name
            yield Entry("", attribute_text(attribute), "Attribute", run, rank=-8.0, raw_name=raw)

    def _on_names_read(self, names: list[str]) -> None:
        self._names = names
        self._images = None
        self._search_images(self._typed)

    def _search_images(self, typed: str) -> None:
        """Search the images' names on another thread, unless that was done for the same text."""
        if typed == self._typed and self._images is not None:
            return
        self._typed, self._images = typed, None
        if len(typed) < _NAMES_FROM:
            self._searching.cancel()
        elif self._names:
            self._searching.start(partial(_containing, self._names, search_words(typed)))

    def _on_images_found(self, images: list[int]) -> None:
        self._images = images
        if images:
            self.images_found.emit()

    def _image_entries(self, typed: str) -> Iterator[Found]:
        images = self._session.document.images
        for number in self._images or ():
            if number < len(images):
                record = images[number]
                fit = match(typed, record.name) or _NO_MATCH
                yield Found(Entry("", record.name, "Image", partial(self._show_image, record)), fit.places)

    # Going there

    def _go(self, workspaces: Sequence[str]) -> None:
        """Show the first workspace, unless one of them is shown."""
        if self._navigator.current not in workspaces:
            self._navigator.show_workspace(workspaces[0])

    def _show_class(self, name: str) -> None:
        self._go(("classes", "explore"))
        self._session.selection.set_class(name)

    def _show_attribute(self, column: int) -> None:
        self._go(("explore", "classes"))
        self._session.selection.set_attribute(column)

    def _show_image(self, record: ImageRecord) -> None:
        self._go(("explore", "annotate"))
        self._session.selection.set_image(record)


def _containing(names: Sequence[str], words: Sequence[str]) -> list[int]:
    """Return the first few names that contain all words."""
    found = (number for number, name in enumerate(names) if all(word in name for word in words))
    return list(islice(found, _MOST_IMAGES))
