"""A run on several ranks: each step's batch is split over them, and together they take the step of a single process.

The global batch follows from the seed and the step (``sampling.batch``), whatever the number of ranks. Each rank reads
its own rows of the features and runs the network on them. The loss is not a mean over images: L_SC is −log of a mean
over the batch, and further terms may be anything. So no rank computes a loss of its rows alone. The attribute scores,
which are all that the loss uses of the images, are joined to (B, K) on every rank (2·B·K numbers, some 100 kB), and
each rank computes the loss of the whole batch. Its backward pass reaches only the rows of this rank, so the gradient
of the whole batch is the SUM of the ranks' gradients, exact for any loss: d/dθ L(s_1 … s_B) =
Σ_ranks Σ_own ∂L/∂s_i · ds_i/dθ. One sum of all gradients per step; then every rank takes the same optimiser step.

DistributedDataParallel would average where a sum is needed, and overlaps its buckets with a long backward pass, while
here all gradients come out of one product at the very end.

Only rank 0 writes the run directory and reads its commands; the other ranks follow it. Tested with two gloo ranks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from msdn_core.msdn.batches import FeatureBatches, Rows, Values
from msdn_core.runs.status import RunState
from msdn_core.torchrun import TorchRanks
from msdn_core.training.control import Control, StopRequested
from msdn_core.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from msdn_core.ending_signals import EndingSignals
    from msdn_core.msdn.network import MSDN, Outputs
    from msdn_core.ranks import Ranks
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.events import Event
    from msdn_core.runs.header import CheckpointHeader
    from msdn_core.training.data import TrainingData

_STATES = tuple(RunState)


def trainer_of(
    ranks: Ranks, config: TrainConfig, data: TrainingData, device: torch.device, run: RunDirectory
) -> Trainer:
    """Return the trainer of a single process, or of one of several ranks."""
    if isinstance(ranks, TorchRanks):
        return RankTrainer(config, data, device, run, ranks)
    return Trainer(config, data, device, run)


def control_of(
    ranks: Ranks, run: RunDirectory, listener: Callable[[Event], None] | None, signals: EndingSignals
) -> Control:
    """Return the control of a single process, of rank 0, or of another rank.

    A signal reaches all ranks, and rank 0 decides at which step they stop.
    """
    if not isinstance(ranks, TorchRanks):
        return Control(run, listener, signals)
    return Leader(run, listener, signals, ranks) if ranks.first else Follower(run, ranks)


class RankTrainer(Trainer):
    """A trainer on one of several ranks; they also evaluate together."""

    def __init__(
        self, config: TrainConfig, data: TrainingData, device: torch.device, run: RunDirectory, ranks: TorchRanks
    ) -> None:
        super().__init__(config, data, device, run, ranks)
        self._ranks = ranks
        self.provenance["ranks"] = ranks.count
        self._own_rows = OwnRows(self.features, ranks)
        self.features = self._own_rows
        self.network.register_forward_hook(self._join_scores)
        self._optimiser.register_step_pre_hook(self._sum_gradients)

    def _join_scores(self, _: MSDN, __: Any, outputs: Outputs) -> Outputs:
        """Return the scores of the whole batch, whose gradients reach only this rank's rows; keep its own attention."""
        rows = self._own_rows.rows
        names = ["scores_av", "scores_va"] + ["scores_pooled"] * (self.network.global_branch is not None)
        scores = torch.cat([getattr(outputs, name) for name in names], dim=1)[: rows.stop - rows.start]
        whole = scores.new_zeros(self._own_rows.count, scores.shape[1])
        whole[rows] = scores.detach()
        self._ranks.sum_in_place(whole)
        whole[rows] = scores
        return outputs._replace(**dict(zip(names, whole.chunk(len(names), dim=1), strict=True)))

    def _sum_gradients(self, *_: Any) -> None:
        # All of them, those of a global branch too: its own optimiser steps after this one.
        gradients = [p.grad for p in self.network.parameters() if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        self._ranks.sum_in_place(flat)
        for gradient, part in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def save(
        self, kind: str, network: MSDN, header: CheckpointHeader, extra: Mapping[str, Tensor] | None = None
    ) -> None:
        """Write a checkpoint on rank 0; the other ranks hold the same weights."""
        if self._ranks.first:
            super().save(kind, network, header, extra)


class OwnRows(FeatureBatches):
    """This rank's share of each batch: consecutive rows, as many as on other ranks or one fewer."""

    def __init__(self, features: FeatureBatches, ranks: Ranks) -> None:
        self._all, self._ranks = features, ranks
        self.count = 0
        """B, the number of images of the last batch on all ranks."""
        self.rows = slice(0, 0)
        """The rows of this rank; empty if there are fewer images than ranks."""

    def batch(self, rows: Rows) -> Tensor:
        """Return (b, C, R) features of this rank's share of the (B,) rows of the whole batch.

        A rank without any row gets one that is ignored later, because networks need not accept empty batches.
        """
        self.count = len(rows)
        start, end = (index * self.count // self._ranks.count for index in (self._ranks.index, self._ranks.index + 1))
        self.rows = slice(start, end)
        return self._all.batch(rows[start : max(end, start + 1)])

    def own_share(self, values: Values) -> Values:
        """Return the entries of (B, …) values of the whole batch that belong to the rows of this rank's last batch."""
        return values[self.rows.start : max(self.rows.stop, self.rows.start + 1)]


class Leader(Control):
    """The control of rank 0: it reads the commands and broadcasts the resulting state at each poll."""

    def __init__(
        self, run: RunDirectory, listener: Callable[[Event], None] | None, signals: EndingSignals, ranks: TorchRanks
    ) -> None:
        super().__init__(run, listener, signals)
        self._ranks = ranks
        self.note(f"{ranks.count} processes share each batch.")

    def poll(self) -> None:
        """Follow the commands as a single process does; an exception raised here is raised on every rank."""
        try:
            super().poll()
        except StopRequested as request:
            self._broadcast(request.state)
            raise
        self._broadcast(RunState.RUNNING)

    def _wait(self) -> None:
        super()._wait()
        self._broadcast(RunState.PAUSED)

    def _broadcast(self, state: RunState) -> None:
        self._ranks.broadcast_number(_STATES.index(state))


class Follower(Control):
    """The control of any other rank: it writes nothing and follows rank 0."""

    def __init__(self, run: RunDirectory, ranks: TorchRanks) -> None:
        self.run = run
        self._ranks = ranks
        self._request = StopRequested(RunState.STOPPED)

    @property
    def end(self) -> StopRequested:
        """What ended the run, as rank 0 decided."""
        return self._request

    def emit(self, event: Event) -> None:
        """Do nothing: rank 0 emits the event."""

    def report_step(self, step: int, steps: int) -> None:
        """Do nothing: rank 0 records the step."""

    def poll(self) -> None:
        """Wait for the state of rank 0, and while it is paused; raise StopRequested on stop or cancel."""
        state = RunState.PAUSED
        while state is RunState.PAUSED:
            state = _STATES[self._ranks.broadcast_number(0)]
        if state is not RunState.RUNNING:
            self._request = StopRequested(state)
            raise self._request

    def pop_checkpoint_request(self) -> bool:
        """Return False: rank 0 saves the checkpoint."""
        return False

    def finish(self, state: RunState, reason: str, figures: dict[str, object] | None = None) -> None:
        """Do nothing: rank 0 writes the final status."""

    def show_figures(self, figures: dict[str, object]) -> None:
        """Do nothing: rank 0 writes the figures."""
