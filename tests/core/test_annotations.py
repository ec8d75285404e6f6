"""Annotations are stored with annotator and time, undone exactly, and combined to effective judgements."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest

from msdn_core.domain.annotation import (
    Box,
    Certainty,
    ImageLabel,
    Judgement,
    Mark,
    Review,
    ReviewState,
    Split,
    split_of_label,
)
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import ProjectError
from msdn_core.project import PROJECT_FILE, JudgementKey, NewImage, Project, schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ATTRIBUTES = (Attribute("crown", "red"), Attribute("crown", "blue"), Attribute("crest", "yes"))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p") as made:
        made.define_classes(ClassTable(ATTRIBUTES, ("heron", "tern"), np.zeros((2, 3)), np.array([True, False])))
        made.add_images(made.add_image_root(tmp_path), [NewImage(f"{n}.jpg") for n in range(3)])
        yield made


def judged(present: bool, certainty: Certainty, minute: int) -> Judgement:
    return Judgement(present, certainty, f"2026-01-01T12:{minute:02}:00.000+00:00")


def test_the_effective_judgement_is_the_latest_by_a_person_or_the_data_sets(project: Project) -> None:
    project.set_image_attributes(1, np.array([1, 0, -1], np.int8), np.array([3, 4, 0], np.int8))
    store = project.annotations
    store.put_judgements(
        {
            JudgementKey(1, 0, "Ann"): judged(False, Certainty.GUESSING, 5),
            JudgementKey(1, 0, "Bob"): judged(True, Certainty.DEFINITELY, 3),
            JudgementKey(3, 2, "Ann"): judged(False, Certainty.NOT_VISIBLE, 1),
        }
    )
    present, certainty = store.effective_judgements([1, 2, 3])
    assert present.tolist() == [[0, 0, -1], [-1, -1, -1], [-1, -1, 0]]
    assert certainty.tolist() == [[2, 4, 0], [0, 0, 0], [0, 0, 1]]
    for attribute in range(3):
        column = store.judgements_of_attribute(attribute)
        rows = np.flatnonzero(present[:, attribute] >= 0)
        assert column == {int(r) + 1: (present[r, attribute], certainty[r, attribute]) for r in rows}
    assert [(key.annotator, said.certainty) for key, said in store.judgements(1).items()] == [
        ("Bob", Certainty.DEFINITELY),
        ("Ann", Certainty.GUESSING),
    ]
    assert set(store.annotators()) == {"Ann", "Bob"}


def test_putting_the_values_from_before_undoes_every_kind_of_edit(project: Project) -> None:
    store = project.annotations
    at = "2026-01-01T12:00:00.000+00:00"
    key = JudgementKey(2, 1, "Ann")
    mark = store.next_mark()
    edits = [
        (
            store.put_judgements,
            store.read_judgements,
            {key: judged(True, Certainty.PROBABLY, 1)},
            {key: judged(False, Certainty.GUESSING, 2)},
        ),
        (
            store.put_labels,
            store.read_labels,
            {2: ImageLabel("heron", Split.TRAIN, "Ann", at)},
            {2: ImageLabel(None, Split.NONE)},
        ),
        (
            store.put_reviews,
            store.read_reviews,
            {2: Review(ReviewState.FLAGGED, "two birds", "Ann", at)},
            {2: Review(ReviewState.CHECKED, "", "Bob", at)},
        ),
        (store.put_marks, store.read_marks, {mark: Mark(2, "beak", Box(1, 2, 3, 4), "Ann", at)}, {mark: None}),
    ]
    for put, read, first, second in edits:
        nothing = put(first)
        assert read(first) == first
        assert put(second) == first
        assert read(second) == second
        assert put(nothing) == second
        assert put(first) == nothing
    assert project.image(2).class_name == "heron"
    assert store.label(2) == ImageLabel("heron", Split.TRAIN, "Ann", at)
    assert store.reviews() == {2: Review(ReviewState.FLAGGED, "two birds", "Ann", at)}
    assert store.marks(2) == {mark: Mark(2, "beak", Box(1, 2, 3, 4), "Ann", at)} == store.all_marks()
    assert store.marks(1) == {}


def test_reading_many_keys_at_once(project: Project) -> None:
    store = project.annotations
    review = Review(ReviewState.CHECKED, "", "Ann", "")
    store.put_reviews({2: review})
    many = range(1, 1000)
    assert store.read_reviews(many) == {**dict.fromkeys(many), 2: review}
    assert store.read_marks(many) == dict.fromkeys(many)
    assert store.read_labels([3, 1]) == {3: ImageLabel(None, Split.NONE), 1: ImageLabel(None, Split.NONE)}
    with pytest.raises(ProjectError, match="no image 4"):
        store.read_labels(many)
    assert store.read_judgements([JudgementKey(1, 0, "nobody")]) == {JudgementKey(1, 0, "nobody"): None}


def test_a_refused_edit_changes_nothing(project: Project) -> None:
    store = project.annotations
    good = judged(True, Certainty.DEFINITELY, 0)
    with pytest.raises(ProjectError, match="no attribute column 3"):
        store.put_judgements({JudgementKey(1, 0, "Ann"): good, JudgementKey(1, 3, "Ann"): good})
    with pytest.raises(ProjectError, match="no image 9"):
        store.put_judgements({JudgementKey(1, 0, "Ann"): good, JudgementKey(9, 0, "Ann"): good})
    with pytest.raises(ProjectError, match="needs the name"):
        store.put_judgements({JudgementKey(1, 0, " "): good})
    with pytest.raises(ProjectError, match="no class “crow”"):
        store.put_labels({1: ImageLabel("heron", Split.TRAIN), 2: ImageLabel("crow", Split.TRAIN)})
    with pytest.raises(ProjectError, match="no image 9"):
        store.put_reviews(
            {1: Review(ReviewState.CHECKED, "", "Ann", ""), 9: Review(ReviewState.CHECKED, "", "Ann", "")}
        )
    assert store.judgements(1) == {}
    assert store.reviews() == {}
    assert [image.class_name for image in project.images()] == [None] * 3
    assert store.annotators() == ()


def test_replacing_attributes_deletes_their_judgements(project: Project) -> None:
    store = project.annotations
    store.put_judgements({JudgementKey(1, 2, "Ann"): judged(True, Certainty.DEFINITELY, 0)})
    table = project.table()
    project.define_classes(ClassTable(ATTRIBUTES, ("heron",), np.ones((1, 3)), np.array([True])))
    assert len(store.judgements(1)) == 1, "the same attributes keep them"
    project.define_classes(ClassTable(ATTRIBUTES[:2], table.classes, table.vectors[:, :2], table.seen))
    assert store.judgements(1) == {}


def test_a_project_from_before_annotations_is_migrated(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    old = sqlite3.connect(folder / PROJECT_FILE, isolation_level=None)
    for statement in schema.statements(schema.MIGRATIONS[0]):
        old.execute(statement)
    old.execute("PRAGMA user_version = 1")
    old.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    old.execute("INSERT INTO image_roots VALUES (1, '.')")
    old.execute("INSERT INTO images VALUES (1, 1, 'a.jpg', NULL, 'none', NULL, NULL, NULL, NULL)")
    old.close()
    with Project.open(folder) as project:
        project.annotations.put_reviews({1: Review(ReviewState.CHECKED, "", "Ann", "")})
        assert [image.name for image in project.images()] == ["a.jpg"]
        assert set(project.annotations.reviews()) == {1}


@pytest.mark.parametrize(
    ("before", "seen", "after"),
    [
        (Split.NONE, True, Split.TRAIN),
        (Split.NONE, False, Split.TEST_UNSEEN),
        (Split.TRAIN, False, Split.TEST_UNSEEN),
        (Split.TEST_UNSEEN, True, Split.TEST_SEEN),
        (Split.TEST_SEEN, True, Split.TEST_SEEN),
        (Split.TRAIN, True, Split.TRAIN),
        (Split.TRAIN, None, Split.NONE),
    ],
)
def test_a_label_never_makes_a_test_image_a_training_image(before: Split, seen: bool | None, after: Split) -> None:
    assert split_of_label(before, seen) is after


def test_an_attribute_that_has_been_judged_cannot_be_removed(project: Project) -> None:
    project.append_attribute(Attribute("tail", "forked"))
    key = JudgementKey(2, 3, "Ann")
    before = project.annotations.put_judgements({key: judged(True, Certainty.DEFINITELY, 1)})
    with pytest.raises(ProjectError, match="“tail::forked” has been judged in 1 image since"):
        project.remove_last_attribute()
    assert len(project.table().attributes) == 4
    project.annotations.put_judgements(before)
    project.remove_last_attribute()
    assert project.table().attributes == ATTRIBUTES
