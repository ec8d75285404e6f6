"""Every format is recognised, documented, fuzzed, and offered to notebooks."""

from __future__ import annotations

import re
from pathlib import Path

import format_samples as samples
import pytest
import test_fuzz

import msdn_core
from msdn_core.importers.formats import FORMATS
from msdn_core.importers.recognise import recognise

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
_ROW = re.compile(r"^\|\s*`(?P<name>[a-z0-9-]+)`\s*\|.*\|(?P<options>[^|]*)\|\s*$", re.MULTILINE)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_all_that_belongs_to_it(tmp_path: Path, name: str) -> None:
    assert name in samples.SOURCES, f"add a sample of the format {name} to benchmarks/samples/format_samples.py"
    samples.SOURCES[name](tmp_path)
    found = recognise(tmp_path)
    assert found is not None, f"the format {name} does not recognise its own sample"
    assert found.format == name
    assert any(key == name or key.startswith(f"{name}-") for key in test_fuzz.READERS), (
        f"add a reader of the format {name} to READERS in tests/core/test_fuzz.py"
    )
    rows: dict[str, str] = {}
    for row in _ROW.finditer(_PAGE.read_text(encoding="utf-8")):
        # The table of imports comes before the one of exports.
        rows.setdefault(row["name"], row["options"])
    assert name in rows, f"add a row for the format {name} to the table of imports in docs/formats.md"
    options = {f"--{option.replace('_', '-')}" for option in FORMATS[name].options}
    assert set(re.findall(r"--[a-z-]+", rows[name])) == options, f"the options of {name} in docs/formats.md differ"


def test_notebooks_have_every_importer() -> None:
    importers = {entry.importer.__name__ for entry in FORMATS.values()}
    assert importers <= set(msdn_core.__all__), "add the importer to msdn_core/__init__.py"
    assert all(getattr(msdn_core, name) in {entry.importer for entry in FORMATS.values()} for name in importers)
