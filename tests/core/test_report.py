"""Reports: one file with all results that loads nothing and escapes every name."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from array import array
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np
import pytest
import small_run
from PIL import Image

from msdn_core.cli.main import main
from msdn_core.project import Project
from msdn_core.report.charts import ticks
from msdn_core.report.reported_run import MOST_POINTS, read_curves, thin_points
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.evaluated_run import TRAINED, read_evaluated_run
from msdn_core.runs.evaluations import evaluation_folder, read_evaluation
from msdn_core.runs.events import Evaluated, StepDone
from msdn_core.runs.listing import find_run
from msdn_core.runs.noise import noise_between
from msdn_core.training import loop

if TYPE_CHECKING:
    from pathlib import Path

EVIL = '<script>alert("x")</script>'
VOID = {"meta", "br", "img", "image", "path", "rect", "circle", "polyline"}


class Page(HTMLParser):
    """The text and elements of a page; fails where its elements are not nested soundly."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))
        assert self.open == [], "every element is closed"
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    def pictures(self) -> list[Image.Image]:
        """All raster pictures, decoded."""
        uris = [attrs.get("src") or attrs.get("href") for tag, attrs in self.tags if tag in ("img", "image")]
        return [Image.open(io.BytesIO(base64.b64decode(uri.partition("base64,")[2]))) for uri in uris]


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """Two barely trained runs, of which the first is evaluated; one class has a name that is markup."""
    project = small_run.make_project(tmp_path_factory.mktemp("reported") / "birds")
    with Project.open(project) as opened:
        opened.rename_class("class13", EVIL)
    for name, seed in (("one", 0), ("two", 1)):
        loop.run_training(
            RunDirectory.create(project, name, small_run.settings(steps=8, evaluate_every=4, seed=seed).to_json())
        )
    assert main(["evaluate", str(project), "--run", "one", "--keep"]) == 0
    return project


@pytest.fixture
def project(trained: Path, tmp_path: Path) -> Path:
    return shutil.copytree(trained, tmp_path / "birds")


def kept_of(project: Path, name: str):
    with Project.open(project, read_only=True) as opened:
        return read_evaluated_run(find_run(project, name), "best", opened.table(), opened.images())


def test_a_report_contains_figures_data_and_settings(project, tmp_path) -> None:
    file = tmp_path / "one.html"
    assert main(["report", str(project), "one", "-o", str(file)]) == 0
    page, run = Page(file), find_run(project, "one")
    kept = read_evaluation(evaluation_folder(run))
    for figure in ("czsl", "U", "S", "H"):
        assert f"{100 * kept.figures[figure]:.1f}" in page.text
        assert f"{100 * kept.figures['best'][figure]:.1f}" in page.text
    data = run.data()
    for fingerprint in (
        data["classes"]["fingerprint"], data["attributes"]["fingerprint"], data["images"]["train"]["fingerprint"],
        data["splits"]["test_unseen"], data["features"]["fingerprint"], kept.figures["measured"]["checkpoint"],
    ):  # fmt: skip
        assert fingerprint in page.text
    assert "checkpoint selected on validation, gamma on test: an upper bound, not a result" in page.text
    assert "one: one seed (0); other seeds may differ." in page.text
    assert "Differences from the recipe Backbone" in page.text
    assert data["versions"]["torch"] in page.text
    for name in kept.predictions.attributes.tolist():
        assert name in page.text
    pairs = [(row["class"], row["most_taken_for"]) for row in kept.classes if row["most_taken_for"]]
    assert pairs
    assert all(f"{taken} (" in page.text for _, taken in pairs)
    polylines = [attrs for tag, attrs in page.tags if tag == "polyline"]
    assert len(polylines) == 1 + 4 + 7, "the seen-unseen curve, four figures on validation, seven terms of the loss"


def test_a_report_loads_nothing_and_lets_no_name_into_its_markup(project, tmp_path) -> None:
    file = tmp_path / "one.html"
    assert main(["report", str(project), "one", "-o", str(file)]) == 0
    page = Page(file)
    assert EVIL in page.text
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    for _, attrs in page.tags:
        assert not any(name.startswith("on") for name in attrs)
        for name in ("src", "href"):
            assert re.match(r"#|data:image/(png|jpeg);base64,", attrs.get(name, "#")), attrs
    assert "url(" not in file.read_text(encoding="utf-8")
    assert "@import" not in file.read_text(encoding="utf-8")
    policy = next(attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_its_images_are_the_worst_errors_with_both_maps(project, tmp_path) -> None:
    file = tmp_path / "one.html"
    assert main(["report", str(project), "one", "-o", str(file)]) == 0
    run, page = kept_of(project, "one"), Page(file)
    gamma = run.gamma(TRAINED)
    leads = run.margins(gamma)
    wrong = np.flatnonzero(run.predictions(gamma) != run.labels)
    names = run.evaluation.predictions.image_names
    shown = [names[place] for place in wrong[np.argsort(-leads[wrong], kind="stable")][:8]]
    after = page.text.partition("Worst errors")[2].partition("Worst errors")[2]
    places = [after.index(name) for name in shown]
    assert places == sorted(places)
    assert f"{len(wrong)} of {len(run.labels)} test images are predicted wrongly" in after
    captions = [attrs["alt"].split(" of ")[0] for tag, attrs in page.tags if tag == "img"]
    kinds = [caption.partition(", sum")[0] for caption in captions]
    evidence = ["A→V evidence", "V→A evidence", "evidence"]
    assert kinds[-7:] == ["image", "A→V", "V→A", *evidence, "difference"]
    assert kinds[:7] == ["image", "A→V", "V→A", *evidence, "class evidence"]
    assert len(captions) >= 7 * (len(shown) + 2)
    # The evidence of a correct prediction sums to the score, that of an error to the lead before gamma.
    worst = wrong[np.argsort(-leads[wrong], kind="stable")][0]
    predicted, label = run.predictions(gamma)[worst], run.labels[worst]
    lead = run.scores[worst, predicted] - run.scores[worst, label]
    first = captions[kinds.index("difference")]
    assert float(first.partition("sum ")[2].replace("−", "-")) == pytest.approx(lead, abs=0.006)
    pictures = page.pictures()
    # The confusion matrix has a pixel a cell, and shows a row's strongest cell in full.
    matrix = np.asarray(next(picture for picture in pictures if picture.mode == "RGBA"))
    assert matrix.shape[:2] == (16, 16)
    assert matrix[..., 3].max() == 255
    # Black photographs: what is to be seen in a map is the map.
    maps = [np.asarray(picture).std() for picture in pictures if picture.mode == "RGB"]
    assert maps[0] < 1 < maps[1]


def test_two_runs_are_compared_and_noise_is_marked(project, tmp_path, capsys) -> None:
    file = tmp_path / "two.html"
    words = ["report", str(project), "one", "--beside", "two", "-o", str(file)]
    assert main(words) == 1, "the second was not evaluated"
    assert "run “two” has not been evaluated" in capsys.readouterr().err
    assert not file.exists()
    assert main([*words, "--evaluate"]) == 0
    page, (one, two) = Page(file), (kept_of(project, name) for name in ("one", "two"))
    noise = noise_between(one, two, TRAINED)
    gained = []
    for figure in ("czsl", "U", "S", "H"):
        sign = "≈ " if noise.figures[TRAINED, figure].contains_zero else ""
        gained.append(f"{sign}{100 * (two.figures[figure] - one.figures[figure]):+.1f}".replace("-", "−"))
    assert f"difference {' '.join(gained)}" in page.text
    assert "one: 2 seeds of this configuration" in page.text
    assert "Differences between the runs one two Seed" in page.text
    assert "two: correct" in page.text or "two: predicted as" in page.text


def test_outdated_results_are_labelled_and_updated_on_request(project, tmp_path, capsys) -> None:
    with Project.open(project) as opened:
        opened.set_values([("class00", 0, 0.5)])
    file = tmp_path / "one.html"
    assert main(["--json", "report", str(project), "-o", str(file)]) == 0
    findings = json.loads(capsys.readouterr().out.splitlines()[-1])["findings"]
    assert findings == ["one: The vectors of 1 class have changed."]
    assert "These results are out of date." in Page(file).text
    assert main(["report", str(project), "--evaluate"]) == 0
    assert "out of date" not in Page(project / "runs" / "one" / "report.html").text


def test_a_run_without_its_settings_is_reported(project, tmp_path) -> None:
    RunDirectory(project / "runs" / "one").write_config({"seed": 0})
    assert main(["report", str(project), "one", "-o", str(tmp_path / "r.html")]) == 0
    assert "settings of recipe unknown" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_missing_images_are_left_out_and_mentioned(project, tmp_path, capsys) -> None:
    with Project.open(project, read_only=True) as opened:
        folder = opened.images()[0].path.parents[1]
    folder.rename(tmp_path / "elsewhere")
    try:
        assert main(["report", str(project), "one", "-o", str(tmp_path / "one.html")]) == 0
    finally:
        (tmp_path / "elsewhere").rename(folder)
    assert "There are no images to show." in Page(tmp_path / "one.html").text
    assert str(folder) in capsys.readouterr().out


def test_a_project_without_an_evaluation_has_no_report(tmp_path, capsys) -> None:
    with Project.create(tmp_path / "empty"):
        pass
    assert main(["report", str(tmp_path / "empty")]) == 1
    assert "add --evaluate" in capsys.readouterr().err


def test_curves_use_the_latest_values_and_are_thinned(tmp_path) -> None:
    run = RunDirectory.create(tmp_path, "one", {"steps": 9})

    def say(step: int, loss: float) -> None:
        run.append(StepDone(step=step, steps=9, epoch=0, losses={"total": loss}, learning_rate=0.1,
                            images_per_second=1.0, remaining_s=1.0))  # fmt: skip

    for step in (1, 2, 3):
        say(step, 9.0)
    say(2, 1.0)
    run.append(Evaluated(step=2, epoch=0, on="validation", figures={"H": 0.5, "U": None}))
    run.append(Evaluated(step=2, epoch=0, on="test", figures={"H": 0.9}))
    say(4, float("nan"))
    curves = read_curves(run)
    assert curves.losses == {"total": array("d", [1, 9, 2, 1])}
    assert curves.validation == {"H": array("d", [2, 0.5])}
    values = np.random.default_rng(0).random(100_000)
    values[12_345] = 5
    drawn = thin_points(array("d", np.stack([np.arange(100_000), values], axis=1).ravel()))
    assert len(drawn) <= 2 * MOST_POINTS
    assert drawn[:, 1].max() == 5
    assert (np.diff(drawn[:, 0]) > 0).all()


@pytest.mark.parametrize(("low", "high"), [(0, 100), (0.0012, 0.0019), (-3, 4), (4.99, 5.01), (0, 1e6)])
def test_ticks_are_round_numbers_within(low, high) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 8
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in found)
    assert len({f"{tick:.4g}" for tick in found}) == len(found)
