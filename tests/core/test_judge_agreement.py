"""Agreement counts common verdicts and corrects for chance."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from msdn_core.domain.judge_agreement import Verdict, Verdicts, compare, verdicts_of


def test_kappa_is_what_an_independent_library_says() -> None:
    draw = np.random.default_rng(2)
    image, attribute = np.divmod(np.arange(300), 10)
    first = draw.integers(0, 3, 300).astype(np.int8)
    second = np.where(draw.random(300) < 0.6, first, draw.integers(0, 3, 300)).astype(np.int8)
    made = compare(Verdicts(image, attribute, first), Verdicts(image, attribute, second))
    assert made.kappa == pytest.approx(cohen_kappa_score(first, second))
    assert made.share == pytest.approx((first == second).mean())


def test_only_common_verdicts_count_in_any_order() -> None:
    def said(*triples: tuple[int, int, int]) -> Verdicts:
        image, attribute, verdict = np.array(triples).T
        return Verdicts(image, attribute, verdict.astype(np.int8))

    made = compare(said((7, 2, 1), (3, 0, 0), (7, 0, 2)), said((7, 0, 2), (3, 1, 1), (7, 2, 0), (9, 0, 1)))
    assert list(zip(made.image_ids, made.attributes, made.first, made.second, strict=True)) == [
        (7, 0, 2, 2),
        (7, 2, 1, 0),
    ]
    assert made.share == 0.5
    assert made.of_attribute(2).share == 0.0


def test_without_common_verdicts_or_beyond_chance_there_is_no_kappa() -> None:
    none = Verdicts(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int8))
    assert compare(none, none).kappa is None
    assert compare(none, none).share is None
    always = Verdicts(np.arange(4), np.zeros(4, np.int64), np.ones(4, np.int8))
    assert compare(always, always).kappa is None
    assert compare(always, always).share == 1.0


def test_not_visible_is_a_verdict() -> None:
    made = verdicts_of(np.array([5, 8]), np.array([[1, -1], [0, 0]], np.int8), np.array([[4, 0], [1, 2]], np.int8))
    assert made.image_ids.tolist() == [5, 8, 8]
    assert made.attributes.tolist() == [0, 0, 1]
    assert made.verdicts.tolist() == [Verdict.PRESENT, Verdict.NOT_VISIBLE, Verdict.ABSENT]
