"""A network in training: its steps, evaluations and checkpoints."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from msdn_core.domain.metrics import Figures, SeenUnseenCurve, figures, seen_unseen_curve
from msdn_core.domain.scoring import class_scores, fused_attribute_scores
from msdn_core.domain.variants import SubNets
from msdn_core.errors import RunError
from msdn_core.msdn.batches import DTYPES, FeatureBatches
from msdn_core.msdn.checkpoint import load_network, load_tensors, save_checkpoint
from msdn_core.msdn.losses import LossTerms, msdn_loss
from msdn_core.msdn.network import MSDN
from msdn_core.msdn.scoring import score_rows
from msdn_core.ranks import ALONE
from msdn_core.runs.events import CheckpointSaved, Evaluated
from msdn_core.runs.header import CheckpointHeader
from msdn_core.runs.trained_on import changed_since
from msdn_core.training.branch_training import BranchTraining
from msdn_core.training.data_split import split_data
from msdn_core.training.dropout import CHANNELS, dropout_factors
from msdn_core.training.filming import Filming, Moment, choose_watched
from msdn_core.training.map_terms import MapTerms
from msdn_core.training.sampling import batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.evaluation.labelled_rows import LabelledRows
    from msdn_core.msdn.batches import Rows
    from msdn_core.ranks import Ranks
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.training.control import Control
    from msdn_core.training.data import TrainingData

_OPTIMISER = "optimiser."
_BRANCH_OPTIMISER = "branch_optimiser."
_BEST = "selection.best"
_EVALUATED = "selection.evaluated"


class Trainer:
    """The network, its optimiser and its data; ``step`` is the number of steps done."""

    def __init__(
        self,
        config: TrainConfig,
        data: TrainingData,
        device: torch.device,
        run: RunDirectory,
        ranks: Ranks = ALONE,
    ) -> None:
        self.config, self.data, self.device, self.run = config, data, device, run
        self.step = 0
        self._evaluated = 0
        self._saved: tuple[int, int] | None = None
        self._best: float | None = None
        self._best_figures: dict[str, Any] = {}
        spec = data.store.spec
        self.network = MSDN(
            torch.from_numpy(data.word_vectors),
            spec.channels,
            normalize_v=config.normalize_v,
            seed=config.seed,
            variant=config.variant,
            sub_nets=config.sub_nets,
            cosine_scale=config.cosine_scale,
            pooled_scale=config.pooled_scale if config.pooled_weight else 0.0,
        ).to(device)
        branch = self.network.global_branch
        self._branch = None if branch is None else BranchTraining(branch, config)
        self._optimiser = torch.optim.RMSprop(
            self.network.sub_net_parameters(),
            lr=config.learning_rate,
            alpha=config.alpha,
            weight_decay=config.weight_decay,
            momentum=config.momentum,
        )
        split = self._split = split_data(config, data)
        self.provenance: dict[str, Any] = {**data.describe(device), "validation": split.description}
        """What the run was trained on, for ``data.json`` and its checkpoints."""
        if refit := run.data().get("refit"):
            self.provenance["refit"] = refit
            if "calibration" in refit:
                self._best_figures = {"calibration": refit["calibration"]}
        unit = data.table.unit_vectors(clip_negative=config.clip_negative)
        self._unit = torch.tensor(unit, dtype=torch.float32, device=device)
        self._seen = torch.tensor(split.seen, device=device)
        watched = choose_watched(run, config, data, split.validation if len(split.validation) else split.train)
        self.features = FeatureBatches(
            data.store,
            device,
            np.concatenate([split.train.rows, split.validation.rows, watched.rows]),
            dtype=DTYPES[config.precision],
        )
        self._map_terms = MapTerms(config, data, split.train, self.features, ranks)
        if self._map_terms.description:
            self.provenance["taught"] = self._map_terms.description
        self.film = Filming(watched, self.network, self.features)
        """Films the watched pairs of image and attribute; only rank 0 uses it."""

    @property
    def epoch(self) -> int:
        """The number of images seen so far, in units of the number of training images."""
        return self.step * self.config.batch_size // max(1, len(self._split.train))

    @property
    def _selection_without_validation(self) -> str:
        """What the checkpoint is selected on if nothing is held out."""
        refit = self.provenance.get("refit")
        return f"{refit['selected_on']}, refit of {refit['of']}" if refit else "last step"

    @property
    def taught_count(self) -> int:
        """The number of marked images that attention is taught by."""
        return self._map_terms.description["count"] if self._map_terms.description else 0

    @property
    def shown_origin(self) -> dict[str, Any]:
        """What every status with figures says of the marks (``trained_on.taught_text``)."""
        return {"taught": self.taught_count} if self.taught_count else {}

    @property
    def evaluation_due(self) -> bool:
        """Whether the run is evaluated after this step and has not been evaluated yet."""
        scheduled = self.step % self.config.evaluate_every == 0 or self.step >= self.config.steps
        return scheduled and self.step > self._evaluated

    @property
    def moment(self) -> Moment:
        """The current moment of the training, for its film."""
        return Moment(self.step, self.epoch, self.evaluation_due, self.step >= self.config.steps)

    def take_step(self) -> tuple[LossTerms, int]:
        """Train on one batch and return its detached loss terms and number of images.

        Raises RunError if a term is not finite.
        """
        config = self.config
        chosen = batch(
            self._split.train.labels, sampling=config.sampling, size=config.batch_size, seed=config.seed, step=self.step
        )
        labels = torch.from_numpy(self._split.train.labels[chosen]).to(self.device)
        features, pooled = self._inputs(chosen)
        projections = self.network.projections()
        outputs = self.network(features, projections, pooled=pooled)
        terms = msdn_loss(
            outputs,
            labels,
            self._unit,
            self._seen,
            bias=config.bias,
            lambda_cal=config.lambda_cal,
            lambda_distill=config.lambda_distill,
            variant=config.variant,
            sub_nets=config.sub_nets,
            distillation=config.distillation,
            ce_classes=config.ce_classes,
        )
        terms = self._map_terms.added(
            terms, self.network, projections, features, outputs, self._split.train.labels[chosen], self.step
        )
        loss = terms.total
        if self._branch is not None:
            apart = self._branch.loss(outputs.scores_pooled, labels, self._unit, self._seen)
            # The branch has no weight in common with the sub-nets: one backward pass computes the gradients of both.
            terms, loss = terms._replace(terms={**terms.terms, "ce_global": apart}), loss + apart
        if not torch.isfinite(loss):
            all_terms = {**terms.terms, "total": terms.total}
            bad = next(name for name, value in all_terms.items() if not torch.isfinite(value))
            raise RunError(
                f"The loss term {bad} became {float(all_terms[bad])} at step {self.step + 1}; "
                "choose a lower learning rate. The last checkpoint is intact."
            )
        self.network.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimiser in self._optimisers.values():
            optimiser.step()
        self.step += 1
        detached = {name: value.detach() for name, value in terms.terms.items()}
        return LossTerms(detached, terms.total.detach()), len(chosen)

    def _inputs(self, chosen: Rows) -> tuple[Tensor, Tensor | None]:
        """Return (b, C, R) features of training images and the global branch's input, with dropout."""
        config, step = self.config, self.step
        features = self.features.batch(self._split.train.rows[chosen])
        pooled = None
        if self._branch is not None:
            pooled = self._branch.inputs(features, self.features, len(chosen), step)
        if config.feature_dropout:
            factors = dropout_factors(
                len(chosen), features.shape[1], config.feature_dropout, stream=CHANNELS, seed=config.seed, step=step
            )
            kept = torch.from_numpy(self.features.own_share(factors)).to(features.device, features.dtype)
            # In place: the batch's memory is read into anew at each step.
            features.mul_(kept[:, :, None])
        return features, pooled

    @property
    def _optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """The optimisers by the prefix of their tensors in a checkpoint; the sub-nets' comes first."""
        branch = {} if self._branch is None else {_BRANCH_OPTIMISER: self._branch.optimiser}
        return {_OPTIMISER: self._optimiser, **branch}

    def evaluate(self, control: Control) -> None:
        """Measure on the validation images, and save the best checkpoint if the figures are the best so far."""
        selection = self.config.selection
        if len(self._split.validation):
            measured, curve = self._measure(self._split.validation, control)
            on = "test" if selection == "best_on_test" else "validation"
            shown = asdict(measured)
            control.emit(
                Evaluated(
                    step=self.step, epoch=self.epoch, on=on, figures=shown, selected_on=on, taught=self.taught_count
                )
            )
            value = next((v for v in (measured.H, measured.czsl, measured.S) if v is not None), 0.0)
            if self._best is None or value > self._best:
                self._best, self._best_figures = value, {on: shown, **_calibration(curve, on)}
                self._save_best(control, on)
                control.show_figures({**shown, "on": on, "selected_on": on, **self.shown_origin})
        else:
            self._save_best(control, self._selection_without_validation)
        self._evaluated = self.step

    def _measure(self, part: LabelledRows, control: Control) -> tuple[Figures, SeenUnseenCurve | None]:
        self.network.eval()
        network_scores = score_rows(self.network, self.features, part.rows, on_batch=control.poll)
        self.network.train()
        classes = self._split.candidates
        scores = fused_attribute_scores(
            network_scores.scores_av, network_scores.scores_va, network_scores.scores_pooled, self.config.fusion
        )
        unit = self.data.table.unit_vectors(clip_negative=self.config.clip_negative)[classes]
        new_row = np.full(len(self.data.table.classes), -1)
        new_row[classes] = np.arange(len(classes))
        seen, labels, by_class = self._split.seen[classes], new_row[part.labels], class_scores(scores, unit)
        return figures(by_class, labels, seen, self.config.gamma), seen_unseen_curve(by_class, labels, seen)

    def header(self, selected_on: str) -> CheckpointHeader:
        """Return the header of a checkpoint at this step."""
        table: ClassTable = self.data.table
        return CheckpointHeader(
            attributes=tuple(attribute.full_name for attribute in table.attributes),
            classes=table.classes,
            class_vectors=table.vectors,
            seen=table.seen,
            fusion=self.config.fusion,
            gamma=self.config.gamma,
            backbone=self.data.store.spec.to_json(),
            channels=self.data.store.spec.channels,
            variant=self.config.variant,
            sub_nets=SubNets(self.config.sub_nets),
            clip_negative=self.config.clip_negative,
            normalize_v=self.config.normalize_v,
            cosine_scale=self.config.cosine_scale,
            pooled_scale=self.network.pooled_scale,
            word_vector_source=self.data.word_vector_source,
            run=self.run.name,
            step=self.step,
            epoch=self.epoch,
            selected_on=selected_on,
            figures=dict(self._best_figures),
            made={"config": self.config.to_json(), "data": self.provenance},
        )

    def save(
        self, kind: str, network: MSDN, header: CheckpointHeader, extra: Mapping[str, Tensor] | None = None
    ) -> None:
        """Write a checkpoint of the run; raise RunError if its weights are not finite numbers."""
        if not all(bool(torch.isfinite(value).all()) for value in network.state_dict().values()):
            raise RunError(
                f"The network's weights are not finite after step {self.step}; choose a lower learning rate. "
                "The previous checkpoint is intact."
            )
        save_checkpoint(self.run.checkpoint_path(kind), network, header, extra_tensors=extra)

    def _save_best(self, control: Control, selected_on: str) -> None:
        self.save("best", self.network, self.header(selected_on))
        control.emit(CheckpointSaved(kind="best", step=self.step, path="checkpoints/best.safetensors"))

    def save_last(self, control: Control) -> None:
        """Save everything needed to resume from here, as one file, unless it is already saved."""
        if self._saved == (self.step, self._evaluated):
            return
        extra = {
            f"{prefix}{index}.{key}": value
            for prefix, optimiser in self._optimisers.items()
            for index, entry in optimiser.state_dict()["state"].items()
            for key, value in entry.items()
            if torch.is_tensor(value)
        }
        extra[_EVALUATED] = torch.tensor(self._evaluated)
        if self._best is not None:
            extra[_BEST] = torch.tensor(self._best, dtype=torch.float64)
        self.save("last", self.network, self.header("last step"), extra)
        self._saved = (self.step, self._evaluated)
        control.emit(CheckpointSaved(kind="last", step=self.step, path="checkpoints/last.safetensors"))

    def resume(self) -> bool:
        """Load the run's last checkpoint, and return whether there is one.

        Raises RunError if the classes, attributes, images or features differ from those that it was trained on.
        """
        path = self.run.checkpoint("last")
        if path is None:
            return False
        changed = changed_since(self.run.data(), self.provenance)
        if changed:
            raise RunError(
                f"The project's {changed} changed since run “{self.run.name}” was stopped, so it cannot be resumed; "
                "start a new run."
            )
        tensors = load_tensors(path)
        network, header = load_network(path, tensors=tensors)
        self.network.load_state_dict(network.state_dict())
        for prefix, optimiser in self._optimisers.items():
            state: dict[int, dict[str, Tensor]] = {}
            for name, value in tensors.items():
                if name.startswith(prefix):
                    index, _, key = name.removeprefix(prefix).partition(".")
                    state.setdefault(int(index), {})[key] = value
            optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
        self.step = header.step
        self._evaluated = int(tensors.get(_EVALUATED, torch.tensor(0)))
        self._best = float(tensors[_BEST]) if _BEST in tensors else None
        self._best_figures = dict(header.figures)
        return True


def _calibration(curve: SeenUnseenCurve | None, on: str) -> dict[str, Any]:
    """Return the gamma with the highest H on what the checkpoint is selected on."""
    if curve is None:
        return {}
    return {
        "calibration": {
            "gamma": curve.gamma_of(curve.best),
            "H": float(curve.harmonic[curve.best]),
            "selected_on": on,
        }
    }
