"""Compare annotators, the data set and the model, and step through their differences by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from annotate_kit import keep_scores, key, shown_workspace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from small_birds import ATTRIBUTES

if TYPE_CHECKING:
    from msdn_gui.annotate.workspace import AnnotateWorkspace

K = Qt.Key


@pytest.fixture
def workspace(session, services, qtbot) -> AnnotateWorkspace:
    """Ann judges attribute 0 as present in images 0 to 3; Bob as present, absent, absent, not visible."""
    made = shown_workspace(session, services, qtbot)
    session.selection.set_attribute(0)
    key(made, qtbot, K.Key_F7)
    name = made.findChild(QLineEdit, "annotator")
    for who, keys in (("Ann", "PPPP"), ("Bob", "PAAN")):
        name.setFocus()
        name.clear()
        qtbot.keyClicks(name, who)
        qtbot.keyClick(name, K.Key_Return)
        session.selection.set_image(session.document.images[0])
        key(made, qtbot, *(getattr(K, f"Key_{one}") for one in keys))
    key(made, qtbot, K.Key_F12)
    qtbot.waitUntil(lambda: made.agreement.figures.text() != "")
    return made


def compare(workspace, qtbot, first: str, second: str) -> None:
    panel = workspace.agreement
    for box, name in ((panel.first, first), (panel.second, second)):
        box.setFocus()
        qtbot.keyClick(box, K.Key_Home)
        while box.currentText() != name:
            qtbot.keyClick(box, K.Key_Down)


def test_agreement_of_two_annotators_and_their_differences(workspace, session, qtbot) -> None:
    panel = workspace.agreement
    assert (panel.first.currentText(), panel.second.currentText()) == ("Ann", "Bob")
    qtbot.waitUntil(lambda: panel.figures.text() == "4 judged by both · 25% the same · kappa 0.00")
    assert panel.attributes.rows == [("crown: red", "4", "25%", "0.00")]
    assert [row[1:] for row in panel.differences.rows] == [
        ("present", "absent"),
        ("present", "absent"),
        ("present", "not visible"),
    ]
    key(workspace, qtbot, K.Key_D, K.Key_D)
    assert session.selection.image == session.document.images[2]
    assert session.selection.attribute == 0


def test_a_corrected_judgement_is_compared_at_once(workspace, qtbot) -> None:
    key(workspace, qtbot, K.Key_D, K.Key_F7, K.Key_P, K.Key_F12)
    qtbot.waitUntil(lambda: "50% the same" in workspace.agreement.figures.text())


def test_an_annotator_is_compared_with_the_data_set(workspace, session, qtbot) -> None:
    compare(workspace, qtbot, "Ann", "Data set")
    qtbot.waitUntil(
        lambda: workspace.agreement.figures.text() == "The two have not judged the same attribute in any image."
    )
    present = np.full(len(ATTRIBUTES), 1, np.int8)
    session.document.project.set_image_attributes(session.document.images[0].id, present, present * 4)
    compare(workspace, qtbot, "Ann", "Data set")
    qtbot.waitUntil(lambda: workspace.agreement.figures.text().startswith("1 judged by both · 100% the same"))


def test_an_annotator_is_compared_with_the_model_once_images_are_scored(workspace, session, qtbot) -> None:
    compare(workspace, qtbot, "Bob", "Model")
    qtbot.waitUntil(lambda: "has not scored" in workspace.agreement.figures.text())
    ids = np.array([image.id for image in session.document.images])
    scores = np.zeros((6, len(ATTRIBUTES)), np.float32)
    scores[0, 0] = scores[1, 0] = 9  # Far above the image's mean: present; below it elsewhere: absent.
    keep_scores(session, ids, scores, scores)
    compare(workspace, qtbot, "Bob", "Model")
    qtbot.waitUntil(lambda: workspace.agreement.figures.text().startswith("4 judged by both · 50% the same"))
    assert [row[1:] for row in workspace.agreement.differences.rows] == [
        ("absent", "present"),
        ("not visible", "absent"),
    ]
