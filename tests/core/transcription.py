"""Both variants of the network, transcribed literally: one einsum per equation.

They share no code with the implementation. ``official`` follows the published code; ``paper`` is our interpretation of
the equations. Weights have the names of the network's parameters.
"""

from __future__ import annotations

import torch


def softmax(values, over):
    return torch.exp(values) / torch.exp(values).sum(dim=over, keepdim=True)


def word_vectors(weights, normalize_v):
    v = weights["V"]
    return v / torch.sqrt((v**2).sum(dim=1, keepdim=True)) if normalize_v else v


def attribute_to_visual(weights, v, features):
    attention = softmax(torch.einsum("kv,vc,bcr->bkr", v, weights["attribute_to_visual.W_2"], features), over=2)
    score = torch.einsum("kv,vc,bcr->bkr", v, weights["attribute_to_visual.W_1"], features)
    return torch.einsum("bkr,bkr->bk", attention, score), attention


def visual_to_attribute_official(weights, v, features):
    attention = softmax(torch.einsum("kv,vc,bcr->bkr", v, weights["visual_to_attribute.W_2_1"], features), over=1)
    score = torch.einsum("kv,cv,bcr->bkr", v, weights["visual_to_attribute.W_1_1"], features)
    return torch.einsum("bkr,bkr->bk", attention, score), attention


def visual_to_attribute_paper(weights, v, features):
    attention = softmax(torch.einsum("bcr,vc,kv->bkr", features, weights["visual_to_attribute.W_attention"], v), over=1)
    mixtures = torch.einsum("bkr,kv->brv", attention, v)
    scalar = torch.einsum("brv,vc,bcr->br", mixtures, weights["visual_to_attribute.W_scalar"], features)
    back = torch.einsum("kv,vc,bcr->bkr", v, weights["visual_to_attribute.W_back"], features)
    return torch.einsum("br,bkr->bk", scalar, back), attention


def average_pooled(weights, v, features):
    pooled = torch.einsum("bcr->bc", features) / features.shape[2]
    return torch.einsum("kv,vc,bc->bk", v, weights["average_pooled.W_1"], pooled)


def absent(features, v, count):
    images, _, regions = features.shape
    return features.new_zeros(images, len(v)), features.new_full((images, len(v), regions), 1 / count)


def forward(variant, row, weights, features, *, normalize_v=False):
    """Return s1, s2, A1, A2 of an ablation's row; an absent sub-net has scores 0 and uniform attention."""
    v, regions = word_vectors(weights, normalize_v), features.shape[2]
    visual_to_attribute = {"official": visual_to_attribute_official, "paper": visual_to_attribute_paper}[variant]
    s1, a1 = absent(features, v, count=regions)
    s2, a2 = absent(features, v, count=len(v))
    if row == "baseline":
        s1 = average_pooled(weights, v, features)
    if row not in ("baseline", "vaa"):
        s1, a1 = attribute_to_visual(weights, v, features)
    if row not in ("baseline", "ava"):
        s2, a2 = visual_to_attribute(weights, v, features)
    return s1, s2, a1, a2


def cross_entropy(variant, plain, labels, seen):
    classes = seen.nonzero().flatten().tolist() if variant == "paper" else range(len(seen))
    return -sum(
        torch.log(torch.exp(plain[i, label]) / sum(torch.exp(plain[i, c]) for c in classes))
        for i, label in enumerate(labels.tolist())
    ) / len(labels)


def self_calibration(variant, p, seen):
    unseen = [c for c in range(len(seen)) if not seen[c]]
    if variant == "paper":
        return -sum(torch.log(p[i, c]) for i in range(len(p)) for c in unseen) / len(p)
    return -torch.log(sum(p[i, c] for i in range(len(p)) for c in unseen) / len(p))


def kl(p, q):
    return (p * torch.log(p / q)).sum() / len(p)


def loss(variant, row, s1, s2, labels, att, seen, *, bias, lambda_cal, lambda_distill):
    """Return every term of a row's loss by its name, and the total."""
    offset = torch.tensor([-bias if is_seen else bias for is_seen in seen.tolist()], dtype=s1.dtype)
    sides = {"baseline": {"pooled": s1}, "ava": {"av": s1}, "vaa": {"va": s2}}.get(row, {"av": s1, "va": s2})
    terms, p = {}, {}
    for side, s in sides.items():
        plain = torch.einsum("bk,mk->bm", s, att)
        p[side] = softmax(plain + offset, over=1)
        terms[f"ce_{side}"] = cross_entropy(variant, plain, labels, seen)
        terms[f"calibration_{side}"] = self_calibration(variant, p[side], seen)
    total = sum(terms[f"ce_{side}"] + lambda_cal * terms[f"calibration_{side}"] for side in sides)
    if row in ("full", "no_l2"):
        if variant == "paper":
            name, value = "symmetric_kl", (kl(p["av"], p["va"]) + kl(p["va"], p["av"])) / 2
        else:
            mean = (p["av"] + p["va"]) / 2
            name, value = "jsd", (kl(p["av"], mean) + kl(p["va"], mean)) / 2
        terms[name] = value
        total = total + lambda_distill * value
    if row in ("full", "no_jsd"):
        if variant == "paper":
            value = ((p["av"] - p["va"]) ** 2).sum() / len(labels)
        else:
            d = torch.einsum("bk,mk->bm", s1 - s2, att)
            value = sum((image.abs() ** 3).sum() / torch.sqrt((image**2).sum()) for image in d) / len(labels)
        terms["l2"] = value
        total = total + lambda_distill * value
    return {**terms, "total": total}
