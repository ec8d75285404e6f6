"""Evaluations stored with a run: read completely, refused if damaged, and reported if out of date."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_run

from msdn_core.cli.main import main
from msdn_core.csv_text import csv_text
from msdn_core.domain.annotation import Split
from msdn_core.domain.metrics import attribute_auc, mean_known
from msdn_core.errors import RunError
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.evaluated_run import read_evaluated_run
from msdn_core.runs.evaluations import evaluation_folder, read_evaluation, read_figures, stale_reasons
from msdn_core.training import loop


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    project = small_run.make_project(tmp_path_factory.mktemp("kept") / "birds")
    run = RunDirectory.create(project, "one", small_run.settings(steps=30).to_json())
    loop.run_training(run)
    assert read_evaluation(evaluation_folder(run)) is None
    assert main(["evaluate", str(project), "--run", "one", "--keep"]) == 0
    return run


@pytest.fixture
def kept(evaluated):
    return read_evaluation(evaluation_folder(evaluated))


@pytest.fixture
def folder(evaluated, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return shutil.copytree(evaluation_folder(evaluated), tmp_path / "best")


@pytest.fixture
def now(evaluated):
    """The project's table and images as they are."""
    with Project.open(evaluated.project_path, read_only=True) as project:
        return project.table(), project.images()


def test_the_measures_of_images_give_the_figures_and_tables(kept) -> None:
    found, scores = kept.measures, kept.predictions
    fused = scores.fusion[0] * scores.scores_av + scores.fusion[1] * scores.scores_va
    areas = attribute_auc(fused, found.truth)
    assert [row["auc_fused"] for row in kept.attributes] == pytest.approx(areas.tolist(), nan_ok=True)
    assert kept.figures["agreement"]["jsd_nats"] == pytest.approx(mean_known(found.jsd), rel=1e-5)
    assert [row["part"] for row in kept.parts] == found.parts.tolist()
    for name in ("usual_av", "usual_va", "strict_av", "strict_va"):
        shares = np.nanmean(getattr(found, f"pcp_{name}"), axis=0)
        assert [row[f"pcp_{name}"] for row in kept.parts] == pytest.approx(shares.tolist(), rel=1e-5)
    for side in ("av", "va"):
        hits = getattr(found, f"pointing_{side}").astype(float)
        known = mean_known(np.where(hits < 0, np.nan, hits))
        assert kept.figures["pointing"][side] == pytest.approx(known)


@pytest.mark.parametrize("name", ["1e5", "=HYPERLINK(1)", "'=1", "+1+1", "@x", "-1", "\tx"])
def test_a_class_named_like_a_number_or_a_formula_stays_a_name(folder: Path, name: str) -> None:
    path = folder / "classes.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
    rows[0]["class"] = name
    path.write_text(csv_text([list(rows[0]), *(list(row.values()) for row in rows)]), encoding="utf-8", newline="")
    found = read_evaluation(folder)
    assert found.classes[0]["class"] == name
    assert isinstance(found.classes[0]["accuracy"], float)


@pytest.mark.parametrize("name", ["predictions.npz", "images.npz", "classes.csv", "evaluation.json"])
def test_incomplete_or_missing_files_give_a_sentence(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(b"\x00\xff" + content[: len(content) // 2])
    with pytest.raises(RunError, match=name):
        read_evaluation(folder)
    (folder / name).unlink()
    if name == "evaluation.json":
        # It is written last: without it nothing was evaluated.
        assert read_evaluation(folder) is None
        assert read_figures(folder) is None
    else:
        with pytest.raises(RunError, match=name):
            read_evaluation(folder)


@pytest.mark.parametrize("change", [{"gamma": "2"}, {"best": {"gamma": None, "H": []}}, {"pointing": [1]}])
def test_invalid_figures_give_a_sentence(folder: Path, change: dict[str, object]) -> None:
    path = folder / "evaluation.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    with pytest.raises(RunError, match="evaluate the run again"):
        read_figures(folder)


def test_an_interrupted_evaluation_leaves_no_files(evaluated, folder: Path, monkeypatch) -> None:
    from msdn_core.cli import evaluate
    from msdn_core.evaluation.examine import examine
    from msdn_core.runs import image_measures

    found = examine(evaluated.project_path, evaluated.checkpoint("best"))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(image_measures, "write_image_measures", stop)
    with pytest.raises(KeyboardInterrupt):
        evaluate.write_tables(found, folder)
    assert read_evaluation(folder) is None


def test_an_evaluation_is_up_to_date_right_after_it(evaluated, kept, now) -> None:
    assert stale_reasons(kept, *now, evaluated.checkpoint("best")) == []


def test_figures_on_possible_training_images_are_doubtful(evaluated, now) -> None:
    table, images = now
    assert read_evaluated_run(evaluated, "best", table, images).doubt == ""
    held_out = [replace(image, split=Split.TEST_SEEN) if image.split is Split.TRAIN else image for image in images]
    assert "Train a new run" in read_evaluated_run(evaluated, "best", table, held_out).doubt


def test_the_reasons_for_outdated_figures_are_named(evaluated, kept, now, tmp_path: Path) -> None:
    table, images = now
    edited = table.with_values([1, 2], [0, 0], [0.5, 0.25])
    assert stale_reasons(kept, edited, images, None) == ["The vectors of 2 classes have changed."]
    assert (
        "The classes, or which of them are seen"
        in stale_reasons(kept, table.renamed("class00", "wren"), images, None)[0]
    )
    fewer = [image for image in images if image.split is not Split.TEST_UNSEEN]
    assert "test images" in stale_reasons(kept, table, fewer, None)[0]
    place = next(n for n, image in enumerate(images) if image.split is Split.TEST_SEEN)
    relabelled = [*images[:place], replace(images[place], class_name="class09"), *images[place + 1 :]]
    assert images[place].class_name != "class09"
    assert stale_reasons(kept, table, relabelled, None)[0].startswith("1 test image")
    assert stale_reasons(kept, table, [*images, replace(images[place], id=10_000)], None)[0].startswith("1 test image")
    trained_on = shutil.copy(evaluated.checkpoint("best"), tmp_path / "best.safetensors")
    assert stale_reasons(kept, table, images, trained_on) == []
    with Path(trained_on).open("ab") as file:
        file.write(b"\x00")
    assert "trained further" in stale_reasons(kept, table, images, trained_on)[0]


def test_keep_needs_a_run_and_no_other_folder(evaluated, tmp_path: Path, capsys) -> None:
    project = str(evaluated.project_path)
    assert main(["evaluate", project, "--run", "one", "--keep", "--tables", str(tmp_path)]) == 1
    assert "--keep and --tables" in capsys.readouterr().err
    assert main(["evaluate", project, "--run", str(evaluated.checkpoint("best")), "--keep"]) == 1
    assert "has no run" in capsys.readouterr().err
