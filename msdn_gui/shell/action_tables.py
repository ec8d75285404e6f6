"""The tables of actions of the window and of all workspaces, read without making any of them."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from msdn_core.resources import resource
from msdn_gui.actions.spec import ActionSpec
from msdn_gui.shell.actions import ACTIONS
from msdn_gui.shell.workspaces import NAMES, TITLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@cache
def all_actions() -> tuple[ActionSpec, ...]:
    """Return the actions of the window, then those of each workspace."""
    return (*ACTIONS, *(spec for name in NAMES for spec in workspace_actions(name)))


@cache
def workspace_actions(name: str) -> tuple[ActionSpec, ...]:
    """Return the actions of a workspace."""
    try:
        table: tuple[ActionSpec, ...] = import_module(f"msdn_gui.{name}.actions").ACTIONS
    except (ImportError, AttributeError):
        return _listed(name)
    return table


def has_table(name: str) -> bool:
    """Return whether a workspace describes its actions itself."""
    return all("." in spec.id for spec in workspace_actions(name))


def _listed(name: str) -> tuple[ActionSpec, ...]:
    rows = json.loads(resource("actions.json").read_text(encoding="utf-8"))
    return tuple(
        ActionSpec(row["name"], row["text"], row.get("keys", ""), hint=row.get("hint", ""), part=row.get("part", ""))
        for row in rows
        if row["workspace"] == name
    )


def workspace_of(spec: ActionSpec) -> str:
    """Return the workspace that an action belongs to; empty for those of the window."""
    name = spec.workspace if "." in spec.id else spec.id.partition("_")[0]
    return "" if name == "shell" else name


def place_of(spec: ActionSpec) -> str:
    """Return where an action is found, e.g. “Annotate › Places”."""
    name = workspace_of(spec)
    if not name:
        return spec.menu
    return f"{TITLES[name]} › {spec.part}" if spec.part else TITLES[name]


def group_of(spec: ActionSpec) -> str:
    """Return the menu or the workspace under which an action is listed."""
    return TITLES.get(workspace_of(spec), spec.menu)


def may_clash(one: ActionSpec, other: ActionSpec) -> bool:
    """Return whether there is a place where the keys of both actions work."""
    here, there = workspace_of(one), workspace_of(other)
    if not here or not there:
        return True
    return here == there and (not one.part or not other.part or one.part == other.part)


def current_ids(specs: Iterable[ActionSpec]) -> Mapping[str, str]:
    """Return the present id of each former one."""
    return {former: spec.id for spec in specs for former in spec.former_ids}
