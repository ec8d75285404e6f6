"""Gamma moves the point on the seen-unseen curve of the test images."""

from __future__ import annotations

import numpy as np
from explore_kit import LEFT, shown_workspace
from PySide6.QtCore import Qt
from test_explore_browsing import FUSED, keep_scores

from msdn_core.domain.annotation import Split
from msdn_core.domain.metrics import figures
from msdn_core.domain.scoring import class_scores
from msdn_gui.session.changes import TableChange


def expected(session):
    """The figures at the session's gamma by the engine's own metric."""
    table = session.document.table
    tested = [place for place, image in enumerate(session.document.images) if image.split is not Split.TRAIN]
    labels = np.array([table.class_index[session.document.images[place].class_name] for place in tested])
    return figures(class_scores(FUSED[tested], table.unit_vectors()), labels, table.seen, session.inference.gamma)


def test_the_slider_moves_the_point_and_its_figures(session, services, qtbot) -> None:
    keep_scores(session)
    session.inference.collection.look_again()
    workspace = shown_workspace(session, services, qtbot)
    panel = workspace.ranking.calibration
    qtbot.waitUntil(lambda: panel.drawing.isVisible() and panel.settled())
    slider, said, places = workspace.ranking.gamma, set(), set()
    slider.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_End):
        qtbot.keyClick(slider, key)
        found = expected(session)
        assert panel.text.text() == (
            f"U {100 * found.U:.1f}  S {100 * found.S:.1f}  H {100 * found.H:.1f} on 4 test images"
        )
        said.add(panel.text.text())
        places.add(panel.drawing.point().toTuple())
    assert len(said) == len(places) > 1, "the point moved"

    before = panel.text.text()
    session.document.set_table(session.document.table.with_values([2, 2], [1, 4], [0.0, 0.0]), TableChange())
    qtbot.waitUntil(panel.settled)
    found = expected(session)
    assert panel.text.text().startswith(f"U {100 * found.U:.1f}  S {100 * found.S:.1f}"), before
    assert "an upper bound and not a result" in panel.text.toolTip()


def test_without_scores_a_button_computes_them(session, services, qtbot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(session.inference.collection, "score", lambda jobs, workspace: asked.append((jobs, workspace)))
    workspace = shown_workspace(session, services, qtbot)
    panel = workspace.ranking.calibration
    qtbot.waitUntil(panel.settled)
    assert not panel.drawing.isVisible()
    assert "Score all images to see gamma" in panel.text.text()
    qtbot.mouseClick(panel.score, LEFT)
    assert asked == [(services.jobs, "explore")]
