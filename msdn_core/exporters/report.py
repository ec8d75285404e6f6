"""What an export wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ExportReport:
    """A file that was written whole, and what a person should know of it."""

    file: Path
    counts: dict[str, int] = field(default_factory=dict)
    """How many there are of what, e.g. ``{"images": 1500}``."""
    findings: tuple[str, ...] = ()
    """Sentences: what was left out."""

    def to_json(self) -> dict[str, Any]:
        """The report as plain values for ``json``."""
        return {"file": str(self.file), "counts": dict(self.counts), "findings": list(self.findings)}
