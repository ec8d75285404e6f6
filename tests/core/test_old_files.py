"""Projects, runs, checkpoints and settings written by version 0.1.0 open as before.

``project_0_1.tar.gz`` was made by commit 444e6b9: a project of ``small_run`` with a finished run that was filmed,
evaluated, embedded and scored, a stopped run, a refit, a queued ablation and a settings file.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest

from msdn_core.cli.main import main
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.msdn.checkpoint import load_network
from msdn_core.project import Project
from msdn_core.recipes.ablation import list_ablations, read_ablation
from msdn_core.recipes.config import TrainConfig
from msdn_core.recipes.config_file import read_config
from msdn_core.runs.attribute_scores import read_attribute_scores, scores_file
from msdn_core.runs.embeddings import embedding_digest, embedding_file, read_embedding
from msdn_core.runs.evaluated_run import read_evaluated_run
from msdn_core.runs.evaluations import evaluation_folder
from msdn_core.runs.events import Ended, Evaluated, RunStarted, StepDone
from msdn_core.runs.film import read_film
from msdn_core.runs.header import read_header
from msdn_core.runs.listing import find_run, list_runs
from msdn_core.runs.notes import Notes, read_notes
from msdn_core.runs.pins import read_pins
from msdn_core.runs.queue import queued_runs
from msdn_core.runs.status import RunState
from msdn_core.training.loop import run_training

ARCHIVE = Path(__file__).with_name("project_0_1.tar.gz")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with tarfile.open(ARCHIVE) as archive:
        # The archive is our own; Python 3.11.2, which Debian 12 has, knows no filters.
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return tmp_path / "birds"


def test_runs_are_listed_with_state_settings_events_and_notes(project: Path) -> None:
    states = {run.name: run.status().state for run in list_runs(project)}
    assert states == {
        "demo-01": RunState.FINISHED,
        "demo-02": RunState.STOPPED,
        "demo-01-refit": RunState.LOST,
        "parts-baseline-0": RunState.QUEUED,
        "parts-full-0": RunState.QUEUED,
    }
    run = find_run(project, "demo-01")
    assert TrainConfig.from_json(run.config()).steps == run.status().step == 30
    kinds = {type(event) for event in run.read_events()[0]}
    assert {RunStarted, StepDone, Evaluated, Ended} <= kinds
    assert read_notes(run.path) == Notes("the first one", ("first",))
    assert find_run(project, "demo-01-refit").data()["refit"]["of"] == "demo-01"


def test_checkpoints_load_and_score_as_before(project: Path) -> None:
    run = find_run(project, "demo-01")
    for kind in ("best", "last"):
        network, header = load_network(run.checkpoint_path(kind))
        assert header.run == "demo-01"
        assert network.channels == header.channels
    before = dict(run.status().figures)
    after = evaluate(project, run.checkpoint_path("best"), device="cpu")
    for name in ("czsl", "U", "S", "H", "ausuc"):
        assert after[name] == pytest.approx(before[name], abs=1e-6), name
    assert read_header(run.checkpoint_path("best")).selected_on == "validation"


def test_an_evaluation_its_embedding_its_film_and_its_scores_are_up_to_date(project: Path) -> None:
    run = find_run(project, "demo-01")
    with Project.open(project, read_only=True) as opened:
        table, images, pins = opened.table(), opened.images(), read_pins(opened)
    evaluated = read_evaluated_run(run, "best", table, images)
    assert evaluated is not None
    assert evaluated.stale == ()
    assert evaluated.doubt == ""
    predictions = evaluated.evaluation.predictions
    embedding = read_embedding(embedding_file(evaluation_folder(run), "fused"), predictions)
    assert embedding is not None
    assert embedding.made_of == embedding_digest(predictions, "fused")
    film = read_film(run.path)
    assert film is not None
    assert len(film.steps) == 31
    assert [pin.pin for pin in film.header.pins] == list(pins)
    assert film.header.source == "pinned in Explore"
    scores = read_attribute_scores(scores_file(project, "demo-01", "best"))
    assert scores is not None
    assert np.isfinite(scores.scores_av).all()
    assert len(scores.image_ids) == len(images)


def test_a_stopped_run_resumes(project: Path) -> None:
    run = find_run(project, "demo-02")
    stopped_at = run.status().step
    assert run_training(run) is RunState.FINISHED
    assert run.status().step == 30
    started = [event for event in run.read_events()[0] if isinstance(event, RunStarted)]
    assert started[-1].resumed
    assert started[-1].step == stopped_at


def test_settings_queue_and_ablation_are_read(project: Path) -> None:
    config = read_config(project / "settings.json")
    assert (config.cosine_scale, config.steps, config.backbone) == (20.0, 30, "by-hand")
    assert [run.name for run in queued_runs(project)] == ["parts-full-0", "parts-baseline-0"]
    assert list_ablations(project) == ["parts"]
    ablation = read_ablation(project, "parts")
    assert (ablation.rows, ablation.seeds) == (("baseline", "full"), 1)
    ablation.check_settings()


def test_a_report_is_written(project: Path, tmp_path: Path) -> None:
    assert main(["report", str(project), "demo-01", "-o", str(tmp_path / "report.html")]) == 0
    assert "demo-01" in (tmp_path / "report.html").read_text(encoding="utf-8")
