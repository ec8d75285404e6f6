"""The report of an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import put into a project, and what it assumed, left out or corrected."""

    project: Path
    images: int
    """Images in the project after the import."""
    classes: int
    attributes: int
    findings: tuple[str, ...] = ()
    """Sentences: what was assumed, left out or corrected."""
    counts: dict[str, int] = field(default_factory=dict)
    """The findings in numbers, e.g. ``listed_but_absent``."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values for ``json``."""
        return {
            "project": str(self.project),
            "images": self.images,
            "classes": self.classes,
            "attributes": self.attributes,
            "findings": list(self.findings),
            "counts": dict(self.counts),
        }
