"""Feature extraction: once per image, resumable after a kill, and updated with the images."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from PIL import Image

from msdn_core.backbones.extraction import extract_features
from msdn_core.backbones.loading import load_backbone
from msdn_core.domain.annotation import Split
from msdn_core.errors import MsdnError
from msdn_core.project import NewImage, Project
from msdn_core.recipes.config import from_settings
from msdn_core.training.data import matching_store
from msdn_core.vision.features import FeatureStore, feature_folder, find_store


def draw(path, seed, size=(80, 64)):
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)


def add(project, folder, names):
    with Project.open(project) as opened:
        opened.add_images(opened.add_image_root(folder), [NewImage(name, None, Split.NONE) for name in names])


@pytest.fixture(scope="module")
def backbone():
    return load_backbone("lite0", size=64, device="cpu")


@pytest.fixture
def project(tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    names = [f"{index:03}.png" for index in range(70)]
    for index, name in enumerate(names):
        draw(pictures / name, index)
    Project.create(tmp_path / "project").close()
    add(tmp_path / "project", pictures, names)
    return tmp_path / "project"


def test_each_image_gets_its_own_normalised_float16_regions(project, backbone):
    reports = []
    store = extract_features(project, backbone, progress=reports.append)
    assert store.complete
    assert store.array.dtype == np.float16
    assert store.array.shape == (70, backbone.spec.channels, 4)
    lengths = np.linalg.norm(store.array.astype(np.float32), axis=1)
    assert np.allclose(lengths, 1, atol=2e-3)
    assert len(np.unique(store.array[:, 0, 0])) > 30
    assert (reports[0].done, reports[-1].done, reports[-1].total) == (0, 70, 70)
    assert reports[-1].remaining_s == 0
    assert find_store(project, backbone.spec).fingerprint == store.fingerprint


def test_rows_are_read_as_mapped_and_an_incomplete_file_is_reported(project, backbone):
    store = extract_features(project, backbone)
    rows = np.array([68, 3, 3])
    assert np.array_equal(store.read(rows), store.array[rows])
    maps = store.folder / "maps.f16"
    mapped = maps.read_bytes()
    try:
        maps.write_bytes(mapped[: len(mapped) // 2])
        assert store.read(np.array([0])).shape == (1, *store.array.shape[1:])
        with pytest.raises(MsdnError, match=r"incomplete.*extract them again"):
            store.read(rows)
    finally:
        maps.write_bytes(mapped)


def test_a_stopped_extraction_resumes(project, backbone):
    whole = np.array(extract_features(project, backbone).array)
    folder = feature_folder(project, backbone.spec)
    for file in folder.iterdir():
        file.unlink()
    half = extract_features(project, backbone, stop=lambda: True)
    assert 0 < len(half.image_ids) < 70
    assert not half.complete
    reports = []
    store = extract_features(project, backbone, progress=reports.append)
    assert reports[0].done == len(half.image_ids)
    assert np.array_equal(store.array, whole)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is what POSIX systems have")
def test_a_killed_extraction_resumes_to_the_same_features(project, backbone):
    whole = np.array(extract_features(project, backbone).array)
    folder = feature_folder(project, backbone.spec)
    for file in folder.iterdir():
        file.unlink()
    code = (
        "import sys; from pathlib import Path; from msdn_core.backbones.loading import load_backbone;"
        "from msdn_core.backbones.extraction import extract_features;"
        f"extract_features(Path({str(project)!r}), load_backbone('lite0', size=64, device='cpu'),"
        "progress=lambda p: print(p.done, flush=True))"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        if int(line) > 0:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    store = extract_features(project, backbone)
    assert store.complete
    assert np.array_equal(store.array, whole)


def test_new_images_are_appended_and_changed_ones_extracted_again(project, backbone):
    first = np.array(extract_features(project, backbone).array)
    pictures = project.parent / "pictures"
    draw(pictures / "new.png", 1000)
    add(project, pictures, ["new.png"])
    time.sleep(0.02)
    draw(pictures / "003.png", 2000)
    reports = []
    store = extract_features(project, backbone, progress=reports.append)
    assert (reports[0].done, reports[-1].done) == (69, 71)
    changed = [row for row in range(70) if not np.array_equal(first[row], store.array[row])]
    assert changed == [3]


def test_an_unreadable_image_is_left_out_until_it_is_repaired(project, backbone):
    broken = project.parent / "pictures" / "005.png"
    good = broken.read_bytes()
    broken.write_bytes(good[:60])
    store = extract_features(project, backbone)
    assert list(store.failures) == ["005.png"]
    assert "damaged or incomplete" in store.failures["005.png"]
    assert len(store.image_ids) == 69
    broken.write_bytes(good)
    store = extract_features(project, backbone)
    assert (len(store.image_ids), store.failures) == (70, {})


def test_a_full_disk_is_reported_and_finished_features_are_kept(project, backbone, monkeypatch):
    half = extract_features(project, backbone, stop=lambda: True)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("msdn_core.backbones.extraction.os.write", full)
        with pytest.raises(MsdnError, match="No space left on device"):
            extract_features(project, backbone)
    kept = FeatureStore.open(half.folder)
    assert kept.image_ids == half.image_ids
    assert extract_features(project, backbone).complete


@pytest.mark.parametrize("damage", ["", "{}", '{"format": 1}', "[]", '{"format": 77}'])
def test_a_damaged_store_is_refused_with_one_sentence(project, backbone, damage):
    store = extract_features(project, backbone, stop=lambda: True)
    (store.folder / "manifest.json").write_text(damage, encoding="utf-8")
    with pytest.raises(MsdnError, match="damaged"):
        FeatureStore.open(store.folder)


def test_an_incomplete_store_is_refused(project, backbone):
    store = extract_features(project, backbone)
    folder = store.folder
    del store
    with (folder / "maps.f16").open("r+b") as maps:
        maps.truncate(1000)
    with pytest.raises(MsdnError, match="damaged"):
        FeatureStore.open(folder)


def test_the_manifest_names_the_backbone_of_the_features(project, backbone):
    store = extract_features(project, backbone, stop=lambda: True)
    content = json.loads((store.folder / "manifest.json").read_text(encoding="utf-8"))
    assert content["spec"]["name"] == "lite0"
    assert content["spec"]["size"] == 64
    assert len(content["spec"]["weights_sha256"]) == 64
    assert content["images"][0][1] == "000.png"


def test_folded_batch_norms_give_the_same_features():
    from msdn_core.backbones.loading import FeatureMap, _lite

    feature_map: FeatureMap = _lite("lite0", None)[0].eval()
    folded_one = load_backbone("lite0", device="cpu")
    pixels = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        plain = torch.nn.functional.normalize(feature_map(pixels).flatten(2), dim=1)
    torch.testing.assert_close(folded_one.features(pixels), plain, rtol=1e-3, atol=1e-4)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded_one._network.modules())


def test_the_features_of_an_image_do_not_depend_on_batch_or_threads(backbone):
    pixels = torch.randn(5, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    together, threads = backbone.features(pixels), torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        assert torch.equal(backbone.features(pixels[2:4]), together[2:4])
    finally:
        torch.set_num_threads(threads)


def test_an_extraction_restores_the_number_of_threads(project, backbone):
    before = torch.get_num_threads()
    extract_features(project, backbone, stop=lambda: True)
    assert torch.get_num_threads() == before


@pytest.mark.skipif(not torch.ops.mkldnn._is_mkldnn_bf16_supported(), reason="This processor has no bfloat16.")
def test_bfloat16_features_are_close_to_float32_and_stored_separately(project, backbone):
    rounded = load_backbone("lite0", size=64, device="cpu", precision="bfloat16")
    ours, theirs = (extract_features(project, one) for one in (backbone, rounded))
    assert (ours.spec.precision, theirs.spec.precision) == ("float32", "bfloat16")
    assert ours.folder != theirs.folder
    likeness = (np.array(ours.array, np.float32) * np.array(theirs.array, np.float32)).sum(axis=1)
    assert 0.99 < likeness.mean() < 0.99999
    assert not ours.spec.accepts(theirs.spec)
    assert find_store(project, theirs.spec).folder == theirs.folder
    with Project.open(project, read_only=True) as opened:
        images = opened.images()
    for precision, store in (("float32", ours), ("bfloat16", theirs)):
        config = from_settings("demo", ["backbone=lite0", "size=64", f"feature_precision={precision}"])
        assert matching_store(project, config, images).folder == store.folder
