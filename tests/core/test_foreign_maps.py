"""Feature maps of strangers: files that loop within the HDF5 library, other layouts, and values that are no numbers."""

from __future__ import annotations

import os
import time
from pathlib import Path

import format_samples as samples
import h5py
import numpy as np
import pytest
from hostile_folder import imported, make_hostile_folder

from msdn_core.errors import ImportFault
from msdn_core.importers.formats.feature_maps import import_feature_maps
from msdn_core.importers.readers import hdf5_files
from msdn_core.importers.recognise import recognise
from msdn_core.project import Project
from msdn_core.vision.features import FeatureStore, find_stores

MAPS = np.random.default_rng(3).random((12, 6, 2, 2), np.float32)


def looping(path: Path) -> Path:
    """Write maps with names whose heap is damaged: reading them never ends within libhdf5 1.14 and 2.0."""
    samples.feature_maps(path)
    with h5py.File(path, "a") as file:
        file.create_dataset("allclasses_names", data=list(samples.CLASSES), dtype=h5py.string_dtype())
    content = bytearray(path.read_bytes())
    # The reference count and the size of the first object of the global heap.
    content[content.index(b"GCOL") + 24] = 0
    path.write_bytes(content)
    return path


def only_store(project: Path) -> FeatureStore:
    (store,) = find_stores(project)
    return store


def unit(maps: np.ndarray) -> np.ndarray:
    flat = maps.reshape(*maps.shape[:2], -1)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


@pytest.mark.timeout(30)
def test_a_file_that_loops_within_the_library_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5_files, "_READ_S", 1.0)
    monkeypatch.setattr(hdf5_files, "_WAIT_S", {1.0: 20.0})
    file = looping(tmp_path / "maps.hdf5")
    started = time.monotonic()
    found = recognise(file)
    assert found is not None
    assert found.format == "feature-maps"
    assert time.monotonic() - started < 2, "nothing is opened to recognise a file"
    with pytest.raises(ImportFault, match=r"maps\.hdf5.*download it again"):
        import_feature_maps(file, tmp_path / "project")
    assert not Project.is_project(tmp_path / "project")


def test_the_process_imports_nothing_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_hostile_folder(tmp_path / "photographs")
    samples.feature_maps(folder / "maps.hdf5", chunked=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", "")
    import_feature_maps(Path("maps.hdf5"), tmp_path / "project")
    assert imported(folder) == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.timeout(30)
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "maps.hdf5")
    with pytest.raises(ImportFault, match="not a regular file"):
        import_feature_maps(tmp_path / "maps.hdf5", tmp_path / "project")


@pytest.mark.parametrize(
    ("stored", "grid", "copied"),
    [
        (MAPS, (2, 2), False),
        (np.moveaxis(MAPS, 1, 3), (2, 2), True),
        (np.moveaxis(MAPS.reshape(12, 6, 1, 4), 1, 3), (1, 4), True),
        (MAPS.reshape(12, 6, 1, 4), (1, 4), False),
        (MAPS.reshape(12, 6, 4), (2, 2), False),
        (np.moveaxis(MAPS.reshape(12, 6, 4), 1, 2), (2, 2), True),
        (MAPS[:, :, 0, 0], (1, 1), False),
        (MAPS[:, None, None, :, 0, 0], (1, 1), True),
    ],
    ids=["NCHW", "NHWC", "NHWC, not square", "NCHW, not square", "NCR", "NRC", "NC", "N11C"],
)
def test_the_layout_is_recognised(tmp_path: Path, stored: np.ndarray, grid: tuple[int, int], copied: bool) -> None:
    samples.feature_maps(tmp_path / "maps.hdf5", feature_map=np.ascontiguousarray(stored), chunked=copied)
    report = import_feature_maps(tmp_path / "maps.hdf5", tmp_path / "project")
    assert any("channels of the feature maps come last" in finding for finding in report.findings) == copied
    store = only_store(tmp_path / "project")
    assert (store.spec.channels, store.spec.grid) == (6, grid)
    expected = unit(MAPS[:, :, :1, :1] if grid == (1, 1) else MAPS)
    assert np.allclose(np.asarray(store.array[np.arange(12)], np.float32), expected, atol=2e-3)


@pytest.mark.parametrize("shape", [(12, 2, 6, 3), (12, 4, 4, 2), (12, 6, 7), (12, 2, 2, 2, 6)])
def test_a_layout_that_does_not_tell_its_channels_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    samples.feature_maps(tmp_path / "maps.hdf5", feature_map=np.ones(shape, np.float32))
    with pytest.raises(ImportFault, match=r"maps\.hdf5: feature_map has the shape .*\(N, C, H, W\)"):
        import_feature_maps(tmp_path / "maps.hdf5", tmp_path / "project")


@pytest.mark.parametrize(("value", "chunked"), [(np.nan, False), (np.nan, True), (-np.inf, False)])
def test_maps_that_are_no_numbers_are_refused(tmp_path: Path, value: float, chunked: bool) -> None:
    maps = MAPS.copy()
    maps[4, 3, 1, 0] = value
    samples.feature_maps(tmp_path / "maps.hdf5", feature_map=maps, chunked=chunked)
    with pytest.raises(ImportFault, match=r"maps\.hdf5: feature_map of image 5 .*not finite"):
        import_feature_maps(tmp_path / "maps.hdf5", tmp_path / "project")
    assert not list((tmp_path / "project").glob("features/*/*"))


def test_large_finite_numbers_are_numbers(tmp_path: Path) -> None:
    samples.feature_maps(tmp_path / "maps.hdf5", feature_map=MAPS * np.float32(1e38))
    import_feature_maps(tmp_path / "maps.hdf5", tmp_path / "project")


def test_the_names_of_many_images_are_read(tmp_path: Path) -> None:
    count = 6000
    names = [f"{samples.FOLDERS[0]}/{n}.jpg" for n in range(count)]
    file = samples.feature_maps(
        tmp_path / "maps.hdf5",
        feature_map=np.ones((count, 2, 1, 1), np.float32),
        labels=np.zeros(count, int),
        trainval_loc=np.arange(count),
        test_seen_loc=np.zeros(0, int),
        test_unseen_loc=np.zeros(0, int),
    )
    with h5py.File(file, "a") as opened:
        opened.create_dataset("image_files", data=names, dtype=h5py.string_dtype())
    assert import_feature_maps(file, tmp_path / "project").images == count


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS"),
        (b"PK\x05\x06" + bytes(18), "a zip archive; unpack it"),
        (b"text\n", "not a complete HDF5 file"),
    ],
)
def test_what_is_no_file_of_maps_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "maps.hdf5").write_bytes(content)
    with pytest.raises(ImportFault, match=sentence):
        import_feature_maps(tmp_path / "maps.hdf5", tmp_path / "project")
