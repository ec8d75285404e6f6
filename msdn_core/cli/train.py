"""``train PROJECT``: train a run in this shell, or queue runs."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.ranks import on_ranks
from msdn_core.cli.settings import add_settings
from msdn_core.ending_signals import EndingSignals
from msdn_core.errors import ConfigError, FileError, MsdnError, RunError
from msdn_core.number_text import percent
from msdn_core.safe_files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.cli.output import Output
    from msdn_core.ranks import Ranks
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.events import Event


_MOST_BYTES = 1 << 20


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train", parents=[common], help="train a network; missing features are extracted first"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument(
        "--recipe", default=None, metavar="NAME", help="demo, cub, cub-cosine, sun or awa2 (default: demo)"
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="read settings from a file: one saved by the window, or the config.json of a run",
    )
    add_settings(parser, "change settings; repeatable")
    parser.add_argument(
        "--watch",
        action="extend",
        nargs="+",
        default=[],
        metavar="IMAGE:ATTRIBUTE",
        help="film the attention maps of these pairs during training (default: the project's pins, or pairs chosen "
        "automatically); none: no film",
    )
    parser.add_argument("--watch-file", type=Path, metavar="FILE", help="the same from a file with one pair per line")
    parser.add_argument("--name", metavar="RUN", help="the run's name (default: the recipe and a number)")
    parser.add_argument("--resume", action="store_true", help="resume the run of that name")
    parser.add_argument("--queue", action="store_true", help="add the run to the queue, which `queue PROJECT` trains")
    parser.add_argument(
        "--grid",
        metavar="VALUES",
        help="queue a run for each combination, e.g. 'lr: 1e-4, 3e-4; seed: 0, 1, 2'; --set applies to all runs",
    )
    parser.add_argument("--run-directory", type=Path, help=argparse.SUPPRESS)
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Train on as many ranks as torchrun started; return 0 for a finished or stopped run, or raise MsdnError."""
    if arguments.queue or arguments.grid is not None:
        _queue(arguments, output)
        return 0
    with on_ranks(output) as (ranks, shown):
        return train_in(lambda: _directory(arguments), shown, ranks)


def train_in(make: Callable[[], RunDirectory], output: Output, ranks: Ranks) -> int:
    """Train in the directory that ``make`` returns, on one rank or several; return the status of ``run``."""
    from msdn_core.runs.events import Ended
    from msdn_core.runs.launch import lower_priority
    from msdn_core.runs.status import RunState, failure_sentence
    from msdn_core.runs.trained_on import taught_text

    # From here on a signal stops the run: loading what trains it takes seconds.
    with EndingSignals() as signals:
        directory = ranks.broadcast(lambda: _register_process(make()))
        output.note(f"Run “{directory.name}” in {directory.path}")
        from msdn_core.training.loop import run_training

        lower_priority()
        reasons: list[str] = []

        def listen(event: Event) -> None:
            if isinstance(event, Ended):
                reasons.append(event.reason)
            else:
                _print_event(event, output)

        state = run_training(directory, listener=listen, ranks=ranks, signals=signals)
    if not ranks.first:
        return int(state is RunState.FAILED)
    status = directory.status()
    if state is RunState.FAILED:
        # From the event, since on a full disk the status may be that of before.
        raise MsdnError(failure_sentence(directory.name, reasons[-1] if reasons else status.reason))
    figures = dict(status.figures)
    result = {"run": directory.name, "path": str(directory.path), "state": str(state), "step": status.step}
    shown = "  ".join(f"{name} {percent(figures.get(key))}" for name, key in _FIGURES) if figures else ""
    taught = taught_text(figures)
    origin = f"selected on {figures['selected_on']}{f', {taught}' if taught else ''}" if figures else ""
    measured = f"\non {figures['on']}: {shown} ({origin})" if figures else ""
    output.result({**result, "figures": figures}, f"Run “{directory.name}” {state} at step {status.step}.{measured}")
    return 0


_FIGURES = (("CZSL", "czsl"), ("U", "U"), ("S", "S"), ("H", "H"))


def _directory(arguments: argparse.Namespace) -> RunDirectory:
    from msdn_core.project import Project
    from msdn_core.recipes.config import RECIPES
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.listing import find_run
    from msdn_core.runs.status import RunState

    if arguments.run_directory is not None:
        return RunDirectory(arguments.run_directory)
    with Project.open(arguments.project, read_only=True) as project:
        path = project.path
    if not arguments.resume:
        return RunDirectory.create(path, arguments.name, _config(arguments).to_json())
    if arguments.name is None:
        raise ConfigError("--resume needs a run; name it with --name RUN.")
    if (
        arguments.settings
        or arguments.config
        or arguments.watch
        or (arguments.recipe and arguments.recipe not in RECIPES)
    ):
        raise ConfigError(
            "A resumed run keeps its settings; omit --recipe, --set, --config and --watch, or start a new run."
        )
    directory = find_run(path, arguments.name)
    state = directory.status().state
    if state.alive:
        raise RunError(f"Run “{directory.name}” is already running; stop it first.")
    if state is RunState.FINISHED:
        # Resuming would measure on the test split a second time.
        raise RunError(f"Run “{directory.name}” is finished and cannot be resumed; start a new run.")
    return directory


def _config(arguments: argparse.Namespace) -> TrainConfig:
    from msdn_core.recipes.config import from_settings
    from msdn_core.recipes.config_file import read_config

    settings = [*arguments.settings, *_watch_settings(arguments)]
    if arguments.config is None:
        return from_settings(arguments.recipe or "demo", settings)
    if arguments.recipe is not None:
        raise ConfigError(
            "--config and --recipe cannot be combined, because a settings file names its recipe; give one of them."
        )
    return read_config(arguments.config).with_settings(settings)


def _watch_settings(arguments: argparse.Namespace) -> list[str]:
    """Return the setting ``watch`` if pairs are given; raise ConfigError for one that the project does not have."""
    from msdn_core.project import Project
    from msdn_core.runs.pins import NO_FILM, format_watch_setting, parse_watch_setting

    if not arguments.watch and arguments.watch_file is None:
        return []
    try:
        content = read_bytes(arguments.watch_file, _MOST_BYTES) if arguments.watch_file else b""
        lines = content.decode("utf-8-sig").splitlines()
    except (FileError, ValueError) as fault:
        reason = fault.reason if isinstance(fault, FileError) else fault
        raise ConfigError(
            f"{arguments.watch_file} cannot be read ({reason}); give a text file with one pair per line."
        ) from fault
    setting = format_watch_setting([*arguments.watch, *lines])
    if setting != NO_FILM:
        with Project.open(arguments.project, read_only=True) as project:
            images = {image.name: image.id for image in project.images()}
            attributes = [attribute.full_name for attribute in project.table().attributes]
        _, problems = parse_watch_setting(setting, images, attributes)
        if problems:
            raise ConfigError(problems[0])
    return [f"watch={setting}"]


def _queue(arguments: argparse.Namespace, output: Output) -> None:
    """Add the runs to the queue without starting it; ``queue PROJECT`` or the window trains them."""
    from msdn_core.project import Project
    from msdn_core.recipes.enqueuing import queue_runs
    from msdn_core.recipes.grid import grid_runs, parse_grid

    if arguments.resume:
        raise ConfigError("--resume cannot be combined with --queue or --grid; omit them.")
    runs = grid_runs(_config(arguments), parse_grid(arguments.grid or ""))
    with Project.open(arguments.project, read_only=True) as project:
        made = queue_runs(project.path, arguments.name, runs)
    names = [run.name for run in made]
    text = f"Queued {len(names)} {'run' if len(names) == 1 else 'runs'}: {', '.join(names)}."
    output.result({"queued": names}, f"{text}\nTrain them with `queue {arguments.project}`.")


def _register_process(directory: RunDirectory) -> RunDirectory:
    """Store this process in the status of a starting run, so that the run is lost if the process ends early."""
    from msdn_core.runs.status import RunState, current_process

    status = directory.status()
    if status.state is RunState.STARTING:
        pid, started = current_process()
        directory.write_status(replace(status, pid=pid, process_started=started))
    return directory


def _print_event(event: Event, output: Output) -> None:
    from msdn_core.runs.events import Evaluated, FeatureProgress, Message, RunStarted, StepDone
    from msdn_core.runs.trained_on import taught_text

    if isinstance(event, FeatureProgress):
        output.progress("features", event.done, event.total, event.rate, event.remaining_s)
    elif isinstance(event, StepDone):
        output.progress("training", event.step, event.steps, event.images_per_second, event.remaining_s)
    elif isinstance(event, Evaluated):
        shown = "  ".join(f"{name} {percent(event.figures.get(key))}" for name, key in _FIGURES)
        taught = taught_text({"taught": event.taught})
        output.note(f"step {event.step:>6}  {event.on}: {shown}{f'  ({taught})' if taught else ''}")
    elif isinstance(event, RunStarted):
        output.note(
            f"{'Resumed' if event.resumed else 'Started'} at step {event.step} of {event.steps} on {event.device}, "
            f"variant {event.variant}, sub-nets {event.sub_nets}."
        )
    elif isinstance(event, Message):
        output.note(event.text)
