"""What the program remembers between starts: typed, in one JSON file, written atomically."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QByteArray, QObject, QRunnable, QThreadPool, Signal

from msdn_core.atomic import write_atomic
from msdn_core.errors import MsdnError
from msdn_core.safe_files import read_json
from msdn_gui.services.locations import settings_file
from msdn_gui.services.remembered import Remembered
from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_RECENT = 8
_REMEMBERED = 50
_WRITE_AFTER_MS = 400
_HIGHEST = 2**31 - 1
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered; a value of a wrong type in the file is replaced by its default."""

    theme: str = "system"
    text_scale: float = 1.0
    """The size of the window's text; 1 is the default."""
    workspace: str = "explore"
    last_project: str = ""
    """The project that a start opens; empty if it was closed before the window."""
    recent_projects: tuple[str, ...] = ()
    projects: Mapping[str, Remembered] = field(default_factory=dict)
    """Project folder → what is remembered of it; the project that was open last is at the end."""
    geometry: str = ""
    """``QWidget.saveGeometry`` in base64."""
    states: Mapping[str, str] = field(default_factory=dict)
    """Object name of a splitter or header → its ``saveState`` in base64."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """Object name of a tab widget → the number of its page."""
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    """Project folder → the checkpoint that was in use."""
    run_folders: Mapping[str, str] = field(default_factory=dict)
    """Project folder → other folders whose runs are shown, one per line."""
    explanations_kept: int = 64
    thumbnails_kept: int = 1000
    """How many are kept in memory."""
    tour_offered: bool = False
    """Whether the tour was offered, which happens once."""
    tour_step: int = 0
    """The step at which the tour continues, from 0."""
    opacity: float = 0.6
    colour_map: str = "viridis"
    range_policy: str = "per map"
    smooth: bool = True
    truth: bool = True
    """Whether known boxes and parts are drawn over images."""
    shortcuts: Mapping[str, str] = field(default_factory=dict)
    """Id of an action → its keys if they are not the default ones, separated by “; ”; empty for no keys."""
    recent_actions: tuple[str, ...] = ()
    """What was used in the command palette, the newest first."""
    annotator: str = ""
    """The name under which annotations are saved; the system's user name if empty."""


_Kept = TypeVar("_Kept", Settings, Remembered)


class SettingsStore(QObject):
    """Reads the settings once, and writes them shortly after they change."""

    changed = Signal()

    def __init__(self, path: Path | None = None, parent: QObject | None = None, *, is_kept: bool = True) -> None:
        """``is_kept``: whether changes are written; a start that only takes a screenshot writes nothing."""
        super().__init__(parent)
        self._is_kept = is_kept
        self.path = path or settings_file()
        self.value = _read(self.path)
        self._timer = make_timer(self, _WRITE_AFTER_MS, single_shot=True)
        self._timer.timeout.connect(self._write_in_background)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def change(self, **values: Any) -> None:
        """Set fields of ``Settings`` by name."""
        changed = replace(self.value, **values)
        if changed != self.value:
            self.value = changed
            # The timer is not restarted, so that a series of changes is written on the way too.
            if not self._timer.isActive():
                self._timer.start()
            self.changed.emit()

    def remember_project(self, path: Path) -> None:
        """Put a project first in the list of recent projects."""
        text = str(path)
        recent = (text, *(other for other in self.value.recent_projects if other != text))[:_RECENT]
        self.change(last_project=text, recent_projects=recent)

    def remembered(self, path: Path) -> Remembered:
        """Return what is remembered of a project."""
        return self.value.projects.get(str(path), Remembered())

    def remember(self, path: Path, **values: Any) -> None:
        """Set fields of a project's ``Remembered`` by name."""
        kept = {key: one for key, one in self.value.projects.items() if key != str(path)}
        kept[str(path)] = replace(self.remembered(path), **values)
        self.change(projects=dict(list(kept.items())[-_REMEMBERED:]))

    def save_state(self, name: str, state: QByteArray) -> None:
        """Keep the state of a splitter or a header under its object name."""
        self.change(states={**self.value.states, name: encode(state)})

    def state(self, name: str) -> QByteArray | None:
        """Return what ``save_state`` kept, for ``restoreState``."""
        text = self.value.states.get(name)
        return decode(text) if text else None

    def write(self) -> None:
        """Write now; if the folder cannot be written, the session goes on."""
        self._timer.stop()
        self._pool.waitForDone()
        if self._is_kept:
            _write(self.path, self.value)

    def _write_in_background(self) -> None:
        """Write on another thread: a disk may take longer than a frame."""
        if self._is_kept:
            self._pool.start(_Writing(self.path, self.value))


class _Writing(QRunnable):
    def __init__(self, path: Path, value: Settings) -> None:
        super().__init__()
        self._path, self._value = path, value

    def run(self) -> None:
        _write(self._path, self._value)


def encode(data: QByteArray) -> str:
    """Return bytes of Qt as text for the file."""
    return bytes(data.toBase64().data()).decode("ascii")


def decode(text: str) -> QByteArray:
    """Return the bytes that ``encode`` turned into text."""
    return QByteArray.fromBase64(text.encode("ascii", "ignore"))


def _write(path: Path, value: Settings) -> None:
    with contextlib.suppress(MsdnError, OSError):
        write_atomic(path, json.dumps(asdict(value), indent=2, ensure_ascii=False))


def _read(path: Path) -> Settings:
    try:
        content = read_json(path, _MOST_BYTES, finite=False)
    except MsdnError:
        return Settings()
    projects = content.pop("projects", None) if isinstance(content, dict) else None
    read = _filled(Settings(), content)
    if isinstance(projects, dict):
        read = replace(read, projects={key: _filled(Remembered(), one) for key, one in projects.items()})
    return read


def _filled(default: _Kept, content: object) -> _Kept:
    """Return the default with the values of a file that have the right type."""
    if not isinstance(content, dict):
        return default
    values: dict[str, Any] = {}
    for one in fields(default):
        value = _fitting(content.get(one.name), getattr(default, one.name))
        if value is not None:
            values[one.name] = value
    return replace(default, **values)


def _fitting(value: object, default: object) -> object:
    """Return the value as the default's type, or None if it has another type."""
    if isinstance(default, bool) or isinstance(value, bool):
        return value if isinstance(default, bool) and isinstance(value, bool) else None
    if isinstance(value, int | float) and not abs(value) <= _HIGHEST:
        return None  # Not a number, or one that no field of the window can show.
    if isinstance(default, float):
        return float(value) if isinstance(value, int | float) else None
    if isinstance(default, tuple):
        return tuple(map(str, value)) if isinstance(value, list) else None
    if isinstance(default, dict):
        return {str(key): str(one) for key, one in value.items()} if isinstance(value, dict) else None
    return value if isinstance(value, type(default)) else None
