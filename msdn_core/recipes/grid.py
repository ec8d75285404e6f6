"""Many runs from one text: every combination of some values of some settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from math import prod

from msdn_core.errors import ConfigError
from msdn_core.recipes.config import TrainConfig

MOST_RUNS = 500
_SHORT = {"lr": "learning_rate", "batch": "batch_size"}
_RANGE = re.compile(r"(\d{1,9})\s*\.\.\s*(\d{1,9})")


@dataclass(frozen=True, slots=True)
class GridRun:
    """One combination."""

    suffix: str
    """What tells its name from the others', e.g. ``lr1e-04-seed2``."""
    config: TrainConfig


def parse_grid(text: str) -> dict[str, tuple[str, ...]]:
    """Values by setting, of a text such as ``lr: 1e-4, 3e-4; seed: 0, 1, 2``; ``seed: 0..4`` counts.

    A setting goes by its name, in its words or short (``lr``); ``=`` and line ends do as well as ``:`` and ``;``.
    Raises ConfigError where the text is none.
    """
    grid: dict[str, tuple[str, ...]] = {}
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        given, separator, listed = re.sub("=", ":", part, count=1).partition(":")
        if not separator:
            raise ConfigError(f"“{part.strip()}” names no values; write it as setting: value, value.")
        name = _setting(given)
        if name in grid:
            raise ConfigError(f"“{name}” stands there twice; put all its values behind one.")
        values = tuple(dict.fromkeys(value for word in listed.split(",") for value in _counted(word.strip())))
        if not values:
            raise ConfigError(f"“{given.strip()}” has no values; write it as {given.strip()}: value, value.")
        grid[name] = values
        if prod(map(len, grid.values())) > MOST_RUNS:
            raise ConfigError(f"That makes more than {MOST_RUNS} runs; take fewer values.")
    return grid


def grid_runs(base: TrainConfig, grid: Mapping[str, Sequence[str]]) -> list[GridRun]:
    """All combinations of the values, the last setting changing fastest; all of them are sound, or ConfigError."""
    runs = []
    for values in product(*grid.values()):
        chosen = dict(zip(grid, values, strict=True))
        config = base.with_settings([f"{name}={value}" for name, value in chosen.items()])
        runs.append(GridRun("-".join(f"{_abbreviated(name)}{_shown(config, name)}" for name in chosen), config))
    return runs


def run_names(stem: str, runs: Sequence[GridRun]) -> list[str]:
    """A name a run, all different, none longer than a run's name may be."""
    names = [f"{stem}-{run.suffix}" if run.suffix else stem for run in runs]
    if len(set(names)) < len(names) or any(len(name) > 80 for name in names):
        return [f"{stem}-{number:03}" for number in range(1, len(runs) + 1)]
    return names


def _setting(given: str) -> str:
    name = re.sub(r"[\s\-]+", "_", given.strip().lower())
    known = {entry.name: str(entry.metadata["label"]) for entry in fields(TrainConfig) if entry.name != "recipe"}
    if name in known:
        return name
    by_label = {re.sub(r"[\s\-]+", "_", label.lower()): setting for setting, label in known.items()}
    found = _SHORT.get(name) or by_label.get(name)
    if found is None:
        raise ConfigError(f"There is no setting “{given.strip()}”; there are {', '.join(known)}.")
    return found


def _counted(word: str) -> list[str]:
    found = _RANGE.fullmatch(word)
    if found is None:
        return [word] if word else []
    low, high = int(found[1]), int(found[2])
    if high - low >= MOST_RUNS:
        raise ConfigError(f"{word} makes more than {MOST_RUNS} runs; take fewer values.")
    return [str(value) for value in range(low, high + 1)]


def _abbreviated(name: str) -> str:
    """``learning_rate`` as ``lr``; the one word of a short name as it is."""
    words = name.split("_")
    return "".join(word[0] for word in words) if len(words) > 1 else name


def _shown(config: TrainConfig, name: str) -> str:
    value = getattr(config, name)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return re.sub(r"[^\w.\-]", "-", text)
