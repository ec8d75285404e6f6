"""A run shared by ranks: each step's batch is split over them, and all of them take the step of one process alone.

The global batch is what the seed and the step say (``sampling.batch``), whatever the number of ranks. Each rank reads
its own rows of the features and runs the network on those. The loss is no mean over images: L_SC is −log of a mean
over the batch, and further terms may be anything. So no rank computes a loss of its part. The attribute scores, which
are all that the loss sees of the images, are put together to (B, K) on every rank (2·B·K numbers, some 100 kB), and
each rank computes the loss of the whole batch. Its backward pass reaches the rows of this rank alone, so that the
gradient of the whole batch is the SUM of the ranks' gradients, exact for any loss: d/dθ L(s_1 … s_B) =
Σ_ranks Σ_own ∂L/∂s_i · ds_i/dθ. One sum of all gradients a step; every rank then takes the same optimiser step.

This is what DistributedDataParallel does, without its wrapper: that averages where a sum is due, and overlaps its
buckets with a long backward pass, while here all weights' gradients come out of one product at the very end.

Rank 0 alone writes the run's directory and reads its commands; the others hear from it what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from msdn_core.msdn.batches import FeatureBatches, Rows
from msdn_core.msdn.network import MSDN, Outputs
from msdn_core.ranks import Ranks
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Event
from msdn_core.runs.header import CheckpointHeader
from msdn_core.runs.status import RunState
from msdn_core.torchrun import TorchRanks
from msdn_core.training.control import Control, StopRequested
from msdn_core.training.data import TrainingData
from msdn_core.training.trainer import Trainer

_STATES = tuple(RunState)


def trainer_of(
    ranks: Ranks, config: TrainConfig, data: TrainingData, device: torch.device, run: RunDirectory
) -> Trainer:
    """The trainer for a process alone, or for one of several ranks."""
    if isinstance(ranks, TorchRanks):
        return RankTrainer(config, data, device, run, ranks)
    return Trainer(config, data, device, run)


def control_of(ranks: Ranks, run: RunDirectory, listener: Callable[[Event], None] | None) -> Control:
    """What a run says and hears in a process alone, on rank 0, or on another rank."""
    if not isinstance(ranks, TorchRanks):
        return Control(run, listener)
    return Leader(run, listener, ranks) if ranks.first else Follower(run, ranks)


class RankTrainer(Trainer):
    """A trainer on one rank of several; what it measures, it measures together with the others, too."""

    def __init__(
        self, config: TrainConfig, data: TrainingData, device: torch.device, run: RunDirectory, ranks: TorchRanks
    ) -> None:
        super().__init__(config, data, device, run)
        self._ranks = ranks
        self.provenance["ranks"] = ranks.count
        self._own = OwnRows(self.features, ranks)
        self.features = self._own
        self.network.register_forward_hook(self._put_together)
        self._optimiser.register_step_pre_hook(self._add_up_gradients)

    def _put_together(self, _: MSDN, __: Any, outputs: Outputs) -> Outputs:
        """Scores of the whole batch, from which gradients reach this rank's rows alone; its attention stays its own."""
        rows = self._own.rows
        own = torch.cat([outputs.scores_av, outputs.scores_va], dim=1)[: rows.stop - rows.start]
        whole = own.new_zeros(self._own.count, own.shape[1])
        whole[rows] = own.detach()
        self._ranks.sum_in_place(whole)
        whole[rows] = own
        scores_av, scores_va = whole.chunk(2, dim=1)
        return outputs._replace(scores_av=scores_av, scores_va=scores_va)

    def _add_up_gradients(self, *_: Any) -> None:
        gradients = [p.grad for p in self.network.parameters() if p.grad is not None]
        every = torch.cat([gradient.flatten() for gradient in gradients])
        self._ranks.sum_in_place(every)
        for gradient, part in zip(gradients, torch.split(every, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def save(
        self, kind: str, network: MSDN, header: CheckpointHeader, extra: Mapping[str, Tensor] | None = None
    ) -> None:
        """Writes a checkpoint on rank 0; the others hold the same weights."""
        if self._ranks.first:
            super().save(kind, network, header, extra)


class OwnRows(FeatureBatches):
    """Of each batch this rank's share: neighbouring rows, as many as others have, or one less."""

    def __init__(self, features: FeatureBatches, ranks: Ranks) -> None:
        self._all, self._ranks = features, ranks
        self.count = 0
        """B, the images of the last batch on all ranks together."""
        self.rows = slice(0, 0)
        """Which of them are this rank's; none, where there are fewer images than ranks."""

    def batch(self, rows: Rows) -> Tensor:
        """(b, C, R) on the device, of the (B,) rows that the batch has on all ranks together.

        A rank without any gets one all the same, which counts for nothing: networks need not take empty batches.
        """
        self.count = len(rows)
        start, end = (index * self.count // self._ranks.count for index in (self._ranks.index, self._ranks.index + 1))
        self.rows = slice(start, end)
        return self._all.batch(rows[start : max(end, start + 1)])


class Leader(Control):
    """Rank 0: reads the commands, and each time it looks for some tells the others what came of it."""

    def __init__(self, run: RunDirectory, listener: Callable[[Event], None] | None, ranks: TorchRanks) -> None:
        super().__init__(run, listener)
        self._ranks = ranks
        self.note(f"{ranks.count} processes share each batch.")

    def poll(self) -> None:
        """As alone; what is raised here is raised on every rank."""
        try:
            super().poll()
        except StopRequested as asked:
            self._tell(asked.state)
            raise
        self._tell(RunState.RUNNING)

    def _wait(self) -> None:
        super()._wait()
        self._tell(RunState.PAUSED)

    def _tell(self, state: RunState) -> None:
        self._ranks.broadcast_number(_STATES.index(state))


class Follower(Control):
    """Any other rank: writes nothing, and does as it is told."""

    def __init__(self, run: RunDirectory, ranks: TorchRanks) -> None:
        self.run = run
        self._ranks = ranks
        self._end: RunState | None = None

    def emit(self, event: Event) -> None:
        """Rank 0 says it."""

    def report_step(self, step: int, steps: int) -> None:
        """Rank 0 is as far."""

    def poll(self) -> None:
        """Waits for rank 0's word, and while it is paused; raises StopRequested to stop or cancel."""
        state = RunState.PAUSED
        while state is RunState.PAUSED:
            state = _STATES[self._ranks.broadcast_number(0)]
        if state is not RunState.RUNNING:
            self._end = state
            raise StopRequested(state)

    def pop_checkpoint_request(self) -> bool:
        """Rank 0 saves it."""
        return False

    def finish(self, state: RunState, reason: str, figures: dict[str, object] | None = None) -> None:
        """Rank 0 writes how it ended."""

    def show_figures(self, figures: dict[str, object]) -> None:
        """Rank 0 shows them."""
