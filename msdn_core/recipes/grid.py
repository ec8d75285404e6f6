"""Grids of runs: every combination of some values of some settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from msdn_core.errors import ConfigError
from msdn_core.number_text import exact_number
from msdn_core.recipes.config import TrainConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_RUNS = 500
_SHORT = {"lr": "learning_rate", "batch": "batch_size"}
_RANGE = re.compile(r"(\d{1,9})\s*\.\.\s*(\d{1,9})")


@dataclass(frozen=True, slots=True)
class GridRun:
    """One combination of a grid."""

    suffix: str
    """What distinguishes its name, for example ``lr1e-04-seed2``."""
    config: TrainConfig


def parse_grid(text: str) -> dict[str, tuple[str, ...]]:
    """Return the values of each setting in a text such as ``lr: 1e-4, 3e-4; seed: 0, 1, 2``; ``seed: 0..4`` is a range.

    A setting is given by its name, its label or a short form (``lr``). ``=`` may replace ``:``, and line breaks ``;``.
    Raises ConfigError if the text is not a grid.
    """
    grid: dict[str, tuple[str, ...]] = {}
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        given, separator, listed = re.sub("=", ":", part, count=1).partition(":")
        if not separator:
            raise ConfigError(f"“{part.strip()}” has no values; write it as setting: value, value.")
        name = _setting(given)
        if name in grid:
            raise ConfigError(f"“{name}” is given twice; list all its values in one place.")
        _refuse_decimal_comma(name, listed)
        values = tuple(dict.fromkeys(value for word in listed.split(",") for value in _expand(word.strip())))
        if not values:
            raise ConfigError(f"“{given.strip()}” has no values; write it as {given.strip()}: value, value.")
        grid[name] = values
        if prod(map(len, grid.values())) > MOST_RUNS:
            raise ConfigError(f"The grid has more than {MOST_RUNS} runs; give fewer values.")
    return grid


def grid_runs(base: TrainConfig, grid: Mapping[str, Sequence[str]]) -> list[GridRun]:
    """Return all combinations, the last setting changing fastest; raise ConfigError if one is not possible."""
    runs = []
    for values in product(*grid.values()):
        chosen = dict(zip(grid, values, strict=True))
        config = base.with_settings([f"{name}={value}" for name, value in chosen.items()])
        runs.append(GridRun("-".join(f"{_abbreviate(name)}{_value_text(config, name)}" for name in chosen), config))
    return runs


def run_names(stem: str, runs: Sequence[GridRun]) -> list[str]:
    """Return a name per run, all different and none too long for a run's name."""
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
        raise ConfigError(f"Unknown setting “{given.strip()}”; choose one of {', '.join(known)}.")
    return found


def _refuse_decimal_comma(name: str, listed: str) -> None:
    """Raise ConfigError for ``0,5`` as the values of a setting that takes fractions: it is one number or two."""
    if not isinstance(getattr(TrainConfig(), name), float):
        return
    for word in re.split(r"\s+|,\s", listed):
        if re.fullmatch(r"\d+,\d+", word):
            one, two = word.replace(",", "."), word.replace(",", ", ")
            raise ConfigError(f"“{word}” can be one value or two; write {one}, or {two} with a space.")


def _expand(word: str) -> list[str]:
    found = _RANGE.fullmatch(word)
    if found is None:
        return [word] if word else []
    low, high = int(found[1]), int(found[2])
    if high - low >= MOST_RUNS:
        raise ConfigError(f"{word} gives more than {MOST_RUNS} runs; give fewer values.")
    return [str(value) for value in range(low, high + 1)]


def _abbreviate(name: str) -> str:
    """Return ``lr`` for ``learning_rate``; a single word as it is."""
    words = name.split("_")
    return "".join(word[0] for word in words) if len(words) > 1 else name


def _value_text(config: TrainConfig, name: str) -> str:
    value = getattr(config, name)
    text = exact_number(value) if isinstance(value, float) else str(value)
    return re.sub(r"[^\w.\-]", "-", text)
