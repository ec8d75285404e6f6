"""The environment of Python processes that the program starts: none of them imports from the current folder."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msdn_core.current_folder import means_current_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM_FOLDER = Path(__file__).resolve().parents[1]
"""The folder that contains this package, which need not be installed."""


def child_environment() -> dict[str, str]:
    """Return the variables with which a child finds this package, and no module in the current folder.

    The current folder may hold files of strangers, for example ``numpy.py`` among photographs. The folders in
    ``PYTHONPATH`` stay, made absolute, except entries that mean the current folder, whichever that is.
    """
    given = [
        folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if not means_current_folder(folder)
    ]
    kept = [str(Path(folder).absolute()) for folder in given]
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join([str(PROGRAM_FOLDER), *kept])}


@contextmanager
def child_environment_set() -> Iterator[None]:
    """Set the variables in this process's environment, for children that cannot be given one of their own."""
    variables = child_environment()
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
