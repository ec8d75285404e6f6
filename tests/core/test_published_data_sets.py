"""AWA1, APY and FLO are data sets of their own, and their pooled features are enough to train and to measure."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import format_samples as samples
import numpy as np
import pytest
import scipy.io
import small_run
from cub_sample import names

from msdn_core.cli.main import main
from msdn_core.doctor.splits import published_findings
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.published_data_sets import PUBLISHED, PublishedDataSet, published_data_set
from msdn_core.errors import ImportFault
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.importers.formats.awa2 import import_awa2
from msdn_core.importers.formats.feature_maps import import_feature_maps
from msdn_core.importers.formats.xlsa17 import import_xlsa17
from msdn_core.project import ImageRecord, Project
from msdn_core.training.data import matching_store
from msdn_core.training.loop import run_training
from msdn_core.vision.features import find_stores


def write_xlsa17(
    folder: Path, classes: int, attributes: int, count: int, *, channels: int = 8, **changes: object
) -> np.ndarray:
    """Write both files of a data set of random vectors and features, and return the (N, C) features."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2)
    labels = np.arange(count) % classes
    unseen = labels >= classes - max(1, classes // 5)
    for_test = np.arange(count) // classes % 4 == 3
    places = {
        "trainval_loc": ~unseen & ~for_test,
        "test_seen_loc": ~unseen & for_test,
        "test_unseen_loc": unseen,
    }
    centres = rng.random((classes, channels)) * 4
    features = centres[labels] + rng.random((count, channels)) / 4
    vectors = rng.random((classes, attributes))
    scipy.io.savemat(
        folder / "att_splits.mat",
        {
            "allclasses_names": names([f"class {n}" for n in range(classes)]),
            "original_att": vectors.T,
            "att": vectors.T,
            **{name: np.flatnonzero(chosen)[:, None] + 1 for name, chosen in places.items()},
        },
    )
    content: dict[str, object] = {
        "image_files": names([f"/BS/x/JPEGImages/class {label}/{n}.jpg" for n, label in enumerate(labels)]),
        "labels": labels[:, None] + 1,
        "features": features.T,
    }
    scipy.io.savemat(folder / "res101.mat", {**content, **changes}, do_compression=True)
    return features


@pytest.mark.parametrize(
    ("shape", "count", "folder", "expected"),
    [
        ((50, 85), 37_322, "x", "AWA2"),
        ((50, 85), 30_475, "x", "AWA1"),
        ((50, 85), 30_475, "AWA2", "AWA1"),
        ((50, 85), 35_000, "x", "AWA2"),
        ((50, 85), 20_000, "AWA1", "AWA1"),
        ((50, 85), 20_000, "Animals_with_Attributes2", "AWA2"),
        ((50, 85), 20_000, "x", None),
        ((32, 64), 15_339, "x", "APY"),
        ((102, 1024), 8_189, "x", "FLO"),
        ((200, 312), 5, "x", "CUB"),
        ((50, 86), 30_475, "x", None),
    ],
)
def test_a_data_set_is_known_by_its_numbers(shape: tuple[int, int], count: int, folder: str, expected: str) -> None:
    known = published_data_set(*shape, count, folder)
    assert (known and known.name) == expected


def test_a_project_of_awa1_has_its_name_and_no_other(tmp_path: Path) -> None:
    write_xlsa17(tmp_path / "AWA1", 50, 85, 400)
    import_xlsa17(tmp_path / "AWA1", tmp_path / "project")
    with Project.open(tmp_path / "project", read_only=True) as project:
        assert project.meta("data_set") == "AWA1"


@pytest.mark.parametrize("data_set", PUBLISHED, ids=lambda known: known.name)
def test_the_doctor_expects_the_published_numbers_of_each(data_set: PublishedDataSet) -> None:
    table = ClassTable(
        tuple(Attribute("", f"a{k}") for k in range(data_set.attributes)),
        tuple(f"c{m}" for m in range(data_set.classes)),
        np.ones((data_set.classes, data_set.attributes)),
        np.ones(data_set.classes, np.bool_),
    )
    splits = [split for split, size in data_set.part_sizes.items() for _ in range(size)]
    images = [ImageRecord(n, Path("x"), f"{n}.jpg", "c0", split) for n, split in enumerate(splits)]
    missing = published_findings(table, images[1:], data_set.name)
    assert len(missing) == 1
    assert f"{data_set.name} with {data_set.images - 1:,} of its {data_set.images:,} images" in missing[0]
    images[0] = replace(images[0], split=Split.TEST_SEEN)
    moved = " ".join(published_findings(table, images, data_set.name))
    assert f"{data_set.parts[0]:,} images of train and this project {data_set.parts[0] - 1:,}" in moved


@pytest.mark.parametrize("compressed", [False, True])
def test_pooled_features_are_maps_of_one_region(tmp_path: Path, compressed: bool) -> None:
    features = write_xlsa17(tmp_path / "source", 5, 6, 60)
    if not compressed:
        content = scipy.io.loadmat(tmp_path / "source" / "res101.mat")
        scipy.io.savemat(tmp_path / "source" / "res101.mat", {k: v for k, v in content.items() if k[0] != "_"})
    report = import_xlsa17(tmp_path / "source", tmp_path / "project")
    assert report.counts["pooled_features"] == 60
    assert any("feature maps of one region (8 channels)" in finding for finding in report.findings)
    (store,) = find_stores(tmp_path / "project")
    assert (store.spec.channels, store.spec.grid) == (8, (1, 1))
    with Project.open(tmp_path / "project", read_only=True) as project:
        ids = [image.id for image in project.images()]
    expected = features / np.linalg.norm(features, axis=1, keepdims=True)
    assert np.allclose(store.array[store.rows(ids)][..., 0], expected, atol=1e-3)


def test_a_run_trains_is_measured_and_explains_without_photographs(tmp_path: Path) -> None:
    write_xlsa17(tmp_path / "AWA1", 10, 12, 400, channels=2048)
    import_xlsa17(tmp_path / "AWA1", tmp_path / "project")
    run = small_run.new_run(tmp_path / "project", backbone="resnet101", size=448, steps=20, threads=2)
    assert str(run_training(run)) == "finished"
    checkpoint = run.checkpoint("best")
    assert checkpoint is not None
    assert 0 <= evaluate(tmp_path / "project", checkpoint)["czsl"] <= 1
    out = tmp_path / "out"
    assert main(["explain", str(tmp_path / "project"), "1", "--run", run.name, "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["attention.npz", "explanation.json"]
    assert "features of 1×1 regions are used" in (run.path / "events.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"features": np.zeros((8, 60))}, "are all 0 and were left out"),
        ({"features": np.ones((8, 59))}, "of 59 images and the list has 60, so they were left out"),
        ({"features": np.full((8, 60), np.nan)}, "image 1 has values that are not finite"),
    ],
)
def test_features_that_cannot_be_used_are_said(tmp_path: Path, changes: dict[str, object], sentence: str) -> None:
    write_xlsa17(tmp_path / "source", 5, 6, 60, **changes)
    try:
        said = " ".join(import_xlsa17(tmp_path / "source", tmp_path / "project").findings)
    except ImportFault as fault:
        said = str(fault)
    assert sentence in said
    assert not list((tmp_path / "project").glob("features/*/*"))


def test_photographs_listed_several_times_are_several_images(tmp_path: Path) -> None:
    write_xlsa17(tmp_path / "APY", 5, 6, 60, image_files=names([f"/x/images/{n // 2}.jpg" for n in range(60)]))
    report = import_xlsa17(tmp_path / "APY", tmp_path / "project")
    assert report.images == report.counts["pooled_features"] == 60
    assert any("30 images are listed a second time" in finding for finding in report.findings)


def test_class_names_and_original_vectors_may_be_missing(tmp_path: Path) -> None:
    write_xlsa17(tmp_path / "FLO", 5, 6, 60)
    content = scipy.io.loadmat(tmp_path / "FLO" / "att_splits.mat")
    kept = {name: value for name, value in content.items() if name == "att" or name.endswith("_loc")}
    scipy.io.savemat(tmp_path / "FLO" / "att_splits.mat", kept)
    report = import_xlsa17(tmp_path / "FLO", tmp_path / "project")
    assert (report.classes, report.images) == (5, 60)
    assert any("no names of classes: they are numbered" in finding for finding in report.findings)
    assert any("no original_att" in finding for finding in report.findings)


def test_maps_of_any_grid_are_used_by_the_recipes(tmp_path: Path) -> None:
    maps = np.random.default_rng(1).random((12, 2048, 7, 7), np.float32)
    samples.feature_maps(tmp_path / "maps.hdf5", feature_map=maps)
    import_feature_maps(tmp_path / "maps.hdf5", tmp_path / "project")
    with Project.open(tmp_path / "project", read_only=True) as project:
        images = project.images()
    config = small_run.settings(backbone="resnet101", size=448)
    store = matching_store(tmp_path / "project", config, images)
    assert store is not None
    assert store.spec.grid == (7, 7)


def test_awa2_without_its_test_classes_names_no_source(tmp_path: Path) -> None:
    folder = samples.awa2(tmp_path / "Animals_with_Attributes2")
    (folder / "testclasses.txt").unlink()
    report = import_awa2(folder, tmp_path / "project")
    assert report.counts["unseen_classes"] == 0
    said = " ".join(report.findings)
    assert "There is no testclasses.txt" in said
    assert "no class is unseen yet" in said
    assert "are those of" not in said
    shutil.rmtree(tmp_path / "project")
    (folder / "testclasses.txt").write_text("\n", encoding="utf-8")
    said = " ".join(import_awa2(folder, tmp_path / "project").findings)
    assert "testclasses.txt names no class" in said
    assert "are those of" not in said


def test_the_directory_of_awa1_uses_the_features_beside_the_split(tmp_path: Path) -> None:
    folder = samples.awa2(tmp_path / "Animals_with_Attributes")
    shutil.rmtree(folder / "JPEGImages")
    splits = samples.att_splits(tmp_path / "xlsa17")
    samples.res101(tmp_path / "xlsa17")
    content = scipy.io.loadmat(tmp_path / "xlsa17" / "res101.mat")
    kept = {name: value for name, value in content.items() if name in ("image_files", "labels")}
    scipy.io.savemat(tmp_path / "xlsa17" / "res101.mat", {**kept, "features": np.random.default_rng(1).random((4, 12))})
    report = import_awa2(tmp_path, tmp_path / "project", splits=splits)
    assert report.counts["pooled_features"] == 12
