"""Published feature maps are used where they are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import format_samples as samples
import h5py
import numpy as np
import pytest
import small_run
from test_import_formats import check

from msdn_core.errors import ImportFault, MsdnError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.importers.formats.feature_maps import import_feature_maps
from msdn_core.project import Project
from msdn_core.training.loop import run_training
from msdn_core.vision.features import MAPS, FeatureStore, find_stores

if TYPE_CHECKING:
    from pathlib import Path


def unit(maps: np.ndarray) -> np.ndarray:
    flat = maps.reshape(*maps.shape[:2], -1).astype(np.float32)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def only_store(project: Path) -> FeatureStore:
    (store,) = find_stores(project)
    return store


def true_maps(path: Path) -> np.ndarray:
    with h5py.File(path, "r") as file:
        return unit(file["feature_map"][()])


def test_maps_are_mapped_and_not_copied(tmp_path: Path) -> None:
    file = samples.feature_maps(tmp_path / "source" / "SUN.hdf5")
    samples.att_splits(tmp_path / "source")
    samples.res101(tmp_path / "source")
    import_feature_maps(file, tmp_path / "project")
    with check(tmp_path / "project") as project:
        words = project.word_vectors()
        assert words is not None
        assert words.tolist() == (np.arange(15.0).reshape(3, 5) + 1).tolist()
        images = project.images()
    store = only_store(tmp_path / "project")
    assert not (store.folder / MAPS).exists()
    assert store.image_ids == tuple(image.id for image in images)
    assert np.allclose(store.array[np.arange(12)], true_maps(file), atol=1e-6)
    assert np.allclose(store.get(images[3].id), true_maps(file)[3], atol=1e-6)


@pytest.mark.parametrize("kind", [">f4", "f2", "f8"])
def test_maps_of_any_float_are_read(tmp_path: Path, kind: str) -> None:
    values = np.random.default_rng(1).random((12, 6, 2, 2)).astype(kind)
    file = samples.feature_maps(tmp_path / "maps.h5", feature_map=values)
    import_feature_maps(tmp_path, tmp_path / "project")
    assert np.allclose(only_store(tmp_path / "project").array[:], true_maps(file), atol=1e-6)


def test_compressed_maps_are_copied(tmp_path: Path) -> None:
    file = samples.feature_maps(tmp_path / "maps.hdf5", chunked=True)
    seen = []
    report = import_feature_maps(file, tmp_path / "project", progress=lambda *told: seen.append(told))
    assert any("copied" in finding for finding in report.findings)
    assert seen[-1] == ("copying", 12, 12)
    store = only_store(tmp_path / "project")
    assert np.allclose(store.array, true_maps(file), atol=1e-3)
    file.unlink()
    assert only_store(tmp_path / "project").get(1).shape == (6, 4)


def test_without_names_classes_and_images_are_numbered(tmp_path: Path) -> None:
    report = import_feature_maps(samples.feature_maps(tmp_path / "maps.hdf5"), tmp_path / "project")
    assert sum("numbered" in finding for finding in report.findings) == 3
    with Project.open(tmp_path / "project", read_only=True) as project:
        assert project.table().classes == ("class 1", "class 2", "class 3", "class 4")
        assert [image.name for image in project.images()][:4] == [
            "class 1/01",
            "class 1/02",
            "class 1/03",
            "class 2/04",
        ]


def test_existing_pictures_are_found(tmp_path: Path) -> None:
    file = samples.feature_maps(tmp_path / "source" / "SUN.hdf5")
    samples.att_splits(tmp_path / "source")
    samples.msdn_list(tmp_path / "source")
    photos = samples.pictures(tmp_path / "photos", samples.PATHS[:5])
    import_feature_maps(file, tmp_path / "project", images=photos)
    with check(tmp_path / "project") as project:
        assert [image.path.is_file() for image in project.images()] == [True] * 5 + [False] * 7


def test_a_missing_or_truncated_file_is_a_clear_error(tmp_path: Path) -> None:
    file = samples.feature_maps(tmp_path / "maps.hdf5")
    import_feature_maps(file, tmp_path / "project")
    folder = only_store(tmp_path / "project").folder
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    with pytest.raises(MsdnError, match="no longer contains"):
        FeatureStore.open(folder)
    file.unlink()
    with pytest.raises(MsdnError, match="restore it"):
        FeatureStore.open(folder)
    with pytest.raises(ImportFault, match="no file"):
        import_feature_maps(file, tmp_path / "other")
    file.write_bytes(whole[:1000])
    with pytest.raises(ImportFault, match="complete HDF5"):
        import_feature_maps(file, tmp_path / "other")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"feature_map": None}, "no feature_map"),
        ({"feature_map": np.zeros(12, np.float32)}, "shape"),
        ({"feature_map": np.zeros((12, 6, 2, 2), np.int32)}, "floating-point"),
        ({"labels": samples.LABELS[:-1]}, "11 labels"),
        ({"labels": samples.LABELS + 1}, "labels up to 4"),
        ({"test_seen_loc": None}, "no test_seen_loc"),
        ({"test_seen_loc": np.array([0, 0])}, "twice"),
        ({"test_seen_loc": np.array([99])}, "splits 100 images"),
        ({"w2v_att": np.zeros((2, 5))}, "w2v_att"),
        ({"original_att": np.full((4, 3), np.inf)}, "finite"),
    ],
)
def test_parts_that_contradict_one_another_are_named(tmp_path: Path, changes: dict[str, object], match: str) -> None:
    file = samples.feature_maps(tmp_path / "maps.hdf5", **changes)
    with pytest.raises(ImportFault, match=rf"maps\.hdf5.*{match}"):
        import_feature_maps(file, tmp_path / "project")
    assert not Project.is_project(tmp_path / "project")


def test_data_in_another_file_is_refused(tmp_path: Path) -> None:
    file = samples.feature_maps(tmp_path / "maps.hdf5", feature_map=None, labels=None)
    secret = tmp_path / "secret.bin"
    secret.write_bytes(bytes(4096))
    with h5py.File(file, "a") as opened:
        opened["labels"] = h5py.ExternalLink(str(samples.feature_maps(tmp_path / "other.hdf5")), "labels")
        opened.create_dataset("feature_map", (12, 6, 2, 2), "f4", external=[(os.fspath(secret), 0, 4096)])
    with pytest.raises(ImportFault, match="another file"):
        import_feature_maps(file, tmp_path / "project")


def test_maps_missing_from_the_file_do_not_fill_the_disk(tmp_path: Path) -> None:
    file = samples.feature_maps(tmp_path / "maps.hdf5", feature_map=None)
    with h5py.File(file, "a") as opened:
        opened.create_dataset("feature_map", (12, 4096, 100, 100), "f4", chunks=(1, 64, 100, 100))
    with pytest.raises(ImportFault, match="missing from the file"):
        import_feature_maps(file, tmp_path / "project")


def test_a_run_trains_and_is_measured_on_them_without_any_backbone(tmp_path: Path) -> None:
    """As with the project's own features: the maps are those of ``small_run``, in another program's file."""
    made = small_run.make_project(tmp_path / "made")
    with Project.open(made, read_only=True) as project:
        table, images = project.table(), project.images()
    store = only_store(made)
    rows = store.rows([image.id for image in images])
    grid = small_run.SPEC.grid
    scaled = 3 * store.array[rows].astype(np.float32).reshape(len(rows), -1, *grid)
    places = {name: np.flatnonzero([image.split is split for image in images]) for name, split in samples.PARTS.items()}
    file = samples.feature_maps(
        tmp_path / "by-hand.hdf5",
        feature_map=scaled,
        labels=np.array([table.class_index[str(image.class_name)] for image in images]),
        att=table.unit_vectors(),
        original_att=table.vectors,
        w2v_att=None,
        **places,
    )
    import_feature_maps(file, tmp_path / "project")
    run = small_run.new_run(tmp_path / "project")
    assert str(run_training(run)) == "finished"
    checkpoint = run.checkpoint("best")
    assert checkpoint is not None
    assert evaluate(tmp_path / "project", checkpoint)["czsl"] > 0.5
