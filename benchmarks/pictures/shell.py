"""The guide's pictures of the window around the workspaces."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QTabWidget, QTreeWidget

from benchmarks.pictures.stage import Picture, Stage
from msdn_core.project import Project
from msdn_gui.services.fault_log import report
from msdn_gui.services.starts import UnfinishedStart
from msdn_gui.shell.settings.key_recorder import KeyRecorder


def _start(stage: Stage) -> None:
    """The aviary among other projects, all made of its birds; the folder of one is missing."""
    settings, aviary = stage.services.settings, stage.session.document.project
    images = [str(record.path) for record in stage.session.document.images]
    others = (("Waders of the estuary", 842, 14, 3), ("Bench test", 120, 6, 0), ("Woodland plots", 2310, 38, 8))
    for number, (name, count, classes, unseen) in enumerate(others):
        path = aviary.path.parent / name
        if name != "Bench test":
            Project.create(path).close()
        opened = datetime.now().astimezone() - timedelta(days=5 - 2 * number)
        pictures = tuple(images[130 * number + 41 * place + 7] for place in range(5))
        facts = {"images": count, "classes": classes, "unseen": unseen, "pictures": pictures}
        settings.remember_project(path)
        settings.remember(path, name=name, opened=opened.isoformat(), **facts)
    settings.remember_project(aviary.path)
    stage.act("shell.start")


def _tour(stage: Stage) -> None:
    """The tour's step about the two maps."""
    stage.act("shell.tour")
    for _ in range(2):
        stage.click(stage.find(QPushButton, "coachOnward"))


def _palette(stage: Stage) -> None:
    """The results for “new”."""
    stage.act("shell.palette")
    stage.type(stage.find(QLineEdit, "palette_line"), "new")


def _shortcuts(stage: Stage) -> None:
    """An action of Classes that is about to take the keys of another one."""
    stage.act("shell.keys")
    stage.type(stage.find(QLineEdit, "shortcuts_filter"), "classes")
    tree = stage.find(QTreeWidget, "shortcuts_tree")
    row = tree.findItems("New class", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
    tree.setCurrentItem(row)
    stage.click(stage.find(QPushButton, "shortcuts_change"))
    QTest.keyClick(stage.find(KeyRecorder), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)


def _settings(stage: Stage) -> None:
    """The page of images and maps."""
    stage.act("shell.settings")
    stage.find(QTabWidget, "settings_pages").setCurrentIndex(1)


def _about(stage: Stage) -> None:
    """The page of licences."""
    stage.act("shell.about")
    pages = stage.find(QTabWidget, "aboutPages")
    pages.setCurrentIndex(1)
    text = stage.find(QPlainTextEdit, "licenceText")
    stage.wait(lambda: "NOTICE" in text.toPlainText())


def _fault(stage: Stage) -> None:
    """The message after a crash in native code."""
    start = UnfinishedStart("Fatal Python error: Segmentation fault")
    stage.window.message_bar.show_fault(start.sentence, report(start.sentence, start.details))


PICTURES = (
    Picture("start", "explore", _start),
    Picture("tour", "explore", _tour),
    Picture("palette", "explore", _palette),
    Picture("shortcuts", "explore", _shortcuts),
    Picture("settings", "explore", _settings, theme="dark"),
    Picture("about", "explore", _about),
    Picture("fault", "explore", _fault),
)
