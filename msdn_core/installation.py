"""How this copy of the program was installed and started, for advice that can be typed as it stands."""

from __future__ import annotations

import sys
from pathlib import Path

_NAME = "msdn-explorer"


def install_command(extra: str = "") -> str:
    """Return the command that installs the program, or an extra of it, the way this copy was installed."""
    wanted = f"[{extra}]" if extra else ""
    if _source_folder() is not None:
        return f'python -m pip install ".{wanted}"' if extra else "python -m pip install ."
    if _is_pipx():
        return f'pipx runpip {_NAME} install "{_NAME}{wanted}"' if extra else f"pipx reinstall {_NAME}"
    return f'python -m pip install "{_NAME}{wanted}"' if extra else f"python -m pip install --force-reinstall {_NAME}"


def engine_command() -> str:
    """Return the command line's name that fits how this process was started: ``msdn``, or ``python -m msdn_core``."""
    return "msdn" if Path(sys.argv[0]).stem in ("msdn", _NAME) else "python -m msdn_core"


def window_command() -> str:
    """Return the window's name as it was started: ``msdn-explorer``, or ``python main.py``."""
    started = Path(sys.argv[0])
    return _NAME if started.stem == _NAME else "python main.py"


def _source_folder() -> Path | None:
    """Return the folder of the source code if the program runs from there, also by an editable installation."""
    folder = Path(__file__).resolve().parent.parent
    return folder if (folder / "pyproject.toml").is_file() else None


def _is_pipx() -> bool:
    folders = Path(sys.prefix).parts
    return "pipx" in folders and "venvs" in folders
