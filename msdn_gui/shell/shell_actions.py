"""What the window's own actions do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from msdn_gui.services.locations import aviary_folder
from msdn_gui.services.recognising import Recogniser
from msdn_gui.session.messages import Level
from msdn_gui.shell.dialogs.about import AboutDialog
from msdn_gui.shell.dialogs.export_dialog import ExportDialog, ExportRequest
from msdn_gui.shell.dialogs.import_dialog import ImportDialog
from msdn_gui.shell.dialogs.system_info import as_text, system_information
from msdn_gui.shell.settings.dialog import KEYS_PAGE, SettingsDialog
from msdn_gui.widgets.action import allow

if TYPE_CHECKING:
    from msdn_core.importers.recognise import Recognised
    from msdn_gui.shell.window import MainWindow


class ShellActions(QObject):
    """Connects the actions that no workspace owns."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._recogniser = Recogniser(self)
        self._recogniser.told.connect(self._take_dropped)
        opening, session = window.opening, window.session
        for name, function in {
            "open_project": lambda: self._ask_for_folder("Open a project's folder", opening.open_path),
            "open_images": lambda: self._ask_for_folder("Open a folder of images", opening.open_path),
            "import_data": self.ask_for_import,
            "export_data": self._ask_for_export,
            "open_aviary": lambda: opening.open_aviary(aviary_folder()),
            "new_aviary": opening.new_aviary,
            "start_screen": window.show_start,
            "close_project": opening.close_project,
            "open_checkpoint": lambda: self._ask_for_file(
                "Open a checkpoint", "Checkpoints (*.safetensors)", opening.open_checkpoint
            ),
            "quit": window.close,
            "next_image": lambda: window.step_image(1),
            "previous_image": lambda: window.step_image(-1),
            "settings": lambda: self._show_settings(0),
            "shortcuts": lambda: self._show_settings(KEYS_PAGE),
            "palette": window.palette_bar.open,
            "extract_features": self.extract_features,
            "explain_again": session.inference.explain_again,
            "tour": window.tour.start,
            "about": lambda: AboutDialog(window.commands["copy_system"], window).open(),
            "copy_system": self._copy_system,
        }.items():
            window.commands[name].triggered.connect(lambda _checked=False, run=function: run())
        session.document.project_changed.connect(self._enable)
        for chosen in (session.selection.image_changed, session.inference.checkpoint_changed):
            chosen.connect(lambda _: self._enable(session.document.project))
        window.services.jobs.started.connect(lambda _: self._enable(session.document.project))
        window.services.jobs.ended.connect(lambda _: self._enable(session.document.project))
        self._enable(session.document.project)

    def extract_features(self) -> None:
        """Extracts features of all images as a job; the chip shows how far it is, and cancels it."""
        project = self._window.session.document.project
        if project is None:
            return
        job = self._window.services.jobs.engine(
            "Extracting features", "features", project.path, "--background", workspace="train"
        )
        job.finished.connect(self._say_features)
        job.failed.connect(lambda sentence: self._window.session.messages.error(sentence))

    def _say_features(self, result: dict[str, Any]) -> None:
        failures = result.get("failures") or {}
        text = f"Features of {result.get('images', 0):,} images are there."
        if failures:
            name, why = next(iter(failures.items()))
            text += f" {len(failures)} could not be opened, e.g. {name}: {why}"
        self._window.session.messages.post(Level.WARNING if failures else Level.INFO, text)

    def open_dropped(self, path: Path) -> None:
        """Opens images and projects at once; of a data set, asks what belongs to it."""
        self._recogniser.ask(path)

    def _take_dropped(self, path: Path, found: Recognised | None) -> None:
        if found is None or found.format in ("images", "project"):
            self._window.opening.open_path(path if path.is_dir() else path.parent)
        else:
            self.ask_for_import(path)

    def ask_for_import(self, path: Path | None = None) -> None:
        """Shows the import dialogue, about a path where one is given."""
        dialog = ImportDialog(self._window, has_project=self._window.session.document.project is not None)
        dialog.asked.connect(self._window.opening.import_data)
        if path is not None:
            dialog.show_source(path)
        dialog.open()

    def _ask_for_export(self) -> None:
        session = self._window.session
        if session.document.project is None:
            return
        chosen = session.inference.checkpoint.path if session.inference.checkpoint is not None else None
        runs = [run.name for run in self._window.services.run_monitor.runs]
        dialog = ExportDialog(
            session.document.project.name, session.inference.checkpoints(), chosen, self._window, runs=runs
        )
        dialog.asked.connect(self._export)
        dialog.open()

    def _export(self, request: ExportRequest) -> None:
        session = self._window.session
        if session.document.project is None:
            return
        words = ("export", request.kind, session.document.project.path, request.file, *request.options)
        job = self._window.services.jobs.engine(f"Exporting {request.kind}", *words)
        job.finished.connect(lambda result: self._say_exported(request, result))
        job.failed.connect(lambda sentence: session.messages.error(sentence))

    def _say_exported(self, request: ExportRequest, result: dict[str, Any]) -> None:
        findings = [str(finding) for finding in result.get("findings", [])]
        self._window.session.messages.info(" ".join([f"Written to {request.file}.", *findings]))

    def _ask_for_folder(self, title: str, take: Callable[[Path], object]) -> None:
        self._ask(title, QFileDialog.FileMode.Directory, "", take)

    def _ask_for_file(self, title: str, name_filter: str, take: Callable[[Path], object]) -> None:
        self._ask(title, QFileDialog.FileMode.ExistingFile, name_filter, take)

    def _ask(self, title: str, mode: QFileDialog.FileMode, name_filter: str, take: Callable[[Path], object]) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName("fileDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        if name_filter:
            dialog.setNameFilter(name_filter)
        dialog.fileSelected.connect(lambda text: take(Path(text)))
        dialog.open()

    def _show_settings(self, page: int) -> None:
        dialog = self._window.findChild(SettingsDialog)
        if dialog is None:
            dialog = SettingsDialog(self._window.services.settings, self._window.action_list, self._window)
        dialog.tabs.setCurrentIndex(page)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _copy_system(self) -> None:
        """What the window knows at once; what only the engine knows follows some seconds later."""
        text = as_text(system_information(self._window))
        QApplication.clipboard().setText(text)
        messages = self._window.session.messages
        messages.info("System information is on the clipboard; the device that torch finds is added in a moment.")
        job = self._window.services.jobs.engine("Looking at the system", "doctor")
        job.finished.connect(lambda result: self._add_to_copied(text, result))
        job.failed.connect(messages.error)

    def _add_to_copied(self, text: str, result: dict[str, Any]) -> None:
        if QApplication.clipboard().text() != text:
            return  # Something else was copied meanwhile.
        rows = [f"Device: {result.get('system', {}).get('device', 'unknown')}"]
        rows += [f"! {finding}" for finding in result.get("findings", [])]
        QApplication.clipboard().setText("\n".join([text, *rows]))
        self._window.session.messages.info("System information is on the clipboard, the device with it.")

    def _enable(self, project: object) -> None:
        session, jobs = self._window.session, self._window.services.jobs
        closed = "" if project is not None else "Open a project first."
        blind = (
            ""
            if session.selection.image is not None and session.inference.checkpoint is not None
            else "Choose image and checkpoint."
        )
        reasons = dict.fromkeys(("close_project", "export_data", "next_image", "previous_image"), closed)
        reasons["extract_features"] = closed or ("They are being extracted." if jobs.find("features") else "")
        reasons["explain_again"] = closed or blind
        for name, reason in reasons.items():
            allow(self._window.commands[name], reason)
