"""Settings files: the window saves them, ``train --config`` reads them, and each run directory holds one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msdn_core.atomic import write_atomic
from msdn_core.errors import ConfigError, FileError
from msdn_core.recipes.config import RECIPES, TrainConfig, from_settings
from msdn_core.safe_files import read_json

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES = 1024 * 1024


def read_config(path: Path) -> TrainConfig:
    """Return the settings in a JSON file, completed by those of the recipe that it names (by default ``demo``).

    The ``config.json`` of a run is such a file. Raises ConfigError if the file cannot be read, is not a settings file,
    or contains an impossible setting.
    """
    try:
        content = read_json(path, _MAX_BYTES)
    except FileError as fault:
        raise ConfigError(
            f'{path} is not a settings file ({fault.reason}); give a JSON file such as {{"seed": 1}}.'
        ) from fault
    if not isinstance(content, dict):
        raise ConfigError(f'{path} is not a settings file; give a JSON file such as {{"seed": 1}}.')
    recipe = str(content.get("recipe", "demo"))
    try:
        # The recipe may be unknown to this version; the file of a run then contains all settings.
        base = from_settings(recipe).to_json() if recipe in RECIPES else {}
        return TrainConfig.from_json({**base, **content})
    except ConfigError as fault:
        raise ConfigError(f"{path}: {fault}") from fault


def write_config(path: Path, config: TrainConfig) -> None:
    """Write all settings for ``read_config``; raise MsdnError if the file cannot be written."""
    write_atomic(path, json.dumps(config.to_json(), indent=2, ensure_ascii=False) + "\n")
