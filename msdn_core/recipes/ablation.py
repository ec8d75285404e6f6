"""Ablations: the same training with parts of the network or of its loss left out, one run per row and seed.

The plan is ``ablations/<name>/ablation.json`` of the project; everything else follows from its runs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.atomic import write_atomic
from msdn_core.domain.variants import SubNets, Variant
from msdn_core.errors import ConfigError, FileError, MsdnError, RunError
from msdn_core.links import refuse_links
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.directory import RunDirectory, check_name
from msdn_core.runs.status import RunState
from msdn_core.safe_files import file_errors, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FOLDER = "ablations"
PLAN = "ablation.json"
MOST_SEEDS = 100
_MAX_BYTES = 1024 * 1024

ROWS: Mapping[str, Mapping[str, str]] = {
    "baseline": {"sub_nets": "none"},
    "ava": {"sub_nets": "av"},
    "vaa": {"sub_nets": "va"},
    "no_distillation": {"distillation": "none"},
    "no_jsd": {"distillation": "l2"},
    "no_l2": {"distillation": "divergence"},
    "full": {},
}
"""The rows of the paper's ablation, each with the settings in which it differs from the recipe."""

_LABELS = {
    "baseline": "baseline",
    "ava": "AVA only",
    "vaa": "VAA only",
    "no_distillation": "no distillation",
    "no_jsd": "no JSD",
    "no_l2": "no l2",
    "full": "full",
}


def row_settings(row: str) -> list[str]:
    """Return a row's settings as ``key=value`` texts; raise ConfigError for an unknown row."""
    if row not in ROWS:
        raise ConfigError(f"Unknown row “{row}”; choose from {', '.join(ROWS)}.")
    return [f"{name}={value}" for name, value in ROWS[row].items()]


def row_label(row: str, variant: str) -> str:
    """Return the label of a row; the divergence of variant ``paper`` is not Jensen-Shannon's."""
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
        """The state of its run; None if it has not been created."""
        return self.run.status().state if (self.run.path / "config.json").is_file() else None

    @property
    def done(self) -> bool:
        """Whether its run is finished."""
        return self.state is RunState.FINISHED


@dataclass(frozen=True, slots=True)
class Ablation:
    """Rows and seeds; each pair is a run of the project named ``NAME-ROW-SEED``."""

    project: Path
    name: str
    config: TrainConfig
    """The settings of the full row; they contain the first seed."""
    rows: tuple[str, ...]
    seeds: int

    def __post_init__(self) -> None:
        row_names = {name for row in ROWS.values() for name in row}
        given = sorted(name for name in row_names if getattr(self.config, name) != getattr(TrainConfig(), name))
        if given:
            raise ConfigError(f"The rows of an ablation set {given[0]}; remove it from the settings.")
        # The name is that of a folder, and the names of the runs begin with it.
        check_name(self.name)
        if not 1 <= self.seeds <= MOST_SEEDS:
            raise ConfigError(f"An ablation cannot have {self.seeds} seeds; give 1 to {MOST_SEEDS}.")
        if not self.rows:
            raise ConfigError(f"The ablation has no rows; choose from {', '.join(ROWS)}.")

    def cells(self) -> list[Cell]:
        """Return all runs in the order of training: all rows with the first seed, then with the next."""
        made = []
        for seed in range(self.config.seed, self.config.seed + self.seeds):
            for row in self.rows:
                config = self.config.with_settings([*row_settings(row), *self._lost_terms(row), f"seed={seed}"])
                run = RunDirectory(self.project / "runs" / f"{self.name}-{row}-{seed}")
                made.append(Cell(row, seed, run, config))
        return made

    def _lost_terms(self, row: str) -> list[str]:
        """Return the settings that leave out the terms on maps for which a row lacks a sub-net."""
        sub_nets = SubNets(ROWS[row].get("sub_nets", SubNets.BOTH))
        lost = ["lambda_map=0"] if sub_nets is not SubNets.BOTH else []
        return [*lost, "lambda_taught=0"] if sub_nets is SubNets.NONE else lost

    @property
    def folder(self) -> Path:
        """The folder of its plan, tables and picture."""
        return self.project / FOLDER / self.name

    def check_settings(self) -> None:
        """Raise RunError if a run of one of its names has other settings."""
        for cell in self.cells():
            if cell.state is None:
                continue
            found = TrainConfig.from_json(cell.run.config())
            if found != cell.config:
                names = [name for name, value in found.to_json().items() if value != getattr(cell.config, name)]
                raise RunError(
                    f"The run “{cell.run.name}” already exists with another {names[0]}; choose another name for this "
                    "ablation."
                )

    def write_plan(self) -> None:
        """Write the plan; raise MsdnError if the folder cannot be written or is a link."""
        refuse_links(self.project, self.folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise MsdnError(
                f"The folder {self.folder} cannot be created ({fault.strerror or fault}); make its parent writable."
            ) from fault
        content = {"name": self.name, "rows": self.rows, "seeds": self.seeds, "config": self.config.to_json()}
        write_atomic(self.folder / PLAN, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_ablation(project: Path, name: str) -> Ablation:
    """Return the ablation of a name; raise RunError if there is none or its plan is damaged."""
    path = project / FOLDER / name / PLAN
    try:
        with file_errors(path):
            content = read_json(path, _MAX_BYTES)
            if content["name"] != name:
                raise ValueError("it has another name")
            rows = parse_rows([str(row) for row in content["rows"]])
            return Ablation(project, name, TrainConfig.from_json(content["config"]), rows, int(content["seeds"]))
    except FileError as fault:
        raise RunError(f"{path} is not the plan of an ablation ({fault.reason}); start the ablation again.") from fault


def list_ablations(project: Path) -> list[str]:
    """Return the names of a project's ablations, newest first."""
    try:
        found = [(path.stat().st_mtime, path.parent.name) for path in (project / FOLDER).glob(f"*/{PLAN}")]
    except OSError:
        return []
    return [name for _, name in sorted(found, reverse=True)]


def parse_rows(texts: Sequence[str]) -> tuple[str, ...]:
    """Return rows in table order from names, which may be separated by commas; all rows if there are none."""
    names = [name.strip().lower().replace("-", "_") for text in texts for name in text.split(",") if name.strip()]
    for name in names:
        row_settings(name)
    return tuple(row for row in ROWS if row in names or not names)
