"""What a command prints: a result, its progress, or one sentence of what went wrong."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from msdn_core.number_text import duration

Result = Mapping[str, Any]


class Output:
    """Prints for a person, or with ``--json`` for a program: progress lines, then one last line.

    Progress is ``{"progress": {"stage", "done", "total", "rate", "remaining_s"}}``; the last line is the result's
    object itself, or ``{"error": "…"}``.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._drawn = False
        self._last = 0.0

    def progress(
        self, stage: str, done: int, total: int, rate: float | None = None, remaining_s: float | None = None
    ) -> None:
        """Says how far a stage is; at most ten times a second, and always at its end."""
        now = time.monotonic()
        if now - self._last < 0.1 and done < total:
            return
        self._last = now
        if self.as_json:
            content = {"stage": stage, "done": done, "total": total, "rate": rate, "remaining_s": remaining_s}
            print(json.dumps({"progress": content}), flush=True)
        elif sys.stderr.isatty():
            share = f"{done / total:4.0%}" if total else ""
            speed = f"  {rate:,.1f}/s" if rate else ""
            left = f"  {duration(remaining_s)} left" if remaining_s else ""
            print(f"\r\x1b[K{stage}  {done:,} of {total:,}  {share}{speed}{left}", end="", file=sys.stderr, flush=True)
            self._drawn = True
            if done >= total:
                self.end_progress()

    def end_progress(self) -> None:
        """Leaves the line on which progress was drawn."""
        if self._drawn:
            print(file=sys.stderr)
            self._drawn = False

    def note(self, text: str) -> None:
        """A line for the person in front of it; on standard error, so that results can be piped."""
        self.end_progress()
        if not self.as_json:
            print(text, file=sys.stderr, flush=True)

    def result(self, result: Result, text: str) -> None:
        """The command's result: ``text`` for a person, the object with ``--json``."""
        self.end_progress()
        print(json.dumps(result, ensure_ascii=False, allow_nan=False) if self.as_json else text, flush=True)

    def error(self, sentence: str) -> None:
        """One sentence on standard error, and with ``--json`` the object on standard output too."""
        self.end_progress()
        if self.as_json:
            # Where standard output itself is at fault, the sentence still reaches the person.
            with suppress(OSError):
                print(json.dumps({"error": sentence}, ensure_ascii=False), flush=True)
        print(f"msdn: {sentence}", file=sys.stderr, flush=True)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text in columns that line up, two spaces apart."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
