"""Growth of a training step's time with images, attributes, regions and classes, one at a time, from CUB's shape.

    python -m benchmarks growth --picture docs/pictures/growth.svg

Each quantity is halved and doubled while the others stay the same. Images are those of a batch, since a step's time
does not depend on the size of the data set.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import measuring
from benchmarks.cub_shaped import CUB, TINY, Shape, make_project
from benchmarks.measuring import fastest
from benchmarks.training_step import trainer_of
from msdn_core.svg import BLUE, GRID, MUTED, opening, text

Points = Sequence[tuple[int, float]]
_PANEL, _HEIGHT, _TOP, _FOOT = 240, 270, 76, 206


def measure(quick: bool = False) -> dict[str, Points]:
    """Return each quantity's sizes with the milliseconds of a training step in float32."""
    base = replace(TINY if quick else CUB, train=100, test_seen=0, test_unseen=0)
    shapes: dict[str, dict[int, Shape]] = {
        "images per batch": {n: replace(base, B=n) for n in _around(base.B)},
        "attributes": {n: replace(base, K=n) for n in _around(base.K)},
        "regions": {side**2: replace(base, side=side) for side in ((2, 3, 4) if quick else (7, 10, 14, 20))},
        "classes": {n: replace(base, M=n) for n in _around(base.M)},
    }
    found: dict[str, Points] = {}
    for what, sizes in shapes.items():
        points = []
        for size, shape in sizes.items():
            with tempfile.TemporaryDirectory() as folder:
                step = trainer_of(make_project(Path(folder) / "project", shape), "float32", shape.B).take_step
                points.append((size, fastest({"step": step}, rounds=2)["step"] * 1e3))
        found[what] = points
    return found


def _around(size: int) -> tuple[int, ...]:
    return size // 2, size, 2 * size


def draw(found: Mapping[str, Points], caption: str) -> str:
    """Return an SVG with one panel per quantity, all on one scale that starts at zero."""
    width = 40 + _PANEL * len(found)
    most = max(value for points in found.values() for _, value in points)
    title = "A training step, as one quantity grows"
    parts = [*opening(width, _HEIGHT, f"{title}: {caption}"), text(24, 32, title, size=17, weight=600)]
    for number, (what, points) in enumerate(found.items()):
        left, span = 52 + _PANEL * number, _PANEL - 58
        largest = max(size for size, _ in points)
        at = [
            (left + span * size / largest, _FOOT - (_FOOT - _TOP) * value / most, size, value) for size, value in points
        ]
        parts.append(f'<path d="M{left} {_TOP}V{_FOOT}H{left + span}" fill="none" stroke="{GRID}"/>')
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y, _, _ in at)
        parts.append(f'<path d="M{line}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
        for x, y, size, value in at:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{BLUE}"/>')
            parts.append(text(x - 3, y - 8, f"{value:.0f} ms", anchor="end", size=11))
            parts.append(text(x, _FOOT + 15, f"{size}", anchor="middle", fill=MUTED, size=11))
        parts.append(text(left + span / 2, _FOOT + 33, what, anchor="middle"))
    return "\n".join([*parts, text(24, _HEIGHT - 8, caption, fill=MUTED, size=12), "</svg>"]) + "\n"


def main(picture: Path | None, quick: bool) -> int:
    """Measure, print, and write the picture if a file is given; return 0."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    found = measure(quick)
    for what, points in found.items():
        print(f"{what:16}", ", ".join(f"{size}: {value:.0f} ms" for size, value in points))
    one = measuring.default_clock is time.process_time
    clock = "processor time of one thread" if one else f"{os.cpu_count()} cores"
    shape = "50 images, 312 attributes, 196 regions, 200 classes"
    caption = f"Float32, otherwise CUB's shape: {shape}; {clock}, load {load:.0f}."
    print(caption)
    if picture is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(draw(found, caption), encoding="utf-8", newline="\n")
    return 0
