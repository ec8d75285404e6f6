"""The option for settings, shared by the commands that train."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_settings(parser: argparse.ArgumentParser, text: str) -> None:
    """Add ``--set KEY=VALUE …``, which may be given several times."""
    parser.add_argument(
        "--set", action="extend", nargs="+", default=[], dest="settings", metavar="KEY=VALUE", help=text
    )
