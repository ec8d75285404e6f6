"""A training run from its first step, or from its last checkpoint, to its end."""

from __future__ import annotations

import gc
import logging
import time
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import filelock
import torch

from msdn_core.atomic import remove_partial_files, write_remedy
from msdn_core.backbones.devices import choose_device
from msdn_core.ending_signals import EndingSignals
from msdn_core.errors import MsdnError, RunError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.locks import locked
from msdn_core.msdn.checkpoint import load_network
from msdn_core.ranks import ALONE, Ranks
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.events import Ended, Evaluated, Event, RunStarted, StepDone
from msdn_core.runs.status import RunState
from msdn_core.runs.trained_on import taught_text
from msdn_core.training.control import Control, StopRequested
from msdn_core.training.distributed import control_of, trainer_of
from msdn_core.training.loading import load_run_data
from msdn_core.training.machine_use import MachineMeter
from msdn_core.training.memory import BatchTooLargeError, is_out_of_memory, out_of_memory_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.msdn.losses import LossTerms
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.training.trainer import Trainer

_REPORT_S = 0.25
_SAVE_S = 60.0

_log = logging.getLogger(__name__)


def run_training(
    run: RunDirectory,
    *,
    listener: Callable[[Event], None] | None = None,
    ranks: Ranks = ALONE,
    signals: EndingSignals | None = None,
) -> RunState:
    """Train in a run's directory until the run ends, and return how it ended; resume if there is a last checkpoint.

    Parameters
    ----------
    run
        The run's directory, with its settings.
    listener
        Called with each event, in addition to the events file.
    ranks
        The processes that train together; only rank 0 writes the directory.
    signals
        Signals that are already being recorded. By default they are recorded meanwhile: one of them (Ctrl+C, SIGTERM,
        SIGHUP) stops the run, which saves its checkpoint first.

    Returns
    -------
    RunState
        ``FINISHED``, ``STOPPED``, ``CANCELLED`` or ``FAILED``; an error ends the run as failed, with one sentence.

    Raises
    ------
    RunError
        If another process is training in the directory, or it cannot be written.
    """
    run.refuse_links()
    try:
        with (
            locked(run.path / "run.lock") if ranks.first else nullcontext(),
            nullcontext(signals) if signals is not None else EndingSignals() as recorded,
        ):
            return _run(run, listener, ranks, recorded)
    except filelock.Timeout as fault:
        raise RunError(f"Run “{run.name}” is already running; stop it first.") from fault
    except OSError as fault:
        raise RunError(
            f"The run's folder {run.path} cannot be written ({fault.strerror or fault}); {write_remedy(fault)}."
        ) from fault


def _run(run: RunDirectory, listener: Callable[[Event], None] | None, ranks: Ranks, signals: EndingSignals) -> RunState:
    if ranks.first:
        for folder in (run.path, *(path for path in run.path.iterdir() if path.is_dir())):
            remove_partial_files(folder)
    control = control_of(ranks, run, listener, signals)
    state, reason = RunState.FAILED, ""
    try:
        _train(run, control, ranks)
        state, reason = RunState.FINISHED, ""
    except StopRequested as request:
        state, reason = request.state, request.reason
    except MsdnError as fault:
        reason = str(fault)
    except Exception as fault:
        if is_out_of_memory(fault):
            reason = out_of_memory_message(fault)
        else:
            _log.exception("The run failed")
            reason = f"Unexpected error ({type(fault).__name__}: {fault}); see the log for details."
    except KeyboardInterrupt:
        state, reason = RunState.STOPPED, "Interrupted."
    _end(control, state, reason)
    return state


def _end(control: Control, state: RunState, reason: str) -> None:
    # The disk that failed the run may refuse one of both, or both; the log, or a person's screen, still shows the end.
    unwritten = "The end of the run (%s: %s) could not be written: %s"
    try:
        control.emit(Ended(state=str(state), reason=reason))
    except MsdnError as fault:
        _log.error(unwritten, state, reason, fault)
    try:
        control.finish(state, reason)
    except MsdnError as fault:
        _log.error(unwritten, state, reason, fault)


def _train(run: RunDirectory, control: Control, ranks: Ranks) -> None:
    try:
        _run_once(run, control, ranks)
        return
    except BatchTooLargeError:
        if ranks.count > 1 or not _halve_batch(run, control):
            raise
    # Outside the handler, the tensors of the failed step are released.
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    _run_once(run, control, ranks)


def _halve_batch(run: RunDirectory, control: Control) -> bool:
    """Halve the batch size in the run's settings, with a warning; return False if it is already one image."""
    settings = run.config()
    size = TrainConfig.from_json(settings).batch_size
    if size < 2:
        return False
    run.write_config({**settings, "batch_size": size // 2})
    control.note(
        f"Not enough memory for batches of {size} images: the run continues with batches of {size // 2}, from its last "
        "checkpoint if there is one. Its results will differ from those with the larger batch.",
        "warning",
    )
    return True


def _run_once(run: RunDirectory, control: Control, ranks: Ranks) -> None:
    config = TrainConfig.from_json(run.config())
    if config.threads:
        torch.set_num_threads(config.threads)
    device = choose_device(config.device)
    data = load_run_data(run, config, device, control, ranks)
    trainer = trainer_of(ranks, config, data, device, run)
    resumed = trainer.resume()
    if ranks.first:
        run.write_data(trainer.provenance)
    control.emit(
        RunStarted(
            step=trainer.step,
            steps=config.steps,
            device=str(device),
            resumed=resumed,
            variant=config.variant,
            sub_nets=config.sub_nets,
        )
    )
    if not resumed and (refit := trainer.provenance.get("refit")):
        gamma = f" and gamma {refit['calibration']['gamma']:.3g}" if "calibration" in refit else ""
        control.note(f"Refit of “{refit['of']}”: {refit['steps']} steps{gamma}, selected on validation there.")
    if not resumed and trainer.taught_count:
        per_class = "" if config.taught_per_class == 0 else f", at most {config.taught_per_class} per class"
        control.note(f"Attention is {taught_text(trainer.provenance)}{per_class}.")
    if ranks.first:
        trainer.film.begin(run, config, trainer.moment, control, resumed=resumed)
    try:
        _steps(trainer, control)
    except StopRequested:
        trainer.save_last(control)
        raise
    trainer.save_last(control)
    ranks.leave()
    if ranks.first:
        _test_once(trainer, control)


def _steps(trainer: Trainer, control: Control) -> None:
    config = trainer.config
    reported = saved = time.monotonic()
    sums: list[LossTerms] = []
    meter = MachineMeter(trainer.device)
    images = 0
    # A run that was stopped during an evaluation resumes with that evaluation.
    if trainer.evaluation_due:
        trainer.evaluate(control)
    while trainer.step < config.steps:
        control.poll()
        terms, count = _take_step(trainer)
        sums.append(terms)
        images += count
        now = time.monotonic()
        due = trainer.evaluation_due
        if due or now - reported > _REPORT_S:
            pace = max(now - reported, 1e-6)
            control.emit(
                StepDone(
                    step=trainer.step,
                    steps=config.steps,
                    epoch=trainer.epoch,
                    losses=_mean(sums),
                    learning_rate=config.learning_rate,
                    images_per_second=images / pace,
                    remaining_s=(config.steps - trainer.step) * pace / len(sums),
                )
            )
            reported, sums, images = now, [], 0
            if use := meter.measure(trainer.step):
                control.emit(use)
        control.report_step(trainer.step, config.steps)
        trainer.film.take(trainer.moment, control)
        if due:
            trainer.evaluate(control)
            reported = time.monotonic()
        if due or now - saved > _SAVE_S or control.pop_checkpoint_request():
            trainer.save_last(control)
            saved = time.monotonic()


def _take_step(trainer: Trainer) -> tuple[LossTerms, int]:
    try:
        return trainer.take_step()
    except Exception as fault:
        if not is_out_of_memory(fault):
            raise
        # Without its cause, which would keep all tensors of the step alive.
        raise BatchTooLargeError(out_of_memory_message(fault)) from None


def _mean(losses: list[LossTerms]) -> dict[str, float]:
    all_terms = [{**loss.terms, "total": loss.total} for loss in losses]
    return {name: float(torch.stack([terms[name] for terms in all_terms]).mean()) for name in all_terms[0]}


def _test_once(trainer: Trainer, control: Control) -> None:
    """Measure the selected checkpoint on the test images, once."""
    best = trainer.run.checkpoint("best")
    if best is None:
        raise RunError("The run saved no checkpoint to test; see its log.")
    if len(trainer.data.test) == 0:
        control.note(
            "There are no test images, so nothing was measured on a test split. Annotate can set a fifth of the images "
            "aside for testing."
        )
        return
    result = evaluate(trainer.run.project_path, best, device=str(trainer.device), on_batch=control.poll)
    shown = {name: result[name] for name in ("czsl", "U", "S", "H", "ausuc")}
    network, header = load_network(best)
    trainer.save(
        "best",
        network,
        replace(
            header,
            figures={**header.figures, "test": shown, "validated": result["validated"], "pointing": result["pointing"]},
        ),
    )
    selected_on = result["selected_on"]
    control.emit(
        Evaluated(
            step=header.step,
            epoch=header.epoch,
            on="test",
            figures=shown,
            selected_on=selected_on,
            taught=trainer.taught_count,
        )
    )
    control.show_figures({**shown, "on": "test", "selected_on": selected_on, **trainer.shown_origin})
