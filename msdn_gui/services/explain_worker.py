"""What the explainer's process runs; the window hands these functions over and never calls them itself.

The network's module is named by its path and imported late, so that torch is loaded in the worker alone.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import threading
from collections import OrderedDict
from importlib import import_module
from pathlib import Path
from typing import Any

from msdn_core.domain.explanation import Explanation
from msdn_core.errors import MsdnError

_KEPT_CHECKPOINTS = 2
_explainers: OrderedDict[tuple[str, int, int], Any] = OrderedDict()
_threads = 1


def start(threads: int, last_words: str) -> None:
    """The worker's first act: bound its threads, and end when the window's process does, however that ends.

    ``last_words`` is the file that a crash in native code is written into; its name goes as soon as it is open.
    """
    global _threads
    _threads = threads
    os.environ["OMP_NUM_THREADS"] = str(threads)
    with contextlib.suppress(OSError):
        # Open for as long as the process lives: the fault handler writes to its descriptor.
        faulthandler.enable(os.open(last_words, os.O_WRONLY | os.O_APPEND))
        Path(last_words).unlink()  # Windows refuses; who made it takes it away.
    parent = multiprocessing.parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=wait, name="ends-with-its-parent", daemon=True).start()


def warm_up(checkpoint: str | None) -> None:
    """Loads torch, and a checkpoint's network and backbone, before the first image is asked for."""
    import_module("msdn_core.msdn.explainer")
    if checkpoint is not None:
        try:
            _explainer(checkpoint).load_backbone()
        except MsdnError:
            # The first request will say it where a person sees it.
            return


def explain(checkpoint: str, image: str) -> Explanation | str:
    """One image through one checkpoint, or one sentence of why not."""
    try:
        return _explainer(checkpoint).explain(Path(image))
    except MsdnError as fault:
        return str(fault)


def _explainer(checkpoint: str) -> Any:
    try:
        state = Path(checkpoint).stat()
    except OSError as fault:
        raise MsdnError(f"Checkpoint {checkpoint} cannot be read ({fault.strerror}); choose another one.") from fault
    key = (checkpoint, state.st_mtime_ns, state.st_size)
    if key in _explainers:
        _explainers.move_to_end(key)
    else:
        _explainers[key] = import_module("msdn_core.msdn.explainer").Explainer(Path(checkpoint), threads=_threads)
        while len(_explainers) > _KEPT_CHECKPOINTS:
            _explainers.popitem(last=False)
    return _explainers[key]
