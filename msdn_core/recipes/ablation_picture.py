"""The picture of an ablation: per row, the mean of each figure, its deviation and the values of the seeds."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.svg import BLUE, GRID, MUTED, ORANGE, opening, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDTH, _LEFT, _RIGHT, _TOP, _LINE, _BOTTOM = 760, 150, 32, 84, 38, 70
_COLOURS = {"H": BLUE, "CZSL": ORANGE}


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure with one value from 0 to 1 per seed; H is drawn as a circle, CZSL as a diamond."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of the picture."""

    label: str
    marks: tuple[Mark, ...]


def draw(strips: Sequence[Strip], *, title: str, caption: str) -> str:
    """Return a standalone SVG; rows without values are marked as not finished."""
    values = [100 * value for strip in strips for mark in strip.marks for value in mark.values]
    low, high, step = _axis(values)
    height = _TOP + _LINE * len(strips) + _BOTTOM

    def x(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    foot = _TOP + _LINE * len(strips)
    parts = [
        *opening(_WIDTH, height, f"{title}: {caption}"),
        text(24, 34, title, size=17, weight=600),
    ]
    offset = 24.0
    for name, colour in _COLOURS.items():
        parts += [_shape(name, offset + 5, 57, colour), text(offset + 17, 61.5, name)]
        offset += 60
    for tick in range(round((high - low) / step) + 1):
        value = low + tick * step
        parts.append(f'<path d="M{x(value):.1f} {_TOP - 4}V{foot}" stroke="{GRID}"/>')
        parts.append(text(x(value), foot + 18, f"{value:g}", anchor="middle", fill=MUTED, size=12))
    for index, strip in enumerate(strips):
        middle = _TOP + _LINE * (index + 0.5)
        parts.append(text(_LEFT - 16, middle + 4.5, strip.label, anchor="end"))
        if not any(mark.values for mark in strip.marks):
            parts.append(text(_LEFT + 12, middle + 4.5, "not finished", fill=MUTED, size=12))
        for index_in_row, mark in enumerate(strip.marks):
            y = middle + (index_in_row - (len(strip.marks) - 1) / 2) * 11
            parts += _mark_shapes(mark, y, x)
    parts += [text(24, height - 20, caption, fill=MUTED, size=12), "</svg>"]
    return "\n".join(parts) + "\n"


def _mark_shapes(mark: Mark, y: float, x: Callable[[float], float]) -> list[str]:
    if not mark.values:
        return []
    colour, mean = _COLOURS[mark.name], 100 * statistics.fmean(mark.values)
    parts = []
    if len(mark.values) > 1:
        spread = 100 * statistics.stdev(mark.values)
        ends = f"M{x(mean - spread):.1f} {y:.1f}H{x(mean + spread):.1f}"
        parts.append(f'<path d="{ends}" stroke="{colour}" stroke-width="2" stroke-linecap="round"/>')
        parts += [
            f'<path d="M{x(100 * value):.1f} {y - 4:.1f}v8" stroke="{colour}" stroke-opacity="0.45"/>'
            for value in mark.values
        ]
    return [*parts, _shape(mark.name, x(mean), y, colour)]


def _shape(name: str, x: float, y: float, colour: str) -> str:
    edge = 'stroke="#ffffff" stroke-width="1.5"'
    if name == "H":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{colour}" {edge}/>'
    return f'<path d="M{x:.1f} {y - 6.5:.1f}l6.5 6.5l-6.5 6.5l-6.5 -6.5z" fill="{colour}" {edge}/>'


def _axis(values: Sequence[float]) -> tuple[float, float, float]:
    """Return rounded ends of the axis in percent and the distance of its lines."""
    low, high = (min(values), max(values)) if values else (0.0, 100.0)
    step = next(step for step in (1, 2, 5, 10, 20) if (high - low) / step <= 7)
    # Deviations may extend a little beyond the values.
    start, end = math.floor(low / step - 0.5) * step, math.ceil(high / step + 0.5) * step
    return max(0.0, float(start)), min(100.0, float(end)), float(step)
