"""The curves of runs as TensorBoard event files, one folder per run."""

from __future__ import annotations

import math
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from msdn_core.atomic import write_atomic
from msdn_core.errors import MsdnError
from msdn_core.exporters.report import ExportReport
from msdn_core.installation import install_command
from msdn_core.runs.events import Evaluated, Event, MachineUse, RunStarted, StepDone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from msdn_core.runs.directory import RunDirectory

_OURS = ".msdn"
"""The suffix of our event files: another export replaces them, and touches no other file."""
_MACHINE = ("cpu", "memory", "gpu", "gpu_memory")


def export_tensorboard(runs: Sequence[RunDirectory], folder: Path) -> ExportReport:
    """Write ``folder/RUN/events.out.tfevents…`` of each run; files of an earlier export are replaced.

    Tags are ``loss/…``, ``validation/…`` and ``test/…`` (shares from 0 to 1), ``pace/…`` and ``machine/…``. Steps that
    a resumed run repeated are written once.

    Raises
    ------
    MsdnError
        If tensorboardX is not installed, or the folder cannot be written.
    """
    if find_spec("tensorboardX") is None:
        raise MsdnError(f"TensorBoard files need one more package; run `{install_command('export')}`.")
    points, empty = 0, []
    for run in runs:
        curves = read_curves(run)
        if not curves:
            empty.append(f"Run “{run.name}” left out, without any events yet.")
            continue
        points += sum(map(len, curves.values()))
        _write(curves, folder / run.name)
    return ExportReport(folder, {"runs": len(runs) - len(empty), "points": points}, tuple(empty))


def read_curves(run: RunDirectory) -> dict[str, dict[int, tuple[float, float]]]:
    """Return, by tag and step, the time in seconds since 1970 and the value."""
    found: list[Event] = []
    offset, before = 0, -1
    while offset != before:
        before = offset
        events, offset = run.read_events(offset)
        found += events
    curves: dict[str, dict[int, tuple[float, float]]] = {}
    last: float = math.inf
    # From the newest to the oldest: what a resumed run repeated after its checkpoint is skipped, in one pass.
    for event in reversed(found):
        if isinstance(event, RunStarted):
            last = min(last, event.step)
        for tag, step, value in _values(event):
            if step <= last:
                curves.setdefault(tag, {}).setdefault(step, (event.time, value))
    return {tag: dict(sorted(points.items())) for tag, points in sorted(curves.items())}


def _values(event: Event) -> Iterator[tuple[str, int, float]]:
    """Yield tag, step and value of all numbers in an event."""
    found: dict[str, object] = {}
    if isinstance(event, StepDone):
        found = {f"loss/{name}": value for name, value in event.losses.items()}
        found |= {"pace/learning_rate": event.learning_rate, "pace/images_per_second": event.images_per_second}
    elif isinstance(event, Evaluated):
        found = {f"{event.on}/{name}": value for name, value in event.figures.items()}
    elif isinstance(event, MachineUse):
        found = {f"machine/{name}": getattr(event, name) for name in _MACHINE}
    if isinstance(event, (StepDone, Evaluated, MachineUse)):
        for tag, value in found.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield tag, int(event.step), float(value)


def _write(curves: dict[str, dict[int, tuple[float, float]]], folder: Path) -> None:
    from tensorboardX import SummaryWriter

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as made:
            writer = SummaryWriter(made, filename_suffix=_OURS)
            for tag, points in curves.items():
                for step, (time, value) in points.items():
                    writer.add_scalar(tag, value, step, walltime=time)
            writer.close()
            (file,) = Path(made).glob(f"events.out.tfevents.*{_OURS}")
            content, name = file.read_bytes(), file.name
        old = list(folder.glob(f"events.out.tfevents.*{_OURS}"))
        write_atomic(folder / name, content)
        for path in old:
            if path.name != name:
                path.unlink(missing_ok=True)
    except OSError as fault:
        raise MsdnError(f"{folder} cannot be written ({fault.strerror or fault}); choose another folder.") from fault
