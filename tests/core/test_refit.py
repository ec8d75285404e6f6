"""Refits: a run trained again on all seen classes with what validation selected."""

from __future__ import annotations

import json

import pytest
import small_run
import torch

from msdn_core.cli.main import main
from msdn_core.msdn.checkpoint import load_tensors
from msdn_core.recipes.refit import create_refit
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.header import read_header
from msdn_core.runs.status import RunState
from msdn_core.training.loop import run_training


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """A finished run that chose its step on validation; late steps of so high a rate are worse than early ones."""
    project = small_run.make_project(tmp_path_factory.mktemp("refit") / "birds")
    run = RunDirectory.create(project, "choose", small_run.settings(steps=80, learning_rate=5e-3).to_json())
    assert run_training(run) is RunState.FINISHED, run.status().reason
    return run


def test_refit_trains_on_all_seen_images_for_the_chosen_steps_and_keeps_gamma(chosen, capsys) -> None:
    before = read_header(chosen.checkpoint("best"))
    assert main(["--json", "refit", str(chosen.project_path), "choose"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["run"] == "choose-refit"
    run = RunDirectory(chosen.path.parent / "choose-refit")
    header, data = read_header(run.checkpoint("best")), run.data()
    assert header.step == before.step == run.config()["steps"]
    assert data["images"]["train"]["count"] == 12 * 6, "every training image of every seen class"
    assert data["validation"]["count"] == 0 < chosen.data()["validation"]["count"]
    assert data["refit"] == {
        "of": "choose",
        "steps": before.step,
        "selected_on": "validation",
        "calibration": before.figures["calibration"],
    }
    assert header.made["data"]["refit"] == data["refit"]
    assert header.selected_on == "validation, refit of choose"
    assert header.figures["validated"]["gamma"] == before.figures["calibration"]["gamma"]
    assert result["figures"]["selected_on"] == "validation, refit of choose"


def test_a_refit_equals_a_run_of_that_length_without_validation(chosen) -> None:
    run = create_refit(chosen, "again")
    assert run_training(run) is RunState.FINISHED
    steps = read_header(chosen.checkpoint("best")).step
    plain = RunDirectory.create(chosen.project_path, "plain", {**chosen.config(), "selection": "last", "steps": steps})
    assert run_training(plain) is RunState.FINISHED
    first, second = (load_tensors(r.checkpoint("best")) for r in (run, plain))
    assert all(torch.equal(first[name], second[name]) for name in second)


@pytest.mark.parametrize("selection", ["last", "best_on_test"])
def test_a_run_not_selected_on_validation_is_refused(chosen, capsys, selection) -> None:
    name = f"chose by {selection}"
    config = small_run.settings(steps=10, selection=selection).to_json()
    assert run_training(RunDirectory.create(chosen.project_path, name, config)) is RunState.FINISHED
    assert main(["refit", str(chosen.project_path), name]) == 1
    assert "did not select its checkpoint on validation" in capsys.readouterr().err
    assert not (chosen.project_path / "runs" / f"{name}-refit").exists()


def test_taken_names_are_avoided_or_refused(chosen, capsys) -> None:
    first, second = create_refit(chosen), create_refit(chosen)
    assert first.name != second.name
    assert second.name.startswith("choose-refit-")
    assert main(["refit", str(chosen.project_path), "choose", "--name", first.name]) == 1
    assert "already" in capsys.readouterr().err
