"""Keeps the program's own commands from importing modules of the current folder, which may be a stranger's.

Importing this module is enough; the package does so before anything else. So this file imports only what Python has
loaded already, and not even ``__future__``. Scripts and notebooks that import the package keep their path.
"""

# pathlib is a module that the current folder may have, too.
# ruff: noqa: PTH100, PTH109, PTH117, PTH118, PTH119, PTH120

import os
import sys

_PROGRAM_FOLDER = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_COMMANDS = ("msdn", "msdn-explorer", "msdn.exe", "msdn-explorer.exe")


def means_current_folder(entry: str) -> bool:
    """Return whether an entry of ``PYTHONPATH`` is the current folder, whichever that is: empty, or ``.``."""
    try:
        return not os.path.isabs(entry) and os.path.abspath(entry) == os.getcwd()
    except OSError:
        return True  # The current folder was removed.


def _leave() -> None:
    name = sys.argv[0] if sys.argv else ""
    # While ``python -m`` looks for the module it runs, its name is “-m”.
    is_module = name == "-m"
    if not (
        is_module
        or os.path.basename(name) in _COMMANDS
        or os.path.realpath(name) == os.path.join(_PROGRAM_FOLDER, "main.py")
    ):
        return
    if is_module and not sys.flags.safe_path:
        del sys.path[0]
    given = os.environ.get("PYTHONPATH", "")
    if given and any(map(means_current_folder, given.split(os.pathsep))):
        sys.path[:] = [entry for entry in sys.path if entry and entry != os.getcwd()]
    if _PROGRAM_FOLDER not in sys.path:
        # A checkout stays importable, but comes last.
        sys.path.append(_PROGRAM_FOLDER)


_leave()
