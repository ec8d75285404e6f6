"""Evidence in Explore: signed maps with their sums, of attributes and of classes, and what single regions add."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from explore_kit import AV, VA, shown_workspace
from PySide6.QtCore import QPointF, Qt
from small_birds import CLASSES, make_explanation

from msdn_core.domain.evidence import MapKind
from msdn_core.domain.scoring import Fusion
from msdn_core.domain.variants import SubNets
from msdn_gui.explore.export.sheet_dialog import SheetDialog
from msdn_gui.explore.maps.map_subject import MapSubject
from msdn_gui.session.changes import ChangeKind, TableChange
from msdn_gui.widgets.maps.heat import DIVERGING, colour_table, coloured, cut_value
from msdn_gui.widgets.tables.ordered_table import number

if TYPE_CHECKING:
    from msdn_gui.explore.workspace import ExploreWorkspace

SIDE = 180 / 7


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    return shown_workspace(session, services, qtbot)


def show(workspace, kind: MapKind) -> None:
    box = workspace.maps.controls.show_kind
    box.setCurrentIndex(box.findData(kind.value))


def vectors(session):
    return dict(zip(CLASSES, session.document.table.unit_vectors(), strict=True))


def test_evidence_is_shown_around_0_with_its_sum(workspace, session) -> None:
    show(workspace, MapKind.EVIDENCE)
    e, column = session.inference.explanation, session.selection.attribute
    for side, stack, scores in (
        (workspace.maps.av, e.evidence_av, e.scores_av),
        (workspace.maps.va, e.evidence_va, e.scores_va),
    ):
        limit = float(np.abs(stack[column]).max())
        assert side.value_range == (-limit, limit)
        expected = coloured(stack[column], side.value_range, DIVERGING, smoothed=workspace.maps.display.smooth)
        assert np.array_equal(side.view.heat.image, expected)
        assert side.score.text() == f"sum {number(float(scores[column]), abs(float(scores[column])))}"
    assert not workspace.maps.controls.colours.isEnabled()
    workspace.maps.controls.policy.setCurrentIndex(workspace.maps.controls.policy.findData("fixed"))
    assert workspace.maps.av.value_range == (-1.0, 1.0)
    show(workspace, MapKind.ATTENTION)
    assert workspace.maps.av.value_range == (0.0, 1.0)
    assert workspace.maps.controls.colours.isEnabled()


def test_a_class_and_a_difference_sum_to_the_score_and_the_lead(workspace, session) -> None:
    e, unit = session.inference.explanation, vectors(session)
    show(workspace, MapKind.CLASS)
    best = CLASSES[int(session.inference.class_ranking()[0][0])]
    subject = workspace.maps.subject()
    assert (subject.class_name, workspace.maps.attribute_title.text()) == (best, best)
    fused = subject.stack(e, "fused")[0]
    prediction = session.inference.prediction()
    assert fused.sum() == pytest.approx(prediction.contributions(best).sum(), abs=1e-4)
    shown = [
        float(workspace.maps.sides[side].score.toolTip().split("sums to ")[1].split(";")[0]) for side in ("av", "va")
    ]
    assert shown == pytest.approx([e.scores_av @ unit[best], e.scores_va @ unit[best]], abs=1e-4)
    assert 0.9 * shown[0] + 0.1 * shown[1] == pytest.approx(fused.sum(), abs=1e-4)

    show(workspace, MapKind.DIFFERENCE)
    session.selection.set_class(CLASSES[1])
    session.selection.set_rival(CLASSES[2])
    workspace.maps.subjects.changed.emit()
    subject = workspace.maps.subject()
    assert (subject.class_name, subject.other) == (CLASSES[1], CLASSES[2])
    lead = prediction.contributions(CLASSES[1]).sum() - prediction.contributions(CLASSES[2]).sum()
    assert subject.stack(e, "fused").sum() == pytest.approx(lead, abs=1e-4)


def test_an_edited_class_changes_its_map(workspace, session, qtbot) -> None:
    show(workspace, MapKind.CLASS)
    session.selection.set_class(CLASSES[0])
    qtbot.waitUntil(lambda: workspace.maps.attribute_title.text() == CLASSES[0])
    before = workspace.maps.av.view.heat.image.copy()
    table = session.document.table.with_values([0], [2], [1.0])
    session.document.set_table(table, TableChange(ChangeKind.VALUES, rows=(0,), columns=(2,)))
    qtbot.waitUntil(lambda: not np.array_equal(workspace.maps.av.view.heat.image, before))


def test_a_region_lists_what_it_adds(workspace, session, qtbot) -> None:
    def shown(column: int) -> list[str]:
        model = workspace.attributes.model
        return [model.index(row, column).data() for row in range(model.rowCount())]

    view = workspace.maps.av.view
    point = view.mapFromScene(view.box.mapViewToScene(QPointF(30 + 5.5 * SIDE, 2.5 * SIDE)))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    show(workspace, MapKind.EVIDENCE)
    e = session.inference.explanation
    assert workspace.attributes.title.text() == "Evidence of 1 region"
    model = workspace.attributes.model
    assert model.headerData(VA, Qt.Orientation.Horizontal) == "V→A"
    reach = float(np.abs(e.evidence_av[:, 2, 5]).max())
    order = [model.item_at(row) for row in range(model.rowCount())]
    assert shown(AV) == [number(float(e.evidence_av[k, 2, 5]), reach) for k in order]
    show(workspace, MapKind.CLASS)
    session.selection.set_class(CLASSES[0])
    vector = vectors(session)[CLASSES[0]]
    total = float((vector * e.evidence[:, 2, 5]).sum())
    qtbot.waitUntil(lambda: f"add {total:.4g}"[:8] in workspace.attributes.title.toolTip())
    assert workspace.attributes.title.text() == f"Evidence of 1 region, sum {number(total, abs(total))}"
    show(workspace, MapKind.ATTENTION)
    assert workspace.attributes.title.text() == "Attributes of 1 region"


def test_both_sides_of_a_comparison_show_the_same_kind_of_map(workspace, session, qtbot) -> None:
    maps = workspace.maps
    maps.toggle_comparison()
    session.selection.set_image(session.document.images[3])
    show(workspace, MapKind.CLASS)
    qtbot.waitUntil(lambda: workspace.settled())
    held = maps.comparison.prediction()
    best = CLASSES[int(held.ranking()[0][0])]
    vector = held.table.unit_vectors()[CLASSES.index(best)]
    stack = maps.comparison.explanation.evidence_av
    total = float((vector[:, None, None] * stack).sum())
    assert maps.held.pair.av.score.text() == f"sum {number(total, abs(total))}"
    assert maps.held.caption.text().startswith(f"{best} ")
    assert maps.av.score.text() != maps.held.pair.av.score.text()
    maps.toggle_comparison()


def test_the_sheet_holds_evidence_of_each_sub_net_and_fused(workspace, session, tmp_path) -> None:
    show(workspace, MapKind.DIFFERENCE)
    dialog = SheetDialog(session, workspace.maps, workspace)
    e, sheet = session.inference.explanation, dialog.canvas.sheet
    assert "difference" in sheet.caption
    assert not sheet.image(1.0).isNull()
    dialog.save_to(tmp_path / "sheet.npz")
    with np.load(tmp_path / "sheet.npz", allow_pickle=False) as numbers:
        columns = list(sheet.attributes)
        for name in ("evidence_av", "evidence_va", "evidence"):
            np.testing.assert_array_equal(numbers[name], getattr(e, name)[columns])
        unit = vectors(session)
        lead = unit[str(numbers["difference_class"])] - unit[str(numbers["difference_other"])]
        assert numbers["difference_fused"].sum() == pytest.approx(e.scores @ lead, abs=1e-4)
    dialog.close()


def test_a_network_of_one_sub_net_or_none_has_evidence() -> None:
    for sub_nets, absent in ((SubNets.NONE, ["va"]), (SubNets.AV, ["va"]), (SubNets.VA, ["av"]), (SubNets.BOTH, [])):
        explanation = replace(make_explanation(), sub_nets=sub_nets, fusion=sub_nets.fusion(Fusion(0.9, 0.1)))
        subject = MapSubject(MapKind.EVIDENCE)
        assert [side for side in ("av", "va") if subject.absence(explanation, side)] == absent
    assert MapSubject().absence(replace(make_explanation(), sub_nets=SubNets.NONE), "av")


def test_a_threshold_hides_what_is_near_0() -> None:
    values = np.array([[-1.0, -0.2], [0.3, 0.9]], np.float32)
    above = cut_value((-1.0, 1.0), 0.5, signed=True)
    pixels = coloured(values, (-1.0, 1.0), DIVERGING, smoothed=False, above=above)
    assert (pixels[..., 3] > 0).tolist() == [[True, False], [False, True]]
    assert np.array_equal(pixels[0, 0], colour_table(DIVERGING)[0])
