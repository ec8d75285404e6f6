"""The tables of actions of the window and of all workspaces, read without making any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_gui.annotate.actions import ACTIONS as ANNOTATE
from msdn_gui.classes.actions import ACTIONS as CLASSES
from msdn_gui.evaluate.actions import ACTIONS as EVALUATE
from msdn_gui.explore.actions import ACTIONS as EXPLORE
from msdn_gui.shell.actions import ACTIONS
from msdn_gui.shell.workspaces import TITLES
from msdn_gui.train.actions import ACTIONS as TRAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from msdn_gui.actions.spec import ActionSpec

ALL_ACTIONS: tuple[ActionSpec, ...] = (*ACTIONS, *EXPLORE, *CLASSES, *ANNOTATE, *TRAIN, *EVALUATE)
"""The actions of the window, then those of each workspace."""


def workspace_of(spec: ActionSpec) -> str:
    """Return the workspace that an action belongs to; empty for those of the window."""
    return spec.workspace if spec.workspace in TITLES else ""


def place_of(spec: ActionSpec) -> str:
    """Return where an action is found, e.g. “Annotate › Marks”."""
    return f"{group_of(spec)} › {spec.part}" if spec.part else group_of(spec)


def group_of(spec: ActionSpec) -> str:
    """Return the menu or the workspace under which an action is listed."""
    return TITLES.get(spec.workspace, spec.menu)


def may_clash(one: ActionSpec, other: ActionSpec) -> bool:
    """Return whether there is a place where the keys of both actions work."""
    here, there = workspace_of(one), workspace_of(other)
    if not here or not there:
        return True
    return here == there and (not one.part or not other.part or one.part == other.part)


def current_ids(specs: Iterable[ActionSpec]) -> Mapping[str, str]:
    """Return the present id of each former one."""
    return {former: spec.id for spec in specs for former in spec.former_ids}
