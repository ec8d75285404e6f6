"""Tables of a report: figures at each gamma, classes, attributes and parts, of one run or of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.metrics import confusions
from msdn_core.number_text import percent, points
from msdn_core.runs.evaluated_run import GAMMAS, TRAINED, EvaluatedRun
from msdn_core.runs.figure_text import FIGURES, gamma_text, selection_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from msdn_core.report.reported_run import ReportedRun
    from msdn_core.runs.evaluations import Row
    from msdn_core.runs.noise import MeasureNoise, Noise

CONFUSIONS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, bar and tooltip."""

    text: str
    share: float | None = None
    """The length of its bar from 0 to 1; None without a bar."""
    colour: str = "first"
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its name, its mark (``seen``, ``unseen`` or none), and its cells."""

    name: str
    cells: tuple[Cell, ...]
    mark: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Headings and rows; empty if nothing was measured."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]


def figure_table(runs: Sequence[ReportedRun], noise: Noise | None) -> FigureTable:
    """Return CZSL, U, S and H at each gamma; for two runs also the differences, with ≈ if they are within noise."""
    run, other = runs[0].tested, runs[1].tested if len(runs) > 1 else None
    lines = []
    for choice in GAMMAS:
        for number, one in enumerate((run, other)):
            row = one.row(choice) if one is not None else None
            if one is None or row is None:
                continue
            name = gamma_text(one, choice) if other is None else f"{one.name} · {gamma_text(one, choice)}"
            cells = tuple(Cell(percent(row.get(figure))) for figure, _ in FIGURES)
            lines.append(Line(name, cells, "run" if number == 0 else "other", selection_text(one, choice)))
        differences = _differences(choice, run, other, noise) if other is not None else ()
        if differences:
            lines.append(Line("difference", differences, "difference"))
    return FigureTable(tuple(word for _, word in FIGURES), tuple(lines))


def class_table(runs: Sequence[ReportedRun], noise: Noise | None) -> FigureTable:
    """Return one row per class with test images, the worst of the first run first."""
    tested = [run.tested for run in runs]
    accuracies = [run.accuracies(run.gamma(TRAINED)) for run in tested]
    first, table = tested[0], tested[0].table
    rows = {row.get("class"): row for row in first.evaluation.classes}
    others = [[_value(accuracies[1], run, name) for name in table.classes] for run in tested[1:]]
    lines = []
    for number in np.argsort(accuracies[0], kind="stable").tolist():
        if not first.images_of_class[number]:
            continue
        name, accuracy = table.classes[number], float(accuracies[0][number])
        cells = [_bar(accuracy)]
        for values in others:
            within = bool(noise.classes[number]) if noise is not None else False
            cells += [_bar(values[number], "second"), _difference(values[number] - accuracy, within)]
        row = rows.get(name, {})
        confused = row.get("most_taken_for")
        cells += [Cell(f"{int(first.images_of_class[number]):,}")]
        confusion = f"{confused} ({row.get('taken_for_it'):.0f})" if confused and row.get("taken_for_it") else ""
        lines.append(Line(name, tuple(cells), "seen" if table.seen[number] else "unseen", confusion))
    headings = ("accuracy",) if len(runs) < 2 else (runs[0].name, runs[1].name, "difference")
    return FigureTable((*headings, "images"), tuple(lines))


def attribute_table(runs: Sequence[ReportedRun], noise: MeasureNoise | None) -> FigureTable:
    """Return one row per attribute, the lowest of the first run first; areas under the ROC curve, 50 is chance."""
    names = [attribute.full_name for attribute in runs[0].tested.table.attributes]
    within = dict(zip(names, noise.attributes.tolist(), strict=True)) if noise is not None else {}
    measures = (
        ("auc_fused", "AUC", "first"),
        ("auc_av", "A→V", "av"),
        ("auc_va", "V→A", "va"),
        ("auc_unseen", "AUC, unseen classes", "first"),
        ("map_overlap", "map overlap", "quiet"),
        ("images_with", "images", ""),
    )
    return _measured(runs, "attribute", measures, lambda run: run.evaluation.attributes, within)


def part_table(runs: Sequence[ReportedRun], noise: MeasureNoise | None) -> FigureTable:
    """Return one row per part, the least found first."""
    names = runs[0].tested.evaluation.measures.parts.tolist()
    within = dict(zip(names, noise.parts.tolist(), strict=True)) if noise is not None else {}
    measures = (
        ("pcp_usual_av", "PCP A→V", "av"),
        ("pcp_usual_va", "PCP V→A", "va"),
        ("pointing_av", "pointing A→V", "av"),
        ("pointing_va", "pointing V→A", "va"),
        ("images", "images", ""),
    )
    return _measured(runs, "part", measures, lambda run: run.evaluation.parts, within)


def confusion_table(run: EvaluatedRun, gamma: float) -> list[tuple[str, str, int, int]]:
    """Return (class, predicted class, images, images of the class), the most frequent first."""
    names, totals = run.table.classes, run.images_of_class
    found = confusions(run.labels, run.predictions(gamma), len(names))[:CONFUSIONS]
    return [(names[label], names[other], count, int(totals[label])) for label, other, count in found]


def _differences(choice: str, run: EvaluatedRun, other: EvaluatedRun, noise: Noise | None) -> tuple[Cell, ...]:
    mine, theirs = run.row(choice), other.row(choice)
    if mine is None or theirs is None:
        return ()
    cells = []
    for figure, _ in FIGURES:
        if mine.get(figure) is None or theirs.get(figure) is None:
            cells.append(Cell("–"))
            continue
        sign = noise.sign(choice, figure) if noise is not None else ""
        tip = noise.tooltip(choice, figure) if noise is not None else ""
        cells.append(Cell(f"{sign}{points(theirs[figure] - mine[figure])}", tip=tip))
    return tuple(cells)


def _measured(
    runs: Sequence[ReportedRun],
    key: str,
    measures: Sequence[tuple[str, str, str]],
    rows_of: Callable[[EvaluatedRun], list[Row]],
    within: dict[str, bool],
) -> FigureTable:
    """Return the first run's measures; of a second run only its first measure and the difference."""
    main = measures[0][0]
    rows = sorted((row for row in rows_of(runs[0].tested) if row.get(key)), key=lambda row: _known(row.get(main), 2.0))
    if not rows:
        return FigureTable((), ())
    other = {row.get(key): row for row in rows_of(runs[1].tested)} if len(runs) > 1 else None
    lines = []
    for row in rows:
        name, cells = str(row[key]), []
        for index, (field, _, colour) in enumerate(measures):
            value = _known(row.get(field))
            cells.append(_bar(value, colour) if colour else Cell("–" if np.isnan(value) else f"{value:,.0f}"))
            if index == 0 and other is not None:
                theirs = _known(other.get(row[key], {}).get(field))
                cells += [_bar(theirs, "second"), _difference(theirs - value, within.get(name, False))]
        lines.append(Line(name, tuple(cells)))
    headings = [heading for _, heading, _ in measures]
    if other is not None:
        headings[:1] = [f"{headings[0]} {runs[0].name}", f"{headings[0]} {runs[1].name}", "difference"]
    return FigureTable(tuple(headings), tuple(lines))


def _value(accuracies: NDArray[np.float64], run: EvaluatedRun, name: str) -> float:
    row = run.table.class_index.get(name)
    return float(accuracies[row]) if row is not None else float("nan")


def _bar(value: float, colour: str = "first") -> Cell:
    return Cell("–") if np.isnan(value) else Cell(percent(value), min(max(value, 0.0), 1.0), colour)


def _difference(value: float, within: bool) -> Cell:
    return Cell("–") if np.isnan(value) else Cell(f"{'≈ ' if within else ''}{points(value)}")


def _known(value: object, otherwise: float = float("nan")) -> float:
    return float(value) if isinstance(value, (int, float)) else otherwise
