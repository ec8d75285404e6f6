"""The output of a command: its result, its progress, or an error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from msdn_core.cli.progress_bar import ProgressBar

Result = Mapping[str, Any]

_KEPT = "\n\t"
# Signs that no one sees but a terminal obeys: C0 and C1 controls, DEL, and marks that reverse the order of letters.
_CONTROLS = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in _KEPT
}
_CONTROLS_IN_CELLS = {**_CONTROLS, **{ord(letter): repr(letter)[1:-1] for letter in _KEPT}}


class Output:
    """Prints text for users or, with ``--json``, lines for programs: progress lines, then one last line.

    Progress is ``{"progress": {"stage", "done", "total", "rate", "remaining_s"}}``; the last line is the result or
    ``{"error": "…"}``. They are ASCII, so that they are valid whatever the encoding of the console is.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._bar = ProgressBar()
        self._last = 0.0

    def progress(
        self, stage: str, done: int, total: int, rate: float | None = None, remaining_s: float | None = None
    ) -> None:
        """Print the progress of a stage; at most ten times a second, and always at its end."""
        now = time.monotonic()
        if now - self._last < 0.1 and done < total:
            return
        self._last = now
        if self.as_json:
            content = {"stage": stage, "done": done, "total": total, "rate": rate, "remaining_s": remaining_s}
            print(json.dumps({"progress": content}), flush=True)
        else:
            self._bar.show(stage, done, total)

    def end_progress(self) -> None:
        """End the line on which progress is drawn."""
        self._bar.end()

    def note(self, text: str) -> None:
        """Print a line for the user, on standard error so that results can be piped."""
        self.end_progress()
        if not self.as_json:
            print(printable(text), file=sys.stderr, flush=True)

    def result(self, result: Result, text: str) -> None:
        """Print the result: ``text``, or the object with ``--json``."""
        self.end_progress()
        print(json.dumps(result, allow_nan=False) if self.as_json else printable(text), flush=True)

    def error(self, sentence: str) -> None:
        """Print an error on standard error and, with ``--json``, as an object on standard output."""
        self.end_progress()
        if self.as_json:
            # If standard output itself fails, the error still appears on standard error.
            with suppress(OSError):
                print(json.dumps({"error": sentence}), flush=True)
        print(f"msdn: {printable(sentence)}", file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """Return a text with its control characters as escapes, except line breaks and tabs.

    Names in a stranger's project would otherwise change what the terminal shows, or its settings.
    """
    return text.translate(_CONTROLS)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of text in aligned columns, two spaces apart; each row stays on its line."""
    rows = [[cell.translate(_CONTROLS_IN_CELLS) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
