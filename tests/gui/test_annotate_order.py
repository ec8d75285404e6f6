"""Sort the list by the model's scores of all images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from annotate_kit import keep_scores, key, shown_workspace
from PySide6.QtCore import Qt
from small_birds import ATTRIBUTES

from msdn_gui.session.messages import Level

if TYPE_CHECKING:
    from msdn_core.runs.attribute_scores import AttributeScores
    from msdn_gui.annotate.workspace import AnnotateWorkspace

CREST = 4


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    return shown_workspace(session, services, qtbot)


@pytest.fixture
def scores(session) -> AttributeScores:
    """Return saved scores of all images but the first, so that none are computed."""
    draw = np.random.default_rng(11)
    ids = np.array([image.id for image in session.document.images[1:]])
    return keep_scores(session, ids, *draw.normal(size=(2, len(ids), len(ATTRIBUTES))).astype(np.float32))


def choose(workspace, order: str) -> None:
    box = workspace.queue.order
    box.setCurrentIndex(box.findData(order))


def shown(workspace) -> list[int]:
    model = workspace.queue.model
    return [model.record_at(row).id for row in range(model.rowCount())]


def standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean(axis=1, keepdims=True)) / values.std(axis=1, keepdims=True)


def test_images_are_sorted_by_the_model_and_those_without_scores_come_last(workspace, session, scores, qtbot) -> None:
    fused = 0.9 * scores.scores_av + 0.1 * scores.scores_va
    unit = session.document.table.vectors / np.linalg.norm(session.document.table.vectors, axis=1, keepdims=True)
    by_class = np.sort(fused @ unit.T - session.inference.gamma * session.document.table.seen, axis=1)
    strength = standard(fused)[:, CREST]
    session.selection.set_attribute(CREST)
    expected = {
        "class doubt": by_class[:, -2] - by_class[:, -1],
        "attribute doubt": -np.abs(strength - 1.0),
        "strength": strength,
        "disagreement": 1 - (standard(scores.scores_av) * standard(scores.scores_va)).mean(axis=1),
    }
    for order, keys in expected.items():
        choose(workspace, order)
        expected_ids = [*scores.image_ids[np.argsort(-keys)].tolist(), session.document.images[0].id]
        qtbot.waitUntil(lambda expected_ids=expected_ids: shown(workspace) == expected_ids)
        assert session.selection.image.id == expected_ids[0], "the first image is selected"
    choose(workspace, "project")
    assert shown(workspace) == [image.id for image in session.document.images]


def test_the_order_changes_only_on_request(workspace, session, scores, qtbot) -> None:
    session.selection.set_attribute(CREST)
    choose(workspace, "strength")
    first = scores.image_ids[np.argsort(-standard(0.9 * scores.scores_av + 0.1 * scores.scores_va)[:, CREST])].tolist()
    qtbot.waitUntil(lambda: shown(workspace)[:-1] == first)
    session.selection.set_attribute(0)
    key(workspace, qtbot, Qt.Key.Key_C)
    assert shown(workspace)[:-1] == first
    key(workspace, qtbot, Qt.Key.Key_R)
    again = scores.image_ids[np.argsort(-standard(0.9 * scores.scores_av + 0.1 * scores.scores_va)[:, 0])].tolist()
    qtbot.waitUntil(lambda: shown(workspace)[:-1] == again)


def test_images_are_scored_first_and_a_failure_is_posted(workspace, session, services, qtbot) -> None:
    before = shown(workspace)
    with qtbot.waitSignal(
        session.messages.posted, timeout=60_000, check_params_cb=lambda level, _: level is Level.ERROR
    ):
        choose(workspace, "disagreement")
        qtbot.waitUntil(lambda: services.jobs.find("score") is not None)
    assert workspace.queue.order.currentData() == "project"
    assert shown(workspace) == before
