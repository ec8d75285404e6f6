"""Whether a project makes sense: what a careful reader would ask of it, each finding with what to do."""

from __future__ import annotations

from collections import Counter

import numpy as np

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.project.project import Project
from msdn_core.project.records import ImageRecord

_MOST_NAMED = 3


def check_project(project: Project) -> list[str]:
    """Findings about classes, word vectors, splits and files, one sentence each; an empty list is a clean bill."""
    table, images = project.table(), project.images()
    return [
        *_class_findings(table),
        *_word_vector_findings(project, table),
        *_split_findings(table, images),
        *_file_findings(images),
    ]


def _named(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:_MOST_NAMED])
    return shown + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")


def _class_findings(table: ClassTable) -> list[str]:
    findings = []
    empty = [name for name, vector in zip(table.classes, table.vectors, strict=True) if not vector.any()]
    if empty:
        findings.append(
            f"No attribute is set for {_named(empty)}: such a class always scores 0; fill in its class vector."
        )
    first: dict[bytes, str] = {}
    twins = []
    for name, vector in zip(table.classes, np.round(table.unit_vectors(), 12) + 0.0, strict=True):
        if vector.any() and (other := first.setdefault(vector.tobytes(), name)) != name:
            twins.append(f"{other} = {name}")
    if twins:
        findings.append(f"The same class vector stands twice ({_named(twins)}); the model cannot tell them apart.")
    unused = [
        attribute.full_name
        for attribute, column in zip(table.attributes, table.vectors.T, strict=True)
        if not column.any()
    ]
    if unused and table.classes:
        findings.append(f"No class has a value for {_named(unused)}; fill the column in or leave the attribute out.")
    return findings


def _word_vector_findings(project: Project, table: ClassTable) -> list[str]:
    vectors = project.word_vectors()
    if vectors is None:
        return ["There are no word vectors; training will use hashed ones."] if table.attributes else []
    zero = [a.full_name for a, vector in zip(table.attributes, vectors, strict=True) if not vector.any()]
    return [f"The word vector of {_named(zero)} is zero, so the attribute is never attended to."] if zero else []


def _split_findings(table: ClassTable, images: list[ImageRecord]) -> list[str]:
    seen = dict(zip(table.classes, table.seen, strict=True))
    leaked = [
        image.name
        for image in images
        if image.class_name is not None
        and (
            (image.split in (Split.TRAIN, Split.TEST_SEEN) and not seen[image.class_name])
            or (image.split is Split.TEST_UNSEEN and seen[image.class_name])
        )
    ]
    findings = []
    if leaked:
        findings.append(
            f"The split of {_named(leaked)} contradicts its class being seen or unseen; import the splits again."
        )
    trained = Counter(image.class_name for image in images if image.split is Split.TRAIN)
    bare = [name for name in table.classes if seen[name] and not trained[name]]
    if bare and images:
        findings.append(f"No training image shows {_named(bare)}, though it counts as seen.")
    return findings


def _file_findings(images: list[ImageRecord]) -> list[str]:
    gone = [image.name for image in images if not image.path.is_file()]
    if not gone:
        return []
    return [f"{len(gone):,} of {len(images):,} image files are not there ({_named(gone)}); put their folder back."]
