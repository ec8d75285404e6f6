"""Backbones: any model with a feature map, with weights from a package or a file."""

import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import timm
import torch
from safetensors.torch import save_file
from torchvision import models

from msdn_core.backbones.devices import choose_device
from msdn_core.backbones.loading import Backbone, load_backbone
from msdn_core.errors import ConfigError, WeightsError


def regions(backbone):
    size = backbone.spec.size
    return backbone.features(torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize(
    ("name", "size", "grid"), [("lite0", 224, (7, 7)), ("lite2", 260, (9, 9)), ("tf_efficientnet_lite2", 260, (9, 9))]
)
def test_lite_backbones_come_with_the_program(name, size, grid):
    backbone = load_backbone(name, device="cpu")
    assert backbone.spec.name == name.removeprefix("tf_efficientnet_")
    assert (backbone.spec.size, backbone.spec.channels, backbone.spec.grid) == (size, 1280, grid)
    assert regions(backbone).shape == (2, 1280, grid[0] * grid[1])
    # Trained weights answer to a picture's structure; untrained ones would give all but the same to any.
    again = load_backbone(name, device="cpu")
    assert again.spec == backbone.spec
    assert torch.equal(regions(backbone), regions(again))


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
def test_a_local_file_gives_resnet_its_weights(tmp_path, suffix):
    network = models.resnet18(weights=None)
    path = tmp_path / f"weights.{suffix}"
    state = network.state_dict()
    save_file(state, path) if suffix == "safetensors" else torch.save({"state_dict": state}, path)
    backbone = load_backbone("resnet18", size=64, weights=path, device="cpu")
    assert backbone.spec.grid == (2, 2)
    assert backbone.spec.channels == 512
    assert backbone.spec.weights_file == str(path)
    pixels = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        trunk = torch.nn.Sequential(*list(network.eval().children())[:-2])
        expected = torch.nn.functional.normalize(trunk(pixels).flatten(2), dim=1)
    torch.testing.assert_close(backbone.features(pixels), expected, rtol=1e-3, atol=1e-4)


def test_resnet101_has_448_pixels_and_196_regions_as_in_the_paper(tmp_path):
    path = tmp_path / "resnet101.safetensors"
    save_file(models.resnet101(weights=None).state_dict(), path)
    spec = load_backbone("resnet101", weights=path, device="cpu").spec
    assert (spec.size, spec.channels, spec.grid) == (448, 2048, (14, 14))
    assert spec.mean == (0.485, 0.456, 0.406)


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "convnext_atto", "swin_tiny_patch4_window7_224"])
def test_tokens_and_channels_last_maps_become_regions(tmp_path, name):
    path = tmp_path / "weights.safetensors"
    network = timm.create_model(name, pretrained=False, num_classes=0)
    save_file({key: value.clone() for key, value in network.state_dict().items()}, path)
    backbone = load_backbone(name, weights=path, device="cpu")
    rows, columns = backbone.spec.grid
    assert rows == columns == {"vit_tiny_patch16_224": 14}.get(name, 7)
    assert backbone.spec.channels == network.num_features
    assert regions(backbone).shape == (2, network.num_features, rows * columns)


class Evil:
    def __reduce__(self):
        return (open, ("/tmp/msdn-should-not-exist", "w"))


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_weights_that_are_missing_damaged_foreign_or_code_are_refused(tmp_path):
    foreign = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(3)}, foreign)
    damaged = tmp_path / "damaged.pth"
    damaged.write_bytes(b"PK\3\4 not really")
    code = tmp_path / "code.pth"
    code.write_bytes(pickle.dumps(Evil()))
    for path, sentence in (
        (tmp_path / "none.pth", "does not exist"),
        (foreign, "another network"),
        (damaged, "zip file without its end"),
        (code, "cannot be read as weights .*more than tensors"),
    ):
        with pytest.raises(WeightsError, match=sentence) as refused:
            load_backbone("resnet18", size=64, weights=path, device="cpu")
        assert "weights_only" not in str(refused.value)


def test_unknown_names_and_impossible_sizes_are_refused():
    with pytest.raises(ConfigError, match="Unknown backbone “resnet1000”"):
        load_backbone("resnet1000", device="cpu")
    with pytest.raises(ConfigError, match="Unknown backbone “nonsense”"):
        load_backbone("nonsense", device="cpu")
    with pytest.raises(ConfigError, match="from 32 to 2048"):
        load_backbone("lite0", size=7, device="cpu")


@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224"])
def test_a_download_without_a_network_fails_with_one_sentence(name, monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path))

    def offline(*_args, **_keywords):
        raise OSError("no route")

    monkeypatch.setattr("socket.getaddrinfo", offline)
    monkeypatch.setattr("socket.create_connection", offline)
    with pytest.raises(WeightsError, match="--weights"):
        load_backbone(name, device="cpu")


def test_a_device_is_chosen_automatically_or_refused_by_name(monkeypatch):
    monkeypatch.setenv("MSDN_DEVICE", "cpu")
    assert choose_device().type == "cpu"
    monkeypatch.delenv("MSDN_DEVICE")
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(ConfigError, match="Unknown device"):
        choose_device("toaster")
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="not available"):
            choose_device("cuda")


def test_a_device_that_cannot_run_the_network_falls_back_to_the_processor_with_a_sentence():
    # The meta device stands for Apple's MPS: it takes the network and fails when it is used.
    backbone = load_backbone("lite0", device="meta")
    assert backbone.device.type == "cpu"
    assert "the processor is used" in backbone.note
    pixels = torch.rand(1, 3, 224, 224)
    assert torch.equal(backbone.features(pixels), load_backbone("lite0", device="cpu").features(pixels))


def test_one_thread_at_a_time_runs_the_network_on_a_device_that_is_neither_cpu_nor_cuda():
    inside, most = 0, 0

    class Network(torch.nn.Module):
        def forward(self, pixels):
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            time.sleep(0.005)
            inside -= 1
            return pixels

    spec = replace(load_backbone("lite0", device="cpu").spec, precision="float32")
    backbone = Backbone(Network(), spec, torch.device("meta"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: backbone.features(torch.rand(1, 3, 4, 4)), range(12)))
    assert most == 1
