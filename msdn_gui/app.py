"""Start and end of the program. Nothing heavy is imported up here: the explainer's process imports this file too."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msdn_gui.shell.workspaces import NAMES

if TYPE_CHECKING:
    from msdn_gui.program import Program

THEMES = ("system", "light", "dark")


def build_parser() -> argparse.ArgumentParser:
    """What ``python main.py`` takes."""
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="MSDN Explorer: images through both attention sub-nets, classes nobody has photographs of, "
        "training in the background. Without a screen: python -m msdn_core",
    )
    parser.add_argument(
        "project",
        nargs="?",
        type=Path,
        metavar="PROJECT",
        help="a project's folder, or any folder of images (default: the last project, at first the aviary)",
    )
    parser.add_argument("--workspace", choices=NAMES, help="the workspace to show first")
    parser.add_argument("--theme", choices=THEMES, help="for this start only")
    parser.add_argument("--size", type=_size, metavar="WxH", help="the window's size, e.g. 1280x800")
    parser.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="write a PNG of the window once its content is there, and end"
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Opens the window and stays until it is closed; 1 with one sentence where it cannot be opened."""
    arguments = build_parser().parse_args(argv)
    fault = (
        _fault_of_arguments(arguments)
        or _fault_of_home()
        or _prepare_platform(offscreen_is_fine=arguments.screenshot is not None)
    )
    if fault is not None:
        print(f"msdn: {fault}", file=sys.stderr)
        return 1
    try:
        program = _make(arguments)
    except ImportError as error:
        if not (error.name or "").startswith(("PySide6", "shiboken6")) and "PySide6" not in str(error.path or ""):
            raise
        from msdn_gui.display import fault_of_import

        print(f"msdn: {fault_of_import(error)}", file=sys.stderr)
        return 1
    except Exception as error:
        print(f"msdn: {_fault_of_start(error)}", file=sys.stderr)
        return 1
    return program.run()


def _fault_of_start(error: Exception) -> str:
    """Writes down what kept the window from being made; one sentence that names the file."""
    import traceback

    from msdn_gui.services.fault_log import log_file, report

    sentence = f"The window could not be made ({type(error).__name__}: {error})"
    try:
        with log_file().open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(report(sentence, "".join(traceback.format_exception(error))) + "\n")
    except OSError:
        return f"{sentence}; install the program anew."
    return f"{sentence}; {log_file()} says where: send it, or install the program anew."


def _make(arguments: argparse.Namespace) -> Program:
    _load_numpy_calmly()
    from msdn_gui.program import Program

    return Program(
        project=arguments.project,
        workspace=arguments.workspace,
        theme=arguments.theme,
        size=arguments.size,
        screenshot=arguments.screenshot,
    )


def _load_numpy_calmly() -> None:
    """Loads numpy with one thread for matrix products: the window's are small, and threads of a pool would wait for
    one another where a training run takes all cores. What the window starts is not bound by it."""
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    kept = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    import numpy  # noqa: F401

    for name, value in kept.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


def _fault_of_arguments(arguments: argparse.Namespace) -> str | None:
    project: Path | None = arguments.project
    if project is not None and not project.exists():
        return f"There is no folder {project}; give a project's folder or a folder of images."
    screenshot: Path | None = arguments.screenshot
    if screenshot is not None and not screenshot.absolute().parent.is_dir():
        return f"There is no folder {screenshot.absolute().parent} to write the picture into; make it first."
    return None


def _fault_of_home() -> str | None:
    from msdn_gui.services.locations import HOME_VARIABLE, data_home

    try:
        data_home()
    except (OSError, RuntimeError) as error:  # The second: no home folder is known.
        return (
            f"The program's own folder cannot be made ({error}); set {HOME_VARIABLE} to a folder that can be written."
        )
    return None


def _prepare_platform(*, offscreen_is_fine: bool) -> str | None:
    """Chooses Qt's platform; one sentence where no window can be opened."""
    from msdn_gui.display import choose_platform

    platform, fault = choose_platform(os.environ, offscreen_is_fine=offscreen_is_fine)
    if platform is not None:
        os.environ["QT_QPA_PLATFORM"] = platform
    return fault


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 320 <= int(width) <= 7680 and 240 <= int(height) <= 4320):
        raise argparse.ArgumentTypeError(f"“{text}” is no size; write it as 1280x800")
    return int(width), int(height)
