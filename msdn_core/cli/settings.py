"""How commands that train take settings."""

from __future__ import annotations

import argparse


def add_settings(parser: argparse.ArgumentParser, text: str) -> None:
    """Adds ``--set KEY=VALUE …``, which may be given several times."""
    parser.add_argument(
        "--set", action="extend", nargs="+", default=[], dest="settings", metavar="KEY=VALUE", help=text
    )
