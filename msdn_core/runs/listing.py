"""The runs of a project or a folder."""

from __future__ import annotations

from pathlib import Path

from msdn_core.errors import RunError
from msdn_core.runs.directory import RunDirectory


def list_runs(project_path: Path) -> list[RunDirectory]:
    """Return all runs of a project, newest first."""
    return _in_folder(Path(project_path) / "runs")


def runs_in(folder: Path) -> list[RunDirectory]:
    """Return all runs in a folder, newest first; it may be a run, a folder of runs, or a project."""
    if (folder / "config.json").is_file():
        return [RunDirectory(folder)]
    return _in_folder(folder / "runs" if (folder / "runs").is_dir() else folder)


def _in_folder(folder: Path) -> list[RunDirectory]:
    try:
        found = [path for path in folder.iterdir() if (path / "config.json").is_file()]
        dated = [(path.joinpath("config.json").stat().st_mtime, path.name, path) for path in found]
    except OSError:
        return []
    return [RunDirectory(path) for _, _, path in sorted(dated, reverse=True)]


def find_run(project_path: Path, name: str) -> RunDirectory:
    """Return the run of a name or an absolute path; raise RunError with the existing names if there is none."""
    given = Path(name)
    if given.is_absolute() and (given / "config.json").is_file():
        return RunDirectory(given)
    runs = list_runs(project_path)
    for run in runs:
        if run.name == name:
            return run
    known = ", ".join(run.name for run in runs[:8]) or "none"
    raise RunError(f"{project_path} has no run “{name}”; its runs are: {known}.")
