"""The files that come with the program: in the checkout, or inside the installed package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Return the path of a file in ``resources/``, e.g. ``resource("aviary", "demo-01")``; it need not exist."""
    beside_checkout = _PACKAGE.parent / "resources"
    root = beside_checkout if beside_checkout.is_dir() else _PACKAGE / "_resources"
    return root.joinpath(*parts)
