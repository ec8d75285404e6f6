"""Ablations: the form, the table that fills as runs finish, stopping and resuming."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QLabel, QPushButton

from msdn_core.recipes.ablation import ROWS, list_ablations, read_ablation
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.listing import find_run
from msdn_core.runs.queue import is_queue_running, queued_runs
from msdn_core.runs.status import RunState, RunStatus, current_process
from msdn_gui.evaluate.workspace import EvaluateWorkspace

LEFT = Qt.MouseButton.LeftButton
TESTS = Path(__file__).parents[1]


@pytest.fixture
def make_workspace(session, services, qtbot):
    """Return a function that makes Evaluate on the small project, with a command in place of the queue."""

    def make(*queue_command: str) -> EvaluateWorkspace:
        services.run_monitor.set_project(session.document.project.path)
        made = EvaluateWorkspace(session, services, queue_command=queue_command)
        made.resize(1208, 640)
        qtbot.addWidget(made)
        with qtbot.waitExposed(made):
            made.show()
        qtbot.waitUntil(made.settled, timeout=10_000)
        return made

    return make


def click(qtbot, workspace, name: str) -> None:
    button = workspace.findChild(QPushButton, name)
    assert button.isVisible(), name
    assert button.isEnabled(), name
    qtbot.mouseClick(button, LEFT)


def fill_form(qtbot, workspace: EvaluateWorkspace, *rows: str, changes: str = "steps: 10") -> None:
    """Fill in the form: some rows, two seeds."""
    click(qtbot, workspace, "new_ablation")
    form = workspace.ablations.form
    for row in ROWS:
        box = form.findChild(QCheckBox, f"row_{row}")
        if row not in rows:
            box.setFocus()
            QTest.keyClick(box, Qt.Key.Key_Space)
    form.seeds.setFocus()
    form.seeds.selectAll()
    QTest.keyClicks(form.seeds, "2")
    form.changes.setFocus()
    QTest.keyClicks(form.changes, changes)


def cells(workspace: EvaluateWorkspace) -> dict[str, list[str]]:
    """Return the cells of the table by the name of the row."""
    model = workspace.ablations.page.model
    shown = [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]
    return {line[0]: line[1:] for line in shown}


def finish(run: RunDirectory, h: float) -> None:
    run.write_data({"classes": {"fingerprint": "a"}})
    figures = {"czsl": h, "U": h, "S": h, "H": h, "ausuc": h, "on": "test", "selected_on": "validation"}
    run.write_status(RunStatus(RunState.FINISHED, step=10, steps=10, figures=figures))


def test_the_table_fills_as_runs_finish_and_a_click_shows_a_run(make_workspace, session, qtbot) -> None:
    workspace, project = make_workspace("true"), session.document.project.path
    page = workspace.ablations.page
    fill_form(qtbot, workspace, "ava", "full")
    assert "2 rows × 2 seeds: 4 runs of 10 steps" in workspace.findChild(QLabel, "ablation_count").text()
    click(qtbot, workspace, "start_ablation")
    qtbot.waitUntil(lambda: page.isVisible() and len(cells(workspace)) == 2, timeout=10_000)
    names = ["ablation-ava-0", "ablation-full-0", "ablation-ava-1", "ablation-full-1"]
    assert [run.name for run in queued_runs(project)] == names
    assert cells(workspace)["AVA only"] == ["–", "–", "–", "–", "–", "–", "0 of 2"]

    heights = {"ablation-ava-0": 0.50, "ablation-full-0": 0.70, "ablation-ava-1": 0.60}
    for name, h in heights.items():
        finish(find_run(project, name), h)
    find_run(project, names[-1]).write_status(RunStatus(RunState.RUNNING, *current_process(), step=4, steps=10))
    qtbot.waitUntil(lambda: cells(workspace)["AVA only"][-1] == "2 of 2", timeout=10_000)
    deviation = 100 * statistics.stdev([0.50, 0.60])
    assert cells(workspace)["AVA only"] == [f"55.0 ± {deviation:.1f}"] * 5 + ["−15.0", "2 of 2"]
    qtbot.waitUntil(lambda: "full, seed 1: training, 40%" in page.state.text(), timeout=10_000)
    assert "measured on test, selected on validation, seeds 0, 1" in page.facts.text()
    table = project / "ablations" / "ablation" / "table.md"
    assert "| AVA only | 55.0 ± 7.1 |" in table.read_text(encoding="utf-8"), "the files in its folder are written, too"

    finish(find_run(project, names[-1]), 0.9)
    qtbot.waitUntil(lambda: cells(workspace)["full"][-1] == "2 of 2", timeout=10_000)
    assert cells(workspace)["AVA only"][5] == "≈ −25.0", "with two seeds each that are far apart, it is within noise"
    assert not workspace.findChild(QPushButton, "stop_ablation").isVisible(), "nothing is left to stop"
    assert not workspace.findChild(QPushButton, "go_on_ablation").isVisible(), "nothing is left to resume"

    qtbot.mouseClick(page.table.viewport(), LEFT, pos=page.table.visualRect(page.model.index(0, 2)).center())
    assert page.row_title.text() == "Runs of AVA only"
    qtbot.mouseClick(page.runs.viewport(), LEFT, pos=page.runs.visualRect(page.cells.index(1, 0)).center())
    assert not page.isVisible()
    assert workspace.notice.title.text().startswith("ablation-ava-1")


def test_an_ablation_is_stopped_resumed_copied_and_exported(make_workspace, session, qtbot, tmp_path) -> None:
    workspace, project = make_workspace("true"), session.document.project.path
    page = workspace.ablations.page
    fill_form(qtbot, workspace, "vaa", "full")
    click(qtbot, workspace, "start_ablation")
    qtbot.waitUntil(lambda: len(queued_runs(project)) == 4 and "4 queued" in page.state.text(), timeout=10_000)
    running = find_run(project, "ablation-vaa-0")
    running.write_status(RunStatus(RunState.RUNNING, *current_process(), step=4, steps=10))
    click(qtbot, workspace, "stop_ablation")
    qtbot.waitUntil(lambda: [one.command for one in running.read_commands()[0]] == ["stop"], timeout=10_000)
    assert queued_runs(project) == []
    running.write_status(RunStatus(RunState.STOPPED, step=4, steps=10))
    qtbot.waitUntil(workspace.findChild(QPushButton, "go_on_ablation").isVisible, timeout=10_000)

    qtbot.mouseClick(page.runs.viewport(), LEFT, pos=page.runs.visualRect(page.cells.index(0, 0)).center())
    assert session.navigation.requested_run == project / "runs" / "ablation-full-0", (
        "an unfinished run is shown in Train"
    )
    click(qtbot, workspace, "go_on_ablation")
    qtbot.waitUntil(lambda: len(queued_runs(project)) == 4, timeout=10_000)

    click(qtbot, workspace, "copy_ablation")
    assert "| VAA only | – | – | – | – | – | 0 |" in QApplication.clipboard().text()
    click(qtbot, workspace, "export_ablation")
    dialog = page.findChild(QFileDialog, "ablation_file")
    dialog.fileSelected.emit(str(tmp_path / "rows.csv"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "rows.csv").is_file, timeout=10_000)
    assert (tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()[1].startswith("vaa,,")


def test_the_queue_continues_after_the_window_is_closed(make_workspace, session, qtbot) -> None:
    here = f"import sys; sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]"
    trainer = (
        f"{here}; import fake_trainer as f; f.PACE_S = 0.01; f.main(f.RunDirectory(f.Path(sys.argv[1])), 'normal')"
    )
    code = (
        f"{here}; from pathlib import Path; from msdn_core.runs.queue import QueueRunner\n"
        f"words = lambda run: [sys.executable, '-c', {trainer!r}, str(run.path)]\n"
        f"QueueRunner(Path({str(session.document.project.path)!r}), command=words).work()"
    )
    workspace, project = make_workspace(sys.executable, "-c", code), session.document.project.path
    fill_form(qtbot, workspace, "full")
    click(qtbot, workspace, "start_ablation")
    runs = [project / "runs" / f"ablation-full-{seed}" for seed in (0, 1)]
    qtbot.waitUntil(lambda: all((path / "status.json").is_file() for path in runs), timeout=10_000)
    workspace.close()
    qtbot.waitUntil(
        lambda: all(RunDirectory(path).status().state is RunState.FINISHED for path in runs), timeout=20_000
    )
    qtbot.waitUntil(lambda: not is_queue_running(project), timeout=10_000)


def test_the_form_shows_what_is_not_valid(make_workspace, session, qtbot) -> None:
    workspace = make_workspace("true")
    form = workspace.ablations.form
    fill_form(qtbot, workspace, "full", changes="steps: 10, 20")
    assert "share one value" in form.fault.text()
    assert not form.start.isEnabled()
    form.changes.clear()
    QTest.keyClicks(form.changes, "sub_nets: av")
    assert "set sub_nets" in form.fault.text()
    form.changes.clear()
    form.name.setFocus()
    form.name.selectAll()
    QTest.keyClicks(form.name, "../up")
    assert "cannot be named “../up”" in form.fault.text()
    assert not form.start.isEnabled()
    click(qtbot, workspace, "leave_ablation_form")
    assert not form.isVisible()
    assert list_ablations(session.document.project.path) == []


def test_a_damaged_ablation_is_listed_with_its_fault(make_workspace, session, qtbot) -> None:
    project = session.document.project.path
    folder = project / "ablations" / "odd"
    folder.mkdir(parents=True)
    (folder / "ablation.json").write_text("half a f", encoding="utf-8")
    workspace = make_workspace("true")
    names = workspace.ablations.list
    qtbot.waitUntil(lambda: names.count() == 1, timeout=10_000)
    qtbot.mouseClick(names.viewport(), LEFT, pos=names.visualItemRect(names.item(0)).center())
    page = workspace.ablations.page
    qtbot.waitUntil(lambda: "start the ablation again" in page.state.text(), timeout=10_000)
    assert not page.export.isEnabled()
    with pytest.raises(Exception, match="start the ablation again"):
        read_ablation(project, "odd")
