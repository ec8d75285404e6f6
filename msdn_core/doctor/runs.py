"""Checks that the checkpoints of runs fit the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError
from msdn_core.runs.header import read_header
from msdn_core.runs.listing import list_runs

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import Project


def run_findings(project: Project, table: ClassTable) -> list[str]:
    """Return findings about checkpoints that are damaged or were trained on other attributes."""
    findings = []
    for run in list_runs(project.path):
        for kind in ("best", "last"):
            path = run.checkpoint(kind)
            if path is None:
                continue
            try:
                read_header(path).check_attributes(table)
            except MsdnError as fault:
                findings.append(str(fault))
                break
    return findings
