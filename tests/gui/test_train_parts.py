"""The parts of Train: the form keeps settings sound, curves stay fluid, the log follows, the list keeps Qt's rules."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QMenu, QPushButton, QSpinBox, QToolButton
from small_birds import write_checkpoint

from msdn_core.recipes.config import RECIPES
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Evaluated, MachineUse, RunStarted, StepDone
from msdn_gui.evaluate.runs.evaluations import RunEntry
from msdn_gui.evaluate.runs.run_list import state_text
from msdn_gui.services.runs import RunMonitor
from msdn_gui.session.checkpoints import load_checkpoint
from msdn_gui.train.curves.curves import Curves
from msdn_gui.train.curves.series import SHOWN, Series
from msdn_gui.train.form.run_form import RunForm
from msdn_gui.train.run.log_view import LogView
from msdn_gui.train.run.settings_view import SettingsView
from msdn_gui.train.runs.run_model import RunModel
from msdn_gui.train.runs.words import best_figures

LEFT = Qt.MouseButton.LeftButton


def step_done(step: int, losses: dict[str, float]) -> StepDone:
    return StepDone(
        step=step, steps=100, epoch=0, losses=losses, learning_rate=1e-4, images_per_second=9, remaining_s=1
    )


@pytest.fixture
def form(application, qtbot) -> RunForm:  # noqa: ARG001
    made = RunForm()
    made.resize(900, 640)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def line(form: RunForm, name: str) -> QLineEdit:
    return form.findChild(object, f"setting_{name}").findChild(QLineEdit)


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_every_recipe_goes_through_the_form_unchanged(form, recipe: str) -> None:
    form.recipe.setCurrentText(recipe)
    assert form.config() == RECIPES[recipe]


def test_what_cannot_be_a_setting_is_said_while_it_is_typed(form, qtbot) -> None:
    rate = line(form, "learning_rate")
    rate.selectAll()
    qtbot.keyClicks(rate, "fast")
    assert "enter a number" in form.fault.text()
    assert not form.start.isEnabled()
    rate.selectAll()
    qtbot.keyClicks(rate, "99")
    assert "1e-08 to 10" in form.fault.text()
    rate.selectAll()
    qtbot.keyClicks(rate, "0.01")
    assert form.fault.text() == ""
    assert form.start.isEnabled()
    assert form.config().learning_rate == 0.01


def test_what_differs_from_the_recipe_is_marked_and_taken_back(form, qtbot) -> None:
    reset = form.findChild(QToolButton, "reset_steps")
    assert not reset.isVisible()
    steps = form.findChild(object, "setting_steps").findChild(QSpinBox)
    steps.setValue(17)
    assert reset.isVisible()
    assert "300" in reset.toolTip()
    qtbot.mouseClick(reset, LEFT)
    assert steps.value() == 300
    assert not reset.isVisible()


def test_more_settings_unfold_and_each_explains_itself(form, qtbot) -> None:
    assert not line(form, "momentum").isVisible()
    form.more.click()
    assert line(form, "momentum").isVisible()
    assert form.findChild(QLabel, "help_momentum").text() == "Share of the previous step that is kept. From 0 to 0.999."
    with qtbot.waitSignal(form.start_requested) as asked:
        form.findChild(QPushButton, "start_run").click()
    assert asked.args == [RECIPES["demo"], ""]


@pytest.fixture
def curves(application, qtbot) -> Curves:  # noqa: ARG001
    made = Curves()
    made.resize(900, 600)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_each_loss_has_its_curve_and_every_curve_its_switch(curves, qtbot) -> None:
    losses = {key: 1.0 + place for place, key in enumerate(curves.losses.curves)}
    curves.add_events([step_done(1, losses), step_done(2, losses)])
    qtbot.waitUntil(lambda: all(curves.losses.drawn(key) == 2 for key in losses), timeout=3000)
    switch = curves.findChild(object, "losses_jsd")
    qtbot.mouseClick(switch, LEFT, pos=switch.rect().center() - switch.rect().topRight() / 3)
    assert not switch.isChecked()
    assert curves.losses.drawn("jsd") == 0
    assert curves.losses.drawn("total") == 2
    assert "JSD" not in curves.losses.readout.text()


def test_a_loss_of_nothing_is_left_out_of_a_logarithmic_axis(curves) -> None:
    curves.add_events([step_done(1, {"l2": 0.0}), step_done(2, {"l2": 5.0})])
    curves.redraw()
    assert curves.logarithmic.isChecked()
    low = curves.losses.view.viewRange()[1][0]
    assert low > -3, "the axis reaches down to a value that is not there"


def test_figures_say_what_they_were_measured_and_selected_on(curves) -> None:
    figures = {"czsl": 0.5, "U": 0.4, "S": 0.6, "H": None}
    curves.add_events([Evaluated(step=5, epoch=0, on="validation", figures=figures)])
    assert curves.caption.text() == "Measured on validation"
    assert len(curves.figures.series["H"]) == 0
    curves.add_events([Evaluated(step=9, epoch=1, on="test", figures=figures, selected_on="validation")])
    caption = curves.findChild(QLabel, "figures_caption").text()
    assert "CZSL 50.0" in caption
    assert "selected on validation" in caption
    assert len(curves.figures.series["U"]) == 1, "the test's figure is none of the curve's"


def test_figures_that_are_selected_on_test_say_so_wherever_they_stand(curves) -> None:
    figures = {"czsl": 0.5, "U": 0.4, "S": 0.6, "H": 0.5}
    curves.add_events([Evaluated(step=5, epoch=0, on="test", figures=figures, selected_on="test")])
    assert curves.caption.text() == "Measured on test, selected on test"
    assert (
        best_figures({**figures, "on": "test", "selected_on": "test"}) == "H 50.0  CZSL 50.0 on test, selected on test"
    )
    assert best_figures({**figures, "on": "test", "selected_on": "validation"}).endswith("on test")


def test_figures_of_a_taught_run_say_so_wherever_they_stand(curves) -> None:
    figures = {"czsl": 0.5, "U": 0.4, "S": 0.6, "H": 0.5}
    text = "taught by 1,250 marked images"
    curves.add_events([Evaluated(step=5, epoch=0, on="validation", figures=figures, taught=1250)])
    assert curves.caption.text() == f"Measured on validation, {text}"
    curves.add_events([Evaluated(step=9, epoch=1, on="test", figures=figures, selected_on="validation", taught=1250)])
    assert curves.caption.text().endswith(f"selected on validation, {text}")
    assert best_figures({**figures, "on": "test", "selected_on": "validation", "taught": 1250}).endswith(text)
    evaluated = {**figures, "made": {"data": {"taught": {"count": 1250}}}}
    assert state_text(RunEntry(RunDirectory(Path("run")), "best", evaluated)).endswith(f"on test, {text}")


def test_a_checkpoint_that_was_selected_on_test_is_named_so(tmp_path) -> None:
    path = write_checkpoint(tmp_path / "best.safetensors", selected_on="test")
    assert load_checkpoint(path).label == "small-01 (selected on test)"
    assert load_checkpoint(write_checkpoint(path, selected_on="validation"), "mine").label == "mine"


def test_the_legend_names_a_rare_loss_only_where_there_is_some(curves) -> None:
    switch = curves.findChild(QCheckBox, "losses_symmetric_kl")
    assert switch.isHidden()
    curves.add_events([step_done(1, {"total": 1.0, "symmetric_kl": 0.1})])
    curves.redraw()
    assert not switch.isHidden()
    assert not curves.findChild(QCheckBox, "losses_jsd").isHidden()


def test_a_run_that_began_again_starts_its_curves_anew(curves) -> None:
    curves.add_events([step_done(1, {"total": 1.0}), step_done(2, {"total": 1.0})])
    curves.add_events([RunStarted(step=0, steps=10, device="cpu")])
    assert len(curves.losses.series["total"]) == 0


def test_the_mouse_reads_the_values_of_a_step(curves) -> None:
    curves.add_events([step_done(step, {"total": float(step), "jsd": 0.5}) for step in (10, 20, 30)])
    curves.losses.hovered.emit(21.0)
    assert curves.losses.readout.text().startswith("step 20   total 20")
    curves.losses.hovered.emit(float("nan"))
    assert curves.losses.readout.text().startswith("now")
    curves.clear()
    assert curves.losses.readout.text() == "", "another run's values are not those of the last one"


def test_a_million_points_are_drawn_by_their_extremes_at_once() -> None:
    series = Series()
    values = np.random.default_rng(0).normal(size=1_000_000)
    values[123_456] = 99.0
    for step, value in enumerate(values):
        series.append(step, value)
    began = time.thread_time()
    line, spread = series.drawn(-np.inf, np.inf)
    spent = time.thread_time() - began
    assert len(line) <= SHOWN + 2
    assert len(spread) <= 2 * SHOWN + 4
    assert spread[:, 1].max() == 99.0, "no outlier is lost"
    assert spread[:, 1].min() == values.min()
    assert (np.diff(line[:, 0]) >= 0).all()
    assert np.abs(line[:, 1]).max() < 0.3, "the line is the mean of each stretch"
    assert spent < 0.5
    line, spread = series.drawn(10, 20)
    np.testing.assert_array_equal(line[1:-1, 0], np.arange(10, 21))
    assert len(spread) == 0
    for low, high in ((5_000, 40_000), (100_001, 900_000)):
        _, spread = series.drawn(low, high)
        assert spread[:, 1].max() == pytest.approx(values[low:high].max(), abs=0.3)


def test_a_smooth_line_is_a_mean_of_the_points_around_and_does_not_lag() -> None:
    series = Series()
    for step in range(101):
        series.append(step, float(step) + (5 if step % 2 else -5))
    line, spread = series.drawn(-np.inf, np.inf, 0.2)
    np.testing.assert_array_equal(spread, series.points())
    assert np.abs(line[10:-10, 1] - line[10:-10, 0]).max() < 0.5
    assert line[0, 1] == series.points()[0, 1]


def test_the_curves_are_smoothed_zoomed_and_shown_whole_again(curves, qtbot) -> None:
    curves.add_events([step_done(step, {"total": 1.0 + step % 2, "jsd": 0.5}) for step in range(1, 101)])
    curves.redraw()
    curves.smoothing.setFocus()
    qtbot.keyClick(curves.smoothing, Qt.Key.Key_End)
    assert curves.losses.smoothing == pytest.approx(0.2)
    assert curves.losses.drawn("total") == 100
    QTest.qWait(50)
    qtbot.mouseClick(curves.findChild(QToolButton, "zoom_in"), LEFT)
    assert 45 < np.ptp(curves.losses.view.viewRange()[0]) < 60
    assert curves.losses.view.viewRange()[0] == pytest.approx(curves.figures.view.viewRange()[0], abs=1)
    qtbot.keyClick(curves.smoothing, Qt.Key.Key_Plus)
    assert 20 < np.ptp(curves.losses.view.viewRange()[0]) < 30
    qtbot.keyClick(curves.smoothing, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: np.ptp(curves.losses.view.viewRange()[0]) > 95, timeout=3000)


def test_the_learning_rate_and_the_machine_are_shown_on_request(curves, qtbot) -> None:
    curves.add_events(
        [step_done(1, {"total": 1.0}), MachineUse(step=1, cpu=48.0, memory=2 * 10**9, memory_total=16 * 10**9)]
    )
    curves.add_events(
        [step_done(2, {"total": 1.0}), MachineUse(step=2, cpu=50.0, memory=3 * 10**9, memory_total=16 * 10**9)]
    )
    assert not curves.also.isVisible()
    read = []
    curves.more.setFocus()
    for _ in range(6):
        qtbot.keyClick(curves.more, Qt.Key.Key_Down)
        qtbot.waitUntil(curves.also.isVisible, timeout=3000)
        curves.also.show_last_values()
        read.append(curves.also.readout.text())
    assert read == [
        "now   Learning rate 0.0001",
        "now   Images per second 9",
        "now   CPU, % of all processors 50",
        "now   Memory, GB resident 3",
        "",
        "",
    ]
    curves.more.setCurrentIndex(0)
    assert not curves.also.isVisible()


def test_a_resumed_run_cuts_off_the_steps_that_were_lost() -> None:
    series = Series()
    for step in (1, 2, 3, 4, 3):
        series.append(step, 10 * step)
    np.testing.assert_array_equal(series.points(), [[1, 10], [2, 20], [3, 30]])
    assert series.nearest(2.4) == (2, 20)
    assert series.last() == 30


def test_a_log_is_followed_and_of_a_long_one_only_the_end_is_read(application, qtbot, tmp_path) -> None:  # noqa: ARG001
    path = tmp_path / "log.txt"
    path.write_text("".join(f"line {number}\n" for number in range(100_000)), encoding="utf-8")
    view = LogView()
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    view.follow(path)
    assert view.toPlainText().endswith("line 99999")
    assert view.document().blockCount() <= 2000
    with path.open("ab") as file:
        file.write("größer\n".encode())
    qtbot.waitUntil(lambda: view.toPlainText().endswith("größer"), timeout=5000)
    view.hide()


def test_the_list_of_runs_keeps_the_rules_of_qt(application, qtbot, qtmodeltester, tmp_path) -> None:  # noqa: ARG001
    for name in ("a", "b"):
        RunDirectory.create(tmp_path, name, {"recipe": "demo"})
    monitor = RunMonitor(interval_ms=30)
    model = RunModel(monitor)
    monitor.set_project(tmp_path)
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    qtmodeltester.check(model, force_py=True)
    assert model.row_of("c") == -1
    monitor.close()
    monitor.deleteLater()


def test_plots_show_nothing_but_their_own(application, qtbot) -> None:  # noqa: ARG001
    curves = Curves()
    qtbot.addWidget(curves)
    with qtbot.waitExposed(curves):
        curves.show()
    assert [menu for menu in curves.findChildren(QMenu) if menu.isVisible()] == []


def test_settings_are_said_in_words_where_a_number_is_none(application, qtbot) -> None:  # noqa: ARG001
    view = SettingsView()
    qtbot.addWidget(view)
    view.show_config({**RECIPES["demo"].to_json(), "seed": 3})
    said = {view.item(row, 0).text(): view.item(row, 1).text() for row in range(view.rowCount())}
    assert said["Image size"] == "the backbone's default"
    assert said["Weights file"] == "–"
    assert said["Momentum"] == "0.9"
    assert said["Seed"] == "3"
