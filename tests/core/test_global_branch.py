"""The global branch: trained apart, part of every score, linear in the class vectors."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import small_run
import torch
from small_run import events_of, new_run, stop_at
from torch.nn import functional as F

from msdn_core.cli.explain import summarise
from msdn_core.cli.explained_maps import class_maps
from msdn_core.domain.annotation import Split
from msdn_core.domain.evidence import MapKind
from msdn_core.domain.scoring import Fusion, calibrated, class_scores, contributions, fused_attribute_scores
from msdn_core.errors import CheckpointError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.evaluation.examine import examine
from msdn_core.exporters.checkpoint_outputs import open_outputs
from msdn_core.exporters.onnx_head import export_onnx
from msdn_core.exporters.predictions import export_predictions
from msdn_core.msdn.checkpoint import load_network, load_tensors, save_checkpoint
from msdn_core.msdn.collection import score_collection
from msdn_core.msdn.explainer import Explainer
from msdn_core.msdn.global_branch import GlobalBranch, pool_regions
from msdn_core.msdn.losses import msdn_loss
from msdn_core.msdn.network import MSDN
from msdn_core.project import Project
from msdn_core.runs.attribute_scores import read_attribute_scores, write_attribute_scores
from msdn_core.runs.embeddings import attribute_scores_of
from msdn_core.runs.events import StepDone
from msdn_core.runs.header import METADATA_KEY, read_header
from msdn_core.runs.predictions import read_predictions, write_predictions
from msdn_core.runs.status import RunState
from msdn_core.training.dropout import CHANNELS, POOLED, dropout_factors
from msdn_core.training.loop import run_training
from msdn_core.vision.features import find_store

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.runs.directory import RunDirectory

BRANCH = {"pooled_weight": 0.4, "pooled_dropout": 0.5, "pooled_learning_rate": 0.01, "feature_dropout": 0.1}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run.make_project(tmp_path_factory.mktemp("made") / "birds")


@pytest.fixture(scope="module")
def trained(project: Path) -> RunDirectory:
    run = new_run(project, **BRANCH)
    assert run_training(run) is RunState.FINISHED
    return run


def best(run: RunDirectory) -> Path:
    path = run.checkpoint("best")
    assert path is not None
    return path


def same_tensors(one: Path, other: Path) -> bool:
    ours, theirs = load_tensors(one), load_tensors(other)
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_its_scores_are_scale_times_a_unit_vector_and_their_product_a_cosine() -> None:
    branch = GlobalBranch(6, 5, 30.0)
    features = F.normalize(torch.randn(3, 6, 4), dim=1)
    halves = [F.normalize(values, dim=1) for values in (features.mean(2), features.amax(2))]
    pooled = pool_regions(features)
    torch.testing.assert_close(pooled, torch.cat(halves, dim=1) / 2**0.5)
    scores = branch(pooled)
    torch.testing.assert_close(scores.norm(dim=1), torch.full((3,), 30.0))
    unit = F.normalize(torch.randn(2, 5), dim=1)
    cosine = F.cosine_similarity((pooled @ branch.W)[:, None], unit[None], dim=2)
    torch.testing.assert_close(scores @ unit.T, 30 * cosine)


def test_class_scores_are_linear_in_the_class_vectors_and_contributions_sum_to_them() -> None:
    rng = np.random.default_rng(0)
    s1, s2, pooled = rng.normal(size=(3, 7, 5))
    fused = fused_attribute_scores(s1, s2, pooled, Fusion(0.9, 0.1, 0.3))
    np.testing.assert_allclose(fused, 0.9 * s1 + 0.1 * s2 + 0.3 * pooled)
    one, other = rng.normal(size=(2, 5))
    both = class_scores(fused, np.stack([one, other, 2 * one - other]))
    np.testing.assert_allclose(both[:, 2], 2 * both[:, 0] - both[:, 1])
    np.testing.assert_allclose(contributions(fused, one).sum(axis=1), both[:, 0])


def test_the_sub_nets_train_as_without_it(project: Path) -> None:
    plain, beside = new_run(project, steps=3), new_run(project, steps=3, pooled_weight=0.3)
    for run in (plain, beside):
        assert run_training(run) is RunState.FINISHED
    without, having = (load_tensors(run.path / "checkpoints/last.safetensors") for run in (plain, beside))
    for name, value in without.items():
        if name.startswith(("network.", "optimiser.")):
            assert torch.equal(value, having[name]), name
    assert "network.global_branch.W" in having.keys() - without.keys()
    ours, theirs = (events_of(run, StepDone)[-1].losses for run in (plain, beside))
    assert set(theirs) - set(ours) == {"ce_global"}
    assert theirs["total"] == ours["total"]


def test_it_learns_and_lifts_what_it_is_fused_with(trained: RunDirectory) -> None:
    losses = [event.losses["ce_global"] for event in events_of(trained, StepDone)]
    assert losses[-1] < losses[0] / 2
    header = read_header(best(trained))
    assert header.fusion == Fusion(0.9, 0.1, 0.4)
    assert header.pooled_scale == 30.0


def test_a_stopped_run_resumes_bit_for_bit(project: Path, trained: RunDirectory) -> None:
    run = new_run(project, **BRANCH)
    assert run_training(run, listener=stop_at(run, 25)) is RunState.STOPPED
    assert run_training(run) is RunState.FINISHED
    assert same_tensors(run.path / "checkpoints/last.safetensors", trained.path / "checkpoints/last.safetensors")


def test_dropout_depends_on_seed_step_and_stream_alone() -> None:
    draw = {"stream": CHANNELS, "seed": 4, "step": 9}
    factors = dropout_factors(200, 50, 0.25, **draw)
    assert np.array_equal(factors, dropout_factors(200, 50, 0.25, **draw))
    assert set(np.unique(factors)) == {np.float32(0), np.float32(1 / 0.75)}
    assert factors.mean() == pytest.approx(1, abs=0.03)
    for change in ({"stream": POOLED}, {"seed": 5}, {"step": 10}):
        assert not np.array_equal(factors, dropout_factors(200, 50, 0.25, **{**draw, **change}))


def test_every_score_and_figure_has_its_part(project: Path, trained: RunDirectory, tmp_path: Path) -> None:
    network, header = load_network(best(trained))
    explainer = Explainer(best(trained), device="cpu")
    store = find_store(project, explainer.spec)
    assert store is not None
    collection = score_collection(project, best(trained), device="cpu")
    ids = collection.image_ids.tolist()
    rows = store.rows(ids)
    with torch.inference_mode():
        out = network(torch.from_numpy(store.read(rows)).float())
    scores = [value.numpy() for value in (out.scores_av, out.scores_va, out.scores_pooled)]
    for name, value in zip(("av", "va", "pooled"), scores, strict=True):
        np.testing.assert_allclose(getattr(collection, f"scores_{name}"), value, atol=1e-4)
    fused = 0.9 * scores[0] + 0.1 * scores[1] + 0.4 * scores[2]

    # The explainer: maps sum to the score without the branch's part, which is a number of its own.
    explanation = explainer.explain_features(store.read(rows[:1])[0], (60, 60))
    np.testing.assert_allclose(explanation.scores, fused[0], atol=1e-4)
    np.testing.assert_allclose(explanation.evidence.sum((1, 2)) + explanation.pooled, explanation.scores, atol=1e-4)
    table = header.table()
    unit = table.unit_vectors()
    for row, name in enumerate(table.classes[:3]):
        whole = explanation.class_evidence(name).sum() + explanation.pooled_part(name)
        assert whole == pytest.approx(float(unit[row] @ explanation.scores), abs=1e-4)
    summary = summarise(explanation, header, table)
    assert summary["fusion"] == {"av": 0.9, "va": 0.1, "pooled": 0.4}
    first = summary["classes"][0]
    assert sum(first["contributions"].values()) == pytest.approx(first["score_without_gamma"], abs=1e-4)
    assert first["pooled"] == pytest.approx(explanation.pooled_part(first["class"]), abs=1e-4)

    fused_map = class_maps(explanation, table, MapKind.DIFFERENCE, 0, 1)[-1].facts()
    lead = float((unit[0] - unit[1]) @ explanation.scores)
    assert fused_map["sum"] + fused_map["pooled"] == pytest.approx(lead, abs=1e-4)

    # Evaluation, its predictions and the exported ones.
    examined = examine(project, best(trained), device="cpu")
    assert examined.figures["ausuc"] == evaluate(project, best(trained), device="cpu")["ausuc"]
    tested = examined.predictions
    place = {image_id: row for row, image_id in enumerate(ids)}
    expected = fused[[place[image_id] for image_id in tested.image_ids.tolist()]]
    np.testing.assert_allclose(attribute_scores_of(tested, "fused"), expected, atol=1e-4)
    logits = calibrated(expected @ unit.T, table.seen, header.gamma)
    is_unseen = tested.splits == "test_unseen"
    right = logits.argmax(axis=1) == tested.labels
    by_class = [right[tested.labels == label].mean() for label in np.unique(tested.labels[is_unseen])]
    assert examined.figures["U"] == pytest.approx(np.mean(by_class))
    write_predictions(tmp_path / "tested.npz", tested)
    read = read_predictions(tmp_path / "tested.npz")
    assert read.weights == Fusion(0.9, 0.1, 0.4)
    np.testing.assert_array_equal(read.scores_pooled, tested.scores_pooled)
    with Project.open(project, read_only=True) as opened:
        outputs = open_outputs(opened, best(trained), [Split.TEST_UNSEEN], "cpu", lambda *_: None)
    export_predictions(outputs, tmp_path / "exported.npz")
    exported = read_predictions(tmp_path / "exported.npz")
    np.testing.assert_allclose(exported.scores_pooled, tested.scores_pooled[is_unseen], atol=1e-4)

    path = tmp_path / "scores" / "one.npz"
    write_attribute_scores(path, collection)
    found = read_attribute_scores(path)
    assert found is not None
    np.testing.assert_array_equal(found.scores_pooled, collection.scores_pooled)


def test_without_it_files_are_what_they_were(project: Path, tmp_path: Path) -> None:
    run = new_run(project, steps=1)
    assert run_training(run) is RunState.FINISHED
    scored = score_collection(project, best(run), device="cpu")
    assert not scored.scores_pooled.any()
    path = tmp_path / "scores" / "one.npz"
    write_attribute_scores(path, scored)
    predictions = examine(project, best(run), device="cpu").predictions
    write_predictions(tmp_path / "p.npz", predictions)
    for file in (path, tmp_path / "p.npz"):
        with np.load(file) as content:
            assert content["format"] == 1
            assert "scores_pooled" not in content
    found = read_attribute_scores(path)
    assert found is not None
    assert found.scores_pooled.shape == found.scores_va.shape
    read = read_predictions(tmp_path / "p.npz")
    assert (read.weights, read.fusion.shape) == (Fusion(0.9, 0.1), (2,))


def test_the_onnx_head_has_its_part(trained: RunDirectory, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    export_onnx(best(trained), tmp_path / "head.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "head.onnx", providers=["CPUExecutionProvider"])
    network, header = load_network(best(trained))
    features = F.normalize(torch.rand(3, small_run.CHANNELS, 6), dim=1)
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(None, {"features": features.numpy()}), strict=True))
    with torch.inference_mode():
        out = network(features)
    np.testing.assert_allclose(found["scores_pooled"], out.scores_pooled.numpy(), atol=1e-3)
    scores = (value.numpy() for value in (out.scores_av, out.scores_va, out.scores_pooled))
    fused = 0.9 * next(scores) + 0.1 * next(scores) + 0.4 * next(scores)
    table = header.table()
    expected = calibrated(class_scores(fused, table.unit_vectors()), table.seen, header.gamma)
    np.testing.assert_allclose(found["class_scores"], expected, atol=1e-3)


def test_the_cross_entropy_can_be_over_seen_classes_alone() -> None:
    network = MSDN(torch.randn(5, 4, generator=torch.Generator().manual_seed(0)), 6)
    out = network(F.normalize(torch.rand(3, 6, 4), dim=1))
    unit, seen, labels = (
        F.normalize(torch.rand(4, 5), dim=1),
        torch.tensor([True, False, True, True]),
        torch.tensor([0, 3, 2]),
    )
    both = {
        classes: msdn_loss(out, labels, unit, seen, lambda_cal=0.1, lambda_distill=0.1, ce_classes=classes).terms
        for classes in ("all", "seen")
    }
    for side, scores in (("av", out.scores_av), ("va", out.scores_va)):
        logits = scores @ unit.T
        torch.testing.assert_close(both["all"][f"ce_{side}"], F.cross_entropy(logits, labels))
        own = torch.tensor([0, 2, 1])
        torch.testing.assert_close(both["seen"][f"ce_{side}"], F.cross_entropy(logits[:, seen], own))
    assert all(torch.equal(both["all"][name], both["seen"][name]) for name in both["all"] if not name.startswith("ce_"))


def test_headers_of_format_3_are_read(trained: RunDirectory) -> None:
    header = read_header(best(trained))
    content = json.loads(header.to_metadata()[METADATA_KEY])
    del content["pooled_scale"], content["fusion"]["pooled"]
    old = header.from_metadata(
        {METADATA_KEY: json.dumps({**content, "format": 3})}, header.class_vectors, best(trained)
    )
    assert (old.fusion, old.pooled_scale) == (Fusion(0.9, 0.1), 0.0)


@pytest.mark.parametrize("shape", [None, (3, 12)])
def test_a_branch_that_does_not_fit_the_header_is_refused(
    trained: RunDirectory, tmp_path: Path, shape: tuple[int, int] | None
) -> None:
    header = read_header(best(trained))
    network = MSDN(torch.zeros(len(header.attributes), 4), header.channels, pooled_scale=30.0 if shape else 0.0)
    if shape is not None and network.global_branch is not None:
        network.global_branch.W = torch.nn.Parameter(torch.zeros(shape))
    save_checkpoint(tmp_path / "crooked.safetensors", network, header)
    with pytest.raises(CheckpointError, match="do not fit"):
        load_network(tmp_path / "crooked.safetensors")
    with pytest.raises(CheckpointError, match="no scale"):
        header.from_metadata(
            replace(header, pooled_scale=0.0).to_metadata(), header.class_vectors, tmp_path / "crooked.safetensors"
        )
    assert asdict(header.fusion)["pooled"] == 0.4
