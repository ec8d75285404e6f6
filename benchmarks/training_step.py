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
from msdn_core.training.data import TrainingData, load_data
from msdn_core.training.trainer import Trainer
from msdn_core.vision.marked_places import DATA_SET, MarkedImage

CPU = torch.device("cpu")


ATTRIBUTES = 30
"""About the number of attributes that a class of CUB has, and of those that are marked in an image."""


def trainer_of(project: Path, precision: str, batch: int, *, taught: bool = False) -> Trainer:
    """Return a trainer with CUB's recipe, without a validation split, and with random weights instead of zeros.

    ``taught``: with taught attention and map distillation as well, at random places.
    """
    settings = ["selection=last", f"backbone={BACKBONE}", "size=0", "device=cpu", f"batch_size={batch}"]
    config = from_settings("cub", [*settings, f"precision={precision}"])
    data = load_data(project, config, CPU)
    assert data is not None
    if taught:
        config, data = replace(config, lambda_taught=1.0, lambda_map=1.0), _marked(data)
    run = RunDirectory.create(project, f"{precision}-taught" if taught else precision, config.to_json())
    trainer = Trainer(config, data, CPU, run)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in trainer.network.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return trainer


def _marked(data: TrainingData) -> TrainingData:
    """Return the data with few attributes per class, and with places of them in every training image."""
    rng = np.random.default_rng(0)
    table = data.table
    vectors = np.where(rng.random(table.vectors.shape) < ATTRIBUTES / len(table.attributes), 1.0, 0.1)
    vectors[:, 0] = 1.0
    side = data.store.spec.grid[0]
    marked = {}
    for row, label in zip(data.train.rows.tolist(), data.train.labels.tolist(), strict=True):
        columns = np.flatnonzero(vectors[label] == 1)
        inside = np.zeros((len(columns), side, side), np.bool_)
        for place, (y, x) in enumerate(rng.integers(0, side - 1, (len(columns), 2))):
            inside[place, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] = True
        marked[row] = MarkedImage(columns, inside.reshape(len(columns), -1), {DATA_SET: len(columns)})
    return replace(data, table=replace(table, vectors=vectors), marked=marked)


def rows(quick: bool = False) -> list[Row]:
    """Measure the speed relative to the published step and to the matrix products alone.

    Both in float32 and, if the processor supports it, in bfloat16.
    """
    shape = TINY if quick else replace(CUB, train=200, test_seen=0, test_unseen=0)
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project", shape)
        ours = {precision: trainer_of(project, precision, shape.B) for precision in ("float32", "bfloat16")}
        data = ours["float32"].data
        taught = trainer_of(project, "float32", shape.B, taught=True)
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
                "taught": taught.take_step,
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
        Row("… its time with taught attention and map distillation", seconds["taught"] / full, "×", 1.15, False,
            f"{texts['taught']} instead of {texts['float32']}"),
    ]  # fmt: skip
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        found.append(
            Row("training step, bfloat16", seconds["published"] / half, "×", 3, True,
                f"{texts['published']} published, {texts['bfloat16']} here; "
                f"relative difference of the loss {differences['bfloat16']:.0e}")
        )  # fmt: skip
    return found
