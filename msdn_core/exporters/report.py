"""The report of an export."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExportReport:
    """A written file, its content in numbers, and what was left out."""

    file: Path
    counts: dict[str, int] = field(default_factory=dict)
    """Numbers of what was written, e.g. ``{"images": 1500}``."""
    findings: tuple[str, ...] = ()
    """Sentences: what was left out."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values for ``json``."""
        return {"file": str(self.file), "counts": dict(self.counts), "findings": list(self.findings)}
