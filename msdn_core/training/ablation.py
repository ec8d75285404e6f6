"""An ablation: the same training with parts of the network or of its loss left out, row by row and seed by seed."""

from __future__ import annotations

from collections.abc import Mapping

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


def settings_of(row: str) -> list[str]:
    """A row's settings as ``key=value`` texts."""
    return [f"{name}={value}" for name, value in ROWS[row].items()]
