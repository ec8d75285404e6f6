"""The content of a report about one run, read from its directory and its stored evaluation."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.metrics.seeds import configuration
from msdn_core.errors import MsdnError, RunError
from msdn_core.runs.evaluated_run import EvaluatedRun, read_evaluated_run
from msdn_core.runs.evaluations import checkpoint_kind, evaluation_folder, read_figures
from msdn_core.runs.events import Evaluated, StepDone
from msdn_core.runs.listing import list_runs
from msdn_core.runs.notes import Notes, read_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import ImageRecord, Project
    from msdn_core.runs.directory import RunDirectory

MOST_POINTS = 600
"""The maximum number of points of a curve: more than its picture has pixel columns."""
_HIGHEST = 1e300


@dataclass
class TrainingCurves:
    """Values by name, as step, value, step, value … in the order of steps, of which a run may have a million."""

    losses: dict[str, array[float]] = field(default_factory=dict)
    validation: dict[str, array[float]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ReportedRun:
    """A run of a project with its evaluation."""

    directory: RunDirectory
    tested: EvaluatedRun
    config: dict[str, Any]
    """Its settings; empty if they cannot be read."""
    data: dict[str, Any]
    """What it was trained on, as in ``data.json``; empty if it cannot be read."""
    notes: Notes
    curves: TrainingCurves
    seeds: tuple[dict[str, Any], ...]
    """The figures of all evaluated runs of this configuration, one per seed, its own first."""

    @property
    def name(self) -> str:
        """The run's name."""
        return self.directory.name


def newest_evaluated_run(project: Project) -> RunDirectory:
    """Return the newest evaluated run; raise RunError if none has been evaluated."""
    for run in list_runs(project.path):
        kind = checkpoint_kind(run)
        if kind is not None and evaluation_folder(run, kind).joinpath("evaluation.json").is_file():
            return run
    raise RunError(f"No run of {project.path} has been evaluated; name a run and add --evaluate.")


def read_reported_run(
    project: Project, run: RunDirectory, kind: str | None, table: ClassTable, images: Sequence[ImageRecord]
) -> ReportedRun:
    """Return a run for a report; by default of its best checkpoint, or else of its last.

    Raises RunError if it has no such checkpoint, has not been evaluated, or its evaluation cannot be read.
    """
    kind = kind or checkpoint_kind(run)
    if kind is None or run.checkpoint(kind) is None:
        raise RunError(
            f"Run “{run.name}” has no {f'{kind} ' if kind else ''}checkpoint yet; resume it, or name another run."
        )
    tested = read_evaluated_run(run, kind, table, images)
    if tested is None:
        raise RunError(
            f"The {kind} checkpoint of run “{run.name}” has not been evaluated; add --evaluate, or evaluate it in the "
            "window."
        )
    made = tested.figures.get("made")
    made = made if isinstance(made, dict) else {}
    return ReportedRun(
        run,
        tested,
        _read(run.config) or _dict(made.get("config")),
        _dict(made.get("data")) or _read(run.data),
        read_notes(run.path),
        read_curves(run),
        _seeds_of(project, run, tested),
    )


def read_curves(run: RunDirectory) -> TrainingCurves:
    """Return losses and validation figures of a run; later values replace those of steps repeated after a resume."""
    curves = TrainingCurves()
    offset = -1
    events, end = run.read_events()
    while end != offset:
        for event in events:
            if isinstance(event, StepDone):
                _append(curves.losses, event.step, event.losses)
            elif isinstance(event, Evaluated) and event.on == "validation":
                _append(curves.validation, event.step, event.figures)
        offset = end
        events, end = run.read_events(offset)
    return curves


def thin_points(points: array[float]) -> NDArray[np.float64]:
    """Return (P, 2) points to draw: all, or the lowest and highest of each stretch."""
    pairs = np.array(points).reshape(-1, 2)
    stretch = len(pairs) // (MOST_POINTS // 2)
    if stretch < 2:
        return pairs
    whole = pairs[: len(pairs) // stretch * stretch].reshape(-1, stretch, 2)
    rows = np.arange(len(whole))
    extremes = np.sort(np.stack([whole[:, :, 1].argmin(axis=1), whole[:, :, 1].argmax(axis=1)], axis=1), axis=1)
    return np.concatenate([whole[rows[:, None], extremes].reshape(-1, 2), pairs[len(whole) * stretch :]])


def _append(curves: dict[str, array[float]], step: int, values: Any) -> None:
    for name, value in values.items():
        # Skip what is not a number, and numbers too large for an axis.
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _HIGHEST:
            continue
        curve = curves.setdefault(str(name), array("d"))
        while curve and curve[-2] >= step:
            del curve[-2:]
        curve.extend((step, value))


def _seeds_of(project: Project, run: RunDirectory, tested: EvaluatedRun) -> tuple[dict[str, Any], ...]:
    config = _read(run.config)
    found: dict[Any, dict[str, Any]] = {}
    for other in list_runs(project.path):
        other_config = _read(other.config)
        if other.name == run.name or not config or configuration(other_config) != configuration(config):
            continue
        kind = checkpoint_kind(other)
        try:
            figures = read_figures(evaluation_folder(other, kind)) if kind is not None else None
        except MsdnError:
            continue
        seed = other_config.get("seed")
        if figures is not None and isinstance(seed, int) and seed != config.get("seed"):
            found[seed] = figures
    return tested.figures, *found.values()


def _read(read: Any) -> dict[str, Any]:
    try:
        return _dict(read())
    except MsdnError:
        return {}


def _dict(content: Any) -> dict[str, Any]:
    return dict(content) if isinstance(content, dict) else {}
