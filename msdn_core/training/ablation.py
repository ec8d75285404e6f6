"""An ablation: the same training with parts of the network or of its loss left out, row by row and seed by seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from msdn_core.domain.variants import Variant
from msdn_core.errors import ConfigError, RunError
from msdn_core.runs.directory import RunDirectory, check_name
from msdn_core.runs.events import Event
from msdn_core.runs.status import RunState
from msdn_core.training.config import TrainConfig
from msdn_core.training.data import changed_since, load_data
from msdn_core.training.loop import run_training
from msdn_core.vision.devices import choose_device
from msdn_core.vision.extraction import Progress

ROWS: Mapping[str, Mapping[str, str]] = {
    "baseline": {"sub_nets": "none"},
    "ava": {"sub_nets": "av"},
    "vaa": {"sub_nets": "va"},
    "no_distillation": {"distillation": "none"},
    "no_jsd": {"distillation": "l2"},
    "no_l2": {"distillation": "divergence"},
    "full": {},
}
"""The rows of the paper's ablation, each by the settings in which it differs from the recipe."""

_LABELS = {
    "baseline": "baseline",
    "ava": "AVA only",
    "vaa": "VAA only",
    "no_distillation": "no distillation",
    "no_jsd": "no JSD",
    "no_l2": "no l2",
    "full": "full",
}


def settings_of(row: str) -> list[str]:
    """A row's settings as ``key=value`` texts; ConfigError for a row that there is not."""
    if row not in ROWS:
        raise ConfigError(f"There is no row “{row}”; choose among {', '.join(ROWS)}.")
    return [f"{name}={value}" for name, value in ROWS[row].items()]


def label_of(row: str, variant: str) -> str:
    """What a row is called; the divergence of variant ``paper`` is not Jensen-Shannon's."""
    return "no symmetric KL" if row == "no_jsd" and variant == Variant.PAPER else _LABELS[row]


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of an ablation."""

    row: str
    seed: int
    run: RunDirectory
    config: TrainConfig

    @property
    def state(self) -> RunState | None:
        """How its run stands; None where it was not begun."""
        return self.run.status().state if (self.run.path / "config.json").is_file() else None

    @property
    def done(self) -> bool:
        """Whether it is finished."""
        return self.state is RunState.FINISHED


@dataclass(frozen=True, slots=True)
class Ablation:
    """Rows by seeds, each a run of the project named ``NAME-ROW-SEED``."""

    project: Path
    name: str
    config: TrainConfig
    """The full row's settings; the first seed is its own."""
    rows: tuple[str, ...]
    seeds: int
    described: Mapping[str, Any]
    """What is trained on now, as in ``data.json``."""

    def __post_init__(self) -> None:
        own = {name for row in ROWS.values() for name in row}
        given = sorted(name for name in own if getattr(self.config, name) != getattr(TrainConfig(), name))
        if given:
            raise ConfigError(f"The rows of an ablation set {given[0]} themselves; leave it out of --set.")
        # Its name begins those of its runs and is its folder's.
        check_name(self.name)
        if self.seeds < 1:
            raise ConfigError(f"{self.seeds} seeds are too few; take one or more.")

    def cells(self) -> list[Cell]:
        """All runs in the order in which they are made: a whole table with the first seed, then with the next."""
        made = []
        for seed in range(self.config.seed, self.config.seed + self.seeds):
            for row in self.rows:
                config = self.config.with_settings([*settings_of(row), f"seed={seed}"])
                run = RunDirectory(self.project / "runs" / f"{self.name}-{row}-{seed}")
                made.append(Cell(row, seed, run, config))
        return made

    def run(self, listener: Callable[[Event], None] | None = None) -> Iterator[tuple[Cell, RunState]]:
        """Trains what is not finished, each cell when the one before was taken, and gives how it ended.

        What is finished is not run again, and what was left goes on. Ends early where a run was stopped. Raises
        RunError where a run of that name has other settings or was trained on other data.
        """
        for cell in self.cells():
            self._check(cell)
        for cell in self.cells():
            if cell.done:
                continue
            if cell.state is None:
                RunDirectory.create(self.project, cell.run.name, cell.config.to_json())
            state = run_training(cell.run, listener=listener)
            yield cell, state
            if state not in (RunState.FINISHED, RunState.FAILED):
                return

    def _check(self, cell: Cell) -> None:
        if cell.state is None:
            return
        found = TrainConfig.from_json(cell.run.config())
        if found != cell.config:
            names = [name for name, value in found.to_json().items() if value != getattr(cell.config, name)]
            raise RunError(
                f"There is a run “{cell.run.name}” with another {names[0]} already; choose another --name for this "
                "ablation."
            )
        what = changed_since(cell.run.data(), self.described)
        if what and cell.done:
            raise RunError(
                f"The project's {what} changed since “{cell.run.name}” was trained, so its row is not comparable; "
                "choose another --name for this ablation."
            )


def open_ablation(
    project: Path,
    name: str,
    config: TrainConfig,
    rows: Sequence[str],
    seeds: int,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Ablation:
    """An ablation of a project, begun or not; features that are missing are made first.

    Raises ConfigError for settings that are not an ablation's, RunError for a name that is none, and what loading the
    data raises.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    device = choose_device(config.device)
    data = load_data(project, config, device, progress=progress)
    assert data is not None, "only a stop ends it without data"
    return Ablation(project, name, config, tuple(rows), seeds, data.describe(device))


def parse_rows(texts: Sequence[str]) -> tuple[str, ...]:
    """Rows in the table's order from names, several of which may stand in one text with commas; all where none are."""
    names = [name.strip().lower().replace("-", "_") for text in texts for name in text.split(",") if name.strip()]
    for name in names:
        settings_of(name)
    return tuple(row for row in ROWS if row in names or not names)
