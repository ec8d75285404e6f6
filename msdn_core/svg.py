"""Colours and texts of the SVG pictures that the engine draws."""

from __future__ import annotations

from html import escape

INK, MUTED, GRID = "#1f2328", "#6b7178", "#e4e7ea"
BLUE, ORANGE = "#2b6cb8", "#c2580c"


def opening(width: int, height: int, title: str, *, inline: bool = False) -> list[str]:
    """Return the first lines of a white SVG of a size in pixels; end it with ``</svg>``.

    ``inline`` is for pages: the picture takes the page's background and font, and shrinks with it.
    """
    size = "" if inline else f' xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    family = "" if inline else ' font-family="system-ui, Segoe UI, Helvetica, DejaVu Sans, sans-serif"'
    parts = [
        f'<svg{size} viewBox="0 0 {width} {height}" role="img"{family} font-size="13">',
        f"<title>{escape(title)}</title>",
    ]
    return parts if inline else [*parts, f'<rect width="{width}" height="{height}" fill="#ffffff"/>']


def text(
    x: float, y: float, words: str, *, anchor: str = "start", fill: str = INK, size: int = 13, weight: int = 400
) -> str:
    """Return a text whose baseline starts, ends or has its middle at a point."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )
