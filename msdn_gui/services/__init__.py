"""What the workspaces are given besides the session: all work that does not belong on the window's thread."""

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
    """The services of one window; made once, closed once, by ``msdn_gui.app``."""

    explainer: ExplainerService
    """Asked by the session, whose ``explanation_changed`` workspaces listen to, and by Explore's comparison."""
    thumbnails: Thumbnails
    jobs: Jobs
    run_monitor: RunMonitor
    settings: SettingsStore
    undo_group: QUndoGroup
    """A workspace with an undo stack adds it here; the window makes the shown workspace's stack the active one."""
