"""Example images of a report with maps of attention and evidence: typical correct predictions, the worst errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.scoring import calibrated, contributions
from msdn_core.domain.wording import incomplete_finding
from msdn_core.errors import MsdnError
from msdn_core.msdn.explainer import Explainer
from msdn_core.report.pictures import jpeg_uri
from msdn_core.vision.features import FeatureStore, find_store
from msdn_core.vision.images import is_incomplete, open_image
from msdn_core.vision.overlay import overlay, signed_overlay
from msdn_core.vision.transform import viewed_box

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

    from msdn_core.domain.explanation import Explanation
    from msdn_core.project import ImageRecord
    from msdn_core.runs.evaluated_run import EvaluatedRun

SIDE = 220
"""The longer side of a picture in pixels: small, because a file contains dozens of pictures."""
ERRORS = 8
_SIDES = (("av", "A→V"), ("va", "V→A"))


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture as a data URI, with its caption."""

    caption: str
    uri: str


@dataclass(frozen=True, slots=True)
class Example:
    """A test image."""

    name: str
    label: str
    label_seen: bool
    predicted: tuple[str, ...]
    """The prediction of each run; empty if the image was not among its test images."""
    margin: float
    """By how much the first run's predicted class scores above the true class or, if correct, above the next one."""
    attribute: str
    """The attribute whose maps are shown: the one that contributed most to the decision."""
    question: str
    """What the evidence of classes answers: why the predicted class, or why that one and not the true one."""
    panels: tuple[Panel, ...]


def typical_images(run: EvaluatedRun, gamma: float) -> NDArray[np.intp]:
    """Return the rows of up to two seen and two unseen test images with typical correct predictions.

    They are at one and two thirds of the correct images of their kind, ordered by the margin to the next class.
    """
    correct = run.predictions(gamma) == run.labels
    margins = _correct_margins(run, gamma)
    chosen: list[int] = []
    for seen in (True, False):
        rows = np.flatnonzero(correct & (run.table.seen[run.labels] == seen))
        order = rows[np.argsort(margins[rows], kind="stable")]
        chosen += dict.fromkeys(int(order[len(order) * third // 3]) for third in (1, 2) if len(order))
    return np.array(chosen, np.intp)


def worst_errors(run: EvaluatedRun, gamma: float) -> NDArray[np.intp]:
    """Return the rows of the test images whose predicted class scores most above the true one, the worst first."""
    margins = run.margins(gamma)
    order = np.argsort(-margins, kind="stable")[:ERRORS]
    return np.asarray(order[run.predictions(gamma)[order] != run.labels[order]])


class ExampleMaker:
    """Explains images by the checkpoints of one or two runs."""

    def __init__(
        self,
        project: Path,
        runs: Sequence[EvaluatedRun],
        gammas: Sequence[float],
        records: Mapping[int, ImageRecord],
        *,
        device: str = "auto",
        on_image: Callable[[], None] = lambda: None,
    ) -> None:
        """Load the checkpoints. ``gammas`` has one value per run; ``records`` are the project's images by id."""
        self.findings: list[str] = []
        """Sentences that say what could not be shown, each once."""
        self._runs, self._gammas, self._records, self._on_image = tuple(runs), tuple(gammas), records, on_image
        self._explainers: list[tuple[Explainer, FeatureStore | None] | None] = []
        for run in runs:
            try:
                assert run.checkpoint is not None, "only runs with a checkpoint are reported"
                explainer = Explainer(run.checkpoint, device=device)
                self._explainers.append((explainer, find_store(project, explainer.spec)))
            except MsdnError as fault:
                self._add_finding(f"The maps of {run.name} cannot be shown: {fault}")
                self._explainers.append(None)

    def examples(self, rows: NDArray[np.intp]) -> tuple[Example, ...]:
        """Return examples of rows of the first run's predictions; missing images are left out."""
        examples = []
        for row in rows.tolist():
            record = self._records.get(int(self._runs[0].evaluation.predictions.image_ids[row]))
            try:
                if record is None:
                    raise MsdnError("An image is no longer in the project.")
                examples.append(self._example(record, row))
            except MsdnError as fault:
                self._add_finding(str(fault))
            self._on_image()
        return tuple(examples)

    def _example(self, record: ImageRecord, row: int) -> Example:
        run, gamma = self._runs[0], self._gammas[0]
        table = run.table
        label, predicted = int(run.labels[row]), int(run.predictions(gamma)[row])
        unit = table.unit_vectors(clip_negative=run.evaluation.predictions.clip_negative)
        # What decides an error is the lead of the predicted class over the true one.
        vector = unit[predicted] - unit[label] if predicted != label else unit[predicted]
        question = f"why {table.classes[predicted]}"
        question += f" and not {table.classes[label]}" if predicted != label else ""
        attribute = table.attributes[int(contributions(run.fused[row], vector).argmax())].full_name
        picture = open_image(record.path, max_side=SIDE)
        if is_incomplete(picture):
            self._add_finding(incomplete_finding([record.name]))
        panels = [Panel("image", jpeg_uri(picture))]
        for number in range(len(self._runs)):
            panels += self._maps(number, record, picture, attribute, (table.classes[predicted], table.classes[label]))
        margin = run.margins(gamma)[row] if predicted != label else _correct_margins(run, gamma)[row]
        predictions = tuple(self._prediction(number, record) for number in range(len(self._runs)))
        return Example(
            name=record.name,
            label=table.classes[label],
            label_seen=bool(table.seen[label]),
            predicted=predictions,
            margin=float(margin),
            attribute=attribute,
            question=question,
            panels=tuple(panels),
        )

    def _maps(
        self, number: int, record: ImageRecord, picture: Image.Image, attribute: str, classes: tuple[str, str]
    ) -> list[Panel]:
        """Return a run's maps of an attribute, and of a class or of the difference of two."""
        loaded, run = self._explainers[number], self._runs[number]
        names = [known.full_name for known in run.table.attributes]
        if loaded is None or attribute not in names:
            return []
        explainer, store = loaded
        if store is not None and store.has(record.id):
            explanation = explainer.explain_features(store.get(record.id), picture.size)
        else:
            explanation = explainer.explain(record.path)
        run_text = f", {run.name}" if len(self._runs) > 1 else ""
        viewed, column = viewed_box(*picture.size), names.index(attribute)
        panels, signed = [], []
        for side, side_text in _SIDES:
            absent = explanation.sub_nets.absence(side)
            if absent:
                self._add_finding(absent.replace("This run", run.name, 1))
            else:
                stack = explanation.attention_av if side == "av" else explanation.attention_va
                panels.append(Panel(f"{side_text}{run_text}", jpeg_uri(overlay(picture, stack[column], viewed))))
                stack = explanation.evidence_av if side == "av" else explanation.evidence_va
                signed.append((f"{side_text} evidence{run_text}", stack[column], 0.0))
        signed.append((f"evidence{run_text}", explanation.evidence[column], float(explanation.pooled[column])))
        of_class = self._class_evidence(run, explanation, *classes)
        if of_class is not None:
            signed.append((f"{'class evidence' if len(set(classes)) == 1 else 'difference'}{run_text}", *of_class))
        for caption, values, pooled in signed:
            text = f"{caption}, sum {float(values.sum(dtype=np.float64)):+.2f}".replace("-", "−")
            text += f", global branch {pooled:+.2f}".replace("-", "−") if pooled else ""
            panels.append(Panel(text, jpeg_uri(signed_overlay(picture, values, viewed))))
        return panels

    @staticmethod
    def _class_evidence(
        run: EvaluatedRun, explanation: Explanation, predicted: str, label: str
    ) -> tuple[NDArray[np.float64], float] | None:
        """Return the evidence of the predicted class, or its lead over another label, and the part that has no map.

        It is None if a run has no such class.

        Both runs of a comparison answer the question about the first one's prediction.
        """
        index, vectors = run.table.class_index, run.table.vectors
        if predicted not in index or label not in index:
            return None
        if predicted == label:
            first = vectors[index[predicted]]
            return explanation.class_evidence(first), explanation.pooled_part(first)
        first, other = vectors[index[predicted]], vectors[index[label]]
        lead = explanation.pooled_part(first) - explanation.pooled_part(other)
        return explanation.difference(first, other), lead

    def _prediction(self, number: int, record: ImageRecord) -> str:
        """Return a run's prediction for an image; empty if it was not among its test images."""
        run = self._runs[number]
        rows = np.flatnonzero(run.evaluation.predictions.image_ids == record.id)
        return run.table.classes[int(run.predictions(self._gammas[number])[rows[0]])] if len(rows) else ""

    def _add_finding(self, sentence: str) -> None:
        if sentence not in self.findings:
            self.findings.append(sentence)


def _correct_margins(run: EvaluatedRun, gamma: float) -> NDArray[np.float64]:
    """Return (N,) by how much the best class scores above the next one."""
    scores = np.asarray(calibrated(run.scores, run.table.seen, gamma), np.float64)
    if scores.shape[1] < 2:
        return np.zeros(len(scores))
    best = np.partition(scores, -2, axis=1)[:, -2:]
    return np.asarray(best[:, 1] - best[:, 0])
