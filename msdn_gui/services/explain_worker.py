"""Functions that the explainer's process runs; the window passes them on and never calls them itself.

The network's module is imported late and by name, so that only this process loads torch.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.child_environment import PROGRAM_FOLDER
from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from msdn_core.domain.explanation import Explanation

_KEPT_CHECKPOINTS = 2
_explainers: OrderedDict[tuple[str, int, int], Any] = OrderedDict()
_threads = 1


def start(threads: int, crash_file: str) -> None:
    """Initialise the process: limit its threads, and end it when the window's process ends, however that happens.

    A crash in native code is written to the file ``crash_file``, which is unlinked as soon as it is open. The working
    directory becomes the program's folder, since the window's may be a folder of a stranger.
    """
    global _threads
    _threads = threads
    os.chdir(PROGRAM_FOLDER)
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", None)):
        if number is not None:
            # A terminal sends it to the window too, which ends this process.
            signal.signal(number, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    with contextlib.suppress(OSError):
        # The file stays open while the process lives: the fault handler writes to its descriptor.
        faulthandler.enable(os.open(crash_file, os.O_WRONLY | os.O_APPEND))
        Path(crash_file).unlink()  # Windows refuses; the window's process removes it.
    parent = multiprocessing.parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=wait, name="end with parent", daemon=True).start()


def warm_up(checkpoint: str | None) -> None:
    """Load torch, and a checkpoint's network and backbone, before the first request."""
    import_module("msdn_core.msdn.explainer")
    if checkpoint is not None:
        try:
            _explainer(checkpoint).load_backbone()
        except MsdnError:
            # The first request reports the error where a person sees it.
            return


def explain(checkpoint: str, image: str) -> Explanation | str:
    """Return the explanation of an image by a checkpoint, or a sentence that says why there is none."""
    try:
        explanation: Explanation = _explainer(checkpoint).explain(Path(image))
        # The window has a class table of its own, which may be edited; this one would be copied with every answer.
        return replace(explanation, table=None)
    except MsdnError as error:
        return str(error)


def _explainer(checkpoint: str) -> Any:
    try:
        state = Path(checkpoint).stat()
    except OSError as error:
        raise MsdnError(f"Checkpoint {checkpoint} cannot be read ({error.strerror}); select another one.") from error
    key = (checkpoint, state.st_mtime_ns, state.st_size)
    if key in _explainers:
        _explainers.move_to_end(key)
    else:
        _explainers[key] = import_module("msdn_core.msdn.explainer").Explainer(Path(checkpoint), threads=_threads)
        while len(_explainers) > _KEPT_CHECKPOINTS:
            _explainers.popitem(last=False)
    return _explainers[key]
