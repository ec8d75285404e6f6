"""The session: one choice, shared by all workspaces."""

from __future__ import annotations

import numpy as np
import pytest
from small_birds import write_checkpoint
from watch import LoopWatch

from msdn_core.errors import MsdnError
from msdn_core.project import NewImage, Project
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.session import Session


def test_an_image_that_is_chosen_is_explained(session: Session, explained) -> None:
    explained(0)
    order, scores = session.inference.class_ranking()
    assert session.inference.explaining.phase is ExplainPhase.IDLE
    assert scores[order[0]] == scores.max()
    assert session.inference.fused_scores().shape == (6,)


def test_contributions_sum_to_the_class_score_before_calibration(session: Session, explained) -> None:
    explained(1)
    session.inference.set_gamma(0.0)
    _, scores = session.inference.class_ranking()
    for row, name in enumerate(session.document.table.classes):
        assert np.isclose(session.inference.prediction().contributions(name).sum(), scores[row])


def test_a_new_class_takes_part_in_the_ranking_at_once_without_the_network(
    session: Session, explained, fake_explainer
) -> None:
    explained(0)
    asked = len(fake_explainer.requests)
    session.edits.add_classes({"Crested newcomer": [0, 0, 0, 0, 1, 0]})
    order, scores = session.inference.class_ranking()
    assert len(order) == len(scores) == 4
    assert not session.document.table.seen[3]
    assert len(fake_explainer.requests) == asked
    session.close_project()


def test_an_edit_is_on_disk_and_is_told_once(session: Session) -> None:
    told = []
    session.document.table_changed.connect(lambda: told.append(1))
    session.edits.set_values([("Red wader", 2, 0.75), ("Striped heron", 0, 0.5)])
    assert told == [1]
    path = session.document.project.path
    expected = session.document.table.vectors
    session.close_project()
    with Project.open(path) as project:
        np.testing.assert_array_equal(project.table().vectors, expected)


def test_a_value_that_is_no_number_changes_nothing(session: Session) -> None:
    before = session.document.table.vectors
    with pytest.raises(MsdnError, match="finite"):
        session.edits.set_values([("Red wader", 0, 0.25), ("Red wader", 1, float("nan"))])
    np.testing.assert_array_equal(session.document.table.vectors, before)


def test_a_removed_class_comes_back_with_its_images(session: Session) -> None:
    before = [(record.class_name, record.split) for record in session.document.images]
    removed = session.edits.remove_classes(["Striped heron"])
    assert all(record.class_name != "Striped heron" for record in session.document.images)
    session.edits.restore_classes(removed)
    assert [(record.class_name, record.split) for record in session.document.images] == before
    assert session.document.table.classes[1] == "Striped heron"


def test_the_chosen_class_follows_its_new_name(session: Session) -> None:
    session.selection.set_class("Striped heron")
    session.edits.rename_class("Striped heron", "Banded heron")
    assert session.selection.class_name == "Banded heron"
    assert {record.class_name for record in session.document.images} >= {"Banded heron"}


def test_a_stale_answer_is_dropped(session: Session, fake_explainer) -> None:
    fake_explainer.answers_by_itself = False
    session.selection.set_image(session.document.images[0])
    session.selection.set_image(session.document.images[1])
    fake_explainer.answer(len(fake_explainer.requests) - 1)
    assert session.inference.explanation is None
    fake_explainer.answer(len(fake_explainer.requests))
    assert session.inference.explanation is not None


def test_a_checkpoint_of_other_attributes_is_refused_in_words_and_the_old_one_stays(
    session: Session, tmp_path, qtbot
) -> None:
    other = write_checkpoint(tmp_path / "other" / "best.safetensors", attributes=tuple("abcdef"), run="stranger")
    before = session.inference.checkpoint
    with qtbot.waitSignal(session.messages.posted) as told:
        session.inference.set_checkpoint(other)
    assert told.args[0] == "error"
    assert "stranger" in told.args[1]
    assert session.inference.checkpoint is before


def test_a_project_without_classes_borrows_the_checkpoints(empty_session: Session, tmp_path, checkpoint_file) -> None:
    Project.create(tmp_path / "mine").close()
    empty_session.open_project(tmp_path / "mine")
    empty_session.inference.set_checkpoint(checkpoint_file)
    assert empty_session.document.table_is_borrowed
    assert len(empty_session.document.table.classes) == 3
    with pytest.raises(MsdnError, match="belong to the checkpoint"):
        empty_session.edits.set_values([("Red wader", 0, 0.0)])
    empty_session.edits.adopt_checkpoint_table()
    assert not empty_session.document.table_is_borrowed
    empty_session.edits.set_values([("Red wader", 0, 0.0)])
    assert empty_session.document.project.table().vectors[0, 0] == 0.0


def test_a_project_that_cannot_be_opened_leaves_the_open_one(session: Session, tmp_path) -> None:
    before = session.document.project
    with pytest.raises(MsdnError):
        session.open_project(tmp_path / "nothing here")
    assert session.document.project is before
    assert len(session.document.images) == 6


def test_a_second_session_on_the_project_reads_only_and_sees_the_firsts_edits(session: Session, qtbot) -> None:
    second = Session()
    try:
        with qtbot.waitSignal(second.messages.posted) as told:
            second.open_project(session.document.project.path)
        assert "read-only" in told.args[1]
        with qtbot.waitSignal(second.document.table_changed, timeout=6000):
            session.edits.set_values([("Red wader", 0, 0.125)])
        assert second.document.table.vectors[0, 0] == 0.125
    finally:
        second.close_project()
        second.deleteLater()


def test_an_image_whose_file_comes_later_is_explained_then(session: Session, qtbot) -> None:
    record = session.document.images[2]
    content = record.path.read_bytes()
    record.path.unlink()
    session.selection.set_image(record)
    qtbot.waitUntil(lambda: session.inference.explaining.phase is ExplainPhase.FAILED, timeout=6000)
    assert str(record.path) in session.inference.explaining.text
    with qtbot.waitSignal(session.inference.explanation_changed, timeout=3000):
        record.path.write_bytes(content)


def test_a_long_list_of_images_comes_a_moment_after_its_project(empty_session: Session, tmp_path, qtbot) -> None:
    with Project.create(tmp_path / "many") as project:
        root = project.add_image_root(tmp_path / "many" / "images")
        project.add_images(root, [NewImage(f"{number:05}.jpg") for number in range(8000)])
    with LoopWatch() as watch, qtbot.waitSignal(empty_session.document.images_changed, timeout=10_000) as _:
        empty_session.open_project(tmp_path / "many")
        assert empty_session.document.images == []
    qtbot.waitUntil(lambda: len(empty_session.document.images) == 8000, timeout=10_000)
    assert watch.longest_ms < 500, watch.report()
    assert empty_session.document.images[-1].name == "07999.jpg"


def test_an_edit_of_a_project_that_was_taken_away_is_refused(session: Session) -> None:
    before = session.document.table.vectors
    (session.document.project.path / "project.sqlite").rename(session.document.project.path / "elsewhere.sqlite")
    with pytest.raises(MsdnError, match="no longer contains a project"):
        session.edits.set_values([("Red wader", 0, 0.25)])
    np.testing.assert_array_equal(session.document.table.vectors, before)
    (session.document.project.path / "elsewhere.sqlite").rename(session.document.project.path / "project.sqlite")
    session.edits.set_values([("Red wader", 0, 0.25)])


def test_that_a_project_was_taken_away_is_said_once(session: Session) -> None:
    told = []
    session.messages.posted.connect(lambda level, sentence: told.append((level, sentence)))
    (session.document.project.path / "project.sqlite").rename(session.document.project.path / "elsewhere.sqlite")
    for _ in range(3):
        session.document.check_for_changes()
    assert len(told) == 1
    assert told[0][0] == "error"


def test_a_chosen_image_that_is_taken_out_is_chosen_no_longer(session: Session, explained) -> None:
    explained(5)
    seen = []
    session.selection.image_changed.connect(seen.append)
    session.document.set_images(session.document.images[:5])
    assert seen == [None]
    assert session.inference.explanation is None
