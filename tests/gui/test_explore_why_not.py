"""Why this class and not that one, and what would reverse the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from explore_kit import shown_workspace
from PySide6.QtCore import Qt
from small_birds import ATTRIBUTES, CLASSES

from msdn_core.domain.display_names import attribute_text
from msdn_gui.explore.ranking.contribution_model import NAME, SHARE

if TYPE_CHECKING:
    from msdn_gui.explore.workspace import ExploreWorkspace


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    return shown_workspace(session, services, qtbot)


def compare_with(workspace, text: str) -> None:
    box = workspace.why.rival
    box.setCurrentIndex(box.findText(text, Qt.MatchFlag.MatchExactly))


def test_the_difference_of_two_classes_is_shown_attribute_by_attribute(workspace, session) -> None:
    session.selection.set_class(CLASSES[0])
    compare_with(workspace, f"and not {CLASSES[2]}")
    differences = session.inference.prediction().contributions(
        CLASSES[0]
    ) - session.inference.prediction().contributions(CLASSES[2])
    order = np.argsort(-np.abs(differences), kind="stable")
    model = workspace.why.model
    assert [model.index(row, NAME).data() for row in range(6)] == [ATTRIBUTES[k].full_name for k in order]
    assert model.index(0, SHARE).data() == f"{differences[order[0]]:+.3f}".replace("-", "−")
    assert workspace.why.title.text() == f"Why {CLASSES[0]}"
    # One is seen and the other is not: gamma stands between them.
    assert "gamma 0.50 = lead" in workspace.why.sum.text()
    _, scores = session.inference.class_ranking()
    assert f"lead {scores[0] - scores[2]:.3f}".replace("-", "−") in workspace.why.sum.text()


def test_the_next_best_rival_follows_the_ranking(workspace, session) -> None:
    compare_with(workspace, "and not the next best")
    order, _ = session.inference.class_ranking()
    first, second = (CLASSES[int(row)] for row in order[:2])
    assert workspace.why.title.text() == f"Why {first}"
    assert workspace.why.rival.currentText() == f"and not the next best, {second}"
    session.inference.set_gamma(50.0)
    order, _ = session.inference.class_ranking()
    assert CLASSES[int(order[0])] == CLASSES[2], "only the unseen class is left"
    assert workspace.why.title.text().startswith(f"Why {CLASSES[2]}")


def test_the_named_attributes_reverse_the_decision(workspace, session) -> None:
    session.inference.set_gamma(0.0)
    compare_with(workspace, "and not the next best")
    order, scores = session.inference.class_ranking()
    winner, loser = (CLASSES[int(row)] for row in order[:2])
    text = workspace.why.reversal.text()
    assert text.startswith(f"{loser} would win without ")
    named = text.removeprefix(f"{loser} would win without ").split(". Or")[0].split(", ")
    differences = session.inference.prediction().contributions(winner) - session.inference.prediction().contributions(
        loser
    )
    columns = [index for index, attribute in enumerate(ATTRIBUTES) if attribute_text(attribute) in named]
    assert len(columns) == len(named)
    assert differences.sum() - differences[columns].sum() <= 0
    edit = session.inference.prediction().smallest_edit(loser, winner)
    session.edits.set_values(
        [(loser, k, session.document.table.vectors[order[1]][k] + 1.001 * edit[k]) for k in range(6)]
    )
    assert CLASSES[int(session.inference.class_ranking()[0][0])] == loser, "the smallest edit makes it win"
    assert scores[order[0]] > scores[order[1]]


def test_removing_the_rival_ends_the_comparison_with_it(workspace, session) -> None:
    session.selection.set_class(CLASSES[0])
    compare_with(workspace, f"and not {CLASSES[1]}")
    session.edits.remove_classes([CLASSES[1]])
    assert workspace.why.title.text() == f"Why {CLASSES[0]}"
    assert workspace.why.reversal.isHidden()
    assert workspace.why.rival.count() == 4


def test_reasons_for_another_pair_start_at_the_largest_contribution(workspace, session, qtbot) -> None:
    session.selection.set_class(CLASSES[0])
    workspace.resize(1000, 420)
    table = workspace.why.table
    session.selection.set_attribute(workspace.why.model.item_at(len(ATTRIBUTES) - 1))
    bar = table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() > 0)
    compare_with(workspace, f"and not {CLASSES[2]}")
    assert bar.value() == 0
    session.selection.set_attribute(workspace.why.model.item_at(len(ATTRIBUTES) - 1))
    assert bar.value() > 0, "an attribute selected afterwards is scrolled to"
