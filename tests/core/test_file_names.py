"""Names that one system takes and another one does not, or takes for the same."""

from __future__ import annotations

import unicodedata

import pytest

from msdn_core.file_names import clashing, is_portable, portable_name


@pytest.mark.parametrize(
    "name", ["NUL", "con.txt", "Com1", "lpt9.log", "aux ", "a:b", "a?", "tail.", "", "...", "a\x07"]
)
def test_names_that_a_system_refuses_are_not_portable(name: str) -> None:
    assert not is_portable(name)
    assert is_portable(portable_name(name, otherwise="export"))


@pytest.mark.parametrize("name", ["demo-01", "console", "Füße 2", "com10", "nulls.csv", ".hidden"])
def test_ordinary_names_are_kept(name: str) -> None:
    assert is_portable(name)


def test_names_that_differ_only_in_case_or_composition_clash() -> None:
    assert clashing("Füße", ["demo", unicodedata.normalize("NFD", "FÜSSE")]) is not None
    assert clashing("demo-1", ["demo-01"]) is None
