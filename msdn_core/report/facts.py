"""The facts of a report: data, settings, measures of the maps, versions; one column per run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from msdn_core.number_text import exact_number, percent
from msdn_core.recipes.config import RECIPES, TrainConfig
from msdn_core.runs.trained_on import taught_text, value_at

if TYPE_CHECKING:
    from msdn_core.report.reported_run import ReportedRun


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: a label, and a value per run."""

    label: str
    values: tuple[str, ...]
    help: str = ""
    changed: bool = False
    """Whether a setting differs from the recipe."""

    @property
    def differs(self) -> bool:
        """Whether the runs differ in it."""
        return len(set(self.values)) > 1


def data_facts(runs: Sequence[ReportedRun]) -> list[Fact]:
    """Return what each run was trained and measured on; equal fingerprints mean equal content."""

    def counted(*path: str) -> Callable[[ReportedRun], str]:
        return lambda run: _joined(_at(run.data, *path, "count"), "", _fingerprint(run.data, *path))

    def split(name: str, label: str, images: str) -> Fact:
        return _fact(
            label,
            runs,
            lambda run: _joined(_at(run.tested.figures, "images", images), "images", _split_fingerprint(run, name)),
        )

    facts = [
        _fact(
            "Classes",
            runs,
            lambda run: _joined(
                _at(run.data, "classes", "count"),
                f"({_at(run.data, 'classes', 'seen') or '?'} seen)",
                _fingerprint(run.data, "classes"),
            ),
        ),
        _fact("Attributes", runs, counted("attributes")),
        _fact("Word vectors", runs, lambda run: _at(run.data, "word_vectors") or "unknown source"),
        _fact("Training images", runs, counted("images", "train")),
        _fact(
            "Training split",
            runs,
            lambda run: _joined("", _known_as(run), _bracketed(_at(run.data, "splits", "train"))),
        ),
        split("test_seen", "Test images of seen classes", "test_seen"),
        split("test_unseen", "Test images of unseen classes", "test_unseen"),
        _fact("Images left out", runs, lambda run: _at(run.tested.figures, "images", "left_out")),
        _fact("Validation", runs, _validation),
        _fact("Attention", runs, _taught, "Figures of a run taught by marks are not those of one without marks."),
        _fact("Features", runs, _features),
    ]
    return [fact for fact in facts if any(fact.values)]


def setting_facts(runs: Sequence[ReportedRun]) -> list[Fact]:
    """Return all settings in the order of the form; ``changed`` marks those that differ from a run's recipe."""
    facts = []
    for entry in fields(TrainConfig):
        values = tuple(_setting(run.config.get(entry.name, "")) for run in runs)
        changed = entry.name != "recipe" and any(
            (recipe := RECIPES.get(str(run.config.get("recipe")))) is not None
            and entry.name in run.config
            and _setting(getattr(recipe, entry.name)) != _setting(run.config[entry.name])
            for run in runs
        )
        facts.append(Fact(entry.metadata["label"], values, entry.metadata["help"], changed))
    return facts


def map_facts(runs: Sequence[ReportedRun]) -> list[Fact]:
    """Return the measures of attribute scores and maps; shares in percent."""

    def both(*path: str, chance: str = "", fused: str = "") -> Callable[[ReportedRun], str]:
        def text(run: ReportedRun) -> str:
            found = value_at(run.tested.figures, *path)
            if not isinstance(found, Mapping):
                return ""
            prefix = "auc_" if path == ("attributes",) else ""
            values = f"A→V {percent(found.get(f'{prefix}av'))}, V→A {percent(found.get(f'{prefix}va'))}"
            values += f", fused {percent(found.get(fused))}" if fused else ""
            return values + (f", by chance {percent(found.get(chance))}" if chance else "")

        return text

    def area(way: str) -> Callable[[ReportedRun], str]:
        def text(run: ReportedRun) -> str:
            found = value_at(run.tested.figures, "region_insertion")
            if not isinstance(found, Mapping):
                return ""
            sides = [f"{words} {percent(value_at(found, side, way))}" for side, words in (("av", "A→V"), ("va", "V→A"))]
            evidence = value_at(found, "evidence", way)
            sides += [f"by evidence {percent(evidence)}"] if evidence is not None else []
            return f"{', '.join(sides)}, by chance {percent(found.get('random'))}"

        return text

    def agreement(run: ReportedRun) -> str:
        found = value_at(run.tested.figures, "agreement")
        if not isinstance(found, Mapping):
            return ""
        jsd = found.get("jsd_nats")
        nats = f"{jsd:.3f}" if isinstance(jsd, (int, float)) else "–"
        return f"map overlap {percent(found.get('map_overlap'))}, divergence of predictions {nats} nats"

    def truth(run: ReportedRun) -> str:
        return _at(run.tested.figures, "attributes", "truth")

    against = " and ".join(sorted({truth(run) for run in runs} - {""})) or "the known truth"
    protocol = " and ".join(sorted({_at(run.tested.figures, "pcp", "protocol") for run in runs} - {""}))
    facts = [
        _fact(
            "Attribute AUC", runs, both("attributes", fused="auc_fused"), f"Measured against {against}; 50 is chance."
        ),
        _fact(
            "Pointing game",
            runs,
            both("pointing", chance="chance"),
            "Share of maps whose peak is at the attribute's part.",
        ),
        _fact("Parts found (PCP)", runs, both("pcp", "usual"), f"Usual box; {protocol}."),
        _fact("Parts found, strict", runs, both("pcp", "strict"), f"Strict box; {protocol}."),
        _fact(
            "Region insertion", runs, area("insertion"), "Area under the class probability while regions are inserted."
        ),
        _fact(
            "Region deletion",
            runs,
            area("deletion"),
            "Area under the class probability while regions are deleted; lower is better.",
        ),
        _fact("Agreement", runs, agreement, "Between the two sub-nets."),
    ]
    return [fact for fact in facts if any(fact.values)]


def origin_facts(runs: Sequence[ReportedRun]) -> list[Fact]:
    """Return with which versions and on which machine each run was trained and measured."""

    def versions(content: Callable[[ReportedRun], Any]) -> Callable[[ReportedRun], str]:
        return lambda run: ", ".join(f"{_name(name)} {version}" for name, version in _pairs(content(run)))

    def machine(content: Callable[[ReportedRun], Any]) -> Callable[[ReportedRun], str]:
        def text(run: ReportedRun) -> str:
            found = content(run)
            device, name = _at(found, "device"), _at(found, "name")
            threads, system = _at(found, "threads"), _at(found, "system")
            return f"{device} ({name}), {threads} threads, {system}" if device else ""

        return text

    facts = [
        _fact("Checkpoint", runs, lambda run: _joined("", run.tested.kind, _bracketed(_measured(run, "checkpoint")))),
        _fact("Trained with", runs, versions(lambda run: run.data.get("versions"))),
        _fact("Trained on", runs, machine(lambda run: run.data.get("machine"))),
        _fact("Measured with", runs, versions(lambda run: value_at(run.tested.figures, "measured", "versions"))),
        _fact("Measured on", runs, machine(lambda run: value_at(run.tested.figures, "measured", "machine"))),
        _fact("Measuring precision", runs, lambda run: _measured(run, "precision")),
    ]
    return [fact for fact in facts if any(fact.values)]


def _fact(label: str, runs: Sequence[ReportedRun], value: Callable[[ReportedRun], str], help: str = "") -> Fact:
    return Fact(label, tuple(value(run) for run in runs), help)


def _at(content: Any, *path: str) -> str:
    """Return the value at a path as text; empty if it does not exist: the content is untrusted."""
    found = value_at(content, *path)
    return "" if found is None or isinstance(found, (Mapping, list)) else _value_text(found)


def _value_text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else _setting(value)


def _setting(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return exact_number(value) if isinstance(value, float) else str(value)


def _joined(count: str, what: str, fingerprint: str) -> str:
    words = " ".join(part for part in (count, what) if part)
    return f"{words} {fingerprint}".strip()


def _bracketed(fingerprint: str) -> str:
    return f"[{fingerprint}]" if fingerprint else ""


def _fingerprint(data: Mapping[str, Any], *path: str) -> str:
    return _bracketed(_at(data, *path, "fingerprint"))


def _split_fingerprint(run: ReportedRun, split: str) -> str:
    return _bracketed(_measured(run, "splits", split))


def _measured(run: ReportedRun, *path: str) -> str:
    return _at(run.tested.figures, "measured", *path)


def _known_as(run: ReportedRun) -> str:
    known = _at(run.data, "splits", "known_as")
    return f"known as {known}" if known else "the project's own split"


def _validation(run: ReportedRun) -> str:
    found = run.data.get("validation")
    if not isinstance(found, Mapping):
        return ""
    classes = found.get("classes")
    held = f", {len(classes)} classes held out" if isinstance(classes, list) and classes else ""
    if found.get("source") == "none":
        return "none"
    source = {"given": "proposed by the data set"}.get(_at(found, "source"), _at(found, "source"))
    images = f"{_at(found, 'count')} images ({source}){held}"
    return f"{images} {_fingerprint(run.data, 'validation')}".strip()


def _taught(run: ReportedRun) -> str:
    taught = taught_text(run.data)
    marks = _at(run.data, "taught", "marks")
    return f"{taught}, {marks or 'unknown'} marks {_fingerprint(run.data, 'taught')}".strip() if taught else ""


def _features(run: ReportedRun) -> str:
    spec = value_at(run.data, "features", "backbone")
    name, size = _at(spec, "name"), _at(spec, "size")
    if not name:
        return ""
    weights = _at(spec, "weights")
    return f"{name} at {size} px, weights {weights or 'unknown'} {_fingerprint(run.data, 'features')}".strip()


def _name(name: str) -> str:
    return {"msdn_explorer": "MSDN Explorer", "python": "Python"}.get(name, name)


def _pairs(content: Any) -> list[tuple[str, str]]:
    return [(str(name), _value_text(value)) for name, value in content.items()] if isinstance(content, Mapping) else []
