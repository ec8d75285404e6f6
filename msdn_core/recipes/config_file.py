"""A run's settings as a file of their own: the form saves it, ``train --config`` takes it, and each run holds one."""

from __future__ import annotations

import json
from pathlib import Path

from msdn_core.atomic import write_atomic
from msdn_core.errors import ConfigError
from msdn_core.recipes.config import RECIPES, TrainConfig, from_settings

_MAX_BYTES = 1024 * 1024


def read_config(path: Path) -> TrainConfig:
    """The settings in a JSON file; what it leaves out is as in the recipe that it names (``demo`` where it does not).

    A run's ``config.json`` is such a file. Raises ConfigError where there is no such file, it is no settings file, or
    a setting in it cannot be.
    """
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES))
    except OSError as fault:
        raise ConfigError(f"{path} cannot be read ({fault.strerror or fault}); choose another file.") from fault
    except (ValueError, RecursionError) as fault:
        raise ConfigError(f'{path} is no settings file ({fault}); it is JSON such as {{"seed": 1}}.') from fault
    if not isinstance(content, dict):
        raise ConfigError(f'{path} is no settings file; it is JSON such as {{"seed": 1}}.')
    recipe = str(content.get("recipe", "demo"))
    try:
        # A run may have been made from a recipe that this version does not have; then it holds all its settings.
        base = from_settings(recipe).to_json() if recipe in RECIPES else {}
        return TrainConfig.from_json({**base, **content})
    except ConfigError as fault:
        raise ConfigError(f"{path}: {fault}") from fault


def write_config(path: Path, config: TrainConfig) -> None:
    """Writes all settings, to be read by ``read_config``; MsdnError where the file cannot be written."""
    write_atomic(path, json.dumps(config.to_json(), indent=2, ensure_ascii=False) + "\n")
