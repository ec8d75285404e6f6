"""A run's directory: everything that a training run and its watchers exchange."""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.atomic import write_atomic, write_remedy
from msdn_core.errors import FileError, MsdnError, RunError
from msdn_core.file_names import clashing, is_portable
from msdn_core.links import refuse_links
from msdn_core.runs.events import Event, decode, encode
from msdn_core.runs.status import LOG_FILE, RunState, RunStatus, read_status, write_final_status, write_status
from msdn_core.safe_files import open_regular, parse_json, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS = ("stop", "cancel", "pause", "resume", "checkpoint")
_NAME = re.compile(r"[\w][\w.\- ]{0,79}", re.UNICODE)
_READ_AT_ONCE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a watcher sends to a run."""

    command: str
    id: str


def check_name(name: str) -> None:
    """Raise RunError if a name cannot be that of a folder on every system, or leads out of its folder."""
    if not _NAME.fullmatch(name) or not is_portable(name):
        raise RunError(
            f"A run cannot be named “{name}”; use letters, digits, spaces, dots and dashes, and no name that Windows "
            "reserves."
        )


class RunDirectory:
    """A run on disk. Any process may read it and send commands; only the run's own process writes the rest."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    @classmethod
    def create(
        cls,
        project_path: Path,
        name: str | None,
        config: Mapping[str, Any],
        data: Mapping[str, Any] | None = None,
        *,
        state: RunState = RunState.STARTING,
    ) -> RunDirectory:
        """Create a run in a project.

        Parameters
        ----------
        project_path
            The project's folder.
        name
            The run's name; None makes one from the recipe and a number.
        config
            The settings, as ``TrainConfig.to_json`` returns them.
        data
            The initial content of ``data.json``.
        state
            ``STARTING`` or ``QUEUED``.

        Raises
        ------
        RunError
            If the name is taken or not possible, or the folder cannot be written.
        """
        runs = Path(project_path) / "runs"
        if not runs.parent.is_dir():
            # A project that was moved away while open must not be recreated partially in its old place.
            raise RunError(f"{project_path} no longer contains a project; open the project at its new place.")
        refuse_links(Path(project_path), runs)
        if name is None:
            stem = str(config.get("recipe", "run"))
            taken = {path.name for path in runs.iterdir()} if runs.is_dir() else set()
            name = next(f"{stem}-{n:02}" for n in range(1, 10_000) if f"{stem}-{n:02}" not in taken)
        check_name(name)
        # Windows and macOS would take them for the same folder.
        taken_by = clashing(name, (path.name for path in runs.iterdir())) if runs.is_dir() else None
        if taken_by is not None and taken_by != name:
            raise RunError(f"The run “{taken_by}” exists, and “{name}” differs only in case; choose another name.")
        run = cls(runs / name)
        try:
            run.path.mkdir(parents=True)
        except FileExistsError as fault:
            raise RunError(f"The run “{name}” already exists; choose another name, or resume it.") from fault
        except OSError as fault:
            raise RunError(
                f"The run's folder {run.path} cannot be created ({fault.strerror or fault}); {write_remedy(fault)}."
            ) from fault
        try:
            run.write_data(data or {})
            write_status(run.path, RunStatus(state, steps=int(config.get("steps", 0))))
            # The settings come last: a folder with settings is listed as a run.
            run.write_config(config)
        except MsdnError:
            # A partial run would block its name.
            shutil.rmtree(run.path, ignore_errors=True)
            raise
        return run

    @property
    def name(self) -> str:
        """The run's name, which is that of its folder."""
        return self.path.name

    @property
    def project_path(self) -> Path:
        """The folder of the project that it belongs to."""
        return self.path.parent.parent

    @property
    def log_path(self) -> Path:
        """The output of the process; the file may not exist."""
        return self.path / LOG_FILE

    @property
    def events_path(self) -> Path:
        """The file of the events; it may not exist."""
        return self.path / "events.jsonl"

    def refuse_links(self) -> None:
        """Raise MsdnError if a file of the run that is written is a link."""
        names = (
            "config.json",
            "data.json",
            "status.json",
            "notes.json",
            "run.lock",
            "commands.jsonl",
            "evaluation",
            "film/frames.bin",
        )
        checkpoints = (self.checkpoint_path(kind) for kind in ("best", "last"))
        refuse_links(
            self.project_path, self.log_path, self.events_path, *checkpoints, *(self.path / name for name in names)
        )

    def config(self) -> dict[str, Any]:
        """Return the settings; raise RunError if they cannot be read."""
        return self._json("config.json")

    def data(self) -> dict[str, Any]:
        """Return what the run was trained on (``data.json``); raise RunError if it cannot be read."""
        return self._json("data.json")

    def write_config(self, config: Mapping[str, Any]) -> None:
        """Replace the settings."""
        write_atomic(self._writable("config.json"), json.dumps(dict(config), indent=2, ensure_ascii=False) + "\n")

    def write_data(self, data: Mapping[str, Any]) -> None:
        """Replace what the run was trained on."""
        write_atomic(self._writable("data.json"), json.dumps(dict(data), indent=1, ensure_ascii=False) + "\n")

    def status(self, *, remote: bool = False) -> RunStatus:
        """Return the status; a run whose process is gone, or a ``remote`` run without news for long, is lost."""
        return read_status(self.path, remote=remote)

    def write_status(self, status: RunStatus) -> None:
        """Replace the status."""
        self._writable("status.json")
        write_status(self.path, status)

    def write_final_status(self, status: RunStatus) -> None:
        """Replace the status by the final one, on a full disk too if possible."""
        self._writable("status.json")
        write_final_status(self.path, status)

    def append(self, event: Event) -> None:
        """Append an event in one write, so that readers never see two events mixed."""
        _append_line(self.events_path, encode(event))

    def read_events(self, offset: int = 0) -> tuple[list[Event], int]:
        """Return the events from a byte offset on, and the next offset; an incomplete last line is left for later.

        At most a few megabytes are read at once: call again until the offset stays the same.
        """
        lines, offset = _read_lines(self.events_path, offset)
        return [event for line in lines if (event := decode(line)) is not None], offset

    def send(self, command: str) -> str:
        """Send a command to the run and return the command's id, which its acknowledgement will carry.

        Raises RunError for an unknown command.
        """
        if command not in COMMANDS:
            raise RunError(f"Unknown command “{command}”; choose one of {', '.join(COMMANDS)}.")
        self.refuse_links()
        identity = uuid.uuid4().hex[:12]
        _append_line(self.path / "commands.jsonl", json.dumps({"command": command, "id": identity}))
        return identity

    def read_commands(self, offset: int = 0) -> tuple[list[Command], int]:
        """Return the commands from a byte offset on, and the next offset; skip anything that is not a command."""
        lines, offset = _read_lines(self.path / "commands.jsonl", offset)
        commands = []
        for line in lines:
            try:
                content = parse_json(line)
                command = Command(str(content["command"]), str(content["id"]))
            except (ValueError, KeyError, TypeError):
                continue
            if command.command in COMMANDS:
                commands.append(command)
        return commands, offset

    def commands_end(self) -> int:
        """Return the offset after all commands so far: a run that starts ignores those for an earlier process."""
        try:
            return (self.path / "commands.jsonl").stat().st_size
        except OSError:
            return 0

    def checkpoint(self, kind: str) -> Path | None:
        """Return the ``best`` or ``last`` checkpoint file; None if it does not exist."""
        path = self.checkpoint_path(kind)
        return path if path.is_file() else None

    def checkpoint_path(self, kind: str) -> Path:
        """Return the path of the ``best`` or ``last`` checkpoint."""
        return self.path / "checkpoints" / f"{kind}.safetensors"

    def _writable(self, name: str) -> Path:
        """Return the path of a file of the run; raise MsdnError if it or its folder is a link."""
        refuse_links(self.project_path, self.path / name)
        return self.path / name

    def _json(self, name: str) -> dict[str, Any]:
        try:
            content = read_json(self.path / name, _READ_AT_ONCE)
        except FileError as fault:
            raise RunError(
                f"{self.path / name} cannot be read ({fault.reason}); the run is damaged: start a new run."
            ) from fault
        if not isinstance(content, dict):
            raise RunError(f"{self.path / name} is not a JSON object; the run is damaged: start a new run.")
        return content


def _append_line(path: Path, line: str) -> None:
    """Append a line in one write; end an incomplete line of a killed writer first."""
    content = line.encode("utf-8", "replace") + b"\n"
    try:
        with path.open("ab+", buffering=0) as file:
            if file.seek(0, os.SEEK_END) > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    content = b"\n" + content
            file.write(content)
    except OSError as fault:
        raise RunError(
            f"The file {path} cannot be written ({fault.strerror or fault}); {write_remedy(fault)}."
        ) from fault


def _read_lines(path: Path, offset: int) -> tuple[list[str], int]:
    try:
        with open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            # A file that has shrunk was replaced: read it from its start.
            start = offset if 0 <= offset <= size else 0
            file.seek(start)
            content = file.read(_READ_AT_ONCE)
    except OSError:
        return [], offset
    end = content.rfind(b"\n") + 1
    if end == 0 and len(content) == _READ_AT_ONCE:
        # A line longer than one read is not an event; readers must get past it.
        return [], start + len(content)
    lines = content[:end].decode("utf-8", "replace").split("\n")
    return [line for line in lines if line.strip()], start + end
