"""The guided tour of the real window: it points, and the person tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from msdn_gui.services.locations import aviary_folder
from msdn_gui.shell.tour.coach_mark import CoachMark
from msdn_gui.shell.tour.steps import STEPS, Step
from msdn_gui.shell.workspaces import TITLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.project import Project
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session import Session
    from msdn_gui.shell.navigator import Navigator
    from msdn_gui.shell.opening import Opening

_MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class Tour(QObject):
    """Starts where it was left; it blocks nothing of the window."""

    def __init__(
        self, window: QWidget, navigator: Navigator, session: Session, settings: SettingsStore, opening: Opening
    ) -> None:
        super().__init__(window)
        self._window, self._navigator, self._session = window, navigator, session
        self._settings, self._opening = settings, opening
        self._mark = CoachMark(window)
        self._step: Step | None = None
        self._watched: list[QWidget] = []
        self._when_open: Callable[[], None] | None = None
        """What follows once a project is open."""
        self._mark.onward.connect(self._on_onward)
        self._mark.back.connect(self._on_back)
        self._mark.left.connect(self.end)
        navigator.stack.currentChanged.connect(lambda _: self._point())
        session.document.project_changed.connect(self._on_project_changed)
        for name, signal in (
            ("image_changed", session.selection.image_changed),
            ("attribute_changed", session.selection.attribute_changed),
            ("class_changed", session.selection.class_changed),
        ):
            signal.connect(lambda _value, name=name: self._on_tried(name))

    @property
    def is_shown(self) -> bool:
        """Whether a note is shown in the window."""
        return self._mark.isVisible()

    def offer(self) -> None:
        """Offer the tour once a project is open; this happens only once."""
        if self._session.document.project is None:
            self._when_open = self.offer
            return
        self._settings.change(tour_offered=True)
        self._show_question(
            "New here?",
            f"A tour of {len(STEPS)} steps shows you the five workspaces with the birds of the aviary. You can take it "
            "at any time: Help → Tour.",
            leave="No, thanks",
            onward="Start the tour",
        )

    def start(self) -> None:
        """Continue where the tour was left; offer to open the aviary first if it is not open."""
        if self._is_aviary_open:
            self._show_step()
        else:
            self._show_question(
                "The tour uses the aviary",
                "The aviary comes with the program: 1,500 drawn birds and a trained run. Your project stays as it is; "
                "the start screen takes you back to it.",
                leave="Not now",
                onward="Open the aviary",
            )
        self._mark.take_focus()

    def end(self) -> None:
        """Leave the tour; Help → Tour continues from here."""
        self._when_open = None
        self._leave_targets()
        self._step = None
        had_focus = self._has_focus()
        self._mark.leave()
        page = self._navigator.stack.currentWidget()
        if had_focus and page is not None:
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    # From step to step

    @property
    def _number(self) -> int:
        return min(max(self._settings.value.tour_step, 0), len(STEPS) - 1)

    @property
    def _is_last(self) -> bool:
        return self._number == len(STEPS) - 1

    @property
    def _is_aviary_open(self) -> bool:
        project = self._session.document.project
        return project is not None and bool(project.meta("aviary_seed"))

    def _show_question(self, title: str, text: str, *, leave: str, onward: str) -> None:
        self._step = None
        self._follow_targets()
        self._mark.set_note(title, text, leave=leave, back=False, onward=onward)
        self._mark.point_at(QRect())

    def _show_step(self) -> None:
        number = self._number
        self._step = step = STEPS[number]
        had_focus = self._has_focus()
        if self._navigator.page != step.workspace:
            self._navigator.show_workspace(step.workspace)
        self._mark.set_note(
            step.title,
            step.text,
            count=f"{number + 1} of {len(STEPS)}",
            leave="" if self._is_last else "Skip the tour",
            back=number > 0,
            onward="&Done" if self._is_last else "&Next",
        )
        self._follow_targets()
        self._point()
        if had_focus:
            self._mark.take_focus()
            # A workspace that has just been shown may take the focus once its page is there.
            QTimer.singleShot(0, self._mark, self._mark.take_focus)

    def _on_onward(self) -> None:
        if self._step is None:
            if self._is_aviary_open:
                self._show_step()
                return
            self._when_open = self.start
            if not self._opening.is_busy:
                self._opening.open_aviary(aviary_folder())
        elif not self._is_here():
            # The person navigated away.
            self._navigator.show_workspace(self._step.workspace)
        elif self._is_last:
            self._settings.change(tour_step=0)
            self.end()
        else:
            self._settings.change(tour_step=self._number + 1)
            self._show_step()

    def _on_back(self) -> None:
        self._settings.change(tour_step=self._number - 1)
        self._show_step()

    def _on_project_changed(self, project: Project | None) -> None:
        if project is not None and self._when_open is not None:
            follows, self._when_open = self._when_open, None
            follows()

    def _on_tried(self, signal: str) -> None:
        if self._step is not None and self._step.tried_by == signal and self._is_here():
            self._mark.set_hint("✓ Well done.")
            self._point()

    # Where it points

    def _is_here(self) -> bool:
        return self._step is not None and self._navigator.page == self._step.workspace and self._root() is not None

    def _root(self) -> QWidget | None:
        return self._navigator.workspaces.get(self._step.workspace) if self._step is not None else None

    def _targets(self) -> list[QWidget]:
        root = self._root()
        if root is None or self._step is None:
            return []
        found = (root.findChild(QWidget, name) for name in self._step.targets)
        return [widget for widget in found if widget is not None]

    def _point(self) -> None:
        if self._step is None:
            if self.is_shown:
                self._mark.point_at(QRect())
            return
        place = QRect()
        for widget in self._targets():
            if widget.isVisible():
                place |= QRect(widget.mapTo(self._window, widget.rect().topLeft()), widget.size())
        is_here = self._is_here()
        here = "&Done" if self._is_last else "&Next"
        self._mark.onward_button.setText(here if is_here else f"Go to {TITLES[self._step.workspace]}")
        self._mark.point_at(place if is_here else QRect())

    def _follow_targets(self) -> None:
        """Move the mark with whatever moves or hides a target."""
        self._leave_targets()
        followed: list[QWidget] = [self._window]
        for target in self._targets():
            widget: QWidget | None = target
            while widget is not None and widget is not self._window:
                followed.append(widget)
                widget = widget.parentWidget()
        self._watched = list(dict.fromkeys(followed))
        for widget in self._watched:
            widget.installEventFilter(self)

    def _leave_targets(self) -> None:
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched = []

    def _has_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self._mark.isAncestorOf(focus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self._point()
            return False
        # Keys that no widget handled reach the window.
        if watched is not self._window or event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() != Qt.Key.Key_Escape:
            return False
        self.end()
        return True
