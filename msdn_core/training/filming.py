"""Filming a run: which pairs of image and attribute are watched, and their maps at many steps of the training.

A frame runs the network on a handful of images and keeps two maps of each. It draws no random number and changes no
weight, so a filmed run takes exactly the steps of one that is not filmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from msdn_core.domain.variants import SubNets
from msdn_core.errors import RunError
from msdn_core.runs.film import FilmedPin, FilmHeader, FilmWriter, frame_spacing, read_film
from msdn_core.runs.pins import NO_FILM, Pin, parse_watch_setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.evaluation.labelled_rows import LabelledRows
    from msdn_core.msdn.batches import FeatureBatches, Rows
    from msdn_core.msdn.network import MSDN
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.training.control import Control
    from msdn_core.training.data import TrainingData

CHOSEN = 6
"""The number of pairs that are watched if none are pinned."""


@dataclass(frozen=True, eq=False, slots=True)
class Watched:
    """The P pairs to film, and the rows and columns of their images and attributes; no header if nothing is filmed."""

    header: FilmHeader | None
    rows: Rows
    """(P,) rows of the feature store."""
    columns: NDArray[np.int64]
    """(P,) columns of the class table."""
    notes: tuple[str, ...] = ()
    """Sentences about pairs that cannot be filmed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a training."""

    step: int
    """The number of steps done."""
    epoch: int
    evaluation_due: bool
    """Whether the run is evaluated after this step."""
    last: bool
    """Whether this is the last step."""


def choose_watched(run: RunDirectory, config: TrainConfig, data: TrainingData, part: LabelledRows) -> Watched:
    """Return the pairs that a run watches.

    A resumed run keeps its pairs. Otherwise they come from the setting ``watch``, from the project's pins, or, without
    either, from ``part``: images with a distinctive attribute of their class.
    """
    nothing = np.zeros(0, np.int64)
    if config.watch.strip().lower() == NO_FILM:
        return Watched(None, nothing, nothing)
    keys = data.store.manifest.images
    notes: tuple[str, ...] = ()
    attributes = {attribute.full_name: column for column, attribute in enumerate(data.table.attributes)}
    if previous := _previous_header(run):
        source, pins = previous.source, tuple(pin.pin for pin in previous.pins)
    elif config.watch.strip():
        source = "from the run's settings"
        pins, notes = parse_watch_setting(config.watch, {key.name: key.id for key in keys}, attributes)
    elif data.pins:
        source, pins = "pinned in Explore", data.pins
    else:
        source, pins = "chosen automatically", _distinctive_pins(data.table, part, [key.id for key in keys])
    available = [pin for pin in pins if pin.attribute in attributes and data.store.has(pin.image_id)]
    if len(available) < len(pins):
        missing = len(pins) - len(available)
        notes += (
            f"{missing} watched {'pair is' if missing == 1 else 'pairs are'} not filmed: the image has no features, or "
            "the attribute does not exist.",
        )
    if not available:
        return Watched(None, nothing, nothing, notes)
    names = {key.id: key.name for key in keys}
    filmed = tuple(FilmedPin(pin.image_id, names[pin.image_id], pin.attribute) for pin in available)
    header = FilmHeader(filmed, data.store.spec.grid, SubNets(config.sub_nets), source)
    columns = np.array([attributes[pin.attribute] for pin in available], dtype=np.int64)
    return Watched(header, data.store.rows([pin.image_id for pin in available]), columns, notes)


class Filming:
    """The film of one run. If a frame cannot be written, the film ends with a warning and the run continues."""

    def __init__(self, watched: Watched, network: MSDN, features: FeatureBatches) -> None:
        self._watched, self._network, self._features = watched, network, features
        self._writer: FilmWriter | None = None
        self._every, self._with_evaluations = 1, True

    def begin(self, run: RunDirectory, config: TrainConfig, moment: Moment, control: Control, *, resumed: bool) -> None:
        """Open the film, after the frames of a resumed run, and take a frame of the network before its first step."""
        for note in self._watched.notes:
            control.note(note, "warning")
        header = self._watched.header
        if header is None:
            return
        self._every, self._with_evaluations = frame_spacing(
            config.steps, config.evaluate_every, config.watch_every, header
        )
        try:
            self._writer = FilmWriter(run.path, header, resume_step=moment.step if resumed else None)
        except RunError as fault:
            control.note(f"{fault} The run continues without a film.", "warning")
        self.take(moment, control)

    def take(self, moment: Moment, control: Control) -> None:
        """Take a frame if one is due after this step and has not been taken."""
        evaluated = self._with_evaluations and moment.evaluation_due
        due = moment.step % self._every == 0 or evaluated or moment.last
        writer = self._writer
        if writer is None or not due or moment.step <= writer.last_step:
            return
        try:
            scores, maps, ranges = self._measure()
            if writer.add(moment.step, moment.epoch, scores, maps, ranges, key=evaluated):
                return
            control.note(f"The film has reached its maximum size and ends at step {writer.last_step}.")
        except RunError as fault:
            control.note(f"{fault} The run continues without it.", "warning")
        self._writer = None

    def _measure(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return (P, 2) scores, (P, 2, R) maps, and (P, 2, 2) lowest and highest values over all attributes' maps."""
        watched, pins = self._watched, torch.arange(len(self._watched.rows), device=self._network.V.device)
        columns = torch.from_numpy(watched.columns).to(pins.device)
        with torch.inference_mode():
            # forward, and not a call: the hooks that other ranks are synchronised by are for batches, not for frames.
            out = self._network.forward(self._features.batch(watched.rows))
            stacks = (out.attention_av, out.attention_va)
            scores = torch.stack([out.scores_av[pins, columns], out.scores_va[pins, columns]], dim=1)
            maps = torch.stack([stack[pins, columns] for stack in stacks], dim=1)
            ranges = torch.stack(
                [torch.stack(torch.aminmax(stack.flatten(1), dim=1), dim=1) for stack in stacks], dim=1
            )
        arrays = [value.float().cpu().numpy() for value in (scores, maps, ranges)]
        return arrays[0], arrays[1], arrays[2]


def _previous_header(run: RunDirectory) -> FilmHeader | None:
    """Return the film header of a run that is resumed."""
    try:
        film = read_film(run.path) if run.checkpoint("last") is not None else None
    except RunError:
        return None
    return film.header if film is not None else None


def _distinctive_pins(table: ClassTable, part: LabelledRows, image_ids: list[int]) -> tuple[Pin, ...]:
    """Return one image each of classes spread over the table, with the attribute that most sets its class apart.

    The attributes come from different groups if there are enough groups.
    """
    classes = np.unique(part.labels)
    if len(classes):
        classes = classes[np.unique(np.linspace(0, len(classes) - 1, CHOSEN).round().astype(int))]
    deviation = table.vectors.std(axis=0)
    distinctness = (table.vectors - table.vectors.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    pins, used = [], set[str]()
    for row in classes.tolist():
        best = np.argsort(-distinctness[row], kind="stable").tolist()
        groups = [table.attributes[column].group or table.attributes[column].name for column in best]
        rank = next((rank for rank, group in enumerate(groups) if group not in used), 0)
        used.add(groups[rank])
        image = image_ids[int(part.rows[int(np.argmax(part.labels == row))])]
        pins.append(Pin(image, table.attributes[best[rank]].full_name))
    return tuple(pins)
