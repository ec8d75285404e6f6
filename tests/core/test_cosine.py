"""The cosine classifier: its scores, and that everything after the network stays linear."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import brute_force
import numpy as np
import pytest
import small_run
import torch
import transcription

from msdn_core.cli.main import main
from msdn_core.domain.metrics import insertion_area
from msdn_core.domain.scoring import Fusion, class_scores, contributions, fused_attribute_scores, guarded_cosine
from msdn_core.errors import CheckpointError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.evaluation.scored_split import score_test_split
from msdn_core.msdn.checkpoint import load_network, save_checkpoint
from msdn_core.msdn.network import MSDN
from msdn_core.recipes.config import RECIPES
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.header import read_header
from msdn_core.training.loop import run_training

if TYPE_CHECKING:
    from pathlib import Path

SCALE = 20.0
K, D, C, R, B = 7, 11, 24, 9, 5


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    project = small_run.make_project(tmp_path_factory.mktemp("cosine") / "birds")
    run = RunDirectory.create(project, None, small_run.settings(cosine_scale=SCALE, selection="last").to_json())
    assert run_training(run) == "finished", run.status().reason
    checkpoint = run.checkpoint("best")
    assert checkpoint is not None
    return project, checkpoint


def networks() -> tuple[MSDN, MSDN, torch.Tensor]:
    """One with a cosine classifier, one without, of the same weights in float64, and features for them."""
    generator = torch.Generator().manual_seed(5)
    words = torch.randn(K, D, generator=generator)
    made = [MSDN(words, C, cosine_scale=scale).double() for scale in (SCALE, 0.0)]
    with torch.no_grad():
        for parameter in made[0].parameters():
            parameter.copy_(2 * torch.randn(parameter.shape, generator=generator))
    made[1].load_state_dict(made[0].state_dict())
    features = torch.nn.functional.normalize(torch.randn(B, C, R, generator=generator, dtype=torch.float64), dim=1)
    return made[0], made[1], features


def test_the_scores_and_their_gradients_are_those_of_a_literal_computation_in_float64() -> None:
    network, _, features = networks()
    weights = torch.randn(2, B, K, dtype=torch.float64)
    found = network(features)
    attention = found.attention_av.clone()  # Its memory becomes the gradients'.
    (weights[0] * found.scores_av + weights[1] * found.scores_va).sum().backward()
    copies = {name: p.detach().clone().requires_grad_() for name, p in network.named_parameters()}
    s1, s2, a1, _ = transcription.forward("official", "full", copies, features)
    expected = []
    for scores in (s1, s2):
        rows = []
        for image in range(B):
            length = torch.sqrt(sum(scores[image, k] ** 2 for k in range(K)) + SCALE**2)
            rows.append(torch.stack([SCALE * scores[image, k] / length for k in range(K)]))
        expected.append(torch.stack(rows))
    (weights[0] * expected[0] + weights[1] * expected[1]).sum().backward()
    torch.testing.assert_close(found.scores_av, expected[0], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(found.scores_va, expected[1], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(attention, a1, rtol=1e-12, atol=1e-12)
    for name, parameter in network.named_parameters():
        torch.testing.assert_close(parameter.grad, copies[name].grad, rtol=1e-9, atol=1e-12)
    for mine, theirs in zip((found.scores_av, found.scores_va), (s1, s2), strict=True):
        assert np.allclose(mine.detach(), guarded_cosine(theirs.detach().numpy(), SCALE), rtol=1e-12)


def test_near_zero_it_equals_the_published_product_and_has_a_gradient() -> None:
    gradients = []
    for scale in (SCALE, 0.0):
        network = MSDN(torch.eye(K, D), C, cosine_scale=scale).double()
        out = network(networks()[2])
        assert not out.scores_va.any(), "s2 is 0 at the start"
        out.scores_va[:, 0].sum().backward()
        gradients.append(network.visual_to_attribute.W_1_1.grad)
    torch.testing.assert_close(gradients[0], gradients[1])
    assert gradients[0].any()


def test_far_from_zero_it_is_the_cosine_and_scores_are_bounded_by_the_scale() -> None:
    scores, unit = np.array([[3e5, -4e5, 0.0]]), np.array([[0.6, 0.0, 0.8]])
    assert class_scores(guarded_cosine(scores, SCALE), unit) == pytest.approx(SCALE * 0.6 * 0.6, rel=1e-6)
    assert np.linalg.norm(guarded_cosine(scores, SCALE)) <= SCALE


def test_contributions_add_up_to_the_class_score_and_a_changed_value_is_a_rank_one_update() -> None:
    network, _, features = networks()
    with torch.inference_mode():
        out = network(features)
    fused = fused_attribute_scores(
        out.scores_av.numpy(), out.scores_va.numpy(), out.scores_pooled.numpy(), Fusion(0.9, 0.1)
    )
    vector = np.random.default_rng(1).random(K)
    score = class_scores(fused, vector[None])[:, 0]
    assert contributions(fused[2], vector).sum() == pytest.approx(score[2])
    vector[3] += 0.5
    assert class_scores(fused, vector[None])[:, 0] == pytest.approx(score + 0.5 * fused[:, 3])


def test_insertion_normalises_each_subset_of_the_regions() -> None:
    network, _, features = networks()
    rng = np.random.default_rng(2)
    unit, offset, fusion = rng.random((4, K)), np.array([-2.0, 0, 0, -2]), Fusion(0.7, 0.3)
    order, target = rng.permuted(np.tile(np.arange(R), (B, 1)), axis=1), np.array([0, 1, 2, 3, 0])
    with torch.inference_mode():
        maps = [value.numpy() for value in network.regions(features)]
    found = insertion_area(
        maps[0], maps[1], maps[3], order, target, unit_vectors=unit, offset=offset, fusion=fusion, cosine_scale=SCALE
    )
    expected = [
        brute_force.insertion_area(network, features[i], order[i], target[i], unit, offset, fusion) for i in range(B)
    ]
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_checkpoint_stores_the_scale_and_every_reader_applies_it(trained: tuple[Path, Path], tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    project, checkpoint = trained
    network, header = load_network(checkpoint)
    assert (header.cosine_scale, network.cosine_scale) == (SCALE, SCALE)
    scores = score_test_split(project, checkpoint, device="cpu").scores
    assert np.linalg.norm(scores.scores_av, axis=1).max() <= SCALE
    assert evaluate(project, checkpoint, device="cpu")["H"] > 0.3, "it learned"
    assert main(["export", "onnx", str(project), str(tmp_path / "head.onnx"), "--run", str(checkpoint)]) == 0
    session = onnxruntime.InferenceSession(tmp_path / "head.onnx", providers=["CPUExecutionProvider"])
    features = torch.nn.functional.normalize(torch.randn(3, small_run.CHANNELS, 6), dim=1)
    _, scores_av, scores_va, *_ = session.run(None, {"features": features.numpy()})
    with torch.inference_mode():
        out = network(features)
    assert np.allclose(scores_av, out.scores_av, atol=1e-4)
    assert np.allclose(scores_va, out.scores_va, atol=1e-4)
    assert json.loads(session.get_modelmeta().custom_metadata_map["cosine_scale"]) == SCALE


@pytest.mark.parametrize("scale", [-1.0, float("nan"), 1e300])
def test_an_invalid_scale_is_refused(trained: tuple[Path, Path], tmp_path: Path, scale: float) -> None:
    network, header = load_network(trained[1])
    object.__setattr__(header, "cosine_scale", scale)
    save_checkpoint(tmp_path / "odd.safetensors", network, header)
    with pytest.raises(CheckpointError, match="scale"):
        read_header(tmp_path / "odd.safetensors")


def test_the_recipe_differs_from_the_published_one_only_in_the_classifier() -> None:
    ours, published = RECIPES["cub-cosine"].to_json(), RECIPES["cub"].to_json()
    assert {key for key in ours if ours[key] != published[key]} == {"recipe", "cosine_scale"}
    assert published["cosine_scale"] == 0
