"""Images of a report with both sub-nets' maps: some that were told rightly, and the worst errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from msdn_core.domain.scoring import calibrated, contributions
from msdn_core.errors import MsdnError
from msdn_core.msdn.explainer import Explainer
from msdn_core.project import ImageRecord
from msdn_core.report.pictures import jpeg_uri
from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_core.vision.features import FeatureStore, find_store
from msdn_core.vision.images import open_image
from msdn_core.vision.overlay import overlay
from msdn_core.vision.transform import viewed_box

SIDE = 220
"""Pixels of a picture's longer side: small, for a file holds some dozens of them."""
ERRORS = 8
_SIDES = (("av", "A→V"), ("va", "V→A"))


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture as a data URI, with what stands under it."""

    caption: str
    uri: str


@dataclass(frozen=True, slots=True)
class Example:
    """One test image."""

    name: str
    own: str
    own_seen: bool
    taken: tuple[str, ...]
    """What each run took it for."""
    lead: float
    """By how much the class that the first run took it for scores above the next one, or above its own."""
    attribute: str
    """Whose maps are shown: what spoke most for the decision."""
    panels: tuple[Panel, ...]


def typical_images(run: EvaluatedRun, gamma: float) -> NDArray[np.intp]:
    """Places of up to two seen and two unseen test images that were told rightly, neither the surest nor the least.

    They stand at a third and at two thirds of those of their kind, by how far the next class lies behind.
    """
    right = run.predictions(gamma) == run.labels
    lead = _lead_of_best(run, gamma)
    chosen: list[int] = []
    for seen in (True, False):
        places = np.flatnonzero(right & (run.table.seen[run.labels] == seen))
        order = places[np.argsort(lead[places], kind="stable")]
        chosen += dict.fromkeys(int(order[len(order) * third // 3]) for third in (1, 2) if len(order))
    return np.array(chosen, np.intp)


def worst_errors(run: EvaluatedRun, gamma: float) -> NDArray[np.intp]:
    """Places of the test images whose wrong class scores most above their own, the worst first."""
    leads = run.margins(gamma)
    order = np.argsort(-leads, kind="stable")[:ERRORS]
    return np.asarray(order[run.predictions(gamma)[order] != run.labels[order]])


class ExampleMaker:
    """Looks at images through the checkpoints of one or two runs."""

    def __init__(
        self,
        project: Path,
        runs: Sequence[EvaluatedRun],
        gammas: Sequence[float],
        records: Mapping[int, ImageRecord],
        *,
        device: str = "auto",
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        """``gammas`` is one a run; ``records`` are the project's images by id; ``tell`` hears of each image."""
        self.findings: list[str] = []
        """Sentences: what could not be shown, each once."""
        self._runs, self._gammas, self._records, self._tell = tuple(runs), tuple(gammas), records, tell
        self._through: list[tuple[Explainer, FeatureStore | None] | None] = []
        for run in runs:
            try:
                assert run.checkpoint is not None, "only what has a checkpoint is reported"
                explainer = Explainer(run.checkpoint, device=device)
                self._through.append((explainer, find_store(project, explainer.spec)))
            except MsdnError as fault:
                self._find(f"No maps of {run.name}: {fault}")
                self._through.append(None)

    def examples(self, places: NDArray[np.intp]) -> tuple[Example, ...]:
        """The test images at these places of the first run's predictions; those that are gone are left out."""
        found = []
        for place in places.tolist():
            record = self._records.get(int(self._runs[0].evaluation.predictions.image_ids[place]))
            try:
                if record is None:
                    raise MsdnError("An image is no longer in the project.")
                found.append(self._example(record, place))
            except MsdnError as fault:
                self._find(str(fault))
            self._tell()
        return tuple(found)

    def _example(self, record: ImageRecord, place: int) -> Example:
        run, gamma = self._runs[0], self._gammas[0]
        table = run.table
        own, taken = int(run.labels[place]), int(run.predictions(gamma)[place])
        unit = table.unit_vectors(clip_negative=run.evaluation.predictions.clip_negative)
        said_for = contributions(run.fused[place], unit[taken])
        if taken != own:
            said_for = said_for - contributions(run.fused[place], unit[own])
        attribute = table.attributes[int(said_for.argmax())].full_name
        picture = open_image(record.path, max_side=SIDE)
        panels = [Panel("image", jpeg_uri(picture))]
        for number in range(len(self._runs)):
            panels += self._maps(number, record, picture, attribute)
        lead = run.margins(gamma)[place] if taken != own else _lead_of_best(run, gamma)[place]
        said = tuple(self._taken(number, record) for number in range(len(self._runs)))
        return Example(
            record.name, table.classes[own], bool(table.seen[own]), said, float(lead), attribute, tuple(panels)
        )

    def _maps(self, number: int, record: ImageRecord, picture: Image.Image, attribute: str) -> list[Panel]:
        through, run = self._through[number], self._runs[number]
        names = [one.full_name for one in run.table.attributes]
        if through is None or attribute not in names:
            return []
        explainer, store = through
        if store is not None and store.has(record.id):
            explanation = explainer.explain_features(store.get(record.id), picture.size)
        else:
            explanation = explainer.explain(record.path)
        whose = f", {run.name}" if len(self._runs) > 1 else ""
        viewed, column = viewed_box(*picture.size), names.index(attribute)
        panels = []
        for side, words in _SIDES:
            absent = explanation.sub_nets.absence(side)
            if absent:
                self._find(absent.replace("This run", run.name, 1))
            else:
                stack = explanation.attention_av if side == "av" else explanation.attention_va
                panels.append(Panel(f"{words}{whose}", jpeg_uri(overlay(picture, stack[column], viewed))))
        return panels

    def _taken(self, number: int, record: ImageRecord) -> str:
        """What a run takes an image for; empty where it was not among its test images."""
        run = self._runs[number]
        found = np.flatnonzero(run.evaluation.predictions.image_ids == record.id)
        return run.table.classes[int(run.predictions(self._gammas[number])[found[0]])] if len(found) else ""

    def _find(self, sentence: str) -> None:
        if sentence not in self.findings:
            self.findings.append(sentence)


def _lead_of_best(run: EvaluatedRun, gamma: float) -> NDArray[np.float64]:
    """(N,) by how much the best class scores above the next one."""
    shown = np.asarray(calibrated(run.scores, run.table.seen, gamma), np.float64)
    if shown.shape[1] < 2:
        return np.zeros(len(shown))
    best = np.partition(shown, -2, axis=1)[:, -2:]
    return np.asarray(best[:, 1] - best[:, 0])
