"""Class tables, scores and maps."""

import dataclasses

import numpy as np
import pytest

from msdn_core.domain.annotation import Box
from msdn_core.domain.attention import RangePolicy, peak_regions, region_at, value_range
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.closeness import nearest_classes
from msdn_core.domain.scoring import Fusion, calibrated, class_scores, contributions, fused_attribute_scores
from msdn_core.errors import MsdnError
from msdn_core.vision.overlay import colour_table

ATTRIBUTES = (Attribute("wing", "striped"), Attribute("wing", "plain"), Attribute("crest", "yes"))


def table():
    return ClassTable(
        ATTRIBUTES, ("wren", "owl"), np.array([[3.0, 0.0, 4.0], [0.0, 0.0, 0.0]]), np.array([True, False])
    )


def test_unit_vectors_have_length_one_and_an_empty_class_stays_zero():
    assert table().unit_vectors().tolist() == [[0.6, 0.0, 0.8], [0.0, 0.0, 0.0]]


def test_negative_values_are_clipped_before_scaling_if_the_recipe_says_so():
    negative = table().with_values([0], [1], [-12.0])
    assert negative.unit_vectors(clip_negative=True)[0].tolist() == [0.6, 0.0, 0.8]
    assert negative.unit_vectors()[0].tolist() == [3 / 13, -12 / 13, 4 / 13]


def test_every_edit_gives_a_new_table_and_leaves_the_old_one():
    before = table()
    after = before.with_values([1], [2], [1.0]).with_class("tern", np.ones(3), row=1).renamed("owl", "barn owl")
    assert after.classes == ("wren", "tern", "barn owl")
    assert after.seen.tolist() == [True, False, False]
    assert after.vectors[2].tolist() == [0.0, 0.0, 1.0]
    assert after.without_class("tern").classes == ("wren", "barn owl")
    assert before.classes == ("wren", "owl")
    assert not before.vectors[1].any()
    with pytest.raises(ValueError, match="read-only"):
        before.vectors[0, 0] = 9


def test_an_edited_table_keeps_what_is_known_of_its_other_rows():
    rows, columns = 7, 50
    draw = np.random.default_rng(3)
    before = ClassTable(
        tuple(Attribute("group", str(n)) for n in range(columns)),
        tuple(str(n) for n in range(rows)),
        draw.normal(0, 40, (rows, columns)),
        np.arange(rows) % 2 == 0,
    )
    facts = before.class_index, before.groups, before.attribute_fingerprint
    assert before.value_range[1] < 500
    for clip in (False, True):
        before.unit_vectors(clip_negative=clip)
    edited = before.with_values([4, 4], [2, 3], [500.0, -2.0])
    others = before.with_vectors([1, 5], draw.normal(0, 200, (2, columns)))
    edits = edited.with_values([3, 4], [0, 0], [9.0, 8.0]), edited, others
    for after in edits:
        assert (after.class_index, after.groups, after.attribute_fingerprint) == facts
        afresh = ClassTable(after.attributes, after.classes, after.vectors, after.seen)
        assert after.value_range == afresh.value_range
        for clip in (False, True):
            assert np.array_equal(after.unit_vectors(clip_negative=clip), afresh.unit_vectors(clip_negative=clip))
            assert not after.unit_vectors(clip_negative=clip).flags.writeable
        assert not after.vectors.flags.writeable
    with pytest.raises(MsdnError, match="“4” has the value inf for attribute “group::3”"):
        before.with_values([2, 4], [2, 3], [1.0, np.inf])
    assert before.with_class("one more", np.zeros(columns)).attribute_fingerprint == facts[2]


@pytest.mark.parametrize(
    ("classes", "vectors", "sentence"),
    [
        (("a", "b"), [[1, 2, np.nan], [0, 0, 0]], "“a” has the value nan for attribute “crest::yes”"),
        (("a", "a"), [[1, 2, 3], [0, 0, 0]], "class name “a” occurs twice"),
        (("a",), [[1, 2, 3], [0, 0, 0]], "one row per class"),
    ],
)
def test_an_invalid_table_is_refused(classes, vectors, sentence):
    with pytest.raises(MsdnError, match=sentence):
        ClassTable(ATTRIBUTES, classes, np.array(vectors, float), np.ones(len(classes), bool))


def test_attribute_names_survive_the_field_s_spelling():
    assert Attribute.parse("has_bill_shape::hooked") == Attribute("has_bill_shape", "hooked")
    assert Attribute.parse("hooked").full_name == "hooked"
    assert table().groups == {"wing": (0, 1), "crest": (2,)}


def test_contributions_sum_to_the_class_score_and_gamma_applies_to_seen_classes_only():
    rng = np.random.default_rng(0)
    scores = fused_attribute_scores(rng.normal(size=3), rng.normal(size=3), rng.normal(size=3), Fusion(0.9, 0.1, 0.3))
    unit = table().with_values([1], [0], [2.0]).unit_vectors()
    totals = class_scores(scores, unit)
    for row in range(2):
        assert contributions(scores, unit[row]).sum() == pytest.approx(totals[row])
    assert calibrated(totals, np.array([True, False]), 0.7) == pytest.approx(totals - [0.7, 0.0])


def test_the_published_bias_equals_gamma_two():
    rng = np.random.default_rng(1)
    totals, seen = rng.normal(size=(200, 9)), np.arange(9) < 6
    biased = totals + np.where(seen, -1.0, 1.0)
    assert (biased.argmax(axis=1) == calibrated(totals, seen, 2.0).argmax(axis=1)).all()


def test_range_policies_and_peaks():
    stack = np.array([[[0.1, 0.4], [0.2, 0.3]], [[0.0, 0.0], [0.0, 0.9]]], dtype=np.float32)
    assert value_range(stack, 0, RangePolicy.PER_MAP) == pytest.approx((0.1, 0.4))
    assert value_range(stack, 0, RangePolicy.PER_SUBNET) == pytest.approx((0.0, 0.9))
    assert value_range(stack, 0, RangePolicy.FIXED) == (0.0, 1.0)
    assert peak_regions(stack).tolist() == [[0, 1], [1, 1]]


def test_a_point_finds_its_region_and_outside_of_the_view_none():
    viewed = Box(50, 0, 200, 200)
    assert region_at(50, 0, viewed, (4, 4)) == (0, 0)
    assert region_at(249.9, 120, viewed, (4, 4)) == (2, 3)
    assert region_at(49, 100, viewed, (4, 4)) is None
    assert region_at(100, 200, viewed, (4, 4)) is None


def test_the_colour_table_rises_evenly_in_lightness():
    luminance = colour_table() @ [0.2126, 0.7152, 0.0722]
    steps = np.diff(luminance)
    assert luminance[0] == 0
    assert luminance[-1] == pytest.approx(255)
    assert steps.min() > -0.6
    assert steps.max() < 2.6


def test_the_value_range_follows_the_units_of_the_table():
    values = table().vectors / np.abs(table().vectors).max()
    assert dataclasses.replace(table(), vectors=np.abs(values)).value_range == (0, 1)
    assert dataclasses.replace(table(), vectors=np.abs(values) * 60).value_range == (0, 100)
    assert dataclasses.replace(table(), vectors=np.abs(values) * 60 - 1).value_range == (-1, 100)
    assert dataclasses.replace(table(), vectors=np.abs(values) * 300).value_range == (0, 300)
    assert ClassTable.empty().value_range == (0, 1)


def test_the_nearest_classes_are_those_of_the_greatest_cosine_without_the_class_itself():
    unit = np.array([[1.0, 0.0], [0.6, 0.8], [0.8, 0.6], [0.0, 0.0]])
    rows, cosines = nearest_classes(unit, 0, 5)
    assert rows.tolist() == [2, 1, 3]
    assert cosines == pytest.approx([0.8, 0.6, 0.0])
    assert len(nearest_classes(unit[:1], 0, 5)[0]) == 0
