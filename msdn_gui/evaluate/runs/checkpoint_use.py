"""Explaining images with the checkpoint of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.session import Session


def use_checkpoint(session: Session, path: Path) -> bool:
    """Select a checkpoint unless it is in use; return whether it is in use now."""
    current = session.inference.checkpoint
    if current is None or current.path != path:
        session.inference.set_checkpoint(path)
        current = session.inference.checkpoint
    return current is not None and current.path == path
