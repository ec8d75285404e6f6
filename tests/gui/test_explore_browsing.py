"""Finding images in Explore by mouse and keyboard: query, facets, saved searches, orders, going to an image."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from explore_kit import LEFT, click_row, in_pages, shown_workspace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMenu, QPushButton
from small_birds import CLASSES, write_checkpoint

from msdn_core.domain.annotation import Review, ReviewState
from msdn_core.domain.variants import SubNets
from msdn_core.project import Project
from msdn_core.runs.attribute_scores import AttributeScores, checkpoint_digest, scores_file, write_attribute_scores
from msdn_gui.explore.finding.saved_searches import Search, read_searches, write_searches

if TYPE_CHECKING:
    from msdn_gui.explore.workspace import ExploreWorkspace

KEY = Qt.Key
SCORES = np.random.default_rng(3).uniform(0, 1, (6, 6)).astype(np.float32)
OTHER = np.random.default_rng(4).uniform(0, 1, (6, 6)).astype(np.float32)
FUSED = 0.9 * SCORES + 0.1 * OTHER


def keep_scores(session, count: int = 6) -> None:
    """What the checkpoint says of the first images, as the engine keeps it."""
    checkpoint = session.inference.checkpoint
    ids = np.array([record.id for record in session.document.images[:count]], dtype=np.int64)
    names = np.array(checkpoint.header.attributes)
    made = AttributeScores(
        ids, SCORES[:count], OTHER[:count], np.zeros_like(OTHER[:count]), names, checkpoint_digest(checkpoint.path)
    )
    write_attribute_scores(scores_file(session.document.project.path, checkpoint.run, checkpoint.path.stem), made)


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    made = shown_workspace(session, services, qtbot)
    made.activateWindow()
    return made


@pytest.fixture
def scored(session, services, qtbot) -> ExploreWorkspace:
    keep_scores(session)
    session.inference.collection.look_again()
    qtbot.waitUntil(lambda: session.inference.collection.collection is not None)
    made = shown_workspace(session, services, qtbot)
    made.activateWindow()
    return made


def shown(workspace) -> list[int]:
    """Places among the project's images, in the order in which they stand in the list."""
    model = workspace.gallery.model
    return [model.record_at(row).id - 1 for row in range(model.rowCount())]


def search(workspace, qtbot, text: str) -> list[int]:
    """Type a query as a person does, and Return; what is left then."""
    box = workspace.gallery.query
    box.setFocus()
    box.selectAll()
    qtbot.keyClick(box, KEY.Key_Delete)
    qtbot.keyClicks(box, text)
    close_offers(qtbot)
    qtbot.keyClick(box, KEY.Key_Return)
    qtbot.waitUntil(lambda: workspace.gallery.is_settled)
    return shown(workspace)


def offers() -> list[str]:
    popup = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "query_completions" and w.isVisible())
    return [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())]


def close_offers(qtbot) -> None:
    for popup in QApplication.topLevelWidgets():
        if popup.objectName() == "query_completions" and popup.isVisible():
            qtbot.keyClick(popup, KEY.Key_Escape)


def predictions(session) -> np.ndarray:
    return (
        FUSED @ session.document.table.unit_vectors().T - session.inference.gamma * session.document.table.seen
    ).argmax(axis=1)


def sort_by(workspace, qtbot, words: str) -> list[int]:
    box = workspace.gallery.order
    box.setFocus()
    box.setCurrentIndex(box.findText(words))
    qtbot.waitUntil(lambda: workspace.gallery.is_settled)
    return shown(workspace)


def test_typing_filters_images(workspace, session, qtbot) -> None:
    gallery = workspace.gallery
    assert gallery.count.text() == "6 images"
    assert search(workspace, qtbot, "heron") == [1, 4]
    assert gallery.count.text() == "2 of 6 images"
    assert search(workspace, qtbot, "-heron split:train") == [0]
    assert search(workspace, qtbot, 'class:"blue-crested tern",wader') == [0, 2, 3, 5]
    assert search(workspace, qtbot, "heron nothing") == []
    assert "No matches" in gallery.empty.text()
    assert gallery.empty.isVisible()
    assert search(workspace, qtbot, "") == [0, 1, 2, 3, 4, 5]
    assert session.selection.image == session.document.images[0], "a search selects nothing"


def test_a_query_is_searched_a_moment_after_typing(workspace, qtbot) -> None:
    qtbot.keyClicks(workspace.gallery.query, "tern")
    qtbot.waitUntil(lambda: shown(workspace) == [2, 5])


def test_a_query_that_cannot_be_read_is_explained_and_the_last_result_stays(workspace, qtbot) -> None:
    gallery = workspace.gallery
    assert search(workspace, qtbot, "heron") == [1, 4]
    assert search(workspace, qtbot, "heron clas:x") == [1, 4]
    assert gallery.error.isVisible()
    assert "“clas:” is not a search key" in gallery.error.text()
    assert search(workspace, qtbot, "class:owl") == [1, 4]
    assert "No class matches “owl”" in gallery.error.text()
    assert search(workspace, qtbot, "class:tern") == [2, 5]
    assert not gallery.error.isVisible()


def test_keys_and_names_are_completed_by_keyboard(workspace, qtbot) -> None:
    box = workspace.gallery.query
    box.setFocus()
    qtbot.keyClicks(box, "-cl")
    assert offers() == ["class:"]
    qtbot.keyClick(box, KEY.Key_Tab)
    assert box.text() == "-class:"
    assert offers() == list(CLASSES)
    qtbot.keyClicks(box, "crest")
    assert offers() == ["Blue-crested tern"]
    popup = QApplication.activePopupWidget()
    qtbot.keyClick(popup, KEY.Key_Down)
    qtbot.keyClick(popup, KEY.Key_Return)
    assert box.text() == '-class:"Blue-crested tern" '
    qtbot.waitUntil(lambda: shown(workspace) == [0, 1, 3, 4])
    qtbot.keyClicks(box, "score:crest ")
    close_offers(qtbot)
    box.setText("av:crest")
    qtbot.keyClick(box, KEY.Key_Backspace)
    assert offers() == ["crest::yes", "crest::no"]
    qtbot.keyClick(box, KEY.Key_Tab)
    assert box.text() == 'av:"crest::yes">'
    close_offers(qtbot)


def test_down_in_an_empty_box_lists_the_search_keys(workspace, qtbot) -> None:
    box = workspace.gallery.query
    qtbot.keyClick(box, KEY.Key_Down)
    assert {"class:", "split:", "predicted:", "score:", "wrong", "unlabelled", "checked"} <= set(offers())
    close_offers(qtbot)


def test_predictions_and_scores_are_searched(scored, session, qtbot) -> None:
    taken, own = predictions(session), np.arange(6) % 3
    assert search(scored, qtbot, "wrong") == np.flatnonzero(taken != own).tolist()
    assert search(scored, qtbot, "-wrong") == np.flatnonzero(taken == own).tolist()
    assert search(scored, qtbot, "predicted:tern") == np.flatnonzero(taken == 2).tolist()
    assert search(scored, qtbot, 'score:"crest::yes">0.5') == np.flatnonzero(FUSED[:, 4] > 0.5).tolist()
    assert search(scored, qtbot, "va:crest::yes<=0.5") == np.flatnonzero(OTHER[:, 4] <= 0.5).tolist()


def test_editing_a_class_changes_which_images_are_predicted_as_it(scored, session, qtbot) -> None:
    before = search(scored, qtbot, "predicted:tern")
    session.edits.set_vectors({"Blue-crested tern": -session.document.table.vectors[2]})
    qtbot.waitUntil(lambda: shown(scored) == np.flatnonzero(predictions(session) == 2).tolist())
    assert shown(scored) != before
    session.inference.set_gamma(50.0)
    qtbot.waitUntil(lambda: shown(scored) == list(range(6)))


def test_a_hidden_gallery_searches_again_when_it_is_shown(scored, session, qtbot) -> None:
    before = search(scored, qtbot, "predicted:tern")
    with in_pages(scored) as pages:
        pages.setCurrentIndex(1)
        session.inference.set_gamma(50.0)
        assert scored.gallery.is_settled
        assert shown(scored) == before
        pages.setCurrentIndex(0)
        qtbot.waitUntil(lambda: shown(scored) == list(range(6)))


def test_reviews_are_read_again_when_explore_is_shown_again(workspace, session, qtbot) -> None:
    checked, flagged = session.document.images[1].id, session.document.images[4].id

    def review(number: int, state: ReviewState) -> None:
        session.document.project.annotations.put_reviews({number: Review(state, "", "me", "2026-01-01T00:00:00Z")})

    review(checked, ReviewState.CHECKED)
    assert search(workspace, qtbot, "checked") == [1]
    workspace.hide()
    review(flagged, ReviewState.CHECKED)
    workspace.show()
    qtbot.waitUntil(lambda: shown(workspace) == [1, 4])
    assert search(workspace, qtbot, "-checked unlabelled") == []


# Facets


def open_facets(workspace, qtbot) -> dict[str, tuple[int, str, bool]]:
    workspace.gallery.view.setFocus()
    qtbot.keyClick(workspace.gallery.view, KEY.Key_F)
    panel = workspace.gallery.facets
    qtbot.waitUntil(lambda: panel.isVisible() and panel.model.rowCount() > 0)
    return facet_rows(workspace)


def facet_rows(workspace) -> dict[str, tuple[int, str, bool]]:
    """Group and name → row, count, and whether it is chosen."""
    model, group, found = workspace.gallery.facets.model, "", {}
    for row in range(model.rowCount()):
        name, state = model.index(row, 0), model.index(row, 0).data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            group = name.data()
        else:
            chosen = Qt.CheckState(state) is Qt.CheckState.Checked
            found[f"{group}/{name.data()}"] = (row, model.index(row, 1).data(), chosen)
    return found


def test_facets_have_counts_and_toggle_terms_by_mouse_and_keyboard(scored, session, qtbot) -> None:
    facets = open_facets(scored, qtbot)
    assert facets["Split/Train"][1:] == ("2", False)
    assert facets["Split/Test unseen"][1:] == ("2", False)
    assert facets["Review/Not reviewed"][1] == "6"
    wrong = int((predictions(session) != np.arange(6) % 3).sum())
    assert facets["Prediction/Wrong"][1] == str(wrong)
    panel, box = scored.gallery.facets, scored.gallery.query
    click_row(qtbot, panel.table, facets["Split/Train"][0])
    assert box.text() == "split:train"
    qtbot.waitUntil(lambda: shown(scored) == [0, 1])
    qtbot.waitUntil(lambda: "Class/Blue-crested tern" not in facet_rows(scored))
    facets = facet_rows(scored)
    assert facets["Split/Test seen"][1:] == ("2", False), "the counts of a group ignore the values selected in it"
    click_row(qtbot, panel.table, facets["Class/Red wader"][0])
    qtbot.waitUntil(lambda: shown(scored) == [0])
    assert box.text() == 'split:train class:"Red wader"'
    panel.table.selectRow(facet_rows(scored)["Class/Striped heron"][0])
    qtbot.keyClick(panel.table, KEY.Key_Space)
    qtbot.waitUntil(lambda: shown(scored) == [0, 1])
    assert box.text() == 'split:train class:"Red wader","Striped heron"'
    qtbot.mouseClick(panel.clear, LEFT)
    qtbot.waitUntil(lambda: len(shown(scored)) == 6)
    qtbot.keyClick(panel.table, KEY.Key_Escape)
    assert not panel.isVisible()


def test_clearing_a_facet_keeps_the_other_values_of_its_term(workspace, qtbot) -> None:
    search(workspace, qtbot, "split:test")
    facets = open_facets(workspace, qtbot)
    qtbot.waitUntil(lambda: facet_rows(workspace)["Split/Test seen"][2])
    facets = facet_rows(workspace)
    assert [facets[f"Split/{name}"][2] for name in ("Train", "Test seen", "Test unseen")] == [False, True, True]
    click_row(qtbot, workspace.gallery.facets.table, facets["Split/Test seen"][0])
    assert workspace.gallery.query.text() == 'split:"test unseen"'
    qtbot.waitUntil(lambda: shown(workspace) == [2, 5])
    qtbot.keyClick(workspace.gallery.facets.table, KEY.Key_Escape)


# Saved searches


def open_menu(workspace, qtbot) -> QMenu:
    workspace.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is workspace)
    workspace.gallery.view.setFocus()
    qtbot.keyClick(workspace.gallery.view, KEY.Key_B)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    return QApplication.activePopupWidget()


def choose(menu: QMenu, qtbot, text: str) -> None:
    entry = next(one for one in menu.actions() if one.text() == text)
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())


def test_a_search_is_saved_selected_and_deleted(workspace, session, qtbot) -> None:
    search(workspace, qtbot, "heron split:train")
    sort_by(workspace, qtbot, "Name")
    choose(open_menu(workspace, qtbot), qtbot, "Save this search …")
    dialog = workspace.findChild(QInputDialog, "search_name")
    line = dialog.findChild(QLineEdit)
    assert line.text() == "heron split:train"
    line.selectAll()
    qtbot.keyClicks(line, "Herons")
    qtbot.keyClick(line, KEY.Key_Return)
    search(workspace, qtbot, "")
    sort_by(workspace, qtbot, "Project order")
    choose(open_menu(workspace, qtbot), qtbot, "Herons")
    qtbot.waitUntil(lambda: shown(workspace) == [1])
    assert workspace.gallery.query.text() == "heron split:train"
    assert workspace.gallery.order.currentText() == "Name"
    assert list(json.loads(session.document.project.meta("saved_searches"))) == ["Herons"], "stored in the project"
    menu = open_menu(workspace, qtbot)
    # Not the action's menu(): in older releases of PySide6 its wrapper dies with the action's.
    delete = next(one for one in menu.findChildren(QMenu) if one.title() == "Delete search")
    delete.popup(QPoint(20, 20))
    choose(delete, qtbot, "Herons")
    menu.close()
    assert json.loads(session.document.project.meta("saved_searches")) == {}
    assert "Herons" in workspace.undo_stack.undoText()
    workspace.undo_stack.undo()
    choose(open_menu(workspace, qtbot), qtbot, "Herons")
    qtbot.waitUntil(lambda: shown(workspace) == [1])


def test_undo_does_not_overwrite_a_search_that_was_changed_elsewhere(workspace, session) -> None:
    saved, project = workspace.gallery.saved, session.document.project
    posted = []
    session.messages.posted.connect(lambda _, text: posted.append(text))
    saved.save("Herons", Search("heron"))
    write_searches(project, {"Herons": Search("heron wrong"), "Terns": Search("tern")})
    workspace.undo_stack.undo()
    assert read_searches(project)["Herons"] == Search("heron wrong")
    assert posted == [
        "“save search “Herons”” can no longer be undone: The search “Herons” has since been changed elsewhere."
    ]


def test_undo_keeps_searches_that_were_saved_elsewhere(workspace, session) -> None:
    saved, project = workspace.gallery.saved, session.document.project
    saved.save("Herons", Search("heron"))
    saved.save("Waders", Search("wader"))
    saved.delete("Herons")
    write_searches(project, {**read_searches(project), "Terns": Search("tern")})
    workspace.undo_stack.undo()
    assert list(read_searches(project)) == ["Herons", "Waders", "Terns"]


# Orders


def test_images_are_sorted_in_each_order(scored, session, qtbot) -> None:
    assert sort_by(scored, qtbot, "Name") == [2, 5, 0, 3, 1, 4]
    assert sort_by(scored, qtbot, "Class") == [2, 5, 0, 3, 1, 4]
    qtbot.mouseClick(scored.gallery.reverse, LEFT)
    qtbot.waitUntil(lambda: shown(scored) == [1, 4, 0, 3, 2, 5])
    qtbot.mouseClick(scored.gallery.reverse, LEFT)
    scores = np.sort(
        FUSED @ session.document.table.unit_vectors().T - session.inference.gamma * session.document.table.seen, axis=1
    )
    assert sort_by(scored, qtbot, "Model uncertainty") == np.argsort(scores[:, -1] - scores[:, -2]).tolist()
    likeness = [np.corrcoef(SCORES[n], OTHER[n])[0, 1] for n in range(6)]
    assert sort_by(scored, qtbot, "Sub-net disagreement") == np.argsort(likeness).tolist()
    session.selection.set_attribute(3)
    assert sort_by(scored, qtbot, "Attribute score") == np.argsort(-FUSED[:, 3]).tolist()
    session.selection.set_attribute(1)
    qtbot.waitUntil(lambda: shown(scored) == np.argsort(-FUSED[:, 1]).tolist())
    sort_by(scored, qtbot, "Class score")
    session.selection.set_class("Red wader")
    wader = FUSED @ session.document.table.unit_vectors()[0]
    qtbot.waitUntil(lambda: shown(scored) == np.argsort(-wader).tolist())
    assert search(scored, qtbot, "tern") == [n for n in np.argsort(-wader).tolist() if n % 3 == 2]


def test_sorting_by_class_score_asks_for_a_class(scored, session, qtbot) -> None:
    session.selection.set_class(None)
    assert sort_by(scored, qtbot, "Class score") == list(range(6))
    assert "Select a class" in scored.gallery.error.text()


# Scores that are not there yet

SCORER = """
import json, sys, shutil
print(json.dumps({"progress": {"stage": "scores", "done": 3, "total": 6}}), flush=True)
shutil.copy(sys.argv[1], sys.argv[2])
print(json.dumps({"scores": sys.argv[2], "images": 6}), flush=True)
"""


def test_a_button_computes_missing_scores(workspace, session, services, qtbot, monkeypatch, tmp_path) -> None:
    keep_scores(session)
    kept = next((session.document.project.path / "scores").iterdir())
    elsewhere = kept.rename(tmp_path / "made.npz")
    monkeypatch.setattr(
        services.jobs,
        "engine",
        lambda title, *_, **more: services.jobs.start(title, ["-c", SCORER, str(elsewhere), str(kept)], **more),
    )
    search(workspace, qtbot, "predicted:tern")
    button = workspace.findChild(QPushButton, "score_images")
    assert button.isVisible()
    assert "not scored" in workspace.gallery.scoring.title.text()
    qtbot.mouseClick(button, LEFT)
    assert workspace.findChild(QPushButton, "cancel_scoring").isVisible()
    expected = np.flatnonzero(predictions(session) == 2).tolist()
    qtbot.waitUntil(lambda: shown(workspace) == expected and workspace.gallery.view.isVisible(), timeout=15_000)


def test_images_without_scores_are_counted_and_can_be_scored(session, services, qtbot) -> None:
    keep_scores(session, 4)
    session.inference.collection.look_again()
    qtbot.waitUntil(lambda: session.inference.collection.collection is not None)
    workspace = shown_workspace(session, services, qtbot)
    assert set(search(workspace, qtbot, "wrong")) | set(search(workspace, qtbot, "-wrong")) == {0, 1, 2, 3}
    assert workspace.gallery.rest.isVisible()
    assert workspace.gallery.rest.text() == "Score 2 more images"


def test_scores_of_a_missing_sub_net_are_explained(session, services, qtbot, tmp_path) -> None:
    session.inference.set_checkpoint(
        write_checkpoint(tmp_path / "alone" / "best.safetensors", sub_nets=SubNets.AV, run="alone")
    )
    keep_scores(session)
    session.inference.collection.look_again()
    qtbot.waitUntil(lambda: session.inference.collection.collection is not None)
    workspace = shown_workspace(session, services, qtbot)
    assert search(workspace, qtbot, "va:crest::yes>0.5") == list(range(6))
    assert "no visual→attribute sub-net" in workspace.gallery.error.text()
    assert search(workspace, qtbot, "av:crest::yes>0.5") == np.flatnonzero(SCORES[:, 4] > 0.5).tolist()
    sort_by(workspace, qtbot, "Sub-net disagreement")
    assert "no visual→attribute sub-net" in workspace.gallery.error.text()


# Jumps and steps


def test_go_to_an_image_by_number_or_name(workspace, session, qtbot) -> None:
    workspace.gallery.view.setFocus()
    qtbot.keyClick(workspace.gallery.view, KEY.Key_G, Qt.KeyboardModifier.ControlModifier)
    jump = workspace.gallery.jump
    qtbot.waitUntil(jump.hasFocus)
    qtbot.keyClicks(jump, "4")
    qtbot.keyClick(jump, KEY.Key_Return)
    assert session.selection.image == session.document.images[3]
    assert workspace.gallery.place.text() == "No. 4"
    jump.selectAll()
    qtbot.keyClicks(jump, "heron")
    qtbot.keyClick(jump, KEY.Key_Return)
    assert session.selection.image == session.document.images[4]
    qtbot.keyClick(jump, KEY.Key_Return)
    assert session.selection.image == session.document.images[1], "again goes to the next one, and around"
    said = []
    session.messages.posted.connect(lambda _, sentence: said.append(sentence))
    jump.selectAll()
    qtbot.keyClicks(jump, "77")
    qtbot.keyClick(jump, KEY.Key_Return)
    assert "no number 77" in said[-1]
    qtbot.keyClick(jump, KEY.Key_Escape)
    assert not jump.isVisible()
    assert workspace.gallery.view.hasFocus()


def test_the_next_image_is_the_next_in_the_list(workspace, session, qtbot) -> None:
    search(workspace, qtbot, "tern")
    view, control = workspace.gallery.view, Qt.KeyboardModifier.ControlModifier
    view.setFocus()
    qtbot.keyClick(view, KEY.Key_Right, control)
    assert session.selection.image == session.document.images[2]
    qtbot.keyClick(view, KEY.Key_Right, control)
    assert session.selection.image == session.document.images[5]
    session.selection.step_image(-1)
    assert session.selection.image == session.document.images[2]


def test_another_project_starts_without_a_search(workspace, session, qtbot, tmp_path) -> None:
    search(workspace, qtbot, "tern")
    with Project.create(tmp_path / "other"):
        pass
    session.open_project(tmp_path / "other")
    assert workspace.gallery.query.text() == ""
    assert workspace.gallery.count.text() == "0 images"
