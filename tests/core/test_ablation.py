"""Ablations: each row is trained once, interruptions are resumed, and tables contain the figures of the runs."""

from __future__ import annotations

import csv
import json
import statistics
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest
import small_run

from msdn_core.cli.main import main
from msdn_core.errors import ConfigError, MsdnError, RunError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.msdn.explainer import Explainer
from msdn_core.project import Project
from msdn_core.recipes.ablation import ROWS, Ablation, list_ablations, parse_rows, read_ablation
from msdn_core.recipes.ablation_report import collect_results, markdown
from msdn_core.recipes.enqueuing import queue_ablation, stop_ablation
from msdn_core.runs.header import read_header
from msdn_core.runs.listing import find_run, list_runs
from msdn_core.runs.queue import queued_runs
from msdn_core.runs.status import RunState, RunStatus, current_process
from msdn_core.training import ablation_runs, loop
from msdn_core.vision.features import find_store

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = (
    "backbone=by-hand", "steps=6", "evaluate_every=3", "batch_size=16", "threads=1", "device=cpu", "learning_rate=1e-3",
)  # fmt: skip


def ablate(project: Path, *words: str, settings: tuple[str, ...] = SETTINGS) -> int:
    return main(["ablate", str(project), "--set", *settings, *words])


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A project with an ablation of all rows and two seeds."""
    project = small_run.make_project(tmp_path_factory.mktemp("ablated") / "birds")
    assert ablate(project, "--seeds", "2") == 0
    return project


def trained(monkeypatch) -> list[str]:
    """The names of the runs that are trained from now on."""
    names: list[str] = []
    run_training = ablation_runs.run_training

    def noted(run, **keywords):
        names.append(run.name)
        return run_training(run, **keywords)

    monkeypatch.setattr(ablation_runs, "run_training", noted)
    return names


def test_the_tables_hold_the_mean_and_deviation_of_each_rows_runs(done):
    folder = done / "ablations" / "ablation"
    with (folder / "table.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["row"] for row in rows] == list(ROWS)
    text = (folder / "table.md").read_text(encoding="utf-8")
    for row in rows:
        found = [find_run(done, f"ablation-{row['row']}-{seed}").status().figures for seed in (0, 1)]
        assert all(figures["on"] == "test" for figures in found)
        for label, key in (("CZSL", "czsl"), ("U", "U"), ("S", "S"), ("H", "H"), ("AUSUC", "ausuc")):
            values = [100 * figures[key] for figures in found]
            assert float(row[f"{label}_mean"]) == pytest.approx(statistics.mean(values), abs=1e-4)
            assert float(row[f"{label}_deviation"]) == pytest.approx(statistics.stdev(values), abs=1e-4)
            assert f"{statistics.mean(values):.1f} ± {statistics.stdev(values):.1f}" in text
        assert (row["seeds"], row["selected_on"], row["measured_on"]) == ("0 1", "validation", "test")


def test_the_table_states_its_provenance(done):
    text = (done / "ablations" / "ablation" / "table.md").read_text(encoding="utf-8")
    known = find_run(done, "ablation-full-0").data()
    for part in ("train", "test"):
        assert known["images"][part]["fingerprint"] in text
    for what in ("classes", "attributes", "features"):
        assert known[what]["fingerprint"] in text
    assert known["splits"]["test_unseen"] in text
    assert known["versions"]["torch"] in text
    assert "variant official; recipe demo, changed in backbone=by-hand" in text
    assert "seeds 0, 1" in text


def test_the_picture_shows_every_row_in_its_position(done):
    folder = done / "ablations" / "ablation"
    root = ET.parse(folder / "picture.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    words = [element.text for element in root.iter(f"{space}text")]
    assert {"baseline", "AVA only", "VAA only", "no distillation", "no JSD", "no l2", "full"} <= set(words)
    circles = list(root.iter(f"{space}circle"))[1:]
    assert len(circles) == len(ROWS), "the first one is the legend's"
    means = [row["mean"]["H"] for row in json.loads((folder / "results.json").read_text(encoding="utf-8"))["rows"]]
    places = [float(circle.get("cx")) for circle in circles]
    assert np.corrcoef(means, places)[0, 1] == pytest.approx(1.0, abs=1e-3)


def test_its_runs_are_ordinary_runs_of_the_project(done):
    names = {run.name for run in list_runs(done)}
    assert names == {f"ablation-{row}-{seed}" for row in ROWS for seed in (0, 1)}
    for row in ROWS:
        header = read_header(find_run(done, f"ablation-{row}-1").checkpoint("best"))
        config = header.made["config"]
        assert {name: config[name] for name in ROWS[row]} == dict(ROWS[row])
        assert (config["seed"], header.variant, header.sub_nets) == (1, "official", config["sub_nets"])


@pytest.mark.parametrize("row", ROWS)
def test_every_rows_checkpoint_is_loaded_evaluated_and_explained(done, row):
    run = find_run(done, f"ablation-{row}-0")
    path = run.checkpoint("best")
    figures = evaluate(done, path)
    assert {key: figures[key] for key in ("czsl", "U", "S", "H")} == {
        key: run.status().figures[key] for key in ("czsl", "U", "S", "H")
    }
    explainer = Explainer(path, device="cpu")
    store = find_store(done, small_run.SPEC)
    explanation = explainer.explain_features(store.get(store.image_ids[0]), (60, 60))
    for side, other in (("av", "va"), ("va", "av")):
        there = not explanation.sub_nets.absence(side)
        assert there == (row not in ("baseline", {"av": "vaa", "va": "ava"}[side]))
        assert (figures["pointing"] is not None and figures["pointing"][side] is not None) == there
        maps = getattr(explanation, f"attention_{side}")
        assert maps.shape == (12, 5, 5)
        if not there:
            assert np.ptp(maps) == 0, "what is not there looks everywhere alike"
            assert explainer.header.fusion.av + explainer.header.fusion.va == 1
            assert any(sentence.startswith("This run") for sentence in figures["missing"]), other


def test_finished_runs_are_not_repeated(done, monkeypatch, capsys):
    names = trained(monkeypatch)
    before = (done / "ablations" / "ablation" / "table.csv").read_text(encoding="utf-8")
    assert ablate(done, "--seeds", "2", "--out", str(done / "again")) == 0
    assert names == []
    assert (done / "again" / "table.csv").read_text(encoding="utf-8") == before
    assert "14 of 14 runs are already finished" in capsys.readouterr().err


def test_a_third_seed_trains_only_the_new_runs(done, monkeypatch):
    names = trained(monkeypatch)
    assert ablate(done, "--seeds", "3", "--rows", "full,ava", "--out", str(done / "more")) == 0
    assert names == ["ablation-ava-2", "ablation-full-2"]
    assert [line.split(",")[:2] for line in (done / "more" / "table.csv").read_text().splitlines()[1:]] == [
        ["ava", "0 1 2"],
        ["full", "0 1 2"],
    ]


def test_an_interrupted_ablation_is_resumed(tmp_path, monkeypatch, capsys):
    project = small_run.make_project(tmp_path / "birds")
    words = ("--rows", "baseline", "full", "no_l2", "--seeds", "1")
    train = loop._train
    begun = []

    def interrupted(run, control, ranks):
        begun.append(run.name)
        if len(begun) == 2:
            raise KeyboardInterrupt
        train(run, control, ranks)

    monkeypatch.setattr(loop, "_train", interrupted)
    assert ablate(project, *words) == 1
    assert "“ablation-no_l2-0” was stopped; run the same command to resume" in capsys.readouterr().err
    assert find_run(project, "ablation-no_l2-0").status().state is RunState.STOPPED
    assert "| baseline |" in (project / "ablations" / "ablation" / "table.md").read_text(encoding="utf-8")
    assert ablate(project, *words) == 0
    assert begun == ["ablation-baseline-0", "ablation-no_l2-0", "ablation-no_l2-0", "ablation-full-0"]


def test_a_failing_row_does_not_affect_other_rows(tmp_path, monkeypatch, capsys):
    project = small_run.make_project(tmp_path / "birds")
    train = loop._train

    def failing(run, control, ranks):
        if "vaa" in run.name:
            raise MsdnError("The sky fell.")
        train(run, control, ranks)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "_train", failing)
        assert ablate(project, "--rows", "vaa", "full", "--seeds", "1") == 1
    assert "1 of 2 runs failed" in (said := capsys.readouterr().err)
    assert "The sky fell." in said
    table = (project / "ablations" / "ablation" / "table.md").read_text(encoding="utf-8")
    assert "| VAA only | – | – | – | – | – | 0 |" in table
    assert "| full | –" not in table
    assert ablate(project, "--rows", "vaa", "full", "--seeds", "1") == 0, "the same command tries again"


def test_rows_of_other_settings_or_other_data_are_never_mixed(tmp_path, capsys):
    project = small_run.make_project(tmp_path / "birds")
    assert ablate(project, "--rows", "full", "--seeds", "1") == 0
    assert ablate(project, "--rows", "full", "--seeds", "1", settings=(*SETTINGS, "lambda_cal=0.2")) == 1
    assert "with another lambda_cal" in capsys.readouterr().err
    with Project.open(project) as opened:
        opened.set_values([("class03", 1, 0.5)])
    assert ablate(project, "--rows", "full", "--seeds", "1") == 1
    assert "classes changed" in capsys.readouterr().err


def test_impossible_ablations_are_refused_with_a_sentence(done, capsys):
    assert ablate(done, "--rows", "half") == 1
    assert "Unknown row “half”; choose from baseline" in capsys.readouterr().err
    assert ablate(done, settings=(*SETTINGS, "sub_nets=av")) == 1
    assert "set sub_nets" in capsys.readouterr().err
    assert ablate(done, "--seeds", "0") == 1
    assert "0 seeds" in capsys.readouterr().err
    before = sorted(done.rglob("*"))
    for name in ("rows/first", "../../elsewhere", ".."):
        assert ablate(done, "--name", name) == 1
        assert f"cannot be named “{name}”" in capsys.readouterr().err
    assert sorted(done.rglob("*")) == before
    with pytest.raises(ConfigError):
        parse_rows(["full", "none"])
    assert parse_rows(["full, no-jsd", "baseline"]) == ("baseline", "no_jsd", "full")


def test_every_result_of_a_selection_on_test_is_labelled(tmp_path, capsys):
    project = small_run.make_project(tmp_path / "birds")
    settings = (*SETTINGS, "selection=best_on_test", "variant=paper")
    assert ablate(project, "--rows", "no_jsd", "--seeds", "1", "--name", "opt", settings=settings) == 0
    assert "selected on test" in capsys.readouterr().out
    folder = project / "ablations" / "opt"
    for name in ("table.md", "picture.svg"):
        content = (folder / name).read_text(encoding="utf-8")
        assert "selected on test" in content, name
        assert "no symmetric KL" in content, "the divergence of variant paper is not Jensen-Shannon's"
    with (folder / "table.csv").open(encoding="utf-8") as file:
        assert next(csv.DictReader(file))["selected_on"] == "test"
    assert json.loads((folder / "results.json").read_text(encoding="utf-8"))["selected_on"] == "test"
    run = find_run(project, "opt-no_jsd-0")
    header = read_header(run.checkpoint("best"))
    assert (header.selected_on, header.variant) == ("test", "paper")
    assert "validation" not in header.figures
    assert evaluate(project, run.checkpoint("best"))["selected_on"] == "test"
    assert main(["runs", str(project)]) == 0
    assert "selected on test" in capsys.readouterr().out
    assert main(["evaluate", str(project), "--run", run.name]) == 0
    assert "selected on test" in capsys.readouterr().out


def waits(project: Path) -> list[str]:
    return [run.name for run in queued_runs(project)]


def test_a_queued_ablation_is_stopped_and_resumed(tmp_path, capsys):
    words = ("--rows", "ava,full", "--seeds", "2", "--queue", "--name", "slow")
    with Project.create(tmp_path / "birds") as project:
        path = project.path
    assert ablate(path, *words) == 0
    assert "Queued 4 runs of “slow”." in capsys.readouterr().out
    every = ["slow-ava-0", "slow-full-0", "slow-ava-1", "slow-full-1"]
    assert waits(path) == every, "a whole table with the first seed, then with the next"
    assert list_ablations(path) == ["slow"]
    known = read_ablation(path, "slow")
    assert (known.rows, known.seeds, known.config.steps) == (("ava", "full"), 2, 6)

    run = find_run(path, "slow-ava-0")
    run.write_status(RunStatus(RunState.RUNNING, *current_process(), steps=6))
    stop_ablation(known)
    assert waits(path) == []
    assert [one.command for one in run.read_commands()[0]] == ["stop"]
    run.write_status(RunStatus(RunState.FINISHED, figures={"H": 0.5, "on": "test", "selected_on": "validation"}))
    report = collect_results(read_ablation(path, "slow"))
    assert [row.seeds for row in report.rows] == [(0,), ()]
    assert report.caption.endswith("validation, seed 0")
    assert "| AVA only | – | – | – | 50.0 | – | 1 |" in markdown(report)

    assert ablate(path, *words) == 0
    assert waits(path) == every[1:], "what is finished does not run again"
    assert ablate(path, *words, settings=(*SETTINGS, "lambda_cal=0.2")) == 1
    assert "with another lambda_cal" in capsys.readouterr().err


def test_rows_trained_on_other_data_are_reported(tmp_path):
    ablation = Ablation(tmp_path, "mixed", small_run.settings(), ("full",), 2)
    queue_ablation(ablation)
    for cell, fingerprint in zip(ablation.cells(), "ab", strict=True):
        cell.run.write_data({"classes": {"fingerprint": fingerprint}, "validation": {"fingerprint": fingerprint}})
        cell.run.write_status(RunStatus(RunState.FINISHED, figures={"H": 0.5}))
    assert [finding.split(" of ")[0] for finding in collect_results(ablation).findings] == ["The classes"]
    ablation.cells()[1].run.write_data({"classes": {"fingerprint": "a"}, "validation": {"fingerprint": "b"}})
    assert collect_results(ablation).findings == (), "every seed has another validation"


@pytest.mark.parametrize("content", ["half a f", "[]", '{"name": "../mixed"}', '{"name": "odd", "rows": ["half"]}'])
def test_a_damaged_plan_is_refused_with_a_sentence(tmp_path, content):
    folder = tmp_path / "ablations" / "odd"
    folder.mkdir(parents=True)
    (folder / "ablation.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match="start the ablation again"):
        read_ablation(tmp_path, "odd")
