"""The class table of a CUB project, and the parts where its attributes can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.name_matching import match_words
from msdn_core.errors import ImportFault
from msdn_core.importers.formats.cub.parts import GROUP_PARTS
from msdn_core.importers.readers.class_vectors import joined_vectors

if TYPE_CHECKING:
    from msdn_core.importers.findings import Findings
    from msdn_core.importers.formats.cub.files import CubDirectory
    from msdn_core.importers.formats.cub.splits import Decision
    from msdn_core.importers.readers.att_splits import AttSplits


def class_table(cub: CubDirectory, proposed: AttSplits | None, decision: Decision, findings: Findings) -> ClassTable:
    """Return the classes of ``classes.txt`` with the vectors of the split file, or of the directory without one."""
    vectors = cub.vectors
    if proposed is not None:
        vectors = joined_vectors(cub.classes, len(cub.attributes), cub.vectors, proposed, findings)
    if vectors is None:
        raise ImportFault(
            f"There are no class vectors: {cub.folder} has no attributes/class_attribute_labels_continuous.txt; "
            "download that file, or pass --splits att_splits.mat."
        )
    unseen = match_words(cub.classes, sorted(decision.unseen), one_to_one=True).matched
    seen = np.array([name not in unseen for name in cub.classes], dtype=np.bool_)
    return ClassTable(cub.attributes, cub.classes, vectors, seen)


def group_parts(table: ClassTable, cub: CubDirectory) -> dict[str, tuple[str, ...]]:
    """Return the parts where each attribute group can be seen, as far as the directory marks those parts."""
    groups = match_words(table.groups, tuple(GROUP_PARTS)).matched
    parts_of = tuple(GROUP_PARTS.values())
    known = match_words({part for parts in parts_of for part in parts}, cub.part_names).matched
    found = {
        group: tuple(cub.part_names[known[part]] for part in parts_of[place] if part in known)
        for group, place in groups.items()
    }
    return {group: parts for group, parts in found.items() if parts}
