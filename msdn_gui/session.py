"""What is open and what is chosen: one selection, shared by all workspaces."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.explanation import Explanation
from msdn_core.domain.image_prediction import ImagePrediction
from msdn_core.domain.scoring import fused_attribute_scores
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.project import PROJECT_FILE, ImageRecord, Project
from msdn_gui.film_pins import FilmPins
from msdn_gui.services.checkpoints import (
    Checkpoint,
    CheckpointChoice,
    first_that_fits,
    load_checkpoint,
    project_checkpoints,
    shipped_checkpoints,
)
from msdn_gui.services.collection import CollectionScores
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.services.image_list import ImageList
from msdn_gui.services.looking import Looking
from msdn_gui.table_edits import TableEdits

if TYPE_CHECKING:
    from msdn_gui.services.explaining import ExplainerService

__all__ = ["Checkpoint", "ExplainPhase", "ExplainState", "Session"]

_WATCH_MS = 2000
_LOADED_AT_ONCE = 3000
_CLOCK_TOLERANCE_S = 120.0


class Session(QObject):
    """The one open project and the one choice of image, attribute, class and checkpoint.

    Every setter tells all views once, and only if something is other than before.
    """

    project_changed = Signal(object)
    images_changed = Signal()
    table_changed = Signal()
    image_changed = Signal(object)
    attribute_changed = Signal(int)
    class_changed = Signal(object)
    checkpoint_changed = Signal(object)
    explanation_changed = Signal(object)
    explaining_changed = Signal(object)
    gamma_changed = Signal(float)
    rival_changed = Signal(object)
    explore_asked = Signal()
    """What was chosen shall be looked at in Explore."""
    run_asked = Signal()
    """The run in ``asked_run`` shall be shown in Train."""
    message = Signal(str, str)

    def __init__(self, explainer: ExplainerService | None = None, parent: QObject | None = None) -> None:
        """``explainer`` may be left out; then no explanation ever comes by itself."""
        super().__init__(parent)
        self.project: Project | None = None
        self.images: list[ImageRecord] = []
        self.table = ClassTable.empty()
        self.image: ImageRecord | None = None
        self.browsed: NDArray[np.intp] | None = None
        """Places among ``images`` that Explore shows, in its order; None: all of them as they come."""
        self.attribute = -1
        self.class_name: str | None = None
        self.rival: str | None = None
        """The class that the chosen one is asked about: why this one, and not that."""
        self.checkpoint: Checkpoint | None = None
        self.asked_run: Path | None = None
        """The directory of a run that shall be shown; Train takes it."""
        self.gamma = 0.0
        self._own_table = ClassTable.empty()
        self.edits = TableEdits(self)
        """What changes the project's class table."""
        self._version = 0
        self._gone = False
        self._watch = QTimer(self, interval=_WATCH_MS)
        self._watch.timeout.connect(self._look_for_changes)
        self._looking = Looking(explainer, self)
        self._looking.state_changed.connect(self.explaining_changed)
        self._looking.explained.connect(self.explanation_changed)
        self.film_pins = FilmPins(self)
        """Which pairs of image and attribute coming runs shall film."""
        self.collection = CollectionScores(self)
        """What the chosen checkpoint says of all images of the project, once they were scored."""
        self.collection.scoring_failed.connect(lambda sentence: self.message.emit("error", sentence))
        self._image_list = ImageList(self)
        self._image_list.loaded.connect(self._take_images)
        self._image_list.failed.connect(lambda sentence: self.message.emit("error", sentence))

    # The project

    @property
    def table_is_borrowed(self) -> bool:
        """Whether the class table is the checkpoint's, because the project has none of its own."""
        return not self._own_table.attributes and bool(self.table.attributes)

    def open_project(self, path: Path) -> None:
        """Opens a project in the place of the open one, which stays open if this fails (ProjectError)."""
        if self.project is not None and self.project.path == Path(path).absolute():
            self.reload_images()
            return
        if self.project is not None and not (self.project.path / PROJECT_FILE).exists():
            # It was moved, perhaps to ``path``: its lock, which is held here, would keep it from being opened.
            self.close_project()
        project = Project.open(path)
        try:
            table = project.table()
            # Looked at first: opening is a change of the file itself.
            behind = project.clock_behind_s()
            few = project.image_count() <= _LOADED_AT_ONCE
            images = project.images() if few else []
        except MsdnError:
            project.close()
            raise
        self.close_project()
        self.browsed = None
        self.project = project
        self._own_table = self.table = table
        self.images = images
        self._version = project.data_version()
        self._gone = False
        self._watch.start()
        self.project_changed.emit(project)
        self.table_changed.emit()
        self.images_changed.emit()
        if not few:
            self._image_list.load(project.path)
        if project.read_only:
            self.message.emit("warning", f"This project is open for reading only: {project.read_only_reason}")
        elif behind > _CLOCK_TOLERANCE_S:
            self.message.emit(
                "warning",
                f"This computer's clock is {behind / 60:.0f} minutes behind the last change of this project: set it "
                "right, or what is said now counts as older than what was said before.",
            )
        self._choose_first_checkpoint()

    def close_project(self) -> None:
        """Lets go of the project; all choices are empty then."""
        if self.project is None:
            return
        self._watch.stop()
        self._image_list.wait()
        self.collection.show(None, None)
        self.collection.wait()
        self.set_image(None)
        self.set_class(None)
        self.set_rival(None)
        self.set_attribute(-1)
        self.put_checkpoint(None)
        self.project.close()
        self.project = None
        self.images = []
        self._own_table = self.table = ClassTable.empty()
        self.project_changed.emit(None)
        self.table_changed.emit()
        self.images_changed.emit()

    def reload_images(self) -> None:
        """Reads the images anew, after an import; many of them on another thread, so they may come a little later."""
        if self.project is None:
            return
        if self.project.image_count() <= _LOADED_AT_ONCE:
            self._put_images(self.project.images())
        else:
            self._image_list.load(self.project.path)

    def refresh_images(self, ids: Collection[int]) -> None:
        """Reads some images anew, whose class or split has changed."""
        if self.project is None:
            return
        if len(ids) > _LOADED_AT_ONCE:
            self.reload_images()
            return
        fresh = {number: self.project.image(number) for number in ids}
        self._put_images([fresh.get(record.id, record) for record in self.images])

    def _take_images(self, path: Path, images: list[ImageRecord]) -> None:
        if self.project is not None and self.project.path == path:
            self._put_images(images)

    def _put_images(self, images: list[ImageRecord]) -> None:
        if len(images) != len(self.images):
            self.browsed = None
        self.images = images
        before = self.image
        if before is not None:
            place = self.place_of(before)
            self.image = images[place] if place >= 0 else None
            if self.image is None or self.image.path != before.path:
                self.image_changed.emit(self.image)
                self._explain()
        self.images_changed.emit()

    # What is chosen

    @property
    def explanation(self) -> Explanation | None:
        """What the network says of the chosen image; None while it is waited for."""
        return self._looking.explanation

    @property
    def explaining(self) -> ExplainState:
        """How the explanation stands."""
        return self._looking.state

    def place_of(self, record: ImageRecord) -> int:
        """Where an image stands among ``images``, which come in the order of their ids; −1 where it does not."""
        place = bisect_left(self.images, record.id, key=lambda one: one.id)
        return place if place < len(self.images) and self.images[place].id == record.id else -1

    def set_image(self, record: ImageRecord | None) -> None:
        """Chooses an image; its explanation follows by signal."""
        if record == self.image:
            return
        self.image = record
        self.image_changed.emit(record)
        self._explain()

    def step_image(self, by: int) -> None:
        """Chooses the image ``by`` places further on among those that Explore shows."""
        shown = self.browsed if self.browsed is not None else np.arange(len(self.images))
        if not len(shown):
            return
        here = np.flatnonzero(shown == (self.place_of(self.image) if self.image is not None else -1))
        row = int(np.clip(here[0] + by, 0, len(shown) - 1)) if len(here) else 0
        self.set_image(self.images[shown[row]])

    def set_attribute(self, column: int) -> None:
        """Chooses an attribute by its column, −1 for none."""
        column = column if 0 <= column < len(self.table.attributes) else -1
        if column != self.attribute:
            self.attribute = column
            self.attribute_changed.emit(column)

    def set_class(self, name: str | None) -> None:
        """Chooses a class by its name."""
        name = name if name in self.table.class_index else None
        if name != self.class_name:
            self.class_name = name
            self.class_changed.emit(name)

    def set_rival(self, name: str | None) -> None:
        """Chooses the class to compare the chosen one with, None for none."""
        name = name if name in self.table.class_index else None
        if name != self.rival:
            self.rival = name
            self.rival_changed.emit(name)

    def ask_why(self, record: ImageRecord, name: str, rival: str) -> None:
        """Goes to Explore with a question: why is this image taken for ``name``, and not for ``rival``?"""
        self.set_image(record)
        self.set_class(name)
        self.set_rival(rival)
        self.explore_asked.emit()

    def look_at(self, record: ImageRecord, attribute: int) -> None:
        """Goes to Explore with an image, at the maps of an attribute; −1 leaves the one that is chosen."""
        self.set_image(record)
        if attribute >= 0:
            self.set_attribute(attribute)
        self.explore_asked.emit()

    def set_checkpoint(self, path: Path | None, label: str = "") -> None:
        """Looks through another checkpoint; if it does not fit, the old one stays and a message says why."""
        if path is None:
            self.put_checkpoint(None)
            return
        try:
            checkpoint = load_checkpoint(Path(path), label)
            if self._own_table.attributes:
                checkpoint.header.check_attributes(self._own_table)
        except MsdnError as fault:
            self.message.emit("error", str(fault))
            return
        self.put_checkpoint(checkpoint)

    def fits(self, path: Path) -> bool:
        """Whether there is a checkpoint in a file, and the project can be looked at through it."""
        attributes = tuple(attribute.full_name for attribute in self._own_table.attributes)
        return first_that_fits([CheckpointChoice(path, "", "")], attributes) is not None

    def put_checkpoint(self, checkpoint: Checkpoint | None) -> None:
        """Looks through a checkpoint that is loaded, and was found to fit, or through none."""
        if checkpoint is None and self.checkpoint is None:
            return
        # An explanation through the old one may have another number of attributes.
        self._looking.look(None, None)
        self.checkpoint = checkpoint
        if not self._own_table.attributes:
            self.table = checkpoint.header.table() if checkpoint is not None else self._own_table
            self.set_class(self.class_name)
            self.set_attribute(self.attribute)
            self.table_changed.emit()
        if checkpoint is not None:
            self.set_gamma(checkpoint.header.gamma)
        self.collection.show(self.project.path if self.project is not None else None, checkpoint)
        self.checkpoint_changed.emit(checkpoint)
        self._explain()

    def ask_for_run(self, directory: Path) -> None:
        """Goes to Train and shows a run there."""
        self.asked_run = directory
        self.run_asked.emit()

    def set_gamma(self, gamma: float) -> None:
        """Sets what calibrated stacking takes off the seen classes' scores."""
        if gamma != self.gamma:
            self.gamma = gamma
            self.gamma_changed.emit(gamma)

    def explain_again(self) -> None:
        """Asks for the chosen image's explanation once more, e.g. after a failure."""
        self._explain()

    def look_ahead(self, records: Sequence[ImageRecord]) -> None:
        """These images may be chosen next: what the network says of them is fetched while nothing else is asked."""
        self._looking.look_ahead([record.path for record in records])

    def checkpoints(self) -> list[CheckpointChoice]:
        """What the picker offers: the best and last of the project's runs, and what comes with the program."""
        own = project_checkpoints(self.project.path) if self.project is not None else []
        return [*own, *shipped_checkpoints()]

    # What follows from the choice, in numpy

    def fused_scores(self) -> NDArray[np.floating] | None:
        """(K,) attribute scores of both sub-nets, fused as the checkpoint says; None while there are none."""
        return None if self.explanation is None else _fused(self.explanation, self.checkpoint)

    def reading(self) -> ImagePrediction | None:
        """What the chosen image's scores mean for the classes; None while there are none that fit the table."""
        return self.reading_of(self.explanation, self.checkpoint)

    def reading_of(self, explanation: Explanation | None, checkpoint: Checkpoint | None) -> ImagePrediction | None:
        """The same of what another checkpoint says, at its own gamma; the chosen one's gamma is ``gamma``."""
        fused = _fused(explanation, checkpoint) if explanation is not None else None
        if fused is None or checkpoint is None or fused.shape[0] != len(self.table.attributes):
            return None
        is_chosen = self.checkpoint is not None and checkpoint.path == self.checkpoint.path
        gamma = self.gamma if is_chosen else checkpoint.header.gamma
        return ImagePrediction(fused, self.table, gamma, checkpoint.header.clip_negative)

    def class_ranking(self) -> tuple[NDArray[np.intp], NDArray[np.floating]] | None:
        """Rows of the table from the best class to the worst, and (M,) calibrated scores in the table's order."""
        reading = self.reading()
        return None if reading is None else reading.ranking()

    def collection_scores(self, name: str | None) -> NDArray[np.float64] | None:
        """(N,) a class's score in each image of ``collection``, before calibration; None while there are none."""
        found = self.collection.collection
        row = self.table.class_index.get(name, -1) if name is not None else -1
        if found is None or row < 0 or found.fused.shape[1] != len(self.table.attributes):
            return None
        clip = self.checkpoint is not None and self.checkpoint.header.clip_negative
        return found.scores.of(np.maximum(self.table.vectors[row], 0.0) if clip else self.table.vectors[row])

    def present_project(self) -> Project:
        """The open project, for an edit of it; ProjectError where there is none, or its file was taken away."""
        project = self._open()
        if not (project.path / PROJECT_FILE).exists():
            # The system keeps a deleted file as long as it is open: an edit would succeed, and be lost.
            raise ProjectError(_gone(project))
        return project

    def put_table(self, table: ClassTable) -> None:
        """Tells all views of the project's own table as it is now; what was chosen of it stays where it still is."""
        self._own_table = self.table = table
        if self.class_name is not None and self.class_name not in table.class_index:
            self.class_name = None
            self.class_changed.emit(None)
        if self.attribute >= len(table.attributes):
            self.set_attribute(-1)
        self.table_changed.emit()

    def put_attributes(self, table: ClassTable) -> None:
        """A table of other attributes: what was trained on the old ones is looked through no longer."""
        names = tuple(attribute.full_name for attribute in table.attributes)
        if self.checkpoint is not None and self.checkpoint.header.attributes != names:
            self.put_checkpoint(None)
        self.put_table(table)
        if self.checkpoint is None:
            self._choose_first_checkpoint()

    # Inside

    def _open(self) -> Project:
        if self.project is None:
            raise ProjectError("No project is open; open one first.")
        return self.project

    def _choose_first_checkpoint(self) -> None:
        attributes = tuple(attribute.full_name for attribute in self._own_table.attributes)
        self.put_checkpoint(first_that_fits(self.checkpoints(), attributes))

    def _look_for_changes(self) -> None:
        """Another process may have committed something."""
        if self.project is None or self._is_gone():
            return
        try:
            version = self.project.data_version()
            if version == self._version:
                return
            self._version = version
            table = self.project.table()
            self._own_table = table
            if table.attributes or self.checkpoint is None:
                self.put_table(table)
            self.reload_images()
        except MsdnError as fault:
            self.message.emit("error", str(fault))

    def _is_gone(self) -> bool:
        """Whether the open project's file was taken away; said once."""
        project = self._open()
        was, self._gone = self._gone, not (project.path / PROJECT_FILE).exists()
        if self._gone and not was:
            self.message.emit("error", _gone(project))
        return self._gone

    def _explain(self) -> None:
        checkpoint = self.checkpoint.path if self.checkpoint is not None else None
        self._looking.look(checkpoint, self.image.path if self.image is not None else None)


def _fused(explanation: Explanation, checkpoint: Checkpoint | None) -> NDArray[np.floating] | None:
    if checkpoint is None:
        return None
    return fused_attribute_scores(explanation.scores_av, explanation.scores_va, checkpoint.header.fusion)


def _gone(project: Project) -> str:
    return f"{project.path} holds no project any more, so nothing can be saved; put it back or open another project."
