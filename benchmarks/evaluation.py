"""Evaluation of a test split, compared with the published loop: S, U and CZSL of the same images."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.cub_shaped import CUB, TINY, make_project
from benchmarks.measuring import Row, fastest
from benchmarks.published import FUSION, Published
from benchmarks.training_step import CPU, trainer_of
from msdn_core.domain.metrics import Figures, figures
from msdn_core.domain.scoring import Fusion, class_scores, fused_attribute_scores
from msdn_core.msdn.batches import DTYPES, FeatureBatches
from msdn_core.msdn.scoring import BATCH, score_rows

TENTH = 10


def rows(quick: bool = False) -> list[Row]:
    """Measure a tenth of CUB's 4,731 test images, in float32 and, if the processor supports it, in bfloat16."""
    whole = TINY if quick else CUB
    share = 1 if quick else TENTH
    shape = replace(
        whole, train=whole.B, test_seen=whole.test_seen // share, test_unseen=round(whole.test_unseen / share)
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = trainer_of(make_project(Path(folder) / "project", shape), "float32", shape.B)
        data, network = trainer.data, trainer.network.eval()
        labels, unit = data.test.labels, data.table.unit_vectors()
        published = Published(network, torch.tensor(unit, dtype=torch.float32), torch.tensor(data.table.seen))
        maps = torch.from_numpy(data.store.read(data.test.rows)).float().unflatten(2, data.store.spec.grid)

        def ours(precision: str) -> Figures:
            outputs = score_rows(
                network, FeatureBatches(data.store, CPU, data.test.rows, dtype=DTYPES[precision]), data.test.rows
            )
            scores = fused_attribute_scores(
                outputs.scores_av, outputs.scores_va, outputs.scores_pooled, Fusion(*FUSION)
            )
            return figures(class_scores(scores, unit), labels, data.table.seen, gamma=2)

        def theirs() -> tuple[float, float, float]:
            return published.evaluate(maps, torch.from_numpy(labels))

        one, other = ours("float32"), theirs()
        assert np.allclose((one.S, one.U, one.czsl), other), f"different figures: {one} here, {other} published"
        seconds = fastest(
            {
                "published": theirs,
                "float32": lambda: ours("float32"),
                "bfloat16": lambda: ours("bfloat16"),
                "products": lambda: multiply_matrices(shape.K, shape.C, shape.R, len(labels)),
            },
            rounds=2,
        )
    texts = {name: f"{value * share:.1f} s" for name, value in seconds.items()}
    count = whole.test_seen + whole.test_unseen
    precisions = ["float32"] + ["bfloat16"] * torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return [
        Row(f"evaluation of {count:,} test images, {precision}",
            seconds["published"] / seconds[precision], "×", 3, True,
            f"{texts['published']} published, {texts[precision]} here"
            + f", of which {texts['products']} for the matrix products alone" * (precision == "float32")
            + f" (measured on a tenth, times {share})" * (share > 1))
        for precision in precisions
    ]  # fmt: skip


def multiply_matrices(attributes: int, channels: int, regions: int, images: int) -> None:
    """Compute only the matrix products of an evaluation in float32, which no implementation can avoid."""
    weights, maps = torch.rand(4 * attributes, channels), torch.rand(channels, BATCH * regions)
    made = torch.empty(len(weights), maps.shape[1])
    for _ in range(-(-images // BATCH)):
        torch.mm(weights, maps, out=made)
