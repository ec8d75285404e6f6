"""The tables of an ablation: the figures of each row, mean and deviation over its seeds, and their provenance."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msdn_core.atomic import write_atomic
from msdn_core.csv_text import csv_text
from msdn_core.domain.variants import Variant
from msdn_core.links import refuse_links
from msdn_core.recipes.ablation import ROWS, Ablation, Cell, row_label
from msdn_core.recipes.ablation_picture import Mark, Strip, draw
from msdn_core.recipes.config import RECIPES
from msdn_core.runs.trained_on import changed_since, taught_text, value_at

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = (("czsl", "CZSL"), ("U", "U"), ("S", "S"), ("H", "H"), ("ausuc", "AUSUC"))


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure of a row over its seeds, from 0 to 1."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float | None:
        """The mean; None without values."""
        return statistics.fmean(self.values) if self.values else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the sample; None for fewer than two values."""
        return statistics.stdev(self.values) if len(self.values) > 1 else None

    def __str__(self) -> str:
        if self.mean is None:
            return "–"
        spread = "" if self.deviation is None else f" ± {100 * self.deviation:.1f}"
        return f"{100 * self.mean:.1f}{spread}"


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row of the table."""

    row: str
    label: str
    seeds: tuple[int, ...]
    """The seeds whose runs are finished."""
    figures: dict[str, Spread]


@dataclass(frozen=True, slots=True)
class Report:
    """The results of the finished runs of an ablation."""

    ablation: Ablation
    rows: tuple[RowResult, ...]
    on: str
    """What the figures were measured on, for example ``test``."""
    selected_on: str
    data: Mapping[str, Any]
    """What the first finished run was trained on, as in ``data.json``; empty if none is finished."""
    taught: str = ""
    """By how many marked images its runs were taught, if they were."""
    findings: tuple[str, ...] = ()
    """Sentences that say which rows are not comparable."""

    @property
    def finished(self) -> int:
        """The number of finished runs."""
        return sum(len(row.seeds) for row in self.rows)

    @property
    def caption(self) -> str:
        """How the figures were obtained, in one line."""
        seeds = sorted({seed for row in self.rows for seed in row.seeds})
        if not seeds:
            return "no run is finished yet"
        seed_list = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {', '.join(map(str, seeds))}"
        taught = f", {self.taught}" if self.taught else ""
        return f"measured on {self.on}, selected on {self.selected_on}{taught}, {seed_list}"

    def made(self) -> dict[str, Any]:
        """Return the provenance of the figures."""
        return {"config": self.ablation.config.to_json(), "data": dict(self.data)}


def collect_results(ablation: Ablation) -> Report:
    """Return the figures of the finished runs; a row without any is empty."""
    cells = [cell for cell in ablation.cells() if cell.done]
    found = {cell.run.name: dict(cell.run.status().figures) for cell in cells}
    rows = tuple(_row(row, ablation, [cell for cell in cells if cell.row == row], found) for row in ablation.rows)
    all_figures = list(found.values())
    trained_on = [(cell, cell.run.data()) for cell in cells]
    # The validation and the marked images depend on the seed, so they differ on purpose.
    by_seed = ("validation", "taught")
    data = {name: value for name, value in trained_on[0][1].items() if name not in by_seed} if trained_on else {}
    findings = tuple(
        f"The {changed} of “{cell.run.name}” differ from those of “{cells[0].run.name}”, so their rows are not "
        "comparable."
        for cell, cell_data in trained_on
        if (changed := changed_since(cell_data, data))
    )
    taught = " or ".join(dict.fromkeys(text for _, cell_data in trained_on if (text := taught_text(cell_data))))
    on, selected_on = _common(all_figures, "on"), _common(all_figures, "selected_on")
    return Report(ablation, rows, on, selected_on, data, taught, findings)


def _row(row: str, ablation: Ablation, cells: Sequence[Cell], found: dict[str, dict[str, Any]]) -> RowResult:
    figures = {
        # The file is untrusted: anything that is not a number is ignored.
        key: Spread(tuple(v for cell in cells if isinstance(v := found[cell.run.name].get(key), (int, float))))
        for key, _ in FIGURES
    }
    return RowResult(row, row_label(row, ablation.config.variant), tuple(cell.seed for cell in cells), figures)


def _common(all_figures: Sequence[dict[str, Any]], key: str) -> str:
    return " and ".join(sorted({str(figures.get(key, "unknown")) for figures in all_figures})) or "not measured"


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write ``table.md``, ``table.csv``, ``picture.svg`` and ``results.json``, each whole or not at all."""
    if folder == report.ablation.folder:
        # The window writes there on its own: an untrusted project must not redirect it to another place.
        refuse_links(report.ablation.project, folder)
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "table.md": markdown(report),
        "table.csv": as_csv(report),
        "picture.svg": picture(report),
        "results.json": json.dumps(as_json(report), indent=1, ensure_ascii=False) + "\n",
    }
    for name, content in contents.items():
        write_atomic(folder / name, content)
    return [folder / name for name in contents]


def as_json(report: Report) -> dict[str, Any]:
    """Return all results, including those of single runs, as JSON values; figures from 0 to 1."""
    done = [cell for cell in report.ablation.cells() if cell.done]
    return {
        "name": report.ablation.name,
        "measured_on": report.on,
        "selected_on": report.selected_on,
        "taught": report.taught,
        "rows": [
            {
                "row": row.row,
                "settings": dict(ROWS[row.row]),
                "seeds": list(row.seeds),
                "mean": {key: row.figures[key].mean for key, _ in FIGURES},
                "deviation": {key: row.figures[key].deviation for key, _ in FIGURES},
            }
            for row in report.rows
        ],
        "runs": [
            {"run": cell.run.name, "row": cell.row, "seed": cell.seed, "figures": dict(cell.run.status().figures)}
            for cell in done
        ],
        "made": report.made(),
    }


def as_csv(report: Report) -> str:
    """Return one line per row: figures in percent, empty if missing, and their provenance in the last columns."""
    made, config = report.data, report.ablation.config
    names = [f"{label}_{what}" for _, label in FIGURES for what in ("mean", "deviation")]
    origin = {
        "measured_on": report.on,
        "selected_on": report.selected_on,
        "taught": report.taught,
        "variant": config.variant,
        "recipe": config.recipe,
        "train_images": value_at(made, "images", "train", "fingerprint") or "",
        "test_images": value_at(made, "images", "test", "fingerprint") or "",
        "device": value_at(made, "device") or "",
        "torch": value_at(made, "versions", "torch") or "",
    }
    lines: list[list[str]] = [["row", "seeds", *names, *origin]]
    for row in report.rows:
        spreads = [row.figures[key] for key, _ in FIGURES]
        numbers = [value for spread in spreads for value in (spread.mean, spread.deviation)]
        cells = ["" if value is None else f"{100 * value:.4f}" for value in numbers]
        lines.append([row.row, " ".join(map(str, row.seeds)), *cells, *origin.values()])
    return csv_text(lines, always_marked=False)


def markdown(report: Report) -> str:
    """Return the table with its provenance below."""
    ablation = report.ablation
    lines = [f"# Ablation “{ablation.name}” of {ablation.project.name}", ""]
    lines += ["| row | " + " | ".join(label for _, label in FIGURES) + " | seeds |"]
    lines += ["|---|" + "---:|" * (len(FIGURES) + 1)]
    for row in report.rows:
        cells = " | ".join(str(row.figures[key]) for key, _ in FIGURES)
        lines.append(f"| {row.label} | {cells} | {len(row.seeds)} |")
    spread = (
        ", mean ± standard deviation of the sample over seeds" if any(len(r.seeds) > 1 for r in report.rows) else ""
    )
    lines += ["", f"Per cent{spread}; {report.caption}.", "", *report.findings]
    made = ["## Provenance", "", *_origin(report)] if report.data else []
    return "\n".join([*lines, *made]) + "\n"


def _origin(report: Report) -> list[str]:
    config, made = report.ablation.config, report.data
    recipe = RECIPES.get(config.recipe, config).to_json()
    changed = [f"{name}={value}" for name, value in config.to_json().items() if recipe[name] != value]
    reading = " (our reading of the paper's equations)" if config.variant == Variant.PAPER else ""

    def at(*path: str) -> str:
        found = value_at(made, *path)
        return "?" if found is None else str(found)

    parts = ", ".join(f"{name} {at('splits', name)}" for name in ("train", "test_seen", "test_unseen"))
    known_as = value_at(made, "splits", "known_as")
    known = f", known as {known_as}" if known_as else ""
    versions = value_at(made, "versions")
    named = versions.items() if isinstance(versions, Mapping) else ()
    return [
        f"- variant {config.variant}{reading}; recipe {config.recipe}, "
        + (f"changed in {', '.join(changed)}" if changed else "unchanged"),
        f"- features of {at('features', 'backbone', 'name')} at {at('features', 'backbone', 'size')} px, "
        f"{at('features', 'fingerprint')}; word vectors: {value_at(made, 'word_vectors') or 'of unknown source'}",
        f"- {at('classes', 'count')} classes ({at('classes', 'seen')} seen) {at('classes', 'fingerprint')}, "
        f"{at('attributes', 'count')} attributes {at('attributes', 'fingerprint')}",
        f"- {at('images', 'train', 'count')} training images {at('images', 'train', 'fingerprint')}, "
        f"{at('images', 'test', 'count')} test images {at('images', 'test', 'fingerprint')}, "
        f"{at('images', 'left_out')} left out",
        f"- splits: {parts}{known}",
        f"- {', '.join(f'{name} {version}' for name, version in named) or 'versions unknown'}",
        f"- {at('machine', 'device')} ({at('machine', 'name')}), {at('machine', 'threads')} threads, "
        f"{at('machine', 'system')}",
    ]


def picture(report: Report) -> str:
    """Return H and CZSL of every row as an SVG."""
    strips = [
        Strip(row.label, tuple(Mark(name, row.figures[key].values) for key, name in (("H", "H"), ("czsl", "CZSL"))))
        for row in report.rows
    ]
    config = report.ablation.config
    title = f"Ablation of {report.ablation.project.name}, variant {config.variant}, recipe {config.recipe}"
    spread = ", mean ± standard deviation" if any(len(row.seeds) > 1 for row in report.rows) else ""
    return draw(strips, title=title, caption=f"percent{spread}; {report.caption}")
