"""Filming a run: which pairs of image and attribute are watched, and their maps at many moments of its training.

A frame runs the network over a handful of images and keeps two maps of each. Nothing random is drawn and no weight is
touched, so a filmed run takes the very steps of one that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.variants import SubNets
from msdn_core.errors import RunError
from msdn_core.evaluation.labelled_rows import LabelledRows
from msdn_core.msdn.batches import FeatureBatches, Rows
from msdn_core.msdn.network import MSDN
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.film import FilmedPin, FilmHeader, FilmWriter, frame_spacing, read_film
from msdn_core.runs.pins import NO_FILM, Pin, parse_watch_setting
from msdn_core.training.control import Control
from msdn_core.training.data import TrainingData

if TYPE_CHECKING:
    from msdn_core.training.trainer import Trainer

CHOSEN = 6
"""Pairs that are watched where nobody pinned any."""


@dataclass(frozen=True, eq=False, slots=True)
class Watched:
    """The P pairs to film, and where their images and attributes are; none where nothing is filmed."""

    header: FilmHeader | None
    rows: Rows
    """(P,) rows of the feature store."""
    columns: NDArray[np.int64]
    """(P,) columns of the class table."""
    notes: tuple[str, ...] = ()
    """Sentences about pairs that cannot be filmed."""


def choose_watched(run: RunDirectory, config: TrainConfig, data: TrainingData, part: LabelledRows) -> Watched:
    """What a run watches: what it watched before it was left, its setting, the project's pins, or telling pairs.

    ``part`` are the images that the last are chosen from.
    """
    nothing = np.zeros(0, np.int64)
    if config.watch.strip().lower() == NO_FILM:
        return Watched(None, nothing, nothing)
    keys = data.store.manifest.images
    notes: tuple[str, ...] = ()
    attributes = {attribute.full_name: column for column, attribute in enumerate(data.table.attributes)}
    if before := _before(run):
        source, pins = before.source, tuple(pin.pin for pin in before.pins)
    elif config.watch.strip():
        source = "named in the run's settings"
        pins, notes = parse_watch_setting(config.watch, {key.name: key.id for key in keys}, attributes)
    elif data.pins:
        source, pins = "pinned in Explore", data.pins
    else:
        source, pins = "chosen by the run", _telling(data.table, part, [key.id for key in keys])
    there = [pin for pin in pins if pin.attribute in attributes and data.store.has(pin.image_id)]
    if len(there) < len(pins):
        lost = len(pins) - len(there)
        notes += (
            f"{lost} watched {'pair is' if lost == 1 else 'pairs are'} not filmed: no features, or no such attribute.",
        )
    if not there:
        return Watched(None, nothing, nothing, notes)
    names = {key.id: key.name for key in keys}
    filmed = tuple(FilmedPin(pin.image_id, names[pin.image_id], pin.attribute) for pin in there)
    header = FilmHeader(filmed, data.store.spec.grid, SubNets(config.sub_nets), source)
    columns = np.array([attributes[pin.attribute] for pin in there], dtype=np.int64)
    return Watched(header, data.store.rows([pin.image_id for pin in there]), columns, notes)


class Filming:
    """The film of one run; it ends, and says so, where a frame cannot be written: the run goes on."""

    def __init__(self, watched: Watched, network: MSDN, features: FeatureBatches) -> None:
        self._watched, self._network, self._features = watched, network, features
        self._writer: FilmWriter | None = None
        self._every, self._evaluations = 1, True

    def begin(self, trainer: Trainer, control: Control, *, resumed: bool) -> None:
        """Opens the film, behind the frames that there are; the first frame shows the network before its first step."""
        for note in self._watched.notes:
            control.note(note, "warning")
        header, config = self._watched.header, trainer.config
        if header is None:
            return
        self._every, self._evaluations = frame_spacing(config.steps, config.evaluate_every, config.watch_every, header)
        try:
            after = trainer.step if resumed else None
            self._writer = FilmWriter(trainer.run.path, header, resume_step=after)
        except RunError as fault:
            control.note(f"{fault} The run goes on without a film.", "warning")
        self.take(trainer, control)

    def take(self, trainer: Trainer, control: Control) -> None:
        """A frame, where one is due after this step and is not there yet."""
        evaluated = self._evaluations and trainer.evaluation_due
        due = trainer.step % self._every == 0 or evaluated or trainer.step >= trainer.config.steps
        writer = self._writer
        if writer is None or not due or trainer.step <= writer.last_step:
            return
        try:
            scores, maps, ranges = self._look()
            if writer.add(trainer.step, trainer.epoch, scores, maps, ranges, key=evaluated):
                return
            control.note(f"The film is as long as it may become and ends at step {writer.last_step}.")
        except RunError as fault:
            control.note(f"{fault} The run goes on without it.", "warning")
        self._writer = None

    def _look(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """(P, 2) scores, (P, 2, R) maps, and (P, 2, 2) the lowest and highest value of all attributes' maps."""
        watched, pins = self._watched, torch.arange(len(self._watched.rows), device=self._network.V.device)
        columns = torch.from_numpy(watched.columns).to(pins.device)
        with torch.inference_mode():
            # Not called, but its forward: what other ranks are hooked to is a batch's, and no frame's.
            out = self._network.forward(self._features.batch(watched.rows))
            stacks = (out.attention_av, out.attention_va)
            scores = torch.stack([out.scores_av[pins, columns], out.scores_va[pins, columns]], dim=1)
            maps = torch.stack([stack[pins, columns] for stack in stacks], dim=1)
            ranges = torch.stack(
                [torch.stack(torch.aminmax(stack.flatten(1), dim=1), dim=1) for stack in stacks], dim=1
            )
        found = [value.float().cpu().numpy() for value in (scores, maps, ranges)]
        return found[0], found[1], found[2]


def _before(run: RunDirectory) -> FilmHeader | None:
    """What a run that goes on watched before."""
    try:
        film = read_film(run.path) if run.checkpoint("last") is not None else None
    except RunError:
        return None
    return film.header if film is not None else None


def _telling(table: ClassTable, part: LabelledRows, ids: list[int]) -> tuple[Pin, ...]:
    """An image each of classes that lie apart in the table, with the attribute that tells its class from others most.

    No two of the same group where there are enough groups.
    """
    classes = np.unique(part.labels)
    some = classes[np.unique(np.linspace(0, len(classes) - 1, CHOSEN).round().astype(int))] if len(classes) else classes
    spread = table.vectors.std(axis=0)
    telling = (table.vectors - table.vectors.mean(axis=0)) / np.where(spread > 0, spread, 1)
    pins, used = [], set[str]()
    for row in some.tolist():
        best = np.argsort(-telling[row], kind="stable").tolist()
        groups = [table.attributes[column].group or table.attributes[column].name for column in best]
        place = next((place for place, group in enumerate(groups) if group not in used), 0)
        used.add(groups[place])
        image = ids[int(part.rows[int(np.argmax(part.labels == row))])]
        pins.append(Pin(image, table.attributes[best[place]].full_name))
    return tuple(pins)
