"""Make the pictures of README and the guide, each in a separate process and home folder."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pictures.encoding import SUFFIX, encode_folder
from msdn_gui.services.locations import HOME_VARIABLE

if TYPE_CHECKING:
    from benchmarks.pictures.stage import Picture

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("overview", "explore", "classes", "annotate", "train", "evaluate", "ablation", "shell")


def main() -> int:
    """Draw the aviary with everything that the pictures need, and make the requested pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    pictures = {picture.name: picture for module in MODULES for picture in _pictures(module)}
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"pictures to make (default: all): {', '.join(pictures)}"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures", metavar="DIR")
    parser.add_argument(
        "--aviary", type=Path, metavar="PROJECT", help="use a copy of this aviary instead of drawing one"
    )
    parser.add_argument("--encode", type=Path, metavar="FOLDER", help="only encode the PNG files of a folder")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in pictures]
    if unknown:
        parser.error(f"unknown picture “{unknown[0]}”")
    if arguments.encode is not None:
        print(f"{encode_folder(arguments.encode, arguments.out) / 1e6:.1f} MB")
        return 0
    if arguments.one:
        return _make(pictures[arguments.names[0]], arguments.aviary, arguments.out)
    arguments.out.mkdir(parents=True, exist_ok=True)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        aviary = arguments.aviary or Path(folder) / "drawn" / "Aviary"
        if not aviary.exists():
            _draw(aviary)
        for name in arguments.names or pictures:
            home = Path(folder) / name
            project = home / "projects" / "Aviary"
            shutil.copytree(aviary, project)
            words = ("-m", "benchmarks.pictures", name, "--one", "--aviary", str(project), "--out", str(arguments.out))
            environment = {**os.environ, HOME_VARIABLE: str(home)}
            done = subprocess.run([sys.executable, *words], env=environment, cwd=ROOT, check=False)
            print(arguments.out / f"{name}{SUFFIX}" if done.returncode == 0 else f"{name}: failed", flush=True)
            failed += [name] if done.returncode else []
            shutil.rmtree(home, ignore_errors=True)
    return 1 if failed else 0


def _pictures(module: str) -> tuple[Picture, ...]:
    pictures: tuple[Picture, ...] = import_module(f"benchmarks.pictures.{module}").PICTURES
    return pictures


def _draw(aviary: Path) -> None:
    """Draw the aviary with its run, score all its images, and evaluate the run."""
    run = ("--run", "demo-01")
    for command, *options in (("demo",), ("score", *run), ("evaluate", *run, "--keep")):
        subprocess.run([sys.executable, "-m", "msdn_core", command, str(aviary), *options], cwd=ROOT, check=True)


def _make(picture: Picture, aviary: Path, out: Path) -> int:
    from PySide6.QtCore import QTimer

    from benchmarks.pictures.stage import Stage
    from msdn_gui.program import Program

    program = Program(project=aviary, workspace=picture.workspace, theme=picture.theme, size=picture.size)
    stage = Stage(program)

    def play() -> None:
        status = 1
        try:
            stage.settle()
            picture.steps(stage)
            stage.settle()
            stage.shoot(out / f"{picture.name}{SUFFIX}")
            status = 0
        finally:
            program.application.exit(status)

    QTimer.singleShot(0, program.window, play)
    return program.run()


if __name__ == "__main__":
    raise SystemExit(main())
