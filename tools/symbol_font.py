"""Draw ``resources/fonts/symbols.ttf``: the symbols of the window that Pillow's built-in font lacks.

That font is the only one on a machine without fonts, such as a container that renders a picture. Needs fonttools::

    python tools/symbol_font.py
"""

from __future__ import annotations

import math
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

Contour = list[tuple[float, float]]
UNITS = 1000
MIDDLE = 340
NAME = "MSDN Symbols"


def bar(x1: float, y1: float, x2: float, y2: float, width: float = 76) -> Contour:
    """Return a straight stroke."""
    length = math.hypot(x2 - x1, y2 - y1)
    dx, dy = (y2 - y1) / length * width / 2, -(x2 - x1) / length * width / 2
    return [(x1 - dx, y1 - dy), (x2 - dx, y2 - dy), (x2 + dx, y2 + dy), (x1 + dx, y1 + dy)]


def disc(x: float, y: float, radius: float) -> Contour:
    """Return a circle, as a polygon of 40 corners."""
    angles = [-2 * math.pi * corner / 40 for corner in range(40)]
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


def wave(y: float) -> list[Contour]:
    """Return three strokes: up, down and up."""
    return [bar(50, y, 210, y + 80), bar(190, y + 80, 410, y - 10), bar(390, y - 10, 550, y + 70)]


SYMBOLS: dict[str, tuple[int, list[Contour]]] = {
    "→": (900, [bar(70, MIDDLE, 800, MIDDLE), bar(560, 590, 830, MIDDLE - 8), bar(560, 90, 830, MIDDLE + 8)]),
    "−": (600, [bar(60, MIDDLE, 540, MIDDLE)]),
    "–": (560, [bar(20, MIDDLE - 40, 540, MIDDLE - 40)]),
    "×": (600, [bar(110, 150, 490, 530), bar(110, 530, 490, 150)]),
    "±": (600, [bar(60, 400, 540, 400), bar(300, 170, 300, 630), bar(60, 60, 540, 60)]),
    "▾": (640, [[(90, 480), (550, 480), (320, 170)]]),
    "▴": (640, [[(90, 180), (320, 490), (550, 180)]]),
    "●": (760, [disc(380, MIDDLE, 290)]),
    "◆": (760, [[(380, 680), (720, MIDDLE), (380, 0), (40, MIDDLE)]]),
    "✓": (760, [bar(90, 330, 300, 90), bar(270, 90, 660, 640)]),
    "✗": (700, [bar(120, 120, 580, 620), bar(120, 620, 580, 120)]),
    "■": (760, [[(100, 60), (100, 620), (660, 620), (660, 60)]]),
    "▼": (760, [[(60, 620), (700, 620), (380, 60)]]),
    "▸": (640, [[(190, 110), (190, 570), (500, MIDDLE)]]),
    "≈": (600, [stroke for y in (250, 430) for stroke in wave(y)]),
    "≤": (600, [bar(500, 620, 100, 420), bar(100, 420, 500, 220), bar(80, 100, 520, 100)]),
    "≥": (600, [bar(100, 620, 500, 420), bar(500, 420, 100, 220), bar(80, 100, 520, 100)]),
    "⋯": (900, [disc(x, MIDDLE, 60) for x in (180, 450, 720)]),
    "λ": (560, [bar(100, 720, 470, 0), bar(290, 380, 80, 0)]),
    "‖": (400, [bar(130, -60, 130, 740), bar(270, -60, 270, 740)]),
}


def main() -> None:
    """Write the font."""
    names = [".notdef", *(f"uni{ord(symbol):04X}" for symbol in SYMBOLS)]
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    widths = {".notdef": (500, 0)}
    for name, (width, contours) in zip(names[1:], SYMBOLS.values(), strict=True):
        pen = TTGlyphPen(None)
        for contour in contours:
            pen.moveTo(tuple(map(round, contour[0])))
            for point in contour[1:]:
                pen.lineTo(tuple(map(round, point)))
            pen.closePath()
        glyphs[name] = pen.glyph()
        widths[name] = (width, round(min(x for contour in contours for x, _ in contour)))
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(symbol): name for symbol, name in zip(SYMBOLS, names[1:], strict=True)})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=970, descent=-230)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=970, sTypoDescender=-230, usWinAscent=970, usWinDescent=230)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.save(Path(__file__).parents[1] / "resources" / "fonts" / "symbols.ttf")


if __name__ == "__main__":
    main()
