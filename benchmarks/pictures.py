"""The pictures in README, made anew from the aviary: every workspace, in the light or the dark theme.

python -m benchmarks.pictures [--out DIR]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from msdn_gui.services.locations import HOME_VARIABLE

ROOT = Path(__file__).resolve().parents[1]
PICTURES = (
    ("explore", "light"),
    ("explore", "dark"),
    ("classes", "light"),
    ("classes", "dark"),
    ("annotate", "light"),
    ("annotate", "dark"),
    ("train", "light"),
    ("train", "dark"),
)
SIZE = "1280x800"


def main() -> None:
    """Draws the aviary whole in a home of its own, so that nothing is still under way, and takes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures", metavar="DIR")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, HOME_VARIABLE: home, "QT_QPA_PLATFORM": "offscreen"}

        def run(*words: str) -> None:
            subprocess.run([sys.executable, *words], env=environment, cwd=ROOT, check=True)

        aviary = str(Path(home) / "projects" / "Aviary")
        run("-m", "msdn_core", "demo", aviary)
        for workspace, theme in PICTURES:
            file = out / f"{workspace}-{theme}.png"
            look = ("--workspace", workspace, "--theme", theme, "--size", SIZE)
            run("main.py", aviary, *look, "--screenshot", str(file))
            print(file)


if __name__ == "__main__":
    main()
