"""The guided tour over the real window: it points, and the person does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from msdn_gui.services.locations import aviary_folder
from msdn_gui.shell.tour.coach_mark import CoachMark
from msdn_gui.shell.tour.steps import STEPS, Step
from msdn_gui.shell.workspaces import ENTRIES

if TYPE_CHECKING:
    from msdn_gui.shell.window import MainWindow

_MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class Tour(QObject):
    """Begins where it was left; nothing of the window is blocked while it goes on."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._mark = CoachMark(window)
        self._step: Step | None = None
        self._watched: list[QWidget] = []
        self._when_open: Callable[[], None] | None = None
        """What follows once a project is open."""
        self._mark.onward.connect(self._go_on)
        self._mark.back.connect(self._go_back)
        self._mark.left.connect(self.end)
        window.stack.currentChanged.connect(lambda _: self._point())
        window.session.document.project_changed.connect(self._take_project)
        selection = window.session.selection
        for name, signal in (
            ("image_changed", selection.image_changed),
            ("attribute_changed", selection.attribute_changed),
            ("class_changed", selection.class_changed),
        ):
            signal.connect(lambda _value, name=name: self._say_tried(name))

    @property
    def is_shown(self) -> bool:
        """Whether a note stands in the window."""
        return self._mark.isVisible()

    def offer(self) -> None:
        """Asks whether the tour is wanted, as soon as a project is open; it never asks again."""
        if self._window.session.document.project is None:
            self._when_open = self.offer
            return
        self._window.services.settings.change(tour_offered=True)
        self._show_question(
            "New here?",
            f"A tour of {len(STEPS)} steps goes through the five workspaces, on the aviary's birds. Help → Tour shows "
            "it whenever you like.",
            leave="No, thanks",
            onward="Start the tour",
        )

    def start(self) -> None:
        """Goes on where it was left; where the aviary is not open, asks for it first."""
        project = self._window.session.document.project
        if project is not None and project.meta("aviary_seed"):
            self._show_step()
        else:
            self._show_question(
                "The tour is made for the aviary",
                "1,500 drawn birds and a trained run come with the program. Your project stays as it is; the start "
                "screen leads back to it.",
                leave="Not now",
                onward="Open the aviary",
            )
        self._mark.take_focus()

    def end(self) -> None:
        """Leaves; Help → Tour goes on from here."""
        self._when_open = None
        self._leave_targets()
        self._step = None
        had_focus = self._has_focus()
        self._mark.leave()
        if had_focus:
            self._window.stack.currentWidget().setFocus(Qt.FocusReason.OtherFocusReason)

    # From step to step

    @property
    def _number(self) -> int:
        return min(max(self._window.services.settings.value.tour_step, 0), len(STEPS) - 1)

    def _show_question(self, title: str, text: str, *, leave: str, onward: str) -> None:
        self._step = None
        self._follow_targets()
        self._mark.say(title, text, leave=leave, back=False, onward=onward)
        self._mark.point_at(QRect())

    def _show_step(self) -> None:
        number = self._number
        self._step = step = STEPS[number]
        had_focus = self._has_focus()
        if self._window.current != step.workspace or self._window.start.isVisible():
            self._window.show_workspace(step.workspace)
        is_last = number == len(STEPS) - 1
        self._mark.say(
            step.title,
            step.text,
            count=f"{number + 1} of {len(STEPS)}",
            leave="Skip the tour" if not is_last else "",
            back=number > 0,
            onward="&Done" if is_last else "&Next",
        )
        self._mark.leave_button.setVisible(not is_last)
        self._follow_targets()
        self._point()
        if had_focus:
            self._mark.take_focus()
            # A workspace that has just been shown may take the keys once its page is there.
            QTimer.singleShot(0, self._mark, self._mark.take_focus)

    def _go_on(self) -> None:
        if self._step is None:
            if self._window.session.document.project is not None and self._window.session.document.project.meta(
                "aviary_seed"
            ):
                self._show_step()
            else:
                self._when_open = self.start
                if not self._window.opening.is_busy:
                    self._window.opening.open_aviary(aviary_folder())
            return
        if not self._is_here():
            # The person has gone elsewhere meanwhile.
            self._window.show_workspace(self._step.workspace)
        elif self._number == len(STEPS) - 1:
            self._window.services.settings.change(tour_step=0)
            self.end()
        else:
            self._window.services.settings.change(tour_step=self._number + 1)
            self._show_step()

    def _go_back(self) -> None:
        self._window.services.settings.change(tour_step=self._number - 1)
        self._show_step()

    def _take_project(self, project: object) -> None:
        if project is not None and self._when_open is not None:
            follows, self._when_open = self._when_open, None
            follows()

    def _say_tried(self, signal: str) -> None:
        if self._step is not None and self._step.tried_by == signal and self._is_here():
            self._mark.say_note("✓ Just so.")
            self._point()

    # Where it points

    def _is_here(self) -> bool:
        return self._step is not None and self._window.stack.currentWidget() is self._window.workspaces.get(
            self._step.workspace
        )

    def _targets(self) -> list[QWidget]:
        if self._step is None or self._step.workspace not in self._window.workspaces:
            return []
        root = self._window.workspaces[self._step.workspace]
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
        title = next(entry.title for entry in ENTRIES if entry.name == self._step.workspace)
        is_last = self._number == len(STEPS) - 1
        here = self._is_here()
        self._mark.onward_button.setText(("&Done" if is_last else "&Next") if here else f"Go to {title}")
        self._mark.point_at(place if here else QRect())

    def _follow_targets(self) -> None:
        """Whatever moves or hides a target moves the mark."""
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
        return self._mark.isAncestorOf(QApplication.focusWidget())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self._point()
            return False
        # The window is given the keys that nothing in it wanted.
        pressed = watched is self._window and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if not pressed or event.key() != Qt.Key.Key_Escape:
            return False
        self.end()
        return True
