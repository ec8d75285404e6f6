"""Colours and shapes of an embedding: by class, by seen and unseen, by correctness, or by an attribute score."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from msdn_core.domain.display_names import attribute_text
from msdn_core.runs.embeddings import attribute_scores_of
from msdn_gui.evaluate.embedding.point_cloud import CIRCLE, CROSS, DIAMOND, rgb
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN, theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_gui.evaluate.runs.run_selection import RunSelection

BY_CLASS, BY_SEEN, BY_CORRECTNESS, BY_ATTRIBUTE = "class", "seen", "correctness", "attribute"
COLOURINGS = {
    BY_CLASS: "Colour by class",
    BY_SEEN: "Colour by seen and unseen",
    BY_CORRECTNESS: "Colour by correctness",
    BY_ATTRIBUTE: "Colour by attribute score",
}
_STEPS = 8


@dataclass(frozen=True, eq=False)
class PlaneStyle:
    """Colours and shapes of N images and M classes."""

    colours: NDArray[np.uint8]
    """(N, 3) red, green and blue."""
    shapes: NDArray[np.uint8]
    """(N,) shapes of ``point_cloud``."""
    class_colours: NDArray[np.uint8]
    """(M, 3)."""
    legend: str
    """What the colours mean, as rich text."""


def style_of(selection: RunSelection, source: str, colouring: str, attribute: str) -> PlaneStyle:
    """Return the style of a run's test images at its gamma; ``attribute`` is a full name."""
    run, colours = selection.run, theme().colours
    seen = run.table.seen
    by_seen = rgb(colours.q("unseen"), colours.q("seen"))[seen.astype(int)]
    shapes = np.where(seen[run.labels], CIRCLE, DIAMOND).astype(np.uint8)
    seen_legend = f"{_span(SEEN_SIGN, colours.seen)} seen &nbsp; {_span(UNSEEN_SIGN, colours.unseen)} unseen"
    if colouring == BY_CORRECTNESS:
        is_correct = run.predictions(selection.gamma) == run.labels
        count = int(is_correct.sum())
        legend = f"{_span('●', colours.good)} correct: {count:,} &nbsp; "
        legend += f"{_span('✕', colours.error)} misclassified: {len(is_correct) - count:,}"
        image_colours = rgb(colours.q("error"), colours.q("good"))
        return PlaneStyle(
            image_colours[is_correct.astype(int)], np.where(is_correct, CIRCLE, CROSS).astype(np.uint8), by_seen, legend
        )
    names = [one.full_name for one in run.table.attributes]
    if colouring == BY_ATTRIBUTE and attribute in names:
        column = names.index(attribute)
        # The run holds fused scores: fusing all attributes takes longer than a frame.
        scores = (run.fused if source == "fused" else attribute_scores_of(run.evaluation.predictions, source))[
            :, column
        ]
        low, high = (float(edge) for edge in np.quantile(scores, [0.01, 0.99])) if len(scores) else (0.0, 1.0)
        ramp = pg.colormap.get("viridis")
        image_colours, truth = _ramped(ramp, scores, low, high), run.table.vectors[:, column]
        bar = "".join(_span("■", ramp.map(step / (_STEPS - 1), mode="qcolor").name()) for step in range(_STEPS))
        ends = [f"{edge:.2f}".replace("-", "−") for edge in (low, high)]
        legend = f"{html.escape(attribute_text(attribute))}: {ends[0]} {bar} {ends[1]} (classes: their class values)"
        return PlaneStyle(image_colours, shapes, _ramped(ramp, truth, float(truth.min()), float(truth.max())), legend)
    if colouring == BY_CLASS:
        image_colours = _class_colours(run.similarity_order)
        return PlaneStyle(
            image_colours[run.labels], shapes, image_colours, "Similar classes have similar colours; ● seen, ◆ unseen"
        )
    return PlaneStyle(by_seen[run.labels], shapes, by_seen, seen_legend)


def _class_colours(order: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return (M, 3) hues in an order of (M,) class rows; neighbours differ in lightness."""
    count = len(order)
    lights = (0.66, 0.5, 0.58) if theme().dark else (0.5, 0.36, 0.43)
    hues = [QColor.fromHslF(0.92 * place / max(count, 1), 0.62, lights[place % 3]) for place in range(count)]
    colours = np.zeros((count, 3), np.uint8)
    colours[order] = rgb(*hues)
    return colours


def _ramped(ramp: pg.ColorMap, values: NDArray[np.floating], low: float, high: float) -> NDArray[np.uint8]:
    share = np.clip((values - low) / (high - low if high > low else 1.0), 0.0, 1.0)
    return np.asarray(ramp.map(share, mode="byte"), dtype=np.uint8)[:, :3]


def _span(sign: str, colour: str) -> str:
    return f'<span style="color:{colour}">{sign}</span>'
