"""Draws a bird in its own units, one function per part."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from msdn_core.demo.pose import Pose

Colour = tuple[int, int, int]

FINE = 2
"""The factor by which pictures are drawn larger and then scaled down, for smooth edges."""

COLOURS: dict[str, Colour] = {
    "red": (206, 52, 46),
    "blue": (48, 102, 196),
    "yellow": (240, 198, 48),
    "black": (32, 32, 38),
    "white": (246, 244, 238),
    "orange": (236, 128, 40),
    "green": (62, 148, 72),
    "violet": (136, 78, 168),
    "brown": (128, 84, 50),
    "grey": (134, 140, 148),
}


class Brush:
    """Draws shapes in a bird's units on a picture."""

    def __init__(self, image: Image.Image, pose: Pose) -> None:
        self._draw = ImageDraw.Draw(image)
        self._pose = pose
        self._unit = pose.scale * FINE

    def shape(self, points: ArrayLike, fill: Colour) -> None:
        """Draw a filled outline with a slightly darker edge."""
        corners = [tuple(corner) for corner in (self._pose.place(points) * FINE).tolist()]
        self._draw.polygon(corners, fill=fill)
        self._draw.line([*corners, corners[0]], fill=shade(fill, 0.78), width=max(1, round(0.008 * self._unit)))

    def line(self, points: ArrayLike, fill: Colour, width: float) -> None:
        """Draw a line with a width in the bird's units."""
        corners = [tuple(corner) for corner in (self._pose.place(points) * FINE).tolist()]
        self._draw.line(corners, fill=fill, width=max(1, round(width * self._unit)), joint="curve")

    def disc(self, centre: tuple[float, float], radius: float, fill: Colour) -> None:
        """Draw a filled circle."""
        x, y = (self._pose.place(centre) * FINE).tolist()
        r = radius * self._unit
        self._draw.ellipse([x - r, y - r, x + r, y + r], fill=fill)


def draw_bird(image: Image.Image, traits: dict[str, str], pose: Pose, coat: Colour) -> None:
    """Draw a bird with its traits; ``coat`` is the colour of everything without an attribute."""
    brush = Brush(image, pose)
    _legs(brush, COLOURS[traits["legs"]])
    _tail(brush, traits["tail"], coat)
    _body(brush, coat, COLOURS[traits["breast"]])
    _wing(brush, COLOURS[traits["wing colour"]], traits["wing pattern"])
    _bill(brush, traits["bill"])
    _head(brush, coat, COLOURS[traits["crown"]], crested=traits["crest"] == "yes")
    _eye(brush, traits["eye"])


def shade(colour: Colour, factor: float) -> Colour:
    """Return a colour made darker (below 1) or lighter."""
    red, green, blue = (min(255, round(value * factor)) for value in colour)
    return red, green, blue


def _ellipse(
    x: float, y: float, wide: float, high: float, tilt: float = 0.0, start: float = 0.0, end: float = 2 * np.pi
) -> NDArray[np.float64]:
    turn = np.linspace(start, end, 48)
    across, down = wide * np.cos(turn), high * np.sin(turn)
    return np.stack(
        [x + across * np.cos(tilt) - down * np.sin(tilt), y + across * np.sin(tilt) + down * np.cos(tilt)], axis=1
    )


def _curve(*points: tuple[float, float]) -> NDArray[np.float64]:
    """Return a smooth closed outline through points (Catmull-Rom)."""
    knots = np.array(points)
    before, after, further = np.roll(knots, 1, 0), np.roll(knots, -1, 0), np.roll(knots, -2, 0)
    t = np.linspace(0, 1, 10, endpoint=False)[:, None, None]
    path = 0.5 * (
        2 * knots
        + (after - before) * t
        + (2 * before - 5 * knots + 4 * after - further) * t**2
        + (3 * knots - before - 3 * after + further) * t**3
    )
    return np.asarray(path.transpose(1, 0, 2).reshape(-1, 2), dtype=np.float64)


def _legs(brush: Brush, colour: Colour) -> None:
    for hip, foot in ((-0.06, -0.08), (0.05, 0.04)):
        brush.line([(hip, 0.18), (foot, 0.46)], colour, 0.032)
        for toe in (-0.09, -0.03, 0.06):
            brush.line([(foot, 0.455), (foot + toe, 0.485)], colour, 0.024)


def _tail(brush: Brush, kind: str, coat: Colour) -> None:
    dark = shade(coat, 0.72)
    root_top, root_low = (0.25, -0.02), (0.25, 0.13)
    if kind == "short":
        brush.shape([root_top, (0.46, 0.05), (0.48, 0.15), root_low], dark)
    elif kind == "long":
        brush.shape([root_top, (0.72, 0.15), (0.73, 0.225), root_low], dark)
        brush.line([(0.3, 0.06), (0.7, 0.185)], shade(dark, 0.8), 0.01)
    elif kind == "forked":
        brush.shape([root_top, (0.66, -0.03), (0.46, 0.105), (0.63, 0.3), root_low], dark)
    else:
        turns = np.linspace(-0.42, 0.92, 7)
        tips = [(0.25 + 0.38 * np.cos(turn), 0.055 + 0.38 * np.sin(turn)) for turn in turns]
        rim = [point for a, b in itertools.pairwise(tips) for point in (a, _between(a, b))]
        brush.shape([root_top, *rim, tips[-1], root_low], dark)
        for tip in tips[1:-1]:
            brush.line([(0.28, 0.055), tip], shade(dark, 0.78), 0.012)


def _between(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Return the dent between two feathers of a fan."""
    return 0.25 + ((a[0] + b[0]) / 2 - 0.25) * 0.93, 0.055 + ((a[1] + b[1]) / 2 - 0.055) * 0.93


def _body(brush: Brush, coat: Colour, breast: Colour) -> None:
    brush.shape(
        _curve(
            (-0.42, -0.16), (-0.37, 0.05), (-0.24, 0.2), (-0.02, 0.24), (0.2, 0.18), (0.36, 0.08), (0.3, -0.06),
            (0.1, -0.17), (-0.12, -0.22), (-0.26, -0.32),
        ),
        coat,
    )  # fmt: skip
    brush.shape(
        _curve(
            (-0.41, -0.12), (-0.365, 0.05), (-0.24, 0.19), (-0.03, 0.23), (0.02, 0.15), (-0.1, 0.03), (-0.21, -0.08),
            (-0.3, -0.13),
        ),
        breast,
    )  # fmt: skip


def _wing(brush: Brush, colour: Colour, pattern: str) -> None:
    outline = _curve((-0.14, -0.12), (-0.15, 0.0), (-0.05, 0.11), (0.14, 0.13), (0.4, 0.1), (0.28, -0.03), (0.1, -0.13))
    brush.shape(outline, colour)
    light = (250, 246, 232)
    if pattern == "plain":
        brush.line(_ellipse(0.02, -0.02, 0.2, 0.1, 0.1, 0.5, 1.5), shade(colour, 0.8), 0.012)
    elif pattern == "striped":
        for x in (-0.07, 0.01, 0.09, 0.17, 0.25):
            brush.line([(x - 0.02, -0.085 + 0.25 * max(0, x - 0.1)), (x + 0.04, 0.105)], light, 0.026)
    elif pattern == "spotted":
        for x, y in (
            (-0.08, -0.05),
            (-0.05, 0.05),
            (0.03, -0.06),
            (0.05, 0.04),
            (0.14, -0.03),
            (0.16, 0.07),
            (0.25, 0.05),
        ):
            brush.disc((x, y), 0.03, light)
    else:
        edge = _curve((-0.13, 0.02), (-0.05, 0.11), (0.14, 0.135), (0.4, 0.1), (0.16, 0.085), (-0.02, 0.055))
        brush.shape(edge, light)


def _bill(brush: Brush, kind: str) -> None:
    colour = (214, 160, 70)
    if kind == "short":
        brush.shape([(-0.44, -0.27), (-0.58, -0.215), (-0.44, -0.175)], colour)
    elif kind == "long":
        brush.shape([(-0.44, -0.26), (-0.76, -0.205), (-0.44, -0.185)], colour)
    elif kind == "hooked":
        brush.shape(
            [(-0.43, -0.29), (-0.55, -0.285), (-0.625, -0.24), (-0.625, -0.13), (-0.575, -0.19), (-0.44, -0.17)], colour
        )
    else:
        path = _ellipse(-0.46, -0.03, 0.26, 0.21, 0.0, 1.5 * np.pi, np.pi + 0.12)
        widths = np.linspace(0.05, 0.008, len(path))
        for (a, b), width in zip(itertools.pairwise(path), widths, strict=False):
            brush.line([tuple(a), tuple(b)], colour, float(width))


def _head(brush: Brush, coat: Colour, crown: Colour, *, crested: bool) -> None:
    if crested:
        for tip in ((-0.12, -0.52), (-0.2, -0.575), (-0.3, -0.58)):
            brush.shape([(-0.42, -0.36), tip, (-0.2, -0.3)], crown)
    brush.shape(_ellipse(-0.34, -0.23, 0.15, 0.145), coat)
    cap = np.concatenate([_ellipse(-0.34, -0.23, 0.152, 0.148, 0.0, np.pi + 0.12, 2 * np.pi + 0.15), [(-0.33, -0.275)]])
    brush.shape(cap, crown)


def _eye(brush: Brush, kind: str) -> None:
    at = (-0.385, -0.25)
    dark, light = (18, 16, 18), (250, 250, 250)
    if kind == "masked":
        brush.shape(_ellipse(-0.36, -0.235, 0.125, 0.045, -0.12), (22, 20, 24))
        brush.disc(at, 0.022, (235, 235, 235))
        brush.disc(at, 0.014, dark)
        return
    if kind == "ringed":
        brush.disc(at, 0.062, light)
    elif kind == "yellow":
        brush.disc(at, 0.048, (255, 214, 0))
    brush.disc(at, 0.026 if kind != "dark" else 0.032, dark)
    brush.disc((at[0] - 0.009, at[1] - 0.01), 0.008, light)
