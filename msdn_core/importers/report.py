"""What an import found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What went into a project, and what a person should know of it."""

    project: Path
    images: int
    """Images in the project now."""
    classes: int
    attributes: int
    findings: tuple[str, ...] = ()
    """Sentences: what was assumed, left out or mended."""
    counts: dict[str, int] = field(default_factory=dict)
    """The same in numbers, e.g. ``listed_but_absent``."""

    def to_json(self) -> dict[str, Any]:
        """The report as plain values for ``json``."""
        return {
            "project": str(self.project),
            "images": self.images,
            "classes": self.classes,
            "attributes": self.attributes,
            "findings": list(self.findings),
            "counts": dict(self.counts),
        }
