"""Start of the program. Nothing heavy is imported here, because the explainer's process imports this file too."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from msdn_core.installation import engine_command, window_command
from msdn_gui.services.fault_log import log_file
from msdn_gui.shell.workspaces import NAMES
from msdn_gui.start_problem import log_problem, show_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.program import Program

THEMES = ("system", "light", "dark")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of ``python main.py``."""
    parser = argparse.ArgumentParser(
        prog=window_command(),
        description="MSDN Explorer: explore images with both attention sub-nets, define classes without any images, "
        f"and train in the background. Without a screen: {engine_command()}",
    )
    parser.add_argument(
        "project",
        nargs="?",
        type=Path,
        metavar="PROJECT",
        help="a project folder or any folder of images (default: the last project; at the first start, the aviary)",
    )
    parser.add_argument("--workspace", choices=NAMES, help="the workspace to show")
    parser.add_argument("--theme", choices=THEMES, help="the theme for this start")
    parser.add_argument("--size", type=_size, metavar="WxH", help="the size of the window, e.g. 1280x800")
    parser.add_argument(
        "--screenshot",
        type=Path,
        metavar="FILE",
        help="write a PNG of the window when it is complete, and exit",
    )
    entry = parser.add_mutually_exclusive_group()
    entry.add_argument(
        "--install-shortcut", action="store_true", help="add the program to the system's menu of applications, and exit"
    )
    entry.add_argument(
        "--remove-shortcut", action="store_true", help="remove it from the menu of applications, and exit"
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program until its window is closed; print a sentence and return 1 if it cannot be opened."""
    arguments = build_parser().parse_args(argv)
    if arguments.install_shortcut or arguments.remove_shortcut:
        return _change_shortcut(install=arguments.install_shortcut)
    problem = (
        _check_arguments(arguments)
        or _check_home()
        or _prepare_platform(offscreen_is_fine=arguments.screenshot is not None)
    )
    if problem is not None:
        show_problem(problem)
        return 1
    try:
        program = _make(arguments)
    except ImportError as error:
        if not (error.name or "").startswith(("PySide6", "shiboken6")) and "PySide6" not in str(error.path or ""):
            raise
        from msdn_gui.display import explain_import_error

        show_problem(explain_import_error(error))
        return 1
    except Exception as error:
        show_problem(_report_start(error))
        return 1
    return program.run()


def _report_start(error: Exception) -> str:
    """Log why the window could not be made; return a sentence that names the log."""
    import traceback

    sentence = f"The window could not be opened ({type(error).__name__}: {error})"
    if not log_problem(sentence, "".join(traceback.format_exception(error))):
        return f"{sentence}; reinstall the program."
    return f"{sentence}; details are in {log_file()}: send it, or reinstall the program."


def _change_shortcut(*, install: bool) -> int:
    from msdn_core.errors import MsdnError
    from msdn_gui.shortcut import install_shortcut, remove_shortcut

    try:
        if install:
            print(f"MSDN Explorer is in the menu of applications now: {install_shortcut()}")
        elif remove_shortcut():
            print("MSDN Explorer was removed from the menu of applications.")
        else:
            print("There is no entry of MSDN Explorer in the menu of applications.")
    except MsdnError as error:
        show_problem(str(error))
        return 1
    return 0


def _make(arguments: argparse.Namespace) -> Program:
    _load_numpy_single_threaded()
    from msdn_gui.program import Program

    return Program(
        project=arguments.project,
        workspace=arguments.workspace,
        theme=arguments.theme,
        size=arguments.size,
        screenshot=arguments.screenshot,
    )


def _load_numpy_single_threaded() -> None:
    """Import numpy with one thread for matrix products.

    The window's products are small, and threads of a pool would wait for one another while a training run uses all
    cores. Processes that the window starts are not affected.
    """
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    kept = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    import numpy  # noqa: F401

    for name, value in kept.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


def _check_arguments(arguments: argparse.Namespace) -> str | None:
    project: Path | None = arguments.project
    if project is not None and not project.exists():
        return f"{project} does not exist; give a project folder or a folder of images."
    screenshot: Path | None = arguments.screenshot
    if screenshot is not None and not screenshot.absolute().parent.is_dir():
        return f"The folder {screenshot.absolute().parent} of the screenshot does not exist; create it first."
    return None


def _check_home() -> str | None:
    from msdn_gui.services.locations import HOME_VARIABLE, data_home

    try:
        data_home()
    except (OSError, RuntimeError) as error:  # RuntimeError: no home folder is known.
        return f"The program's data folder cannot be created ({error}); set {HOME_VARIABLE} to a writable folder."
    return None


def _prepare_platform(*, offscreen_is_fine: bool) -> str | None:
    """Choose Qt's platform; return a sentence if no window can be opened."""
    from msdn_gui.display import choose_platform, coerce_c_locale

    coerce_c_locale(os.environ)
    platform, problem = choose_platform(os.environ, offscreen_is_fine=offscreen_is_fine)
    if platform is not None:
        os.environ["QT_QPA_PLATFORM"] = platform
    return problem


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 320 <= int(width) <= 7680 and 240 <= int(height) <= 4320):
        raise argparse.ArgumentTypeError(f"“{text}” is not a size; write it as 1280x800")
    return int(width), int(height)
