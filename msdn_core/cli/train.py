"""``train PROJECT``: a training run, in this shell until it ends; or runs that wait for their turn."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output
from msdn_core.cli.ranks import on_ranks
from msdn_core.cli.settings import add_settings
from msdn_core.errors import ConfigError, MsdnError, RunError
from msdn_core.number_text import percent

if TYPE_CHECKING:
    from msdn_core.ranks import Ranks
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.events import Event


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "train", parents=[common], help="train a network; features that are missing come first"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument(
        "--recipe", default=None, metavar="NAME", help="demo, cub, cub-cosine, sun or awa2 (default: demo)"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings from a file: one that the window saved, or a config.json"
    )
    add_settings(parser, "change settings; repeatable")
    parser.add_argument(
        "--watch",
        action="extend",
        nargs="+",
        default=[],
        metavar="IMAGE:ATTRIBUTE",
        help="film the attention maps of these pairs while it trains (default: the project's pins, or telling ones); "
        "none: no film",
    )
    parser.add_argument("--watch-file", type=Path, metavar="FILE", help="the same from a file, a pair a line")
    parser.add_argument("--name", metavar="RUN", help="the run's name (default: the recipe's and a number)")
    parser.add_argument("--resume", action="store_true", help="go on with the run of that name where it was left")
    parser.add_argument("--queue", action="store_true", help="let the run wait for its turn: `queue PROJECT` takes it")
    parser.add_argument(
        "--grid",
        metavar="VALUES",
        help="queue a run for each combination, e.g. 'lr: 1e-4, 3e-4; seed: 0, 1, 2'; --set settings hold for all",
    )
    parser.add_argument("--run-directory", type=Path, help=argparse.SUPPRESS)
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Trains, on as many ranks as torchrun started; 0 for a run that finished or was stopped, otherwise its reason."""
    if arguments.queue or arguments.grid is not None:
        _queue(arguments, output)
        return 0
    with on_ranks(output) as (ranks, shown):
        return train_in(lambda: _directory(arguments), shown, ranks)


def train_in(make: Callable[[], RunDirectory], output: Output, ranks: Ranks) -> int:
    """Trains in the directory that ``make`` gives, on one rank or several; its status as that of ``run``."""
    directory = ranks.broadcast(lambda: _signed(make()))
    output.note(f"Run “{directory.name}” in {directory.path}")
    from msdn_core.runs.launch import lower_priority
    from msdn_core.training.loop import run_training

    lower_priority()

    state = run_training(directory, listener=lambda event: _show(event, output), ranks=ranks)
    if not ranks.first:
        return int(str(state) == "failed")
    status = directory.status()
    if str(state) == "failed":
        raise MsdnError(f"Run “{directory.name}” failed: {status.reason}")
    figures = dict(status.figures)
    result = {"run": directory.name, "path": str(directory.path), "state": str(state), "step": status.step}
    shown = "  ".join(f"{name} {percent(figures.get(key))}" for name, key in _FIGURES) if figures else ""
    measured = f"\non {figures['on']}: {shown} (selected on {figures['selected_on']})" if figures else ""
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
        raise ConfigError("Which run shall go on? Name it with --name RUN.")
    if (
        arguments.settings
        or arguments.config
        or arguments.watch
        or (arguments.recipe and arguments.recipe not in RECIPES)
    ):
        raise ConfigError(
            "A run goes on with the settings that it began with; leave --set, --config and --watch away, or start a "
            "new run."
        )
    directory = find_run(path, arguments.name)
    state = directory.status().state
    if state.alive:
        raise RunError(f"Run “{directory.name}” is at work already; stop it first.")
    if state is RunState.FINISHED:
        # Going on would measure on the test split a second time.
        raise RunError(f"Run “{directory.name}” is finished, so there is nothing to go on with; start a new run.")
    return directory


def _config(arguments: argparse.Namespace) -> TrainConfig:
    from msdn_core.recipes.config import from_settings
    from msdn_core.recipes.config_file import read_config

    settings = [*arguments.settings, *_watched(arguments)]
    if arguments.config is None:
        return from_settings(arguments.recipe or "demo", settings)
    if arguments.recipe is not None:
        raise ConfigError("A settings file names its recipe itself; give --config or --recipe, not both.")
    return read_config(arguments.config).with_settings(settings)


def _watched(arguments: argparse.Namespace) -> list[str]:
    """The setting ``watch``, where pairs are given; ConfigError for one that the project does not have."""
    from msdn_core.project import Project
    from msdn_core.runs.pins import NO_FILM, format_watch_setting, parse_watch_setting

    if not arguments.watch and arguments.watch_file is None:
        return []
    try:
        lines = arguments.watch_file.read_text(encoding="utf-8").splitlines() if arguments.watch_file else []
    except (OSError, ValueError) as fault:
        raise ConfigError(
            f"{arguments.watch_file} cannot be read ({fault}); give a file with a pair a line."
        ) from fault
    setting = format_watch_setting([*arguments.watch, *lines])
    if setting != NO_FILM:
        with Project.open(arguments.project, read_only=True) as project:
            images = {image.name: image.id for image in project.images()}
            attributes = [attribute.full_name for attribute in project.table().attributes]
        _, faults = parse_watch_setting(setting, images, attributes)
        if faults:
            raise ConfigError(faults[0])
    return [f"watch={setting}"]


def _queue(arguments: argparse.Namespace, output: Output) -> None:
    """Makes the runs and starts none: who wants them trained says ``queue PROJECT``, or opens the window."""
    from msdn_core.project import Project
    from msdn_core.recipes.enqueuing import queue_runs
    from msdn_core.recipes.grid import grid_runs, parse_grid

    if arguments.resume:
        raise ConfigError("A run that goes on is not queued here; leave --queue and --grid away.")
    runs = grid_runs(_config(arguments), parse_grid(arguments.grid or ""))
    with Project.open(arguments.project, read_only=True) as project:
        made = queue_runs(project.path, arguments.name, runs)
    names = [run.name for run in made]
    text = f"{len(names)} {'run waits' if len(names) == 1 else 'runs wait'}: {', '.join(names)}."
    output.result({"queued": names}, f"{text}\n`queue {arguments.project}` trains what waits.")


def _signed(directory: RunDirectory) -> RunDirectory:
    """A run that starts names its process at once, so that it reads as lost where this one ends before it trains."""
    from msdn_core.runs.status import RunState, current_process

    status = directory.status()
    if status.state is RunState.STARTING:
        pid, started = current_process()
        directory.write_status(replace(status, pid=pid, process_started=started))
    return directory


def _show(event: Event, output: Output) -> None:
    from msdn_core.runs.events import Evaluated, FeatureProgress, Message, RunStarted, StepDone

    if isinstance(event, FeatureProgress):
        output.progress("features", event.done, event.total, event.rate, event.remaining_s)
    elif isinstance(event, StepDone):
        output.progress("training", event.step, event.steps, event.images_per_second, event.remaining_s)
    elif isinstance(event, Evaluated):
        shown = "  ".join(f"{name} {percent(event.figures.get(key))}" for name, key in _FIGURES)
        output.note(f"step {event.step:>6}  {event.on}: {shown}")
    elif isinstance(event, RunStarted):
        output.note(
            f"{'Goes on' if event.resumed else 'Starts'} at step {event.step} of {event.steps} on {event.device}, "
            f"variant {event.variant}, sub-nets {event.sub_nets}."
        )
    elif isinstance(event, Message):
        output.note(event.text)
