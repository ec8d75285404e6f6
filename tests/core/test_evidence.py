"""Evidence: signed maps whose sums are the scores, for every network and class."""

from __future__ import annotations

import numpy as np
import pytest
import small_run
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from msdn_core import Explainer
from msdn_core.cli.explained_maps import attribute_maps, class_maps, map_arrays, two_classes
from msdn_core.domain.evidence import MapKind, attribute_evidence, class_evidence, contributions_of_regions
from msdn_core.domain.scoring import Fusion, class_scores, contributions, fused_attribute_scores, fused_evidence
from msdn_core.domain.variants import SubNets, Variant
from msdn_core.errors import MsdnError
from msdn_core.msdn.network import MSDN
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.training.loop import run_training
from msdn_core.vision.features import find_store

networks = st.fixed_dictionaries(
    {
        "variant": st.sampled_from(Variant),
        "sub_nets": st.sampled_from(SubNets),
        "cosine_scale": st.sampled_from([0.0, 0.5, 20.0]),
        "normalize_v": st.booleans(),
    }
)


@given(networks, st.integers(0, 10_000), st.booleans(), st.tuples(*[st.integers(1, 9)] * 3), st.floats(0.01, 1.0))
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 2e-5)])
def test_evidence_sums_to_every_score_of_any_network(dtype, tolerance, chosen, seed, clips, sizes, av):
    k, regions, classes = sizes
    generator = torch.Generator().manual_seed(seed)
    network = MSDN(torch.randn(k, 5, generator=generator), 6, **chosen).to(dtype)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.5 * torch.randn(parameter.shape, generator=generator))
        features = torch.nn.functional.normalize(torch.randn(3, 6, regions, generator=generator).to(dtype), dim=1)
        out, parts = network(features), [value.numpy() for value in network.regions(features)]
    fusion = network.sub_nets.fusion(Fusion(av, 1 - av))
    vectors = np.random.default_rng(seed).normal(size=(classes, k))
    vectors = np.maximum(vectors, 0) if clips else vectors
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    e_av, e_va = attribute_evidence(parts[0], parts[1], parts[3], network.cosine_scale)

    def same(found, expected):
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)

    assert e_av.dtype == e_va.dtype == parts[0].dtype
    same(e_av.sum(2), out.scores_av.numpy())
    same(e_va.sum(2), out.scores_va.numpy())
    fused = fused_attribute_scores(out.scores_av.numpy(), out.scores_va.numpy(), out.scores_pooled.numpy(), fusion)
    evidence = fused_evidence(e_av, e_va, fusion)
    same(evidence.sum(2), fused)
    scores = class_scores(fused, unit)
    for image in range(3):
        of_classes = np.stack([class_evidence(evidence[image], vector) for vector in unit])
        same(of_classes.sum(1), scores[image])
        same((of_classes[0] - of_classes[-1]).sum(), scores[image, 0] - scores[image, -1])
        same(class_evidence(evidence[image], unit[0] - unit[-1]), of_classes[0] - of_classes[-1])
        every = np.ones((1, regions), bool)
        maps = evidence[image].reshape(k, 1, regions)
        same(contributions_of_regions(maps, every, unit[0]), contributions(fused[image], unit[0]))


@pytest.fixture(scope="module", params=["official", "paper", "cosine", "va", "none"])
def explained(request, tmp_path_factory):
    """An image explained by a trained network, and what is needed to score it."""
    changes = {
        "official": {},
        "paper": {"variant": "paper"},
        "cosine": {"cosine_scale": 20.0, "clip_negative": True},
        "va": {"sub_nets": "va"},
        "none": {"sub_nets": "none"},
    }[request.param]
    project = small_run.make_project(tmp_path_factory.mktemp("evidence") / "birds", seen=6, unseen=3)
    run = RunDirectory.create(project, None, small_run.settings(steps=15, selection="last", **changes).to_json())
    assert run_training(run) == "finished", run.status().reason
    explainer = Explainer(run.checkpoint("best"))
    store = find_store(project, explainer.spec)
    features = store.get(store.image_ids[0])
    with torch.inference_mode():
        out = explainer.network(torch.from_numpy(np.asarray(features, np.float32))[None])
    with Project.open(project, read_only=True) as opened:
        table = opened.table()
    return explainer, explainer.explain_features(features, (60, 60)), out, table


def test_an_explanation_has_evidence_for_each_of_its_scores(explained):
    explainer, explanation, out, table = explained
    header = explainer.header
    assert explanation.evidence.shape == explanation.attention_av.shape
    for side in ("av", "va"):
        scores = getattr(explanation, f"scores_{side}")
        np.testing.assert_allclose(getattr(explanation, f"evidence_{side}").sum((1, 2)), scores, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(scores, getattr(out, f"scores_{side}")[0].numpy(), rtol=1e-4, atol=1e-4)
    fused = fused_attribute_scores(
        explanation.scores_av, explanation.scores_va, explanation.scores_pooled, header.fusion
    )
    np.testing.assert_allclose(explanation.scores, fused, rtol=1e-6)
    np.testing.assert_allclose(explanation.evidence.sum((1, 2)), fused, rtol=1e-5, atol=1e-5)
    scores = class_scores(fused, table.unit_vectors(clip_negative=header.clip_negative))
    for name, score in zip(table.classes, scores, strict=True):
        assert explanation.class_evidence(name).sum() == pytest.approx(score, rel=1e-5, abs=1e-5)
        lead = explanation.difference(name, table.classes[0])
        assert lead.sum() == pytest.approx(score - scores[0], rel=1e-4, abs=1e-5)
    assert np.abs(explanation.evidence).max() > 0


def test_an_edited_and_a_new_class_have_evidence_by_their_vector(explained):
    explainer, explanation, _, table = explained
    vector = 2.5 * table.vectors[0] + table.vectors[1]
    clipped = np.maximum(vector, 0) if explainer.header.clip_negative else vector
    score = explanation.scores @ (clipped / np.linalg.norm(clipped))
    assert explanation.class_evidence(vector).sum() == pytest.approx(score, rel=1e-5, abs=1e-5)
    assert explanation.class_evidence(np.zeros(len(vector))).sum() == 0
    assert np.array_equal(explanation.difference(vector, vector), np.zeros(explanation.evidence.shape[1:]))


def test_a_class_that_cannot_be_meant_is_refused_in_a_sentence(explained):
    _, explanation, _, _ = explained
    with pytest.raises(MsdnError, match="no class “Dodo”"):
        explanation.class_evidence("Dodo")
    with pytest.raises(MsdnError, match="one per attribute"):
        explanation.class_evidence(np.ones(3))


def test_maps_are_written_of_the_sub_nets_that_a_network_has(explained):
    _, explanation, _, table = explained
    attending = [side for side in ("av", "va") if not explanation.sub_nets.absence(side)]
    shown = attribute_maps(explanation, table, MapKind.ATTENTION, [0])
    assert [entry.side for entry in shown] == attending
    shown = attribute_maps(explanation, table, MapKind.EVIDENCE, [0, 2])
    assert [entry.side for entry in shown] == [side for side in (*attending, "fused") for _ in range(2)]
    row, other = two_classes(explanation, table, 0.0, None, None)
    maps = class_maps(explanation, table, MapKind.DIFFERENCE, row, other)
    assert [entry.side for entry in maps] == [*attending, "fused"]
    lead = explanation.difference(table.vectors[row], table.vectors[other])
    np.testing.assert_allclose(maps[-1].values, lead, rtol=1e-4, atol=1e-6)
    assert lead.sum() >= 0, "the best class leads"
    arrays = map_arrays(explanation, maps)
    assert {f"attention_{side}" for side in attending} == {name for name in arrays if name.startswith("attention")}
    assert {"evidence", "difference_fused", "difference_class", "difference_other"} <= set(arrays)
