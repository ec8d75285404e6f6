"""Both variants and every row of an ablation, compared with literal transcriptions in float64."""

import pytest
import torch
import transcription
from torch.utils._python_dispatch import TorchDispatchMode

from msdn_core.msdn.losses import l2_distillation, msdn_loss
from msdn_core.msdn.network import MSDN, Outputs
from msdn_core.recipes.ablation import row_settings
from msdn_core.recipes.config import from_settings

B, C, R, K, D, M = 5, 24, 9, 7, 11, 6
SEEN = torch.tensor([True, True, False, True, False, True])


def draw(*shape, generator=torch.Generator().manual_seed(3)):  # noqa: B008 - one stream of numbers for all
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def make_network(**settings):
    """A network in float64 away from its start: there many weights are zero, and would hold half of the equations."""
    network = MSDN(draw(K, D), C, seed=1, **settings).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(draw(*parameter.shape) * 0.4)
    return network


@pytest.fixture
def problem():
    features = torch.nn.functional.normalize(draw(B, C, R), dim=1)
    att = torch.nn.functional.normalize(draw(M, K).abs(), dim=1)
    return make_network(), features, torch.tensor([0, 1, 3, 5, 1]), att


@pytest.mark.parametrize("row", ["baseline", "ava", "vaa", "no_distillation", "no_jsd", "no_l2", "full"])
@pytest.mark.parametrize("normalize_v", [False, True])
@pytest.mark.parametrize("variant", ["official", "paper"])
def test_every_row_of_both_variants_is_its_literal_transcription(problem, variant, normalize_v, row):
    _, features, labels, att = problem
    config = from_settings("demo", [f"variant={variant}"]).with_settings(row_settings(row))
    network = make_network(variant=variant, sub_nets=config.sub_nets, normalize_v=normalize_v)
    settings = {"bias": 1.0, "lambda_cal": 0.1, "lambda_distill": 0.3}
    recipe = {"variant": variant, "sub_nets": config.sub_nets, "distillation": config.distillation}

    def terms_of(outputs):
        terms = msdn_loss(outputs, labels, att, SEEN, **settings, **recipe)
        return {**terms.terms, "total": terms.total}

    outputs = network(features)

    copies = {name: p.detach().clone().requires_grad_() for name, p in network.named_parameters()}
    literal = transcription.forward(variant, row, copies, features, normalize_v=normalize_v)
    expected = transcription.loss(variant, row, *literal[:2], labels, att, SEEN, **settings)

    for ours, theirs in zip(outputs[:4], literal, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    for ours, theirs in zip(outputs[:2], literal[:2], strict=True):
        torch.testing.assert_close(ours @ att.T, torch.einsum("bk,mk->bm", theirs, att), rtol=1e-12, atol=1e-12)
    found = terms_of(outputs)
    assert found.keys() == expected.keys()
    for name in expected:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-11, atol=1e-12, msg=name)

    for name in expected:
        # A pass gives its gradients once: its memory becomes theirs.
        ours = torch.autograd.grad(terms_of(network(features))[name], list(network.parameters()), allow_unused=True)
        theirs = torch.autograd.grad(expected[name], list(copies.values()), retain_graph=True, allow_unused=True)
        for parameter, a, b in zip(copies, ours, theirs, strict=True):
            a = torch.zeros_like(copies[parameter]) if a is None else a
            b = torch.zeros_like(copies[parameter]) if b is None else b
            torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-11, msg=f"d {name} / d {parameter}")


def test_attention_sums_to_one_over_regions_in_one_sub_net_and_over_attributes_in_the_other(problem):
    network, features, *_ = problem
    outputs = network(features)
    torch.testing.assert_close(outputs.attention_av.sum(dim=2), torch.ones(B, K, dtype=torch.float64))
    torch.testing.assert_close(outputs.attention_va.sum(dim=1), torch.ones(B, R, dtype=torch.float64))


def test_a_new_network_attends_uniformly_and_its_second_sub_net_scores_zero():
    network = MSDN(torch.randn(K, D), C, seed=0)
    outputs = network(torch.nn.functional.normalize(torch.randn(2, C, R), dim=1))
    torch.testing.assert_close(outputs.attention_av, torch.full((2, K, R), 1 / R))
    assert not outputs.scores_va.any()


def test_a_word_vector_of_zeros_stays_zero_and_finite():
    vectors = torch.randn(K, D)
    vectors[2] = 0
    network = MSDN(vectors, C, normalize_v=True)
    assert not network.V[2].any()
    outputs = network(torch.randn(2, C, R))
    assert all(torch.isfinite(output).all() for output in outputs)


def test_no_difference_between_the_sub_nets_gives_zero_distillation_and_finite_gradients():
    logits = torch.randn(4, M, requires_grad=True)
    loss = l2_distillation(logits, logits.detach().clone())
    loss.backward()
    assert loss.item() == 0.0
    assert torch.isfinite(logits.grad).all()


def test_without_unseen_classes_there_is_nothing_to_calibrate(problem):
    network, features, labels, att = problem
    every = torch.ones(M, dtype=torch.bool)
    terms = msdn_loss(network(features), labels, att, every, lambda_cal=0.1, lambda_distill=0.0)
    assert terms.terms["calibration_av"].item() == 0.0
    torch.testing.assert_close(terms.total, terms.terms["ce_av"] + terms.terms["ce_va"])


def test_the_forward_pass_makes_no_tensor_of_images_by_attributes_by_channels():
    images, channels, regions = 8, 512, 4
    largest = 0

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
            nonlocal largest
            result = function(*arguments, **(keywords or {}))
            if isinstance(result, torch.Tensor):
                largest = max(largest, result.untyped_storage().nbytes() // result.element_size())
            return result

    network = MSDN(torch.randn(K, D), channels)
    features = torch.randn(images, channels, regions)
    with Watch():
        network(features)
    assert 0 < largest <= features.numel() < images * K * channels


def test_bfloat16_features_round_the_product_and_nothing_else(problem):
    network, features, labels, att = problem
    network, features, att = network.float(), features.float(), att.float()
    exact, rounded = network(features), network(features.bfloat16())
    for name in Outputs._fields:
        one, other = getattr(exact, name), getattr(rounded, name)
        assert other.dtype == torch.float32
        torch.testing.assert_close(one, other, rtol=0.05, atol=0.05, msg=name)
    torch.testing.assert_close(rounded.attention_av.sum(dim=2), torch.ones(B, K))
    loss = msdn_loss(rounded, labels, att, SEEN, lambda_cal=0.1, lambda_distill=0.1).total
    loss.backward()
    assert all(parameter.grad.dtype == torch.float32 for parameter in network.parameters())


def test_a_second_backward_pass_is_refused(problem):
    network, features, *_ = problem
    scores = network(features).scores_av.sum()
    scores.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="run the network again"):
        scores.backward()


def test_reused_projections_give_the_same_outputs(problem):
    network, features, *_ = problem
    for ours, theirs in zip(network(features, network.projections()), network(features), strict=True):
        assert torch.equal(ours, theirs)
