"""Binds the window's own actions to what they do, and enables those that are available."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from msdn_core.domain.wording import incomplete_finding
from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.look.theme import MODES, theme
from msdn_gui.services.locations import aviary_folder
from msdn_gui.session.messages import Level
from msdn_gui.shell.dialogs.about import AboutDialog
from msdn_gui.shell.dialogs.system_info import as_text, system_information
from msdn_gui.shell.run_action import NO_PROJECT
from msdn_gui.shell.settings.dialog import KEYS_PAGE, SettingsDialog
from msdn_gui.shell.workspaces import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_gui.services import Services
    from msdn_gui.session import Session
    from msdn_gui.shell.action_list import ActionList
    from msdn_gui.shell.dialogs.opener import DialogOpener
    from msdn_gui.shell.navigator import Navigator
    from msdn_gui.shell.opening import Opening


class ShellBinding(QObject):
    """What the actions of ``shell.actions`` do; ``bind`` adds those of other objects."""

    def __init__(
        self,
        window: QWidget,
        actions: ActionSet,
        action_list: ActionList,
        session: Session,
        services: Services,
        opening: Opening,
        navigator: Navigator,
        dialogs: DialogOpener,
    ) -> None:
        super().__init__(window)
        self._window, self._actions, self._action_list = window, actions, action_list
        self._session, self._services = session, services
        self.bind(
            {
                "shell.open_project": dialogs.ask_for_project,
                "shell.open_images": dialogs.ask_for_images,
                "shell.import": dialogs.ask_for_import,
                "shell.export": dialogs.ask_for_export,
                "shell.open_aviary": lambda: opening.open_aviary(aviary_folder()),
                "shell.new_aviary": opening.new_aviary,
                "shell.start": navigator.show_start,
                "shell.close_project": opening.close_project,
                "shell.open_checkpoint": dialogs.ask_for_checkpoint,
                "shell.quit": window.close,
                "shell.next_image": lambda: navigator.step_image(1),
                "shell.previous_image": lambda: navigator.step_image(-1),
                "shell.settings": lambda: self._show_settings(0),
                "shell.keys": lambda: self._show_settings(KEYS_PAGE),
                "shell.extract_features": self._extract_features,
                "shell.explain_again": session.inference.explain_again,
                "shell.about": lambda: AboutDialog(actions["shell.copy_system"], window).open(),
                "shell.copy_system": self._copy_system,
                **{f"shell.show_{name}": partial(navigator.show_workspace, name) for name in NAMES},
                **{f"shell.theme_{mode}": partial(self._set_theme, mode) for mode in MODES},
            }
        )
        group = services.undo_group
        self.bind({"shell.undo": group.undo, "shell.redo": group.redo})
        group.canUndoChanged.connect(self._on_can_undo_changed)
        group.canRedoChanged.connect(self._on_can_redo_changed)
        group.undoTextChanged.connect(self._on_undo_text_changed)
        group.redoTextChanged.connect(self._on_redo_text_changed)
        self._on_can_undo_changed(group.canUndo())
        self._on_can_redo_changed(group.canRedo())
        session.document.project_changed.connect(self._enable)
        for changed in (session.selection.image_changed, session.inference.checkpoint_changed):
            changed.connect(self._enable)
        services.jobs.started.connect(self._enable)
        services.jobs.ended.connect(self._enable)
        self._enable()

    def bind(self, handlers: dict[str, Callable[[], object]]) -> None:
        """Connect actions to what they do."""
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(lambda _checked=False, handler=handler: handler())

    # Undo

    def _on_can_undo_changed(self, is_possible: bool) -> None:
        set_reason(self._actions["shell.undo"], "" if is_possible else "There is nothing to undo.")

    def _on_can_redo_changed(self, is_possible: bool) -> None:
        set_reason(self._actions["shell.redo"], "" if is_possible else "There is nothing to redo.")

    def _on_undo_text_changed(self, text: str) -> None:
        self._actions["shell.undo"].setText(f"&Undo {_lower(text)}".rstrip())

    def _on_redo_text_changed(self, text: str) -> None:
        self._actions["shell.redo"].setText(f"&Redo {_lower(text)}".rstrip())

    # Settings

    def _set_theme(self, mode: str) -> None:
        self._services.settings.change(theme=mode)
        theme().set_mode(mode)

    def _show_settings(self, page: int) -> None:
        dialog = self._window.findChild(SettingsDialog)
        if dialog is None:
            dialog = SettingsDialog(self._services.settings, self._action_list, self._window)
        dialog.tabs.setCurrentIndex(page)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    # Jobs

    def _extract_features(self) -> None:
        project = self._session.document.project
        if project is None:
            return
        job = self._services.jobs.engine(
            "Extracting features", "features", project.path, "--background", workspace="train"
        )
        job.finished.connect(self._on_features_extracted)
        job.failed.connect(self._session.messages.error)

    def _on_features_extracted(self, result: dict[str, Any]) -> None:
        failures = result.get("failures") or {}
        text = f"Extracted the features of {result.get('images', 0):,} images."
        if failures:
            name, reason = next(iter(failures.items()))
            text += f" {len(failures)} could not be opened, e.g. {name}: {reason}"
        incomplete = result.get("incomplete") or []
        if incomplete:
            text += f" {incomplete_finding(incomplete)}"
        self._session.messages.post(Level.WARNING if failures or incomplete else Level.INFO, text)

    def _copy_system(self) -> None:
        """Copy what the window knows at once; what only the engine knows follows some seconds later."""
        text = as_text(system_information(self._window))
        QApplication.clipboard().setText(text)
        messages = self._session.messages
        messages.info("Copied the system information. The device that torch uses is added in a moment.")
        job = self._services.jobs.engine("Checking the system", "doctor")
        job.finished.connect(lambda result: self._on_system_checked(text, result))
        job.failed.connect(messages.error)

    def _on_system_checked(self, text: str, result: dict[str, Any]) -> None:
        if QApplication.clipboard().text() != text:
            return  # Something else was copied meanwhile.
        rows = [f"Device: {result.get('system', {}).get('device', 'unknown')}"]
        rows += [f"! {finding}" for finding in result.get("findings", [])]
        QApplication.clipboard().setText("\n".join([text, *rows]))
        self._session.messages.info("Copied the system information, with the device.")

    # What is available

    def _enable(self) -> None:
        session = self._session
        closed = "" if session.document.project is not None else NO_PROJECT
        missing = ""
        if session.selection.image is None or session.inference.checkpoint is None:
            missing = "Select an image and a checkpoint first."
        is_extracting = self._services.jobs.find("features") is not None
        for name in ("close_project", "export", "next_image", "previous_image"):
            set_reason(self._actions[f"shell.{name}"], closed)
        features = closed or ("Features are being extracted." if is_extracting else "")
        set_reason(self._actions["shell.extract_features"], features)
        set_reason(self._actions["shell.explain_again"], closed or missing)


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"
