"""The network and its losses are what the published code computes: held to a literal transcription in float64."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from msdn_core.msdn.losses import LossTerms, l2_distillation, msdn_loss
from msdn_core.msdn.network import MSDN

B, C, R, K, D, M = 5, 24, 9, 7, 11, 6
SEEN = torch.tensor([True, True, False, True, False, True])


def literal_forward(weights, features, normalize_v):
    """Every equation by itself, one einsum a step, as one reads them; no step shared with the implementation."""
    v = weights["V"]
    if normalize_v:
        v = v / torch.sqrt((v**2).sum(dim=1, keepdim=True))
    attention_1 = torch.exp(torch.einsum("kv,vc,bcr->bkr", v, weights["attribute_to_visual.W_2"], features))
    attention_1 = attention_1 / torch.einsum("bkr->bk", attention_1)[:, :, None]
    score_1 = torch.einsum("kv,vc,bcr->bkr", v, weights["attribute_to_visual.W_1"], features)
    attention_2 = torch.exp(torch.einsum("kv,vc,bcr->bkr", v, weights["visual_to_attribute.W_2_1"], features))
    attention_2 = attention_2 / torch.einsum("bkr->br", attention_2)[:, None, :]
    score_2 = torch.einsum("kv,cv,bcr->bkr", v, weights["visual_to_attribute.W_1_1"], features)
    return (
        torch.einsum("bkr,bkr->bk", attention_1, score_1),
        torch.einsum("bkr,bkr->bk", attention_2, score_2),
        attention_1,
        attention_2,
    )


def literal_loss(s1, s2, labels, att, seen, bias, lambda_cal, lambda_distill):
    offset = torch.tensor([-bias if is_seen else bias for is_seen in seen.tolist()], dtype=s1.dtype)
    terms = {}
    probabilities = []
    for side, s in (("av", s1), ("va", s2)):
        plain = torch.einsum("bk,mk->bm", s, att)
        log_p = torch.log(torch.exp(plain) / torch.exp(plain).sum(dim=1, keepdim=True))
        terms[f"ce_{side}"] = -sum(log_p[i, label] for i, label in enumerate(labels.tolist())) / len(labels)
        p = torch.exp(plain + offset) / torch.exp(plain + offset).sum(dim=1, keepdim=True)
        mass = sum(p[:, c] for c in range(len(seen)) if not seen[c])
        terms[f"calibration_{side}"] = -torch.log(mass.mean())
        probabilities.append(p)
    p, q = probabilities
    m = (p + q) / 2
    terms["jsd"] = ((p * torch.log(p / m)).sum() + (q * torch.log(q / m)).sum()) / 2 / len(labels)
    d = torch.einsum("bk,mk->bm", s1 - s2, att)
    terms["l2"] = sum((row.abs() ** 3).sum() / torch.sqrt((row**2).sum()) for row in d) / len(labels)
    terms["total"] = (
        terms["ce_av"]
        + lambda_cal * terms["calibration_av"]
        + terms["ce_va"]
        + lambda_cal * terms["calibration_va"]
        + lambda_distill * (terms["jsd"] + terms["l2"])
    )
    return terms


@pytest.fixture
def problem():
    generator = torch.Generator().manual_seed(3)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    network = MSDN(draw(K, D), C, seed=1).double()
    with torch.no_grad():
        # At the start three of the weights are zero; a test at zero would hold half of the equations only.
        for parameter in network.parameters():
            parameter.copy_(draw(*parameter.shape) * 0.4)
    features = torch.nn.functional.normalize(draw(B, C, R), dim=1)
    att = torch.nn.functional.normalize(draw(M, K).abs(), dim=1)
    return network, features, torch.tensor([0, 1, 3, 5, 1]), att


@pytest.mark.parametrize("normalize_v", [False, True])
def test_forward_loss_and_every_gradient_match_the_literal_transcription(problem, normalize_v):
    network, features, labels, att = problem
    network.normalize_v = normalize_v
    settings = {"bias": 1.0, "lambda_cal": 0.1, "lambda_distill": 0.3}
    outputs = network(features)
    terms = msdn_loss(outputs, labels, att, SEEN, **settings)

    copies = {name: p.detach().clone().requires_grad_() for name, p in network.named_parameters()}
    s1, s2, a1, a2 = literal_forward(copies, features, normalize_v)
    expected = literal_loss(s1, s2, labels, att, SEEN, **settings)

    for ours, theirs in zip(outputs, (s1, s2, a1, a2), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    for name in LossTerms._fields:
        torch.testing.assert_close(getattr(terms, name), expected[name], rtol=1e-11, atol=1e-12, msg=name)

    for name in LossTerms._fields:
        ours = torch.autograd.grad(
            getattr(terms, name), list(network.parameters()), retain_graph=True, allow_unused=True
        )
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


def test_a_new_network_looks_everywhere_alike_and_its_second_sub_net_says_nothing():
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
    assert terms.calibration_av.item() == 0.0
    torch.testing.assert_close(terms.total, terms.ce_av + terms.ce_va)


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
