"""The unseen classes and the validation classes of a split."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Split
from msdn_core.domain.name_matching import match_words
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.text_files import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from msdn_core.importers.findings import Findings


def unseen_classes(images: Iterable[tuple[str, Split]]) -> frozenset[str] | None:
    """Return the classes that the split tests as unseen; None if one of them is also seen."""
    unseen: set[str] = set()
    seen: set[str] = set()
    for name, split in images:
        if split is not Split.NONE:
            (unseen if split is Split.TEST_UNSEEN else seen).add(name)
    return None if unseen & seen else frozenset(unseen)


def validation_meta(split_file: Path, classes: Sequence[str], findings: Findings) -> dict[str, str]:
    """Return the project's entry of the validation classes in ``valclasses1.txt`` beside the split file, if any.

    Raises
    ------
    ImportFault
        If the file names an unknown class.
    """
    file = split_file.with_name("valclasses1.txt")
    if not file.is_file():
        return {}
    named = [texts[0] for _, texts in read_rows(file, 1, findings)]
    joined = match_words(named, classes).matched
    unknown = [name for name in named if name not in joined]
    if unknown:
        raise ImportFault(f"{file} names {unknown[0]}, an unknown class; choose files of one data set.")
    findings.add(f"Runs validate on the {len(named)} seen classes in {file.name}.")
    return {"validation_classes": json.dumps([classes[joined[name]] for name in named], ensure_ascii=False)}
