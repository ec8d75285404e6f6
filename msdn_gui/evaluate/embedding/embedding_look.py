"""What the colours of an embedding tell: classes, seen and unseen, right and wrong, or an attribute's score."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from msdn_core.runs.embeddings import attribute_scores_of
from msdn_gui.evaluate.embedding.point_cloud import CIRCLE, CROSS, DIAMOND, rgb
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN, theme

BY_CLASS, BY_KIND, BY_RIGHT, BY_ATTRIBUTE = "class", "kind", "right", "attribute"
COLOURINGS = {
    BY_CLASS: "Colour by class",
    BY_KIND: "Colour by seen and unseen",
    BY_RIGHT: "Colour by right and wrong",
    BY_ATTRIBUTE: "Colour by an attribute's score",
}
_STEPS = 8


@dataclass(frozen=True, eq=False)
class Look:
    """N images, M classes."""

    colours: NDArray[np.uint8]
    """(N, 3) red, green and blue."""
    shapes: NDArray[np.uint8]
    """(N,) shapes of ``point_cloud``."""
    class_colours: NDArray[np.uint8]
    """(M, 3)."""
    legend: str
    """What they tell, as rich text."""


def look_of(shown: Shown, source: str, colouring: str, attribute: str) -> Look:
    """The look of a run's test images at its gamma; ``attribute`` is a full name."""
    run, colours = shown.run, theme().colours
    seen = run.table.seen
    of_kind = rgb(colours.q("unseen"), colours.q("seen"))[seen.astype(int)]
    shapes = np.where(seen[run.labels], CIRCLE, DIAMOND).astype(np.uint8)
    kinds = f"{_ink(SEEN_SIGN, colours.seen)} seen &nbsp; {_ink(UNSEEN_SIGN, colours.unseen)} unseen"
    if colouring == BY_RIGHT:
        right = run.predictions(shown.gamma) == run.labels
        count = int(right.sum())
        legend = f"{_ink('●', colours.good)} told rightly: {count:,} &nbsp; {_ink('✕', colours.error)} taken for "
        legend += f"another class: {len(right) - count:,}"
        inks = rgb(colours.q("error"), colours.q("good"))
        return Look(inks[right.astype(int)], np.where(right, CIRCLE, CROSS).astype(np.uint8), of_kind, legend)
    names = [one.full_name for one in run.table.attributes]
    if colouring == BY_ATTRIBUTE and attribute in names:
        column = names.index(attribute)
        # Fused already where the run was read: to fuse all attributes' scores takes longer than a frame.
        scores = (run.fused if source == "fused" else attribute_scores_of(run.evaluation.predictions, source))[
            :, column
        ]
        low, high = (float(edge) for edge in np.quantile(scores, [0.01, 0.99])) if len(scores) else (0.0, 1.0)
        ramp = pg.colormap.get("viridis")
        inks, truth = _ramped(ramp, scores, low, high), run.table.vectors[:, column]
        bar = "".join(_ink("■", ramp.map(step / (_STEPS - 1), mode="qcolor").name()) for step in range(_STEPS))
        ends = [f"{edge:.2f}".replace("-", "−") for edge in (low, high)]
        legend = f"{html.escape(attribute)}: {ends[0]} {bar} {ends[1]} (classes by their vectors)"
        return Look(inks, shapes, _ramped(ramp, truth, float(truth.min()), float(truth.max())), legend)
    if colouring == BY_CLASS:
        inks = _class_colours(run.similarity_order)
        return Look(inks[run.labels], shapes, inks, "Like classes have like colours; ● seen, ◆ unseen")
    return Look(of_kind[run.labels], shapes, of_kind, kinds)


def _class_colours(like: NDArray[np.intp]) -> NDArray[np.uint8]:
    """(M, 3) hues in the order of (M,) class rows, neighbours told apart by how light they are."""
    count = len(like)
    lights = (0.66, 0.5, 0.58) if theme().dark else (0.5, 0.36, 0.43)
    hues = [QColor.fromHslF(0.92 * place / max(count, 1), 0.62, lights[place % 3]) for place in range(count)]
    found = np.zeros((count, 3), np.uint8)
    found[like] = rgb(*hues)
    return found


def _ramped(ramp: pg.ColorMap, values: NDArray[np.floating], low: float, high: float) -> NDArray[np.uint8]:
    share = np.clip((values - low) / (high - low if high > low else 1.0), 0.0, 1.0)
    return np.asarray(ramp.map(share, mode="byte"), dtype=np.uint8)[:, :3]


def _ink(sign: str, colour: str) -> str:
    return f'<span style="color:{colour}">{sign}</span>'
