"""The guide's pictures of Evaluate."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from benchmarks.pictures.stage import Picture, Stage
from msdn_gui.evaluate.workspace import EvaluateWorkspace


def _page(stage: Stage, title: str) -> EvaluateWorkspace:
    workspace = stage.find(EvaluateWorkspace)
    workspace.results.tabs.setCurrentWidget(next(page for page in workspace.results.pages if page.title == title))
    stage.settle()
    return workspace


def _confusion(stage: Stage) -> None:
    page = _page(stage, "Confusion").results.confusion
    run = page.images.selection.run
    true, predicted, _ = _page(stage, "Errors").results.errors.model.pairs[0]
    _page(stage, "Confusion")
    names = run.table.classes
    stage.click(page.plot.plot, page.cell_at(names[true], names[predicted]).toPoint())


def _errors(stage: Stage) -> None:
    _page(stage, "Errors")


def _attributes(stage: Stage) -> None:
    _page(stage, "Attributes")


def _parts(stage: Stage) -> None:
    """The part with the lowest result, and its images."""
    page = _page(stage, "Parts").results.parts
    stage.click_cell(page.parts.table, 0)


def _report(stage: Stage) -> None:
    """The beginning of a report, in a browser."""
    file = stage.session.document.project.path / "report.html"
    words = ("report", stage.session.document.project.path, "demo-01", "-o", file)
    subprocess.run([sys.executable, "-m", "msdn_core", *map(str, words)], check=True)
    stage.browse(file, (1280, 1600))


def _difference(stage: Stage) -> None:
    """The difference from another seed, trained briefly; zoomed in until class names appear."""
    project = stage.session.document.project.path
    for words in (
        ("train", project, "--recipe", "demo", "--name", "short", "--set", "steps=40", "evaluate_every=20", "seed=1"),
        ("evaluate", project, "--run", "short", "--keep"),
    ):
        subprocess.run([sys.executable, "-m", "msdn_core", *map(str, words)], check=True, capture_output=True)
    workspace = stage.find(EvaluateWorkspace)
    stage.wait(lambda: workspace.evaluations.entry("short") is not None)
    workspace.evaluations.list_runs()
    stage.wait(lambda: workspace.results.header.compare.findData("short") >= 0)
    workspace.results.header.compare.setCurrentIndex(workspace.results.header.compare.findData("short"))
    page = _page(stage, "Confusion").results.confusion
    page.runs.setCurrentIndex(page.runs.count() - 1)
    page.errors_only.setChecked(True)
    stage.settle()
    true, predicted, _ = max(_page(stage, "Errors").results.errors.model.pairs, key=lambda pair: pair[2])
    _page(stage, "Confusion")
    names = page.images.selection.run.table.classes
    stage.click(page.plot.plot, page.cell_at(names[true], names[predicted]).toPoint())
    for _ in range(4):
        QTest.keyClick(page.plot.plot, Qt.Key.Key_Plus)
    stage.settle()


def _embedding(stage: Stage) -> None:
    """t-SNE coloured by correctness, with the images near a misclassified one."""
    page = _page(stage, "Embedding").results.embedding
    page.layouts.setCurrentIndex(page.layouts.findText("t-SNE"))
    if page.make.isVisible():
        stage.click(page.make)
    stage.wait(lambda: page.facts.text().startswith("t-SNE, perplexity"))
    page.colouring.setCurrentIndex(page.colouring.findText("Colour by correctness"))
    stage.settle()
    run = page.images.selection.run
    wrong = int((run.predictions(run.gamma("trained")) != run.labels).argmax())
    stage.click(page.plot.plot, page.plot.position_of(wrong).toPoint())


PICTURES = (
    Picture("evaluate-confusion", "evaluate", _confusion),
    Picture("evaluate-difference", "evaluate", _difference),
    Picture("evaluate-errors", "evaluate", _errors),
    Picture("evaluate-attributes", "evaluate", _attributes),
    Picture("evaluate-parts", "evaluate", _parts),
    Picture("evaluate-embedding", "evaluate", _embedding),
    Picture("evaluate-report", "evaluate", _report),
)
