"""A training step, compared with the published one: batch, loss, gradients and optimiser step."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.cub_shaped import BACKBONE, CUB, TINY, make_project
from benchmarks.measuring import Row, fastest
from benchmarks.published import Published
from msdn_core.msdn.losses import msdn_loss
from msdn_core.recipes.config import from_settings
from msdn_core.runs.directory import RunDirectory
from msdn_core.training.data import load_data
from msdn_core.training.trainer import Trainer

CPU = torch.device("cpu")


def trainer_of(project: Path, precision: str, batch: int) -> Trainer:
    """Return a trainer with CUB's recipe, without a validation split, and with random weights instead of zeros."""
    settings = ["selection=last", f"backbone={BACKBONE}", "size=0", "device=cpu", f"batch_size={batch}"]
    config = from_settings("cub", [*settings, f"precision={precision}"])
    data = load_data(project, config, CPU)
    assert data is not None
    run = RunDirectory.create(project, precision, config.to_json())
    trainer = Trainer(config, data, CPU, run)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in trainer.network.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return trainer


def rows(quick: bool = False) -> list[Row]:
    """Measure the speed relative to the published step and to the matrix products alone.

    Both in float32 and, if the processor supports it, in bfloat16.
    """
    shape = TINY if quick else replace(CUB, train=200, test_seen=0, test_unseen=0)
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project", shape)
        ours = {precision: trainer_of(project, precision, shape.B) for precision in ("float32", "bfloat16")}
        data = ours["float32"].data
        unit = torch.tensor(data.table.unit_vectors(), dtype=torch.float32)
        seen, labels = torch.tensor(data.table.seen), torch.from_numpy(data.train.labels)
        published = Published(ours["float32"].network, unit, seen)
        maps = torch.from_numpy(data.store.read(data.train.rows)).float().unflatten(2, data.store.spec.grid)

        chosen = np.arange(shape.B)
        expected = float(published.loss(maps[chosen], labels[chosen]).detach())
        differences = {}
        for precision, trainer in ours.items():
            outputs = trainer.network(trainer.features.batch(data.train.rows[chosen]))
            terms = msdn_loss(outputs, labels[chosen], unit, seen, lambda_cal=0.1, lambda_distill=1e-3)
            differences[precision] = abs(float(terms.total.detach()) / expected - 1)

        flat = torch.rand(shape.C, shape.B * shape.R)
        weights, gradient = torch.rand(4 * shape.K, shape.C), torch.rand(4 * shape.K, shape.B * shape.R)
        seconds = fastest(
            {
                "published": lambda: published.step(maps, labels),
                "products": lambda: (weights @ flat, gradient @ flat.T),
                **{precision: trainer.take_step for precision, trainer in ours.items()},
            },
            rounds=2 if quick else 7,
        )
    texts = {name: f"{value * 1e3:.0f} ms" for name, value in seconds.items()}
    full, half = seconds["float32"], seconds["bfloat16"]
    found = [
        Row("training step, float32", seconds["published"] / full, "×", 2, True,
            f"{texts['published']} published, {texts['float32']} here"),
        Row("… relative difference of its loss from the published one", differences["float32"], "", 1e-5, False,
            f"loss {expected:.4f}"),
        Row("… speed relative to its matrix products alone", seconds["products"] / full, "", 0.8, True,
            f"{texts['products']} for the products, {texts['float32']} for the step"),
    ]  # fmt: skip
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        found.append(
            Row("training step, bfloat16", seconds["published"] / half, "×", 3, True,
                f"{texts['published']} published, {texts['bfloat16']} here; "
                f"relative difference of the loss {differences['bfloat16']:.0e}")
        )  # fmt: skip
    return found
