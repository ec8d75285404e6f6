"""The report: one HTML page that loads nothing from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import numpy as np
from markupsafe import Markup

from msdn_core.atomic import write_atomic
from msdn_core.domain.metrics.seeds import configuration
from msdn_core.number_text import percent
from msdn_core.report import facts, tables
from msdn_core.report.charts import Line, Mark, chart
from msdn_core.report.examples import ExampleMaker, typical_images, worst_errors
from msdn_core.report.pictures import confusion_svg
from msdn_core.report.reported_run import ReportedRun, read_reported_run, thin_points
from msdn_core.runs.evaluated_run import BEST, GAMMAS, TRAINED, VALIDATED
from msdn_core.runs.figure_text import seed_differences, seed_summary, selection_text
from msdn_core.runs.noise import NOISE_NOTE, measure_noise, noise_between
from msdn_core.version import __version__

if TYPE_CHECKING:
    from msdn_core.project import Project
    from msdn_core.runs.directory import RunDirectory

_SIGNS = {TRAINED: "square", VALIDATED: "circle", BEST: "triangle"}
_VALIDATED = (("H", "H"), ("U", "U"), ("S", "S"), ("czsl", "CZSL"))

ProgressReport = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report that was written, and what a user should know about it."""

    file: Path
    runs: tuple[str, ...]
    findings: tuple[str, ...]
    """Sentences: what is out of date, and what could not be shown."""
    is_stale: bool
    """Whether an evaluation in it is out of date."""


def write_report(
    project: Project,
    runs: Sequence[RunDirectory],
    file: Path,
    *,
    kind: str | None = None,
    device: str = "auto",
    progress: ProgressReport = lambda *_: None,
) -> WrittenReport:
    """Write the report of one run, or of two side by side, as an HTML file.

    Images that are missing, and maps that cannot be computed, are left out and mentioned.

    Parameters
    ----------
    project, runs
        The project and one or two of its runs.
    file
        The file to write.
    kind
        The checkpoint, ``best`` or ``last``; by default the one that represents a run.
    device
        The device that maps are computed on.
    progress
        Called with the number of images explained and their total.

    Raises
    ------
    RunError
        If a run has not been evaluated, or its files cannot be read.
    MsdnError
        If the file cannot be written.
    """
    table, images = project.table(), project.images()
    reported = [read_reported_run(project, run, kind, table, images) for run in runs]
    tested = [run.tested for run in reported]
    gammas = [run.gamma(TRAINED) for run in tested]
    noise = noise_between(tested[0], tested[1], TRAINED) if len(tested) > 1 else None
    of_measures = measure_noise(tested[0], tested[1]) if len(tested) > 1 else None
    correct, errors = typical_images(tested[0], gammas[0]), worst_errors(tested[0], gammas[0])
    done, total = iter(range(1, 1_000)), len(correct) + len(errors)
    maker = ExampleMaker(
        project.path,
        tested,
        gammas,
        {image.id: image for image in images},
        device=device,
        on_image=lambda: progress(next(done), total),
    )
    examples, wrong = maker.examples(correct), maker.examples(errors)
    stale = [f"{run.name}: {sentence}" for run in reported for sentence in run.tested.stale]
    doubts = [f"{run.name}: {run.tested.doubt}" for run in reported if run.tested.doubt]
    content: dict[str, Any] = {
        "project": project.name,
        "runs": reported,
        "heads": [_head(run) for run in reported],
        "made_at": time.strftime("%Y-%m-%d %H:%M"),
        "version": __version__,
        "stale": stale,
        "figures": tables.figure_table(reported, noise),
        "notes": _notes(reported, compared=noise is not None),
        "curve": _curve(reported),
        "areas": [percent(run.curve.area) if run.curve is not None else "–" for run in tested],
        "data": facts.data_facts(reported),
        "settings": facts.setting_facts(reported),
        "maps": facts.map_facts(reported),
        "origin": facts.origin_facts(reported),
        "losses": _losses(reported),
        "validation": _validation(reported),
        "classes": tables.class_table(reported, noise),
        "attributes": tables.attribute_table(reported, of_measures),
        "parts": tables.part_table(reported, of_measures),
        "confusions": [
            (
                run.name,
                Markup(confusion_svg(run, gamma, f"Confusion of {run.name}")),
                tables.confusion_table(run, gamma),
            )
            for run, gamma in zip(tested, gammas, strict=True)
        ],
        "examples": examples,
        "errors": wrong,
        "wrong": int((tested[0].predictions(gammas[0]) != tested[0].labels).sum()),
        "tested": len(tested[0].labels),
        "findings": [*doubts, *maker.findings, *_missing(reported)],
    }
    write_atomic(file, _environment().get_template("report.html").render(content))
    return WrittenReport(file, tuple(run.name for run in reported), (*stale, *maker.findings), bool(stale))


def _environment() -> jinja2.Environment:
    # Names of classes, images and runs are untrusted: everything that is not made here is escaped.
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _head(run: ReportedRun) -> dict[str, str]:
    figures = run.tested.figures
    step = figures.get("step")
    seed = run.config.get("seed")
    return {
        "name": run.name,
        "checkpoint": f"{run.tested.kind} checkpoint" + (f", step {step:,}" if isinstance(step, int) else ""),
        "selected": selection_text(run.tested).replace("checkpoint ", "", 1),
        "seed": "unknown" if seed is None else str(seed),
        "variant": str(figures.get("variant", "?")),
        "sub_nets": str(figures.get("sub_nets", "?")),
        "notes": run.notes.text.strip(),
        "tags": ", ".join(run.notes.tags),
    }


def _notes(runs: Sequence[ReportedRun], *, compared: bool) -> list[str]:
    """Return the notes below the figures: the number of seeds, and what is noise."""
    notes = []
    for run in runs:
        seed = run.config.get("seed")
        if len(run.seeds) > 1:
            notes.append(f"{run.name}: {seed_summary(run.seeds)}.")
        else:
            notes.append(f"{run.name}: one seed{'' if seed is None else f' ({seed})'}; other seeds may differ.")
    if len(runs) > 1 and configuration(runs[0].config) != configuration(runs[1].config):
        notes += [f"{sentence}." for sentence in seed_differences(runs[0].seeds, runs[1].seeds)]
    if len(runs) > 1:
        notes.append(
            NOISE_NOTE
            if compared
            else "The runs were measured on different test images, so the noise of differences is unknown."
        )
    return notes


def _curve(runs: Sequence[ReportedRun]) -> Markup | None:
    lines, marks = [], []
    for number, run in enumerate(runs):
        curve = run.tested.curve
        if curve is None:
            continue
        lines.append(Line(100 * np.stack([curve.seen, curve.unseen], axis=1), number))
        for choice in GAMMAS:
            row = run.tested.row(choice)
            if row is not None and row.get("S") is not None and row.get("U") is not None:
                marks.append(Mark(100 * row["S"], 100 * row["U"], _SIGNS[choice], number))
    if not lines:
        return None
    return Markup(
        chart(
            lines,
            marks=marks,
            title="Seen-unseen curve",
            x_label="S, seen, percent",
            y_label="U, unseen, percent",
            size=(460, 400),
            ends=(0, 102, 0, 102),
        )
    )


def _losses(runs: Sequence[ReportedRun]) -> list[tuple[str, Markup]]:
    """Return one chart per term of the loss, the total first."""
    names = dict.fromkeys(name for run in runs for name in run.curves.losses)
    ordered = sorted(names, key=lambda name: name != "total")
    return [(_term_label(name), _small_chart(runs, "losses", name, 1.0)) for name in ordered]


def _term_label(name: str) -> str:
    """Return a label for a term of the loss: ``ce_av`` as cross-entropy A→V."""
    term, _, side = name.rpartition("_") if name.endswith(("_av", "_va")) else (name, "", "")
    words = {
        "ce": "cross-entropy",
        "ce_global": "cross-entropy of the global branch",
        "jsd": "JSD",
        "l2": "l2 distance",
    }.get(term, term.replace("_", " "))
    return f"{words} {side[0].upper()}→{side[1].upper()}" if side else words


def _validation(runs: Sequence[ReportedRun]) -> list[tuple[str, Markup]]:
    names = {name for run in runs for name in run.curves.validation}
    return [(label, _small_chart(runs, "validation", name, 100.0)) for name, label in _VALIDATED if name in names]


def _small_chart(runs: Sequence[ReportedRun], which: str, name: str, scale: float) -> Markup:
    lines = [
        Line(thin_points(points) * (1.0, scale), number)
        for number, run in enumerate(runs)
        if (points := getattr(run.curves, which).get(name))
    ]
    return Markup(chart(lines, title=f"{name} over steps", x_label="step", size=(300, 180)))


def _missing(runs: Sequence[ReportedRun]) -> list[str]:
    """Return what the evaluations could not measure."""
    missing = []
    for run in runs:
        sentences = run.tested.figures.get("missing")
        missing += [f"{run.name}: {sentence}" for sentence in sentences] if isinstance(sentences, list) else []
    return missing
