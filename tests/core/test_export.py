"""Exported files can be imported unchanged, and contain the outputs of the run."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
import small_run

from msdn_core.cli.main import main
from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.scoring import Fusion, calibrated, class_scores, fused_attribute_scores
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.exporters.att_splits import export_att_splits
from msdn_core.exporters.feature_maps import export_feature_maps
from msdn_core.exporters.sheets import export_annotations, export_classes, export_word_vectors
from msdn_core.importers.formats.class_folders import import_class_folders
from msdn_core.importers.formats.feature_maps import import_feature_maps
from msdn_core.importers.formats.xlsa17 import import_xlsa17
from msdn_core.project import NewImage, Project
from msdn_core.runs.predictions import read_predictions
from msdn_core.training.loop import run_training
from msdn_core.vision.features import find_stores

if TYPE_CHECKING:
    from pathlib import Path

ATTRIBUTES = (Attribute("wing", "plain; “quoted”"), Attribute("wing", "striped, dark"), Attribute("", "man-made"))
IMAGES = (
    NewImage("images/b/1.jpg", "Büssard", Split.TRAIN, Box(1.5, 2, 3, 4.25), (PartPoint("left eye", 0.1, 2.0),)),
    NewImage("images/b/2.jpg", "Büssard", Split.TEST_SEEN, None, (PartPoint("beak", 5, 6, visible=False),)),
    NewImage("images/a.jpg", "Auk, large", Split.TEST_UNSEEN),
    NewImage("other.jpg", None, Split.NONE),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with everything that spoils a round trip: quotes, commas, odd numbers, classes without images."""
    photos = tmp_path / "photos"
    for image in IMAGES:
        (photos / image.path).parent.mkdir(parents=True, exist_ok=True)
        (photos / image.path).touch()
    vectors = np.array([[0.1, 1 / 3, -1], [1e-17, 2, 3], [5, 5, 1e100], [0, 0, 1]])
    table = ClassTable(
        ATTRIBUTES, ("Büssard", "Auk, large", "bare", "bare seen"), vectors, np.array([1, 0, 0, 1], bool)
    )
    with Project.create(tmp_path / "project") as made:
        made.define_classes(table, word_vectors=np.arange(6.0).reshape(3, 2), word_vector_source="made")
        made.add_images(made.add_image_root(photos), IMAGES)
        made.define_group_parts({"wing": ("left eye",)})
        made.describe_class("bare", 'a "class", without\nimages')
        made.set_image_attributes(1, np.array([1, 0, -1]), np.array([4, 1, 0]))
    return tmp_path / "project"


def told(path: Path) -> dict[str, object]:
    """All of a project but its word vectors, in plain values."""
    with Project.open(path, read_only=True) as project:
        table = project.table()
        judged = {image.name: project.image_attributes(image.id) for image in project.images()}
        return {
            "attributes": [attribute.full_name for attribute in table.attributes],
            "classes": table.classes,
            "vectors": table.vectors.tolist(),
            "seen": table.seen.tolist(),
            "descriptions": [project.class_description(name) for name in table.classes],
            "images": [(i.name, i.class_name, i.split) for i in project.images()],
            "boxes": [project.box(image.id) for image in project.images()],
            "parts": [set(project.parts(image.id)) for image in project.images()],
            "judged": {name: [v.tolist() for v in values] for name, values in judged.items() if values is not None},
            "group_parts": project.group_parts(),
        }


PLAIN = ("attributes", "classes", "vectors", "seen", "images")


def test_exported_att_splits_are_imported_unchanged(project: Path, tmp_path: Path) -> None:
    with Project.open(project, read_only=True) as opened:
        export_att_splits(opened, tmp_path / "att_splits.mat")
    import_xlsa17(tmp_path / "att_splits.mat", tmp_path / "again", images=tmp_path / "photos")
    before, after = told(project), told(tmp_path / "again")
    assert {key: after[key] for key in PLAIN} == {key: before[key] for key in PLAIN}


def unreviewed(told_of: dict[str, object]) -> dict[str, object]:
    """Someone who judged nothing in an image, and someone who was not asked, are one to a spreadsheet."""
    judged = told_of["judged"]
    assert isinstance(judged, dict)
    return {**told_of, "judged": {name: v for name, v in judged.items() if v != [[-1] * 3, [0] * 3]}}


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_exported_sheets_are_imported_unchanged(project: Path, tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "sheets"
    folder.mkdir()
    with Project.open(project, read_only=True) as opened:
        export_classes(opened, folder / f"classes.{suffix}")
        export_annotations(opened, folder / f"annotations.{suffix}")
        export_word_vectors(opened, folder / "words.npy")
    import_class_folders(folder, tmp_path / "again", images=tmp_path / "photos", word_vectors=folder / "words.npy")
    before, after = told(project), unreviewed(told(tmp_path / "again"))
    if suffix == "csv":
        # Which parts show an attribute is said by JSON alone.
        before["group_parts"] = after["group_parts"] = {}
    assert after == before
    with Project.open(tmp_path / "again", read_only=True) as again:
        words = again.word_vectors()
        assert words is not None
        assert words.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_exported_feature_maps_are_imported_bit_by_bit(tmp_path: Path) -> None:
    made = small_run.make_project(tmp_path / "made", parts=False)
    with Project.open(made) as opened:
        opened.add_class("without images", np.ones(12), seen=True)
        export_feature_maps(opened, tmp_path / "maps.hdf5")
    photos = tmp_path / "made-pictures"
    import_feature_maps(tmp_path / "maps.hdf5", tmp_path / "again", images=photos)
    before, after = told(made), told(tmp_path / "again")
    assert {key: after[key] for key in PLAIN} == {key: before[key] for key in PLAIN}
    (old,), (new,) = find_stores(made), find_stores(tmp_path / "again")
    assert new.spec == old.spec
    assert np.array_equal(new.array[:], np.asarray(old.array, np.float32))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project and the checkpoint of its run."""
    path = small_run.make_project(tmp_path_factory.mktemp("trained") / "project")
    run = small_run.new_run(path)
    assert str(run_training(run)) == "finished"
    checkpoint = run.checkpoint("best")
    assert checkpoint is not None
    return path, checkpoint


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_exported_predictions_give_the_results_of_the_run(trained: tuple[Path, Path], tmp_path: Path) -> None:
    project, checkpoint = trained
    for name in ("p.csv", "p.npz"):
        assert run("export", "predictions", project, tmp_path / name, "--run", checkpoint, "--device", "cpu") == 0
    with (tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    figures = evaluate(project, checkpoint, device="cpu")

    def per_class(split: str, column: str) -> float:
        rows = [line for line in lines if line["split"] == split]
        classes = sorted({line["class"] for line in rows})
        right = [[line[column] == line["class"] for line in rows if line["class"] == name] for name in classes]
        return float(np.mean([np.mean(one) for one in right]))

    assert per_class("test_seen", "predicted") == pytest.approx(figures["S"])
    assert per_class("test_unseen", "predicted") == pytest.approx(figures["U"])
    assert per_class("test_unseen", "predicted among unseen") == pytest.approx(figures["czsl"])
    said = read_predictions(tmp_path / "p.npz")
    scores = class_scores(
        fused_attribute_scores(said.scores_av, said.scores_va, said.scores_pooled, said.weights),
        said.table.unit_vectors(),
    )
    best = calibrated(scores, said.seen, said.gamma).argmax(axis=1)
    assert said.classes[best].tolist() == [line["predicted"] for line in lines]
    assert said.classes[said.labels].tolist() == [line["class"] for line in lines]
    assert said.image_names.tolist() == [line["image"] for line in lines]
    assert {(line["run"], line["variant"], line["sub_nets"], line["selected_on"]) for line in lines} == {
        (said.run, said.variant, said.sub_nets, said.selected_on)
    }


def test_an_image_without_a_class_is_predicted_too(trained: tuple[Path, Path], tmp_path: Path) -> None:
    project = shutil.copytree(trained[0], tmp_path / "project")
    with Project.open(project, read_only=True) as opened:
        first = opened.images()[0]
    with closing(sqlite3.connect(project / "project.sqlite")) as database, database:
        database.execute("UPDATE images SET class_id = NULL WHERE id = ?", (first.id,))
    assert run("export", "predictions", project, tmp_path / "p.npz", "--run", trained[1], "--split", "all") == 0
    said = read_predictions(tmp_path / "p.npz")
    assert said.labels[said.image_names == first.name].tolist() == [-1]
    assert np.isfinite(said.scores_av).all()


def test_exported_explanations_are_the_networks_attention(trained: tuple[Path, Path], tmp_path: Path) -> None:
    project, checkpoint = trained
    for name in ("e.csv", "e.npz"):
        assert run("export", "explanations", project, tmp_path / name, "--run", checkpoint, "--split", "train") == 0
    with (tmp_path / "e.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    with np.load(tmp_path / "e.npz", allow_pickle=False) as arrays:
        n, k, height, width = arrays["attention_av"].shape
        assert (n, k, height, width) == (72, 12, 5, 5)
        assert len(lines) == n * k
        assert np.allclose(arrays["attention_av"].astype(float).sum(axis=(2, 3)), 1, atol=1e-2)
        assert np.allclose(arrays["attention_va"].astype(float).sum(axis=1), 1, atol=1e-2)
        line = lines[5 * k + 3]
        assert line["attribute"] == arrays["attributes"][3]
        assert float(line["score A→V"]) == pytest.approx(float(arrays["scores_av"][5, 3]), rel=1e-4)
        said = read_predictions(tmp_path / "e.npz")
        assert said.image_names[5] == line["image"]
        peak = arrays["attention_av"][5, 3][int(line["A→V row"]), int(line["A→V column"])]
        assert peak == arrays["attention_av"][5, 3].max()
        fused = arrays["evidence"][5, 3]
        assert fused[int(line["fused evidence row"]), int(line["fused evidence column"])] == fused.max()


def test_exported_evidence_sums_to_the_scores(trained: tuple[Path, Path], tmp_path: Path) -> None:
    project, checkpoint = trained
    assert run("export", "explanations", project, tmp_path / "e.npz", "--run", checkpoint, "--split", "train") == 0
    with np.load(tmp_path / "e.npz", allow_pickle=False) as file:
        arrays = dict(file)
    said = read_predictions(tmp_path / "e.npz")
    with Project.open(project, read_only=True) as opened:
        unit = opened.table().unit_vectors()
    fused = fused_attribute_scores(said.scores_av, said.scores_va, said.scores_pooled, Fusion(*said.fusion))
    for name, scores in (("_av", said.scores_av), ("_va", said.scores_va), ("", fused)):
        # In float16, every region is rounded by up to 1 in 2048.
        error = 1e-3 * np.abs(arrays[f"evidence{name}"].astype(float)).sum((2, 3)) + 1e-5
        assert (np.abs(arrays[f"evidence{name}"].sum((2, 3), dtype=float) - scores) <= error).all()
    by_class, rows = fused @ unit.T, np.arange(len(fused))
    predicted, other = arrays["predicted"], arrays["next_best"]
    assert np.allclose(arrays["class_evidence"].sum((1, 2)), by_class[rows, predicted], rtol=1e-4, atol=1e-5)
    lead = by_class[rows, predicted] - by_class[rows, other]
    assert np.allclose(arrays["difference"].sum((1, 2)), lead, rtol=1e-3, atol=1e-5)
    assert (predicted != other).all()


def test_the_onnx_head_equals_the_torch_head(trained: tuple[Path, Path], tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    import torch

    from msdn_core.msdn.checkpoint import load_network

    project, checkpoint = trained
    assert run("export", "onnx", project, tmp_path / "head.onnx", "--run", checkpoint) == 0
    session = onnxruntime.InferenceSession(tmp_path / "head.onnx", providers=["CPUExecutionProvider"])
    network, header = load_network(checkpoint)
    for batch, regions in ((1, 25), (7, 4)):
        features = torch.nn.functional.normalize(torch.randn(batch, small_run.CHANNELS, regions), dim=1)
        names = [output.name for output in session.get_outputs()]
        found = dict(zip(names, session.run(None, {"features": features.numpy()}), strict=True))
        with torch.inference_mode():
            out = network(features)
        for name in ("scores_av", "scores_va", "attention_av", "attention_va"):
            assert np.allclose(found[name], getattr(out, name).numpy(), atol=1e-4), name
        fused = fused_attribute_scores(
            out.scores_av.numpy(), out.scores_va.numpy(), out.scores_pooled.numpy(), header.fusion
        )
        table = header.table()
        wanted = calibrated(class_scores(fused, table.unit_vectors()), table.seen, header.gamma)
        assert np.allclose(found["class_scores"], wanted, atol=1e-4)
    properties = session.get_modelmeta().custom_metadata_map
    assert json.loads(properties["classes"]) == list(header.classes)


def test_a_refused_export_says_why(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "classes", project, tmp_path / "classes.xls") == 1
    assert "ends with .csv or .json" in capsys.readouterr().err
    assert run("export", "predictions", project, tmp_path / "p.csv") == 1
    assert "--run" in capsys.readouterr().err
    assert run("export", "feature-maps", project, tmp_path / "p.h5") == 1
    assert "extract or import them first" in capsys.readouterr().err
    with Project.open(project, read_only=True) as opened:
        for write, name in ((export_classes, "classes.csv"), (export_att_splits, "att_splits.mat")):
            with pytest.raises(MsdnError, match=f"no folder .*no folder for {name}"):
                write(opened, tmp_path / "no folder" / name)
    with Project.create(tmp_path / "empty") as empty, pytest.raises(ProjectError, match="no classes"):
        export_att_splits(empty, tmp_path / "att_splits.mat")
    assert not list(tmp_path.glob("att_splits*"))
