"""The progress of a command on a terminal: one line per stage, drawn by tqdm."""

from __future__ import annotations

import os
import sys
from typing import Any

_UNITS = {"features": "image", "images": "image", "drawing": "image", "training": "step", "t-SNE": "iteration"}


class ProgressBar:
    """Draws a line with what is done, the rate and a smoothed time left; nothing if nobody watches.

    Nothing is drawn if standard error is no terminal (a pipe, a log), or one that cannot move its cursor (TERM=dumb).
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""
        self._is_watched = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, stage: str, done: int, total: int) -> None:
        """Draw the progress; another stage, or one that starts anew, gets a line of its own."""
        if not self._is_watched:
            return
        if self._bar is None or stage != self._stage or done < self._bar.n or (total or None) != self._bar.total:
            self.end()
            # Imported late: most commands are over before anything can be drawn.
            from tqdm import tqdm

            self._stage = stage
            self._bar = tqdm(
                desc=stage,
                total=total or None,
                # What was done before, such as features of an earlier start, does not count in the rate.
                initial=done,
                unit=f" {_UNITS.get(stage, 'item')}s",
                # Steps of training differ: an evaluation in between must not make the time left jump.
                smoothing=0.05,
                dynamic_ncols=True,
                mininterval=0.1,
                file=sys.stderr,
            )
        self._bar.update(done - self._bar.n)
        if total and done >= total:
            self.end()

    def end(self) -> None:
        """End the line."""
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()
            self._bar = None
