"""Holding images out for testing where no split says which, and telling unseen and validation classes by a split."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from msdn_core.domain.annotation import Split
from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.readers.att_splits import join_classes
from msdn_core.importers.readers.text_files import read_rows


def unseen_classes(images: Iterable[tuple[str, Split]]) -> frozenset[str] | None:
    """The classes tested as unseen; None if one of them is seen as well."""
    unseen: set[str] = set()
    seen: set[str] = set()
    for name, split in images:
        if split is not Split.NONE:
            (unseen if split is Split.TEST_UNSEEN else seen).add(name)
    return None if unseen & seen else frozenset(unseen)


def validation_meta(split_file: Path, classes: Sequence[str], findings: Findings) -> dict[str, str]:
    """What a project keeps of ``valclasses1.txt`` beside the split file: the seen classes to validate on.

    Raises:
        ImportFault: if the file names a class that there is not.
    """
    file = split_file.with_name("valclasses1.txt")
    if not file.is_file():
        return {}
    named = [texts[0] for _, texts in read_rows(file, 1)]
    joined = join_classes(named, classes)
    lost = [name for name in named if name not in joined]
    if lost:
        raise ImportFault(f"{file} names {lost[0]}, a class that there is not; give the files of one data set.")
    findings.add(f"Runs validate on the {len(named)} seen classes that {file.name} names.")
    return {"validation_classes": json.dumps([classes[joined[name]] for name in named], ensure_ascii=False)}
