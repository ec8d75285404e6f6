"""Services that workspaces use besides the session: work that does not belong on the window's thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoGroup

    from msdn_gui.services.explaining import ExplainerService
    from msdn_gui.services.jobs import Jobs
    from msdn_gui.services.runs import RunMonitor
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.services.thumbnails import Thumbnails


@dataclass(frozen=True)
class Services:
    """The services of one window; ``msdn_gui.program`` makes and closes them."""

    explainer: ExplainerService
    """Used by the session, whose ``explanation_changed`` workspaces follow, and by Explore's comparison."""
    thumbnails: Thumbnails
    jobs: Jobs
    run_monitor: RunMonitor
    settings: SettingsStore
    undo_group: QUndoGroup
    """Each workspace adds its undo stack; the window activates that of the shown workspace."""
