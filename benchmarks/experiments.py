"""What lifts the figures on real photographs, within honest selection.

    python -m benchmarks.experiments PROJECT [--seeds 0 1 2] [--steps 100] [--only NAME …] [--results FILE]

PROJECT is an imported data set whose features are there. Each trial is trained on a part of the seen classes'
training images; the step and gamma are chosen on the rest, in which some seen classes play the unseen ones, and the
test split is then looked at once. Trials that stand in the results already are not run again; at the end a table of
all of them is printed: means and standard deviations over seeds, and differences from the first trial seed by seed.
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

EVERY = 25
DECAY = 0.97


@dataclass(frozen=True)
class Trial:
    """One way to train; the first of ``TRIALS`` is what the others are compared with."""

    name: str
    what: str
    words: str = "released"
    cosine_scale: float = 0.0
    temperature: bool = False
    va_mean: bool = False
    flips: bool = False
    refit: bool = False
    """Whether it is trained anew on all seen classes as well, for the steps that validation chose."""


TRIALS = (
    Trial("official", "the published model and loss", refit=True),
    Trial("hashed", "hashed word vectors in place of the released ones", words="hashed", refit=True),
    Trial("cosine", "cosine of attribute scores and class vectors, times 20", cosine_scale=20.0, refit=True),
    Trial("temperature", "a learned temperature on each sub-net's logits", temperature=True),
    Trial("flips", "features averaged over an image and its mirror image", flips=True, refit=True),
    Trial("cosine, flips", "both", cosine_scale=20.0, flips=True, refit=True),
    Trial("VAA mean", "VAA's sum over regions made a mean", va_mean=True),
)
AVERAGED, REFIT, UNMATCHED = ", averaged", ", refit", ", unmatched"
"""Each trial is also tested with an exponential average of its weights, and some are trained anew.

Step and gamma are chosen where as large a share of the classes plays unseen as is unseen in the test: seen classes
without any image, which nothing was ever trained on, fill it up. ``unmatched``: chosen where only the held-out
classes play unseen, as the program does by itself.
"""


class Head(nn.Module):
    """What a trial puts between a sub-net's attribute scores and the class vectors."""

    def __init__(self, trial: Trial, regions: int) -> None:
        super().__init__()
        self.share = 1 / regions if trial.va_mean else 1.0
        self.temperature = nn.Parameter(torch.zeros(2)) if trial.temperature else None

    def forward(self, scores_av: Tensor, scores_va: Tensor) -> tuple[Tensor, Tensor]:
        both = [scores_av, scores_va * self.share]
        if self.temperature is not None:
            both = [scores * t.exp() for scores, t in zip(both, self.temperature, strict=True)]
        return both[0], both[1]


class Model(nn.Module):
    """A network with its head."""

    def __init__(self, words: np.ndarray, channels: int, trial: Trial, regions: int, seed: int) -> None:
        super().__init__()
        self.network = MSDN(torch.from_numpy(words), channels, seed=seed, cosine_scale=trial.cosine_scale)
        self.head = Head(trial, regions)

    def forward(self, features: Tensor) -> Outputs:
        out = self.network(features)
        scores_av, scores_va = self.head(out.scores_av, out.scores_va)
        return Outputs(scores_av, scores_va, out.attention_av, out.attention_va)


@dataclass(frozen=True)
class Chosen:
    """What validation chose."""

    step: int
    gamma: float
    H: float
    model: Model


Look = Callable[[int, Model, Model], None]


class Bench:
    """A project's data, split once a seed."""

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
        self.words = {"released": data.word_vectors, "hashed": hashed_word_vectors(names)}

    @cached_property
    def flipped(self) -> FeatureBatches:
        """Features averaged over an image and its mirror image."""
        return FeatureBatches(flipped_store(self.project, self.data.store), torch.device("cpu"), self.data.train.rows)

    def scores(self, model: Model, part: LabelledRows) -> np.ndarray:
        """(N, M) fused class scores without bias."""
        said = []
        with torch.inference_mode():
            for start in range(0, len(part), 64):
                out = model(self.features.batch(part.rows[start : start + 64]))
                said.append(fused_attribute_scores(out.scores_av.numpy(), out.scores_va.numpy(), self.fusion))
        return class_scores(np.concatenate(said), self.unit)

    def train(self, trial: Trial, seed: int, part: LabelledRows, seen: np.ndarray, steps: int, look: Look) -> None:
        """Trains; calls ``look`` with the step, the model and its average every few steps and after the last one."""
        config, spec = self.config, self.data.store.spec
        model = Model(self.words[trial.words], spec.channels, trial, spec.grid[0] * spec.grid[1], seed)
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
            if step % EVERY == 0 or step == steps:
                look(step, model, average)

    def run(self, trial: Trial, seed: int) -> list[dict[str, Any]]:
        """One trial with one seed and what is tested of it: each chosen on validation, and tested once."""
        train, table = self.data.train, self.data.table
        self.features = self.flipped if trial.flips else self.plain
        of_classes, of_images = hold_out(train.labels, share_of_classes=0.15, share_of_images=0.1, seed=seed)
        playing_seen = table.seen.copy()
        playing_seen[np.unique(train.labels[of_classes])] = False
        validation = train.select(of_classes | of_images)
        # Validation chooses among what it can tell apart: the truly unseen classes stay out of it.
        among = np.flatnonzero(table.seen)
        labels = np.searchsorted(among, validation.labels)
        matched = self.matched(playing_seen, seed)
        best: dict[str, Chosen] = {}

        def look(step: int, plain: Model, average: Model) -> None:
            said = {model: self.scores(model, validation)[:, among] for model in (plain, average)}
            for name, model, seen in (
                ("", plain, matched),
                (AVERAGED, average, matched),
                (UNMATCHED, plain, playing_seen),
            ):
                curve = seen_unseen_curve(said[model], labels, seen[among])
                assert curve is not None
                found = float(curve.harmonic[curve.best])
                if name not in best or found > best[name].H:
                    best[name] = Chosen(step, curve.gamma_of(curve.best), found, copy.deepcopy(model))

        self.train(trial, seed, train.select(~(of_classes | of_images)), playing_seen, self.steps, look)
        if trial.refit:

            def keep(step: int, *models: Model) -> None:
                for name, model in zip(("", AVERAGED), models, strict=True):
                    if step == best[name].step:
                        best[name + REFIT] = replace(best[name], model=copy.deepcopy(model))

            self.train(trial, seed, train, table.seen, max(best[name].step for name in ("", AVERAGED)), keep)
        return [{"trial": trial.name + name, "seed": seed, **self.test(chosen)} for name, chosen in best.items()]

    def matched(self, playing_seen: np.ndarray, seed: int) -> np.ndarray:
        """(M,) who plays seen when seen classes without images fill up those that play unseen."""
        table = self.data.table
        wanted = round(float((~table.seen).mean()) * int(table.seen.sum()))
        bare = table.seen & ~np.isin(np.arange(len(table.seen)), self.data.train.labels)
        missing = max(0, wanted - int((table.seen & ~playing_seen).sum()))
        matched = playing_seen.copy()
        matched[np.random.default_rng([seed, 3]).permutation(np.flatnonzero(bare))[:missing]] = False
        return matched

    def test(self, chosen: Chosen) -> dict[str, Any]:
        """The test split's figures of what validation chose."""
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


SHOWN = ("CZSL", "AUSUC", "U", "S", "H", "H, gamma 2", "validation H")


def table(results: list[dict[str, Any]]) -> str:
    """Markdown: mean ± deviation over seeds in percent; behind H its mean difference from the first trial."""
    lines = ["| trial | seeds | " + " | ".join(SHOWN) + " | H against the first |", "|---" * (len(SHOWN) + 3) + "|"]
    base = {result["seed"]: result for result in results if result["trial"] == TRIALS[0].name}
    for name in dict.fromkeys(result["trial"] for result in results):
        mine = [result for result in results if result["trial"] == name]
        cells = []
        for figure in SHOWN:
            values = 100 * np.array([result[figure] for result in mine])
            cells.append(f"{values.mean():.1f} ± {values.std(ddof=1) if len(values) > 1 else 0:.1f}")
        gains = 100 * np.array([result["H"] - base[result["seed"]]["H"] for result in mine if result["seed"] in base])
        better = f"{gains.mean():+.1f} ({int((gains > 0).sum())} of {len(gains)} up)" if len(gains) else ""
        lines.append(f"| {name} | {len(mine)} | " + " | ".join(cells) + f" | {better} |")
    return "\n".join(lines)


def main() -> None:
    """Runs what is not in the results yet, and prints the table."""
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
            began = time.process_time()
            found = [{**result, "steps": arguments.steps} for result in bench.run(trial, seed)]
            with arguments.results.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(result) + "\n" for result in found)
            results += found
            print(f"{trial.name}, seed {seed}: {time.process_time() - began:.0f} s of processor time", flush=True)
    print(table(results))


if __name__ == "__main__":
    main()
