"""The checkpoints that can be selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.errors import CheckpointError
from msdn_core.resources import resource
from msdn_core.runs.header import CheckpointHeader, read_header

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A checkpoint whose header has been read."""

    path: Path
    label: str
    header: CheckpointHeader
    run: str


@dataclass(frozen=True)
class CheckpointChoice:
    """A checkpoint that may be chosen; its file is not read yet."""

    path: Path
    label: str
    group: str


def run_behind(checkpoint: Path) -> Path | None:
    """Return the directory of the run that wrote a checkpoint; None if the file is not in one."""
    folder = checkpoint.parent.parent
    return folder if checkpoint.parent.name == "checkpoints" and (folder / "config.json").is_file() else None


def load_checkpoint(path: Path, label: str = "") -> Checkpoint:
    """Read the header of a checkpoint file; raise CheckpointError if that fails."""
    header = read_header(path)
    run = header.run or path.stem
    chosen = " (selected on test)" if header.selected_on == "test" else ""
    return Checkpoint(path, (label or run) + chosen, header, run)


def shipped_checkpoints() -> list[CheckpointChoice]:
    """Return the checkpoints that come with the program."""
    found = sorted(resource("aviary").rglob("best.safetensors")) if resource("aviary").is_dir() else []
    return [CheckpointChoice(path, _run_of(path), "Comes with the program") for path in found]


def project_checkpoints(project: Path) -> list[CheckpointChoice]:
    """Return the checkpoints of a project's runs, newest run first, the best one of a run before its last one."""
    if not (project / "runs").is_dir():
        return []
    from msdn_core.runs.listing import list_runs

    choices = []
    for run in list_runs(project):
        for kind in ("best", "last"):
            path = run.checkpoint(kind)
            if path is not None:
                label = run.name if kind == "best" else f"{run.name} (last step)"
                choices.append(CheckpointChoice(path, label, "This project's runs"))
    return choices


def first_that_fits(choices: list[CheckpointChoice], attributes: tuple[str, ...]) -> Checkpoint | None:
    """Return the first checkpoint with these attributes, or the first of all if there are none; skip damaged files."""
    for choice in choices:
        try:
            checkpoint = load_checkpoint(choice.path, choice.label)
        except CheckpointError:
            continue
        if not attributes or checkpoint.header.attributes == attributes:
            return checkpoint
    return None


def _run_of(path: Path) -> str:
    folder = path.parent
    return folder.parent.name if folder.name == "checkpoints" else folder.name
