"""Fixtures of the window's tests: a temporary home, a small project, a session with a fake explainer, leak checks."""

from __future__ import annotations

import gc
import locale
import os
import threading
from contextlib import suppress
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QThreadPool, QTimer
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid
from small_birds import (
    ATTRIBUTES,
    CLASSES,
    SEEN,
    VECTORS,
    FakeExplainer,
    draw_bird,
    make_explanation,
    write_checkpoint,
)

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.project import NewImage, Project
from msdn_gui.display import coerce_c_locale
from msdn_gui.look.theme import install
from msdn_gui.services import Services
from msdn_gui.services.jobs import Jobs
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.shell.window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from msdn_core.domain.explanation import Explanation


# As the program does before it makes Qt's application.
coerce_c_locale(os.environ)


@pytest.fixture(autouse=True, scope="session")
def locale_of_option(request: pytest.FixtureRequest) -> None:
    """Take the locale of ``--locale`` for Qt, and for C libraries where the system has it."""
    name = request.config.getoption("--locale")
    if name is None:
        return
    QLocale.setDefault(QLocale(name))
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, f"{name}.UTF-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make any Qt warning fail a test of the window."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(
                pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints", extend=True)
            )


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a separate data folder for each test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MSDN_EXPLORER_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True, scope="session")
def small_heap() -> None:
    """Freeze what other tests have loaded, torch above all, which would cost each leak check seconds."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves threads, running timers or top-level widgets behind."""
    if "qapp" not in request.fixturenames and "qtbot" not in request.fixturenames:
        yield
        return
    application = request.getfixturevalue("qapp")
    threads = set(threading.enumerate())
    widgets = {id(widget) for widget in application.topLevelWidgets()}
    timers = {id(timer) for timer in _running_timers()}
    yield
    _settle()
    QThreadPool.globalInstance().waitForDone(3000)
    left_widgets = [w for w in QApplication.topLevelWidgets() if id(w) not in widgets and isValid(w)]
    assert not left_widgets, f"top-level widgets left behind: {left_widgets}"
    left_timers = [timer for timer in _running_timers() if id(timer) not in timers]
    assert not left_timers, f"timers left running: {[(t, t.parent()) for t in left_timers]}"
    left_threads = [t for t in threading.enumerate() if t not in threads and t.is_alive() and not t.daemon]
    assert not left_threads, f"threads left behind: {left_threads}"


def _settle() -> None:
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        gc.collect()


def _running_timers() -> list[QTimer]:
    # isinstance reads __class__, which makes some objects of other libraries warn.
    return [o for o in gc.get_objects() if issubclass(type(o), QTimer) and isValid(o) and o.isActive()]


@pytest.fixture
def application(qapp: QApplication) -> QApplication:
    """Return the application with its style and light theme."""
    install(qapp, "light")
    return qapp


@pytest.fixture
def small_project(tmp_path: Path) -> Iterator[Project]:
    """Create a project: six drawn birds in three classes (two seen, one unseen), six attributes in three groups."""
    folder = tmp_path / "Small birds"
    with Project.create(folder) as project:
        project.define_classes(ClassTable(ATTRIBUTES, CLASSES, VECTORS, SEEN))
        project.define_group_parts({"crown": ("crown",), "wing pattern": ("wing",), "crest": ("crown",)})
        (folder / "images").mkdir()
        images = []
        for number in range(6):
            name = f"{CLASSES[number % 3].replace(' ', '_')}_{number}.jpg"
            parts = draw_bird(folder / "images" / name, number)
            split = (Split.TRAIN if number < 3 else Split.TEST_SEEN) if SEEN[number % 3] else Split.TEST_UNSEEN
            images.append(NewImage(name, CLASSES[number % 3], split, parts=parts))
        project.add_images(project.add_image_root(folder / "images"), images)
        yield project


@pytest.fixture
def checkpoint_file(tmp_path: Path) -> Path:
    """Write a checkpoint that fits the small project."""
    return write_checkpoint(tmp_path / "checkpoints" / "best.safetensors")


@pytest.fixture
def explanation() -> Explanation:
    """Return an explanation of a 240×180 image."""
    return make_explanation()


@pytest.fixture
def fake_explainer(application: QApplication) -> FakeExplainer:  # noqa: ARG001
    """Return the session's explainer."""
    return FakeExplainer()


@pytest.fixture
def empty_session(fake_explainer: FakeExplainer) -> Iterator[Session]:
    """Return a session without an open project or shipped checkpoints."""
    session = Session(fake_explainer, shipped_checkpoints=list)
    yield session
    session.close_project()
    session.deleteLater()


@pytest.fixture
def session(empty_session: Session, small_project: Project, checkpoint_file: Path) -> Session:
    """Return a session with the small project open for writing and a fitting checkpoint; no image is selected."""
    path = small_project.path
    small_project.close()
    empty_session.open_project(path)
    empty_session.inference.set_checkpoint(checkpoint_file)
    return empty_session


@pytest.fixture
def services(fake_explainer: FakeExplainer, home: Path) -> Iterator[Services]:
    """Return the window's services with the fake explainer; they are closed after the test."""
    home.mkdir(parents=True, exist_ok=True)
    made = Services(fake_explainer, Thumbnails(), Jobs(), RunMonitor(), SettingsStore(), QUndoGroup())
    yield made
    made.jobs.close()
    made.run_monitor.close()
    made.thumbnails.close()
    made.settings.write()
    for service in (made.jobs, made.run_monitor, made.thumbnails, made.settings, made.undo_group):
        service.deleteLater()


@pytest.fixture
def explained(session: Session, qtbot: object) -> Callable[[int], None]:
    """Return a function that selects an image by its position and waits for its explanation."""

    def choose(place: int = 0) -> None:
        with qtbot.waitSignal(session.inference.explanation_changed, check_params_cb=lambda e: e is not None):
            session.selection.set_image(session.document.images[place])

    return choose


@pytest.fixture
def window(session: Session, services: Services) -> Iterator[MainWindow]:
    """Show a window in Explore, with the small project open."""
    made = MainWindow(session, services)
    made.resize(1280, 720)
    services.run_monitor.set_project(session.document.project.path)
    made.show_workspace("explore")
    made.show()
    yield made
    made.close_for_good()
    QApplication.processEvents()


@pytest.fixture(scope="session")
def two_seeds(made_once: Callable[[str, Callable[[Path], Path]], Path]) -> Path:
    """Return a project with two evaluated runs; tests work on a copy of it."""
    from evaluate_kit import measured_seeds

    return made_once("seeds", measured_seeds)
