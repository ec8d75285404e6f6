"""Pictures in a page: images as data URIs, and the confusion matrix."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from msdn_core.domain.metrics import confusion
from msdn_core.report.charts import GRID, INK, MUTED
from msdn_core.svg import opening, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.runs.evaluated_run import EvaluatedRun

_QUALITY = 82
_BLUE = (61, 111, 180)
_MOST_NAMED = 60
"""The maximum number of rows or columns of the confusion matrix with names: more names are too small to read."""
_WIDTH, _NAMES, _EDGE = 760, 150, 26


def jpeg_uri(picture: Image.Image) -> str:
    """Return an RGB image as a data URI."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"


def confusion_svg(run: EvaluatedRun, gamma: float, title: str) -> str:
    """Return the confusion matrix as an SVG: rows are classes with test images, columns all classes.

    Similar classes are adjacent. Darker cells have larger shares of their row, on a square-root scale that also shows
    a single error in thirty.
    """
    order = run.similarity_order
    counts = confusion(run.labels, run.predictions(gamma), len(run.table.classes))
    rows = order[run.images_of_class[order] > 0]
    shares = counts[np.ix_(rows, order)] / np.maximum(counts[rows].sum(axis=1, keepdims=True), 1)
    names = [run.table.classes[row] for row in rows], [run.table.classes[row] for row in order]
    left = _NAMES if len(rows) <= _MOST_NAMED else _EDGE
    below = _NAMES if len(order) <= _MOST_NAMED else _EDGE
    cell = (_WIDTH - left) / len(order)
    height = round(cell * len(rows)) + below
    foot = cell * len(rows)
    parts = opening(_WIDTH, height, title, inline=True)
    parts.append(
        f'<image href="{_shaded(shares)}" x="{left}" y="0" width="{_WIDTH - left}" height="{foot:.2f}" '
        'preserveAspectRatio="none" style="image-rendering:pixelated"/>'
    )
    parts.append(f'<rect x="{left}" y="0" width="{_WIDTH - left}" height="{foot:.2f}" fill="none" stroke="{GRID}"/>')
    size = max(6, min(11, int(cell * 0.8)))
    if left == _NAMES:
        for index, name in enumerate(names[0]):
            y = (index + 0.5) * cell + size * 0.35
            parts.append(text(left - 5, y, _shorten(name, size), anchor="end", fill=INK, size=size))
    else:
        middle = foot / 2
        label = text(14, middle, f"{len(rows)} classes of the test images", anchor="middle", fill=MUTED, size=12)
        parts.append(f'<g transform="rotate(-90 14 {middle:.0f})">{label}</g>')
    if below == _NAMES:
        for index, name in enumerate(names[1]):
            x = left + (index + 0.5) * cell + size * 0.35
            label = text(x, foot + 5, _shorten(name, size), anchor="end", fill=INK, size=size)
            parts.append(f'<g transform="rotate(-90 {x:.1f} {foot + 5:.1f})">{label}</g>')
    else:
        label = f"predicted: all {len(order)} classes, in the same order"
        parts.append(text((left + _WIDTH) / 2, height - 8, label, anchor="middle", fill=MUTED, size=12))
    return "\n".join([*parts, "</svg>"])


def _shaded(shares: NDArray[np.float64]) -> str:
    """Return one pixel per cell: blue, more transparent for smaller shares, so that it suits light and dark pages."""
    strength = np.sqrt(shares / max(float(shares.max(initial=0.0)), 1e-9))
    pixels = np.zeros((*shares.shape, 4), np.uint8)
    pixels[..., :3] = _BLUE
    pixels[..., 3] = np.round(255 * strength)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"


def _shorten(name: str, size: int) -> str:
    length = int(_NAMES / (0.55 * size)) - 1
    return name if len(name) <= length else f"{name[: length - 1]}…"
