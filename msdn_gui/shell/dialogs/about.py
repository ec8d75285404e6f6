"""The program, the licences of its packages, and the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from msdn_core.version import __version__
from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, text_font
from msdn_gui.services.background import Background
from msdn_gui.shell.dialogs.libraries import Library, licence_text, used_libraries
from msdn_gui.shell.dialogs.system_info import as_text, system_information
from msdn_gui.widgets.build import make_button, make_label, named
from msdn_gui.widgets.parted import ABOVE, parted

if TYPE_CHECKING:
    from msdn_gui.widgets.index import Index

_TEXT = """
<p>Explore images with both attention sub-nets of MSDN, define classes without any images, and train in the
background.</p>
<p>Free software under the MIT licence. The method is by Shiming Chen, Ziming Hong, Guo-Sen Xie, Wenhan Yang, Qinmu
Peng, Kai Wang, Jian Zhao and Xinge You: <i>MSDN: Mutually Semantic Distillation Network for Zero-Shot Learning</i>,
CVPR 2022, arXiv 2203.03137. This is an independent implementation.</p>
<p>The page Licences lists all packages that the program uses.</p>
"""
_HEADINGS = ("Package", "Version", "Licence")


class AboutDialog(QDialog):
    """Three pages: the program, licences, and the system."""

    def __init__(self, copy_system: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle("About MSDN Explorer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 520)
        tabs = named(QTabWidget(), "aboutPages")
        tabs.setDocumentMode(True)
        tabs.addTab(self._program_page(), "Program")
        tabs.addTab(_Licences(), "Licences")
        tabs.addTab(_system_page(copy_system, parent), "System")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING * 2, SPACING, SPACING * 2, SPACING * 2)
        column.setSpacing(SPACING)
        column.addWidget(tabs, 1)
        column.addWidget(buttons)

    def _program_page(self) -> QWidget:
        logo = QLabel()
        logo.setPixmap(icon_pixmap("logo", 64, "accent", self.devicePixelRatioF()))
        title = make_label(f"MSDN Explorer {__version__}", name="aboutTitle")
        title.setFont(text_font(16.0, bold=True))
        text = make_label(_TEXT, text_format=Qt.TextFormat.RichText, wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(SPACING, SPACING * 3, SPACING, SPACING)
        column.setSpacing(SPACING)
        for widget in (logo, title, text):
            column.addWidget(widget)
        column.addStretch(1)
        return page


class _Licences(QWidget):
    """All packages, and the licence text of the selected one."""

    def __init__(self) -> None:
        super().__init__()
        self._model = _LibraryModel()
        self._model.setParent(self)
        self._table = named(QTableView(), "libraries")
        self._table.setAccessibleName("Packages and their licences")
        self._table.setModel(self._model)
        self._table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(24)
        header = self._table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for section, width in enumerate((220, 90)):
            header.resizeSection(section, width)
        self._text = _make_text("licenceText", "Licence text")
        halves = parted("about_licences", ABOVE, self._table, self._text, sizes=[220, 220])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACING, 0, 0)
        column.addWidget(halves)
        self._table.selectionModel().currentRowChanged.connect(lambda index, _: self._show_licence(index.row()))
        # Reading dozens of packages may take long on a slow disk.
        self._listing, self._reading = Background(self), Background(self)
        self._listing.done.connect(self._on_listed)
        self._reading.done.connect(self._text.setPlainText)
        self._text.setPlainText("Reading the installed packages …")
        self._listing.start(used_libraries)

    def _on_listed(self, libraries: list[Library]) -> None:
        self._model.show_libraries(libraries)
        self._table.selectRow(0)

    def _show_licence(self, row: int) -> None:
        library = self._model.libraries[row]
        self._reading.start(lambda: licence_text(library))


class _LibraryModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.libraries: list[Library] = []

    def show_libraries(self, libraries: list[Library]) -> None:
        self.beginResetModel()
        self.libraries = libraries
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.libraries)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        library = self.libraries[index.row()]
        return (library.name, library.version, library.licence)[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return _HEADINGS[section] if role == Qt.ItemDataRole.DisplayRole else None


def _system_page(copy_system: QAction, window: QWidget) -> QWidget:
    text = _make_text("systemText", "System information")
    text.setPlainText(as_text(system_information(window)))
    copy = make_button("Copy", name="copySystem")
    copy.setToolTip(copy_system.toolTip())
    copy.clicked.connect(copy_system.trigger)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(copy)
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, SPACING, 0, 0)
    column.setSpacing(SPACING)
    column.addWidget(text, 1)
    column.addLayout(row)
    return page


def _make_text(name: str, accessible: str) -> QPlainTextEdit:
    made = named(QPlainTextEdit(), name)
    made.setReadOnly(True)
    made.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
    made.setAccessibleName(accessible)
    made.setTabChangesFocus(True)
    made.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return made
