"""Trials that may improve the figures on real photographs, without selection on the test split.

    python -m benchmarks.experiments PROJECT [--seeds 0 1 2] [--steps 100] [--only NAME …] [--results FILE]

PROJECT is an imported data set with extracted features. Each trial is trained on part of the training images; the
step and gamma are chosen on the rest, in which some seen classes are treated as unseen, and the test split is then
evaluated once. Trials in the results file are not run again. At the end, a table of all trials is printed: means and
standard deviations over seeds, and paired differences from the first trial.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.flips import flipped_store
from msdn_core.domain.metrics import figures, seen_unseen_curve
from msdn_core.domain.scoring import Fusion, class_scores, fused_attribute_scores
from msdn_core.importers.word_vectors import hashed_word_vectors
from msdn_core.msdn.batches import FeatureBatches
from msdn_core.msdn.losses import msdn_loss
from msdn_core.msdn.network import MSDN, Outputs
from msdn_core.recipes.config import from_settings
from msdn_core.training.data import TrainingData, load_data
from msdn_core.training.sampling import batch, hold_out

if TYPE_CHECKING:
    from msdn_core.evaluation.labelled_rows import LabelledRows

VALIDATE_EVERY = 25
DECAY = 0.97


@dataclass(frozen=True)
class Trial:
    """A variant of training; the others are compared with the first one of ``TRIALS``."""

    name: str
    description: str
    word_vectors: str = "released"
    cosine_scale: float = 0.0
    temperature: bool = False
    va_mean: bool = False
    flips: bool = False
    refit: bool = False
    """Whether it is also trained on all seen classes, for the number of steps chosen on validation."""


TRIALS = (
    Trial("official", "the published model and loss", refit=True),
    Trial("hashed", "hashed word vectors in place of the released ones", word_vectors="hashed", refit=True),
    Trial("cosine", "cosine of attribute scores and class vectors, times 20", cosine_scale=20.0, refit=True),
    Trial("temperature", "a learned temperature on each sub-net's logits", temperature=True),
    Trial("flips", "features averaged over an image and its mirror image", flips=True, refit=True),
    Trial("cosine, flips", "cosine and flips together", cosine_scale=20.0, flips=True, refit=True),
    Trial("VAA mean", "mean instead of sum over regions in VAA", va_mean=True),
)
AVERAGED, REFIT, UNMATCHED = ", averaged", ", refit", ", unmatched"
"""Suffixes of the trials' variants: with an exponential average of the weights, and trained on all seen classes.

Step and gamma are chosen with as large a share of unseen classes as in the test: seen classes without images, which
no trial is trained on, are added to the held-out ones. ``unmatched``: chosen with the held-out classes alone, as the
program does.
"""


class Head(nn.Module):
    """A trial's transformation of the attribute scores before they meet the class vectors."""

    def __init__(self, trial: Trial, regions: int) -> None:
        super().__init__()
        self.va_factor = 1 / regions if trial.va_mean else 1.0
        self.temperature = nn.Parameter(torch.zeros(2)) if trial.temperature else None

    def forward(self, scores_av: Tensor, scores_va: Tensor) -> tuple[Tensor, Tensor]:
        both = [scores_av, scores_va * self.va_factor]
        if self.temperature is not None:
            both = [scores * t.exp() for scores, t in zip(both, self.temperature, strict=True)]
        return both[0], both[1]


class Model(nn.Module):
    """A network with its head."""

    def __init__(self, word_vectors: np.ndarray, channels: int, trial: Trial, regions: int, seed: int) -> None:
        super().__init__()
        self.network = MSDN(torch.from_numpy(word_vectors), channels, seed=seed, cosine_scale=trial.cosine_scale)
        self.head = Head(trial, regions)

    def forward(self, features: Tensor) -> Outputs:
        out = self.network(features)
        scores_av, scores_va = self.head(out.scores_av, out.scores_va)
        return Outputs(scores_av, scores_va, out.attention_av, out.attention_va, out.scores_pooled)


@dataclass(frozen=True)
class Chosen:
    """The step, gamma and weights chosen on validation."""

    step: int
    gamma: float
    H: float
    model: Model


OnStep = Callable[[int, Model, Model], None]


class Bench:
    """A project's data, split once per seed."""

    def __init__(self, project: Path, steps: int) -> None:
        self.config = from_settings("cub", ["backbone=lite0", "device=cpu"])
        data = load_data(project, self.config, torch.device("cpu"))
        assert data is not None
        self.data: TrainingData = data
        self.steps = steps
        self.fusion = Fusion(self.config.fusion_av, self.config.fusion_va)
        self.unit = data.table.unit_vectors()
        self.project, self.plain = project, FeatureBatches(data.store, torch.device("cpu"), data.train.rows)
        self.features = self.plain
        names = [attribute.full_name for attribute in data.table.attributes]
        self.word_vectors = {"released": data.word_vectors, "hashed": hashed_word_vectors(names)}

    @cached_property
    def flipped(self) -> FeatureBatches:
        """Return features averaged over an image and its mirror image."""
        return FeatureBatches(flipped_store(self.project, self.data.store), torch.device("cpu"), self.data.train.rows)

    def scores(self, model: Model, part: LabelledRows) -> np.ndarray:
        """Return (N, M) fused class scores without bias."""
        fused = []
        with torch.inference_mode():
            for start in range(0, len(part), 64):
                out = model(self.features.batch(part.rows[start : start + 64]))
                fused.append(
                    fused_attribute_scores(
                        *(scores.numpy() for scores in (out.scores_av, out.scores_va, out.scores_pooled)), self.fusion
                    )
                )
        return class_scores(np.concatenate(fused), self.unit)

    def train(self, trial: Trial, seed: int, part: LabelledRows, seen: np.ndarray, steps: int, on_step: OnStep) -> None:
        """Train; call ``on_step(step, model, average)`` every ``VALIDATE_EVERY`` steps and after the last one."""
        config, spec = self.config, self.data.store.spec
        model = Model(self.word_vectors[trial.word_vectors], spec.channels, trial, spec.grid[0] * spec.grid[1], seed)
        average = copy.deepcopy(model)
        optimiser = torch.optim.RMSprop(
            model.parameters(),
            lr=config.learning_rate,
            alpha=config.alpha,
            weight_decay=config.weight_decay,
            momentum=config.momentum,
        )
        unit, mask = torch.tensor(self.unit, dtype=torch.float32), torch.tensor(seen)
        for step in range(1, steps + 1):
            chosen = batch(part.labels, sampling="permutation", size=config.batch_size, seed=seed, step=step - 1)
            loss = msdn_loss(
                model(self.features.batch(part.rows[chosen])),
                torch.from_numpy(part.labels[chosen]),
                unit,
                mask,
                bias=config.bias,
                lambda_cal=config.lambda_cal,
                lambda_distill=config.lambda_distill,
            )
            optimiser.zero_grad(set_to_none=True)
            loss.total.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            with torch.no_grad():
                for mean, value in zip(average.parameters(), model.parameters(), strict=True):
                    mean.lerp_(value, 1 - DECAY)
            if step % VALIDATE_EVERY == 0 or step == steps:
                on_step(step, model, average)

    def run(self, trial: Trial, seed: int) -> list[dict[str, Any]]:
        """Run a trial with one seed; return the test figures of its variants, each chosen on validation."""
        train, table = self.data.train, self.data.table
        self.features = self.flipped if trial.flips else self.plain
        of_classes, of_images = hold_out(train.labels, share_of_classes=0.15, share_of_images=0.1, seed=seed)
        treated_as_seen = table.seen.copy()
        treated_as_seen[np.unique(train.labels[of_classes])] = False
        validation = train.select(of_classes | of_images)
        # The truly unseen classes have no validation images and take no part in the choice.
        among = np.flatnonzero(table.seen)
        labels = np.searchsorted(among, validation.labels)
        matched = self.matched(treated_as_seen, seed)
        best: dict[str, Chosen] = {}

        def choose(step: int, plain: Model, average: Model) -> None:
            scores = {model: self.scores(model, validation)[:, among] for model in (plain, average)}
            for name, model, seen in (
                ("", plain, matched),
                (AVERAGED, average, matched),
                (UNMATCHED, plain, treated_as_seen),
            ):
                curve = seen_unseen_curve(scores[model], labels, seen[among])
                assert curve is not None
                found = float(curve.harmonic[curve.best])
                if name not in best or found > best[name].H:
                    best[name] = Chosen(step, curve.gamma_of(curve.best), found, copy.deepcopy(model))

        self.train(trial, seed, train.select(~(of_classes | of_images)), treated_as_seen, self.steps, choose)
        if trial.refit:

            def keep(step: int, *models: Model) -> None:
                for name, model in zip(("", AVERAGED), models, strict=True):
                    if step == best[name].step:
                        best[name + REFIT] = replace(best[name], model=copy.deepcopy(model))

            self.train(trial, seed, train, table.seen, max(best[name].step for name in ("", AVERAGED)), keep)
        return [{"trial": trial.name + name, "seed": seed, **self.test(chosen)} for name, chosen in best.items()]

    def matched(self, treated_as_seen: np.ndarray, seed: int) -> np.ndarray:
        """Return (M,) bool: the classes treated as seen, once classes without images are added to the unseen ones."""
        table = self.data.table
        count = round(float((~table.seen).mean()) * int(table.seen.sum()))
        without_images = table.seen & ~np.isin(np.arange(len(table.seen)), self.data.train.labels)
        missing = max(0, count - int((table.seen & ~treated_as_seen).sum()))
        matched = treated_as_seen.copy()
        matched[np.random.default_rng([seed, 3]).permutation(np.flatnonzero(without_images))[:missing]] = False
        return matched

    def test(self, chosen: Chosen) -> dict[str, Any]:
        """Return the test figures of a choice."""
        test, seen = self.data.test, self.data.table.seen
        scores = self.scores(chosen.model, test)
        curve = seen_unseen_curve(scores, test.labels, seen)
        assert curve is not None
        found = asdict(figures(scores, test.labels, seen, chosen.gamma))
        return {
            "step": chosen.step,
            "gamma": chosen.gamma,
            "validation H": chosen.H,
            "CZSL": found["czsl"],
            "AUSUC": curve.area,
            **{name: found[name] for name in ("U", "S", "H")},
            "H, gamma 2": figures(scores, test.labels, seen, self.config.gamma).H,
        }


COLUMNS = ("CZSL", "AUSUC", "U", "S", "H", "H, gamma 2", "validation H")


def table(results: list[dict[str, Any]]) -> str:
    """Return a Markdown table: mean ± standard deviation over seeds in percent, and the gain in H."""
    lines = [
        "| trial | seeds | " + " | ".join(COLUMNS) + " | H compared with the first |",
        "|---" * (len(COLUMNS) + 3) + "|",
    ]
    base = {result["seed"]: result for result in results if result["trial"] == TRIALS[0].name}
    for name in dict.fromkeys(result["trial"] for result in results):
        rows = [result for result in results if result["trial"] == name]
        cells = []
        for figure in COLUMNS:
            values = 100 * np.array([result[figure] for result in rows])
            cells.append(f"{values.mean():.1f} ± {values.std(ddof=1) if len(values) > 1 else 0:.1f}")
        gains = 100 * np.array([result["H"] - base[result["seed"]]["H"] for result in rows if result["seed"] in base])
        better = f"{gains.mean():+.1f} ({int((gains > 0).sum())} of {len(gains)} up)" if len(gains) else ""
        lines.append(f"| {name} | {len(rows)} | " + " | ".join(cells) + f" | {better} |")
    return "\n".join(lines)


def main() -> None:
    """Run the trials missing from the results, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="default: %(default)s")
    parser.add_argument("--steps", type=int, default=100, help="default: %(default)s")
    parser.add_argument("--only", nargs="+", choices=[trial.name for trial in TRIALS], default=None)
    parser.add_argument("--results", type=Path, default=Path("experiments.jsonl"), help="default: %(default)s")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    bench = Bench(arguments.project, arguments.steps)
    results = []
    if arguments.results.exists():
        results = [json.loads(line) for line in arguments.results.read_text(encoding="utf-8").splitlines()]
    results = [result for result in results if result["steps"] == arguments.steps]
    done = {(result["trial"], result["seed"]) for result in results}
    for seed in arguments.seeds:
        for trial in TRIALS:
            if (trial.name, seed) in done or (arguments.only and trial.name not in arguments.only):
                continue
            started = time.process_time()
            found = [{**result, "steps": arguments.steps} for result in bench.run(trial, seed)]
            with arguments.results.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(result) + "\n" for result in found)
            results += found
            print(f"{trial.name}, seed {seed}: {time.process_time() - started:.0f} s of processor time", flush=True)
    print(table(results))


if __name__ == "__main__":
    main()
