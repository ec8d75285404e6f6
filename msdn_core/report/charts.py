"""Charts of a report as SVG in the colours of the page: lines of one or two runs over axes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from msdn_core.svg import opening, text

if TYPE_CHECKING:
    from collections.abc import Sequence

INK, MUTED, GRID = "var(--ink)", "var(--muted)", "var(--line)"
RUN_COLOURS = ("var(--first)", "var(--second)")
_DASHES = ("", ' stroke-dasharray="6 4"')
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 40

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Line:
    """A line through (P, 2) points, of the first (0) or the second (1) run."""

    points: Points
    run: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A single point; ``sign`` is ``square``, ``circle`` or ``triangle``."""

    x: float
    y: float
    sign: str
    run: int = 0


def chart(
    lines: Sequence[Line],
    *,
    title: str,
    x_label: str,
    y_label: str = "",
    marks: Sequence[Mark] = (),
    size: tuple[int, int] = (420, 300),
    ends: tuple[float, float, float, float] | None = None,
) -> str:
    """Return an SVG for a page; ``ends`` are the lowest and highest x and y, by default those of the points."""
    width, height = size
    points = np.concatenate([line.points for line in lines]) if lines else np.zeros((0, 2))
    if ends is None:
        ends = (*_axis_range(points[:, 0], snug=True), *_axis_range(points[:, 1]))
    left, right, low, high = ends

    def x(value: float) -> float:
        return _LEFT + (value - left) / (right - left) * (width - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return height - _BOTTOM - (value - low) / (high - low) * (height - _BOTTOM - _TOP)

    parts = opening(width, height, title, inline=True)
    for tick in ticks(low, high):
        parts.append(f'<path d="M{_LEFT} {y(tick):.1f}H{width - _RIGHT}" stroke="{GRID}"/>')
        parts.append(text(_LEFT - 6, y(tick) + 4, _number(tick), anchor="end", fill=MUTED, size=11))
    for tick in ticks(left, right):
        parts.append(f'<path d="M{x(tick):.1f} {height - _BOTTOM}v4" stroke="{GRID}"/>')
        parts.append(text(x(tick), height - _BOTTOM + 16, _number(tick), anchor="middle", fill=MUTED, size=11))
    parts.append(text((_LEFT + width - _RIGHT) / 2, height - 6, x_label, anchor="middle", fill=MUTED, size=11))
    if y_label:
        middle = (height - _BOTTOM + _TOP) / 2
        label = text(11, middle, y_label, anchor="middle", fill=MUTED, size=11)
        parts.append(f'<g transform="rotate(-90 11 {middle:.0f})">{label}</g>')
    for line in lines:
        coordinates = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line.points.tolist())
        parts.append(
            f'<polyline points="{coordinates}" fill="none" stroke="{RUN_COLOURS[line.run]}" stroke-width="1.8" '
            f'stroke-linejoin="round"{_DASHES[line.run]}/>'
        )
    parts += [_mark_shape(mark, x(mark.x), y(mark.y)) for mark in marks]
    return "\n".join([*parts, "</svg>"])


def ticks(low: float, high: float, *, about: int = 4) -> list[float]:
    """Return roughly ``about`` round numbers between two values."""
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(step * size for step in (1, 2, 5, 10) if step * size >= rough * 0.7)
    return [number * step for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _axis_range(values: Points, *, snug: bool = False) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    margin = (high - low) * (0.0 if snug else 0.06)
    if high - low < 1e-12:
        # A flat line is in the middle of an axis that fits its value.
        margin = abs(high) * 0.05 or 1.0
    return low - margin, high + margin


def _number(value: float) -> str:
    number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return number.replace("-", "−")


def _mark_shape(mark: Mark, x: float, y: float) -> str:
    style = f'fill="{RUN_COLOURS[mark.run]}" stroke="var(--paper)" stroke-width="1.5"'
    if mark.sign == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {style}/>'
    if mark.sign == "square":
        return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" {style}/>'
    return f'<path d="M{x - 6:.1f} {y - 4.5:.1f}h12l-6 10z" {style}/>'
