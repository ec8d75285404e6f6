"""Taught attention and map distillation: their losses, the marks they use, and runs that are trained with them."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import small_run
import torch
from small_run import events_of, new_run, stop_at

from msdn_core.cli.main import main
from msdn_core.domain.annotation import Box, Mark, Split
from msdn_core.domain.attributes import Attribute
from msdn_core.errors import ConfigError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.msdn.checkpoint import load_tensors
from msdn_core.msdn.map_losses import map_distillation, selected_logits, taught_attention
from msdn_core.msdn.network import MSDN
from msdn_core.project import Project
from msdn_core.recipes.ablation import Ablation
from msdn_core.runs.evaluated_run import read_evaluated_run
from msdn_core.runs.events import Evaluated, StepDone
from msdn_core.runs.figure_text import selection_text
from msdn_core.runs.header import read_header
from msdn_core.runs.listing import find_run
from msdn_core.runs.status import RunState
from msdn_core.runs.trained_on import figures_note, taught_text
from msdn_core.training import loop
from msdn_core.training.loop import run_training
from msdn_core.training.map_terms import padded
from msdn_core.vision.marked_places import DATA_SET, DRAWN_BOX, DRAWN_POINT, marked_images, touched_regions

K, C, R, GRID = 7, 5, 9, small_run.GRID


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return small_run.make_project(tmp_path_factory.mktemp("made") / "birds")


@pytest.fixture
def project(made, tmp_path):
    shutil.copytree(made, tmp_path / "birds")
    return tmp_path / "birds"


@pytest.fixture(autouse=True)
def gentle(monkeypatch):
    """Write the events of every step."""
    monkeypatch.setattr(loop, "_REPORT_S", 0.0)


def trained(project, **changes):
    run = new_run(project, **changes)
    assert run_training(run) is RunState.FINISHED, run.status().reason
    return run


def drawings(project, *marks):
    """Draw marks of an image, a subject and a place each."""
    with Project.open(project) as opened:
        for image_id, subject, place in marks:
            number = opened.annotations.next_mark()
            opened.annotations.put_marks(
                {number: Mark(image_id, subject, place, "Ann", "2026-01-01T00:00:00.000+00:00")}
            )


# Losses


def test_the_losses_are_those_of_their_definitions_and_have_their_gradients():
    generator = torch.Generator().manual_seed(3)
    features = torch.rand(2, C, R, generator=generator, dtype=torch.float64)
    weights = torch.rand(K, C, generator=generator, dtype=torch.float64, requires_grad=True)
    columns, counts = padded([np.array([1, 4, 6]), np.array([2])], 4)
    columns, counts = torch.from_numpy(columns), torch.from_numpy(counts).double()
    inside = torch.ones(2, 3, R, dtype=torch.bool)
    inside[0, :, 3:] = False
    inside[1, 0, :5] = False
    attention = torch.rand(2, 3, R, generator=generator, dtype=torch.float64).softmax(dim=2)

    def losses(projections):
        logits = selected_logits(projections, features, columns)
        return taught_attention(logits, inside, counts), map_distillation(attention, logits, counts)

    every = torch.einsum("kc,bcr->bkr", weights, features).softmax(dim=2).detach()
    pairs = [(0, 0, 1), (0, 1, 4), (0, 2, 6), (1, 0, 2)]
    taught = -np.mean([float(every[image, k][inside[image, place]].sum().log()) for image, place, k in pairs])
    divergence = np.mean([float((attention[i, p] * (attention[i, p] / every[i, k]).log()).sum()) for i, p, k in pairs])
    assert [value.item() for value in losses(weights)] == pytest.approx([taught, divergence])
    assert torch.autograd.gradcheck(losses, (weights,))


def test_the_logits_are_those_that_the_network_attends_by():
    network = MSDN(torch.randn(K, 4), C)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)
    features = torch.rand(3, C, R)
    projections = network.projections()
    logits = {
        side: selected_logits(rows, features, torch.arange(K).expand(3, K))
        for side, rows in network.attention_projections(projections).items()
    }
    outputs = network(features, projections)
    assert torch.allclose(logits["av"].softmax(dim=2), outputs.attention_av, atol=1e-5)
    assert torch.allclose(logits["va"].softmax(dim=1), outputs.attention_va, atol=1e-5)


# Marks


def test_boxes_cover_all_regions_that_they_touch():
    view = Box(10, 0, 50, 50)
    cases = {
        (10, 0, 0, 0): (range(1), range(1)),
        (59.9, 49.9, 0, 0): (range(4, 5), range(4, 5)),
        (60, 20, 0, 0): None,
        (9, 20, 0, 0): None,
        (19, 0, 2, 10): (range(1), range(2)),
        (0, 5, 200, 10): (range(2), range(5)),
        (0, 5, 10, 10): None,
        (25, 25, 0, 20): (range(2, 5), range(1, 2)),
    }
    for place, expected in cases.items():
        found = touched_regions(Box(*place), view, (5, 5))
        spans = None if found is None else tuple(range(part.start, part.stop) for part in found)
        assert spans == expected, place


def test_parts_groups_and_attributes_are_joined_to_the_attributes_that_the_class_has(tmp_path):
    path = small_run.make_project(tmp_path / "birds", parts=False)
    with Project.open(path) as opened:
        opened.define_group_parts({"group0": ("part0",), "group1": ("part0",)})
        image, table = opened.images()[0], opened.table()
    cell = small_run.SIDE / GRID
    corner, centre = Box(1, 1, 0, 0), Box(2.5 * cell, 2.5 * cell, 0, 0)
    absent = next(k for k in range(9, 12) if not table.vectors[0, k])
    drawings(
        path,
        (image.id, "part0", corner),
        (image.id, "group1", centre),
        (image.id, "group2", Box(0, 4 * cell, 2 * cell, cell / 2)),
        (image.id, table.attributes[absent].full_name, corner),
        (image.id, "", centre),
        (image.id, "unknown", centre),
    )
    with Project.open(path, read_only=True) as opened:
        found, *others = marked_images(opened, opened.images(), table, (GRID, GRID))
    assert not any(others)
    present = [int(column) for column in np.flatnonzero(table.vectors[0])]
    assert found.columns.tolist() == present[:3]
    assert found.marks == {DRAWN_POINT: 2, DRAWN_BOX: 1}
    maps = found.inside.reshape(3, GRID, GRID)
    expected = np.zeros((3, GRID, GRID), bool)
    expected[:2, :2, :2] = True
    expected[1, 1:4, 1:4] = True
    expected[2, 3:, :3] = True
    assert np.array_equal(maps, expected)
    assert Attribute("group0", "value0").full_name == "group0::value0"


# Runs


def test_taught_attention_makes_the_maps_point_and_the_run_says_so(project):
    plain, taught = trained(project), trained(project, lambda_taught=1, taught_per_class=1)
    before, after = (evaluate(project, run.checkpoint("best"))["pointing"] for run in (plain, taught))
    assert after["av"] > before["av"] + 0.1
    assert after["va"] > before["va"] + 0.05
    made = taught.data()["taught"]
    classes = 12 - len(taught.data()["validation"]["classes"])
    assert (made["count"], made["marks"], made["from"]) == (classes, 4 * classes, {DATA_SET: 4 * classes})
    assert set(made["per_class"].values()) == {1}
    assert not set(made["per_class"]) & set(taught.data()["validation"]["classes"])
    assert read_header(taught.checkpoint("best")).made["data"]["taught"] == made
    assert "taught" not in plain.data()
    assert {"taught_av", "taught_va"} <= set(events_of(taught, StepDone)[-1].losses)


def test_map_distillation_brings_the_maps_closer_without_marks(tmp_path):
    path = small_run.make_project(tmp_path / "birds", parts=False)
    run = trained(path, lambda_map=1)
    values = [event.losses["map_distillation"] for event in events_of(run, StepDone)]
    assert np.mean(values[-5:]) < 0.6 * max(values)
    assert "taught" not in run.data()


@pytest.mark.parametrize(
    ("changes", "terms"),
    [
        ({"sub_nets": "av"}, {"taught_av"}),
        ({"sub_nets": "va"}, {"taught_va"}),
        ({"variant": "paper", "lambda_map": 0.5}, {"taught_av", "taught_va", "map_distillation"}),
        ({"normalize_v": True, "cosine_scale": 20, "precision": "bfloat16"}, {"taught_av", "taught_va"}),
    ],
)
def test_the_terms_follow_the_network(project, changes, terms):
    run = trained(project, steps=3, lambda_taught=0.5, **changes)
    losses = events_of(run, StepDone)[-1].losses
    assert {name for name in losses if name.startswith(("taught", "map"))} == terms
    if not changes.get("lambda_map"):
        sides = [side for side in ("av", "va") if f"ce_{side}" in losses]
        usual = sum(losses[f"ce_{side}"] + 0.1 * losses[f"calibration_{side}"] for side in sides)
        usual += 1e-3 * (losses.get("jsd", 0) + losses.get("l2", 0))
        assert losses["total"] == pytest.approx(usual + 0.5 * sum(losses[term] for term in terms), abs=1e-4)


def test_fewer_marked_images_are_among_more(project):
    steps = {"steps": 1, "lambda_taught": 1}
    counts = [trained(project, taught_per_class=n, **steps).data()["taught"]["count"] for n in (1, 2, 5, 0)]
    assert counts == sorted(counts)
    assert counts[1] == 2 * counts[0]
    assert len(set(counts[2:])) == 1, "five of each class are all that train"


def test_a_resumed_run_takes_the_same_steps(project):
    changes = {"lambda_taught": 1, "lambda_map": 1, "taught_images": 5, "steps": 30, "evaluate_every": 10}
    whole, halved = trained(project, **changes), new_run(project, **changes)
    assert run_training(halved, listener=stop_at(halved, 7)) is RunState.STOPPED
    assert run_training(halved) is RunState.FINISHED
    first, second = (load_tensors(run.checkpoint("last")) for run in (whole, halved))
    assert all(torch.equal(value, second[name]) for name, value in first.items())


def test_a_run_is_not_resumed_with_other_marks(project):
    run = new_run(project, lambda_taught=1)
    assert run_training(run, listener=stop_at(run, 3)) is RunState.STOPPED
    with Project.open(project, read_only=True) as opened:
        image = next(image for image in opened.images() if image.class_name in run.data()["taught"]["per_class"])
    drawings(project, (image.id, "group0", Box(0, 0, 59, 20)))
    assert run_training(run) is RunState.FAILED
    assert "marks changed" in run.status().reason


def test_test_images_and_images_of_unseen_classes_teach_nothing(tmp_path):
    path = small_run.make_project(tmp_path / "birds", parts=False)
    with Project.open(path, read_only=True) as opened:
        others = [image for image in opened.images() if image.split is not Split.TRAIN]
    drawings(path, *((image.id, "group0", Box(0, 0, 9, 9)) for image in others[:6] + others[-6:]))
    run = new_run(path, lambda_taught=1)
    assert run_training(run) is RunState.FAILED
    assert "no usable mark" in run.status().reason
    assert "lambda_taught" in run.status().reason


def test_figures_say_that_their_run_was_taught(project, capsys):
    config = small_run.settings(steps=20, lambda_taught=1).to_json()
    words = ["--set", *(f"{name}={value}" for name, value in config.items() if value not in ("", "demo"))]
    said = []
    for command in (
        ["train", project, "--name", "one", *words],
        ["evaluate", project, "--run", "one", "--keep"],
        ["runs", project],
        ["report", project, "one", "--out", project / "report.html"],
    ):
        capsys.readouterr()
        assert main([str(word) for word in command]) == 0, capsys.readouterr().err
        said.append(capsys.readouterr().out)
    run = find_run(project, "one")
    text = taught_text(run.data())
    assert text == f"taught by {run.data()['taught']['count']} marked images"
    for output in said[:3]:
        assert text in output
    assert text in (project / "report.html").read_text(encoding="utf-8")
    assert text in (run.path / "evaluation" / "best" / "classes.csv").read_text(encoding="utf-8")
    with Project.open(project, read_only=True) as opened:
        tested = read_evaluated_run(run, "best", opened.table(), opened.images())
    assert text in selection_text(tested)
    assert {event.taught for event in events_of(run, Evaluated)} == {run.data()["taught"]["count"]}
    assert figures_note({"selected_on": "test", "taught": 1}) == ", selected on test, taught by 1 marked image"
    assert taught_text({"taught": {"count": "many"}}) == ""


def test_terms_without_their_sub_nets_are_refused():
    for changes in ({"lambda_map": 1, "sub_nets": "av"}, {"lambda_map": 1, "sub_nets": "none"}):
        with pytest.raises(ConfigError, match="both sub-nets"):
            small_run.settings(**changes)
    with pytest.raises(ConfigError, match="needs a sub-net"):
        small_run.settings(lambda_taught=1, sub_nets="none")


def test_the_rows_of_an_ablation_leave_out_what_their_network_cannot_learn(tmp_path):
    config = small_run.settings(lambda_taught=1, lambda_map=2)
    rows = {cell.row: cell.config for cell in Ablation(tmp_path, "one", config, ("baseline", "ava", "full"), 1).cells()}
    found = {row: (made.lambda_taught, made.lambda_map) for row, made in rows.items()}
    assert found == {"baseline": (0, 0), "ava": (1, 0), "full": (1, 2)}
