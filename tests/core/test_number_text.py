"""Durations and shares as text."""

from __future__ import annotations

import pytest

from msdn_core.number_text import duration, percent, points


@pytest.mark.parametrize(
    ("value", "text"), [(0.012, "+1.2"), (-0.012, "−1.2"), (0.0, "0.0"), (0.0004, "0.0"), (-0.0004, "0.0")]
)
def test_a_difference_that_rounds_to_nothing_has_no_sign(value: float, text: str) -> None:
    assert points(value) == text


def test_times_and_shares_are_short() -> None:
    assert [duration(75), duration(3675), duration(-1)] == ["1:15", "1:01:15", "0:00"]
    assert [percent(0.754), percent(None), percent(float("nan")), percent(True)] == ["75.4", "–", "–", "–"]
