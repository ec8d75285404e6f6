"""What can be done in Annotate, each once, with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from msdn_core.domain.annotation import ReviewState
from msdn_gui.widgets.action import make_action

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class ActionMaker:
    """Makes actions whose keys hold within the workspace alone; a letter typed into a line stays a letter."""

    def __init__(self, workspace: QWidget) -> None:
        self._workspace = workspace

    def make(
        self, name: str, text: str, keys: str, do: Callable[[], object] | None = None, *, tip: str = "", sign: str = ""
    ) -> QAction:
        """One action of the workspace."""
        return make_action(self._workspace, f"annotate_{name}", text, keys, do, hint=tip, sign=sign)

    def toggle(self, name: str, text: str, keys: str, *, on: bool, tip: str = "") -> QAction:
        """One action that is on or off."""
        return make_action(self._workspace, f"annotate_{name}", text, keys, hint=tip, on=on)


def review_actions(maker: ActionMaker, review: Callable[[ReviewState], None]) -> dict[ReviewState, QAction]:
    """Checked, flagged, unseen."""
    return {
        state: maker.make(state.value, text, keys, lambda state=state: review(state), tip=tip)
        for state, text, keys, tip in (
            (ReviewState.CHECKED, "Checked", "C", "All that is said of the image is right"),
            (ReviewState.FLAGGED, "Flag", "F", "Somebody should look at the image again; with a note"),
            (ReviewState.UNREVIEWED, "Unseen", "U", "As if nobody had looked at the image"),
        )
    }
