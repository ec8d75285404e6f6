"""The figures of an evaluation, compared with a computation from the network's outputs."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import small_run
import torch
from sklearn.metrics import balanced_accuracy_score

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.errors import CheckpointError, RunError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.msdn.checkpoint import load_network, save_checkpoint
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.training import loop
from msdn_core.vision.features import find_store


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    project = small_run.make_project(tmp_path_factory.mktemp("evaluated") / "birds")
    run = RunDirectory.create(project, None, small_run.settings(steps=150, selection="last").to_json())
    loop.run_training(run)
    return project, run.checkpoint("best")


@pytest.fixture(scope="module")
def by_hand(trained):
    """Scores (N, M), labels, seen mask, both attentions and the part's true region of each attribute (N, K)."""
    project, checkpoint = trained
    network, header = load_network(checkpoint)
    with Project.open(project, read_only=True) as opened:
        table = opened.table()
        records = [r for r in opened.images() if r.split in (Split.TEST_SEEN, Split.TEST_UNSEEN)]
        points = [opened.parts(record.id) for record in records]
    store = find_store(project, small_run.SPEC)
    with torch.inference_mode():
        out = network(torch.from_numpy(np.stack([store.get(r.id) for r in records])).float())
    fused = header.fusion.av * out.scores_av + header.fusion.va * out.scores_va
    vectors = torch.tensor(table.vectors / np.linalg.norm(table.vectors, axis=1, keepdims=True))
    labels = np.array([table.class_index[r.class_name] for r in records])
    return (fused.double() @ vectors.T).numpy(), labels, table, out, points


def test_the_figures_are_those_of_the_networks_own_scores(trained, by_hand):
    found = evaluate(*trained)
    scores, labels, table, _, _ = by_hand
    unseen = ~table.seen[labels]
    calibrated = (scores - 2.0 * table.seen).argmax(1)
    alone = np.where(table.seen, -np.inf, scores).argmax(1)
    with pytest.warns(UserWarning, match="y_pred contains classes"):
        u, s = (balanced_accuracy_score(labels[rows], calibrated[rows]) for rows in (unseen, ~unseen))
    assert found["gamma"] == pytest.approx(2.0)
    assert found["U"] == pytest.approx(u)
    assert found["S"] == pytest.approx(s)
    assert found["H"] == pytest.approx(2 * u * s / (u + s))
    assert found["czsl"] == pytest.approx(balanced_accuracy_score(labels[unseen], alone[unseen]))
    assert found["images"] == {"test_seen": 24, "test_unseen": 32, "left_out": 0}
    assert found["selected_on"] == "last step"


def test_the_best_gamma_is_no_worse_and_is_labelled_as_chosen_on_test(trained):
    found = evaluate(*trained)
    assert found["best"]["H"] >= found["H"]
    assert found["best"]["selected_on"] == "test"
    curve = found["curve"]
    assert curve["gamma"] == sorted(curve["gamma"])
    assert curve["S"] == sorted(curve["S"], reverse=True)
    assert curve["U"] == sorted(curve["U"])
    assert (curve["U"][0], curve["S"][-1]) == (0.0, pytest.approx(0.0))
    assert found["ausuc"] == pytest.approx(float(np.trapezoid(curve["U"][::-1], curve["S"][::-1])))


def test_pointing_compares_each_present_attributes_peak_with_its_parts_region(trained, by_hand):
    found = evaluate(*trained)["pointing"]
    _, labels, table, out, points = by_hand
    side = small_run.GRID
    cell = small_run.SIDE / side
    hits, chance = {"av": [], "va": []}, []
    for image, label in enumerate(labels):
        place = {int(p.part.removeprefix("part")): (int(p.y // cell), int(p.x // cell)) for p in points[image]}
        for column in np.flatnonzero(table.vectors[label] > 0.5):
            y, x = place[column // small_run.VALUES]
            near = [(a, b) for a in range(side) for b in range(side) if max(abs(a - y), abs(b - x)) <= 1]
            chance.append(len(near) / side**2)
            for name, maps in (("av", out.attention_av), ("va", out.attention_va)):
                hits[name].append(divmod(int(maps[image, column].argmax()), side) in near)
    assert found["n"] == len(chance) == 56 * small_run.GROUPS
    assert found["av"] == pytest.approx(np.mean(hits["av"]))
    assert found["va"] == pytest.approx(np.mean(hits["va"]))
    assert found["chance"] == pytest.approx(np.mean(chance))
    assert found["av"] > found["chance"] + 0.1, "it has learnt where to look"


def test_the_result_is_json_without_nan(trained):
    found = evaluate(*trained)
    json.dumps(found, allow_nan=False)
    assert found["missing"] == [
        "The training chose no gamma on validation images, so there are no figures at a validated gamma."
    ]


@pytest.mark.parametrize(
    ("seen", "unseen", "images", "missing"), [(6, 0, 8, {"czsl", "U", "H"}), (4, 2, 1, {"S", "H"})]
)
def test_without_seen_or_unseen_test_images_only_their_figures_are_missing(tmp_path, seen, unseen, images, missing):
    project = small_run.make_project(tmp_path / "p", seen=seen, unseen=unseen, images=images, parts=False)
    run = RunDirectory.create(project, None, small_run.settings(steps=3, selection="last").to_json())
    loop.run_training(run)
    found = evaluate(project, run.checkpoint("best"))
    assert {name for name in ("czsl", "U", "S", "H") if found[name] is None} == missing
    left = "unseen" if unseen == 0 else "seen"
    assert any(f"test images of {left} classes" in sentence for sentence in found["missing"])
    assert (found["ausuc"], found["best"], found["curve"], found["pointing"]) == (None, None, None, None)
    json.dumps(found, allow_nan=False)


def test_missing_image_files_affect_only_the_pointing_game(trained, tmp_path):
    project, checkpoint = trained
    pictures = project.parent / f"{project.name}-pictures"
    pictures.rename(tmp_path / "away")
    try:
        found = evaluate(project, checkpoint)
    finally:
        (tmp_path / "away").rename(pictures)
    assert found["pointing"] is None
    assert found["H"] is not None


def test_a_class_added_after_training_takes_part(trained):
    project, checkpoint = trained
    before = evaluate(project, checkpoint)
    with Project.open(project) as opened:
        twin = opened.table().vectors[-1]
        opened.add_class("twin", twin, row=0)
    try:
        after = evaluate(project, checkpoint)
    finally:
        with Project.open(project) as opened:
            opened.remove_class("twin")
    assert after["czsl"] < before["czsl"], "the twin stands first and takes its images"


def test_missing_test_images_give_one_sentence(tmp_path, trained):
    _, checkpoint = trained
    project = small_run.make_project(tmp_path / "p", seen=12, unseen=0, images=1)
    with pytest.raises(RunError, match="no test images"):
        evaluate(project, checkpoint)


def test_a_checkpoint_of_other_attributes_or_of_no_backbone_is_refused(trained, tmp_path):
    project, checkpoint = trained
    network, header = load_network(checkpoint)
    save_checkpoint(tmp_path / "a.safetensors", network, replace(header, backbone={}))
    with pytest.raises(CheckpointError, match="backbone"):
        evaluate(project, tmp_path / "a.safetensors")
    other = small_run.make_project(tmp_path / "q", seen=3, unseen=2)
    with Project.open(other) as opened:
        table = opened.table()
        renamed = (Attribute("other", "name"), *table.attributes[1:])
        opened.define_classes(ClassTable(renamed, table.classes, table.vectors, table.seen))
    with pytest.raises(CheckpointError, match="other attributes"):
        evaluate(other, checkpoint)
