"""Checkpoints: written and read completely, and refused with one sentence if they are invalid."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.scoring import Fusion
from msdn_core.errors import CheckpointError
from msdn_core.msdn.checkpoint import load_network, load_tensors, save_checkpoint
from msdn_core.msdn.network import MSDN
from msdn_core.runs.header import METADATA_KEY, CheckpointHeader, read_header


@pytest.fixture
def header():
    return CheckpointHeader(
        attributes=("crest::yes", "crest::no", "wing::striped"),
        classes=("Grey heron", "Blauer Würger"),
        class_vectors=np.array([[1.0, 0.0, 0.3], [0.0, 1.0, 0.1]]),
        seen=np.array([True, False]),
        fusion=Fusion(0.9, 0.1),
        gamma=2.0,
        backbone={"name": "lite0", "size": 224},
        channels=8,
        run="first",
        step=40,
        epoch=2,
        selected_on="validation",
        figures={"H": 0.5},
    )


@pytest.fixture
def network():
    network = MSDN(torch.randn(3, 5), 8, seed=4)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_()
    return network


def test_a_checkpoint_restores_the_network_and_its_header(tmp_path, network, header):
    path = tmp_path / "best.safetensors"
    save_checkpoint(path, network, header, extra_tensors={"optimiser.V": torch.arange(3)})
    loaded, found = load_network(path)
    features = torch.randn(2, 8, 4)
    for ours, theirs in zip(network(features), loaded(features), strict=True):
        assert torch.equal(ours, theirs)
    assert np.array_equal(found.class_vectors, header.class_vectors)
    assert found.seen.tolist() == [True, False]
    assert (found.fusion, found.gamma, found.backbone) == (header.fusion, 2.0, {"name": "lite0", "size": 224})
    assert (found.classes, found.figures, found.selected_on) == (header.classes, {"H": 0.5}, "validation")
    assert torch.equal(load_tensors(path)["optimiser.V"], torch.arange(3))


def test_the_header_is_read_without_torch(tmp_path, network, header):
    path = tmp_path / "best.safetensors"
    save_checkpoint(path, network, header)
    code = (
        "import sys; from pathlib import Path; from msdn_core.runs.header import read_header;"
        f"print(read_header(Path({str(path)!r})).table().attribute_fingerprint); assert 'torch' not in sys.modules"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == header.table().attribute_fingerprint


@pytest.mark.parametrize("length", [0, 7, 200, -40])
def test_an_incomplete_checkpoint_is_refused(tmp_path, network, header, length):
    path = tmp_path / "best.safetensors"
    save_checkpoint(path, network, header)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(CheckpointError, match=r"best\.safetensors"):
        load_network(path)


def test_foreign_and_missing_files_are_refused(tmp_path):
    with pytest.raises(CheckpointError, match="does not exist"):
        read_header(tmp_path / "none.safetensors")
    foreign = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(2)}, foreign)
    with pytest.raises(CheckpointError, match="is not a checkpoint of MSDN Explorer"):
        read_header(foreign)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 99}, "newer MSDN Explorer"),
        ({"fusion": {"sideways": 1}}, "damaged header"),
        ({"attributes": ["crest::yes"]}, "damaged header"),
        ({"classes": None}, "damaged header"),
    ],
)
def test_an_invalid_header_is_refused(tmp_path, header, change, sentence):
    path = tmp_path / "odd.safetensors"
    content = {**json.loads(header.to_metadata()[METADATA_KEY]), **change}
    save_file({"class_vectors": torch.tensor(header.class_vectors)}, path, metadata={METADATA_KEY: json.dumps(content)})
    with pytest.raises(CheckpointError, match=sentence):
        read_header(path)


def test_weights_that_do_not_fit_the_header_are_refused(tmp_path, network, header):
    path = tmp_path / "odd.safetensors"
    save_checkpoint(path, network, replace(header, channels=16))
    with pytest.raises(CheckpointError, match="16 channels"):
        load_network(path)


def test_no_memory_is_allocated_for_an_untrusted_size(tmp_path, network, header):
    save_checkpoint(tmp_path / "vast.safetensors", network, replace(header, channels=10**13))
    with pytest.raises(CheckpointError, match="do not fit a network of 10000000000000 channels"):
        load_network(tmp_path / "vast.safetensors")


@pytest.mark.parametrize("change", [{"gamma": math.nan}, {"fusion": Fusion(math.inf, 0.1)}])
def test_a_calibration_or_fusion_that_is_not_finite_is_refused(tmp_path, network, header, change):
    save_checkpoint(tmp_path / "odd.safetensors", network, replace(header, **change))
    with pytest.raises(CheckpointError, match="finite"):
        read_header(tmp_path / "odd.safetensors")


def test_weights_that_are_not_finite_are_refused(tmp_path, network, header):
    with torch.no_grad():
        network.V[1, 2] = math.nan
    save_checkpoint(tmp_path / "odd.safetensors", network, header)
    with pytest.raises(CheckpointError, match="not finite numbers"):
        load_network(tmp_path / "odd.safetensors")


def test_a_checkpoint_of_other_attributes_names_them(header):
    table = ClassTable(
        (Attribute("crest", "yes"), Attribute("crest", "no"), Attribute("bill", "hooked")),
        ("a",),
        np.ones((1, 3)),
        np.array([True]),
    )
    with pytest.raises(CheckpointError, match="wing::striped"):
        header.check_attributes(table)
    header.check_attributes(header.table())


def test_a_failed_write_keeps_the_previous_checkpoint(tmp_path, network, header, monkeypatch):
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, network, header)
    before = path.read_bytes()

    def full(*_args, **_keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("msdn_core.msdn.checkpoint.save_file", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        save_checkpoint(path, network, header)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system does not list its maps")
def test_a_loaded_checkpoint_holds_no_map_of_its_file(tmp_path, network, header):
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, network, header)
    tensors = load_tensors(path)
    assert tensors
    assert str(path) not in Path("/proc/self/maps").read_text()
