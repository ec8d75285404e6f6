"""What if: sliders of a class, and the images of a whole collection that fit it, moving together."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from classes_kit import (
    CTRL,
    KEY,
    LEFT,
    SHIFT,
    best_names,
    drag_slider,
    scored_session,
    show_what_if,
    shown_workspace,
    slider_place,
    write_scores,
)
from PySide6.QtWidgets import QComboBox, QLabel, QListView, QPushButton
from small_birds import ATTRIBUTES, VECTORS
from test_classes_models import big_table

from msdn_core.domain.annotation import Split
from msdn_core.domain.search import ClassScores, best_images, strongest_rival
from msdn_core.project import ImageRecord, Project
from msdn_gui.session import Session
from msdn_gui.session.collection import Collection

SCORES = np.random.default_rng(3).uniform(0, 1, (6, 6))


@pytest.fixture
def scored(session, qtbot):
    scored_session(session, qtbot, SCORES)
    session.selection.set_class("Red wader")
    return session


@pytest.fixture
def workspace(scored, services, qtbot):
    made = shown_workspace(scored, services, qtbot)
    show_what_if(made, qtbot)
    return made


def ranked(session, name: str) -> list[str]:
    """The images by the class's score, by hand."""
    vector = session.document.table.vectors[session.document.table.class_index[name]]
    scores = SCORES @ (vector / np.linalg.norm(vector))
    return [session.document.images[place].name.rsplit("/", 1)[-1] for place in np.argsort(-scores, kind="stable")]


def facts(workspace) -> str:
    return workspace.findChild(QLabel, "search_facts").text()


def test_a_slider_moves_the_best_images_and_the_rank_and_is_one_step_to_undo(
    workspace, scored, explained, qtbot
) -> None:
    explained(0)
    before, score = ranked(scored, "Red wader"), workspace.findChild(QLabel, "class_score").text()
    assert best_names(workspace) == before
    drag_slider(workspace, qtbot, 4, [0.0, 0.3, 0.6, 1.0])
    drag_slider(workspace, qtbot, 0, [1.0, 0.5, 0.0])
    assert scored.document.table.vectors[0].tolist() == [0, 0, 0.1, 0.9, 1, 1]
    after = ranked(scored, "Red wader")
    assert after != before
    assert best_names(workspace) == after
    assert workspace.findChild(QLabel, "class_score").text() != score
    order, _ = scored.inference.class_ranking()
    lines = workspace.findChild(QListView, "image_ranking").model()
    names = [scored.document.table.classes[row] for row in order]
    assert [names[row] in lines.index(row).data() for row in range(3)] == [True] * 3
    assert workspace.undo_stack.count() == 2
    assert workspace.undo_stack.undoText() == "Set crown: red of Red wader to 0"
    workspace.undo_stack.undo()
    assert scored.document.table.vectors[0].tolist() == [1, 0, 0.1, 0.9, 1, 1]
    workspace.undo_stack.undo()
    np.testing.assert_array_equal(scored.document.table.vectors, VECTORS)
    assert best_names(workspace) == before
    workspace.undo_stack.redo()
    path = scored.document.project.path
    scored.close_project()
    with Project.open(path) as project:
        assert project.table().vectors[0, 4] == 1


def test_a_slider_that_comes_back_leaves_nothing_to_undo(workspace, scored, qtbot) -> None:
    drag_slider(workspace, qtbot, 5, [1.0, 0.4, 1.0])
    assert workspace.undo_stack.count() == 0
    np.testing.assert_array_equal(scored.document.table.vectors, VECTORS)


def test_keys_move_a_slider_and_what_was_moved_in_one_go_is_undone_in_one(workspace, scored, qtbot) -> None:
    view = workspace.what_if.sliders
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.items.index(view.items.row_of(2))).center())
    workspace.undo_stack.clear()
    scored.selection.set_attribute(2)
    start = scored.document.table.vectors[0, 2]
    for key, modifier in ((KEY.Key_Right, SHIFT), (KEY.Key_Right, None), (KEY.Key_Left, None), (KEY.Key_Right, None)):
        qtbot.keyClick(view, key, *([modifier] if modifier else []))
    assert scored.document.table.vectors[0, 2] == pytest.approx(min(1.0, start + 0.11))
    assert workspace.undo_stack.count() == 1
    qtbot.keyClick(view, KEY.Key_Down)
    assert scored.selection.attribute == 3
    qtbot.keyClick(view, KEY.Key_End)
    assert scored.document.table.vectors[0, 3] == 1.0
    assert workspace.undo_stack.count() == 2


def test_the_search_says_how_many_images_are_taken_for_the_class(workspace, scored, qtbot) -> None:
    def predicted() -> int:
        unit = scored.document.table.unit_vectors()
        return int(((SCORES @ unit.T - scored.inference.gamma * scored.document.table.seen).argmax(axis=1) == 2).sum())

    scored.selection.set_class("Blue-crested tern")
    qtbot.waitUntil(lambda: f"{predicted():,} predicted as this class" in facts(workspace))
    assert "2 of the best labelled with it" in facts(workspace)
    drag_slider(workspace, qtbot, 1, [0.5, 0.0])
    drag_slider(workspace, qtbot, 4, [0.5, 0.0])
    qtbot.waitUntil(lambda: f"{predicted():,} predicted as this class" in facts(workspace))


def test_a_click_on_a_found_image_chooses_it_and_another_class_is_searched_at_once(workspace, scored, qtbot) -> None:
    view = workspace.what_if.search.view
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.results.index(2)).center())
    assert scored.selection.image.name == ranked(scored, "Red wader")[2]
    chooser = workspace.findChild(QComboBox, "what_if_class")
    chooser.setFocus()
    chooser.lineEdit().selectAll()
    qtbot.keyClicks(chooser.lineEdit(), "Striped heron")
    qtbot.keyClick(chooser.lineEdit(), KEY.Key_Return)
    assert scored.selection.class_name == "Striped heron"
    assert best_names(workspace) == ranked(scored, "Striped heron")
    chosen = view.currentIndex().data()
    assert chosen == scored.selection.image.name
    qtbot.keyClicks(chooser.lineEdit(), "no such")
    qtbot.keyClick(chooser.lineEdit(), KEY.Key_Tab)
    assert chooser.currentText() == "Striped heron"


def test_the_filter_leaves_the_sliders_of_its_words(workspace, qtbot) -> None:
    qtbot.keyClicks(workspace.what_if.filter, "wing")
    model = workspace.what_if.sliders.items
    assert [model.index(row).data() for row in range(model.rowCount())] == ["wing pattern", "striped", "plain"]


def test_an_image_without_scores_is_counted_and_one_that_is_gone_is_left_out(scored, services, qtbot) -> None:
    write_scores(scored, SCORES)
    scored.document.images = scored.document.images[:4]
    scored.document.images_changed.emit()
    workspace = shown_workspace(scored, services, qtbot)
    show_what_if(workspace, qtbot)
    assert len(best_names(workspace)) == 4


SCORER = """
import json, sys, shutil
print(json.dumps({"progress": {"stage": "scores", "done": 3, "total": 6}}), flush=True)
shutil.copy(sys.argv[1], sys.argv[2])
print(json.dumps({"scores": sys.argv[2], "images": 6}), flush=True)
"""


def test_the_collection_is_scored_when_the_person_asks(session, services, qtbot, monkeypatch, tmp_path) -> None:
    session.selection.set_class("Red wader")
    write_scores(session, SCORES)
    kept = next((session.document.project.path / "scores").iterdir())
    elsewhere = kept.rename(tmp_path / "made.npz")
    asked = []

    def engine(title, *words, workspace=""):
        asked.append([str(word) for word in words])
        return services.jobs.start(title, ["-c", SCORER, str(elsewhere), str(kept)], workspace=workspace)

    monkeypatch.setattr(services.jobs, "engine", engine)
    workspace = shown_workspace(session, services, qtbot)
    show_what_if(workspace, qtbot)
    assert best_names(workspace) == []
    assert "scored" in workspace.findChild(QLabel, "scoring_title").text()
    words = workspace.findChild(QLabel, "scoring_text")
    assert words.height() >= words.heightForWidth(words.width()), "all of it is to be read"
    qtbot.mouseClick(workspace.findChild(QPushButton, "score_images"), LEFT)
    qtbot.waitUntil(lambda: best_names(workspace) == ranked(session, "Red wader"), timeout=15_000)
    assert asked == [["score", str(session.document.project.path), "--run", str(session.inference.checkpoint.path)]]


def test_a_scoring_that_fails_says_why_and_can_be_tried_again(session, services, qtbot, monkeypatch) -> None:
    fault = json.dumps({"error": "The disk is full."})
    monkeypatch.setattr(
        services.jobs,
        "engine",
        lambda title, *_, **more: services.jobs.start(title, ["-c", f"print({fault!r})"], **more),
    )
    workspace = shown_workspace(session, services, qtbot)
    show_what_if(workspace, qtbot)
    button = workspace.findChild(QPushButton, "score_images")
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: workspace.findChild(QLabel, "scoring_text").text() == "The disk is full.", timeout=15_000)
    qtbot.waitUntil(button.isVisible)


def test_scores_by_another_checkpoint_are_not_taken_for_this_ones(session, services, qtbot) -> None:
    write_scores(session, SCORES)
    with session.inference.checkpoint.path.open("ab") as file:
        file.write(b" ")
    session.inference.collection.look_again()
    workspace = shown_workspace(session, services, qtbot)
    show_what_if(workspace, qtbot)
    assert session.inference.collection.collection is None
    assert workspace.findChild(QPushButton, "score_images").isVisible()


def test_sliders_of_a_project_for_reading_only_do_not_move(session, services, checkpoint_file, qtbot) -> None:
    second = Session()
    try:
        second.open_project(session.document.project.path)
        second.inference.set_checkpoint(checkpoint_file)
        second.selection.set_class("Red wader")
        workspace = shown_workspace(second, services, qtbot)
        show_what_if(workspace, qtbot)
        drag_slider(workspace, qtbot, 4, [0.0, 1.0])
        np.testing.assert_array_equal(second.document.table.vectors, VECTORS)
    finally:
        second.close_project()
        second.deleteLater()


def test_the_best_are_those_of_a_full_sort_and_ties_go_to_the_first() -> None:
    draw = np.random.default_rng(0)
    for size, count in ((1, 1), (50, 7), (1000, 60), (5, 60), (0, 3)):
        scores = draw.integers(0, 20, size).astype(np.float32)
        np.testing.assert_array_equal(best_images(scores, count), np.argsort(-scores, kind="stable")[:count])


def test_scores_that_follow_edits_are_those_of_the_whole_product() -> None:
    draw = np.random.default_rng(4)
    scores = draw.normal(size=(40, 30)).astype(np.float32)
    follows, vector = ClassScores(scores), draw.random(30)
    for step in range(200):
        if step % 50 == 0:
            vector = draw.random(30) * (draw.random(30) < 0.5)
        vector = vector.copy()
        vector[draw.integers(30)] = draw.choice([0.0, draw.random()])
        expected = scores @ vector / (np.linalg.norm(vector) or 1.0)
        assert follows.of(vector) == pytest.approx(expected, abs=1e-5)
    assert not follows.of(np.zeros(30)).any()


def test_a_rival_is_the_best_of_all_other_classes() -> None:
    table = big_table(9, len(ATTRIBUTES))
    scores = np.random.default_rng(1).normal(size=(30, len(ATTRIBUTES))).astype(np.float32)
    full = scores @ table.unit_vectors().T - 0.4 * table.seen
    found = strongest_rival(scores, table.unit_vectors(), table.seen, 0.4, 5)
    assert found == pytest.approx(np.delete(full, 5, axis=1).max(axis=1), abs=1e-5)


def test_a_large_collection_follows_a_slider_without_a_wait(session, services, qtbot) -> None:
    """With a margin of several times over ``benchmarks/gui/search.py``, for a busy machine."""
    session.selection.set_class("Red wader")
    scored_session(session, qtbot, np.random.default_rng(5).normal(size=(6, 6)))
    count = 20_000
    many = [ImageRecord(n, session.document.images[0].path, f"{n}.jpg", None, Split.NONE) for n in range(count)]
    scores = np.random.default_rng(6).random((count, 6), np.float32)
    session.inference.collection.collection = Collection(np.arange(count), scores, scores, scores)
    session.document.images = many
    workspace = shown_workspace(session, services, qtbot)
    show_what_if(workspace, qtbot)
    port = workspace.what_if.sliders.viewport()
    places = [slider_place(workspace, 4, share / 20) for share in range(1, 21)]
    qtbot.mousePress(port, LEFT, pos=places[0])
    begun = time.thread_time()
    for place in places[1:]:
        qtbot.mouseMove(port, place)
    assert (time.thread_time() - begun) / len(places) < 0.08
    qtbot.mouseRelease(port, LEFT, pos=places[-1])
    assert session.document.table.vectors[0, 4] == 1.0


def test_a_class_that_is_added_here_is_searched_for_and_its_sliders_take_the_keys(workspace, scored, qtbot) -> None:
    qtbot.keyClick(workspace, KEY.Key_N, CTRL)
    qtbot.keyClicks(workspace.form.name, "Newcomer")
    qtbot.keyClick(workspace.form.name, KEY.Key_Return)
    assert scored.selection.class_name == "Newcomer"
    qtbot.waitUntil(workspace.what_if.sliders.hasFocus)
    drag_slider(workspace, qtbot, 4, [0.0, 1.0])
    assert best_names(workspace) == ranked(scored, "Newcomer")
