"""Checkpoints as training code leaves them, and what people download in place of one."""

from __future__ import annotations

import argparse
import collections
import datetime
import io
import pathlib
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

from msdn_core.backbones.weights_files import read_weights, select_names
from msdn_core.errors import CheckpointError, WeightsError
from msdn_core.msdn.checkpoint import load_tensors
from msdn_core.runs.header import read_header
from msdn_core.training.published import read_published

if TYPE_CHECKING:
    from collections.abc import Mapping


def state(prefix: str = "") -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    shapes = {"V": (3, 2), "att": (4, 3), "W_1": (2, 5), "W_2": (2, 5), "W_2_1": (2, 5), "W_1_1": (5, 2)}
    return {prefix + name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


class Model(torch.nn.Module):
    def __init__(self, content: Mapping[str, torch.Tensor]) -> None:
        super().__init__()
        for name, value in content.items():
            self.register_parameter(name, torch.nn.Parameter(value))


class Settings(dict[str, Any]):
    """As those of Lightning, EasyDict and yacs."""


class Trainer:
    """An object of the training code."""

    def __init__(self) -> None:
        self.best = np.float64(0.5)


def nested(content: Any, *names: str) -> dict[str, Any]:
    for name in reversed(names):
        content = {name: content, "epoch": 3, "best": np.float32(0.5)}
    return dict(content)


EXTRAS = {
    "args": argparse.Namespace(lr=np.float64(1e-4), seed=214, path=pathlib.PurePosixPath("data")),
    "when": datetime.datetime(2022, 3, 5, tzinfo=datetime.UTC),
    "scores": collections.defaultdict(list, {"H": [np.float32(0.6)]}),
    "curve": np.arange(3.0),
    "trainer": Trainer(),
    "hyper_parameters": Settings(lr=1e-4),
    "optimizer": {"state": {0: {"exp_avg": torch.ones(2)}}, "param_groups": []},
}
FORMS: dict[str, Any] = {
    "a prefix of DataParallel": state("module."),
    "a prefix of Lightning": {"state_dict": state("model."), "pytorch-lightning_version": "2.0"},
    "a prefix of torch.compile": state("_orig_mod."),
    "several prefixes": {"state_dict": state("module._orig_mod.model.")},
    "any prefix": {"net": state("zsl_head.")},
    "a prefix beside other weights": {**state("model."), "criterion.weight": torch.ones(3)},
    "a wrapper": {"model_state_dict": state(), "epoch": 3},
    "the wrapper net": {"net": state(), "acc": torch.tensor(0.5)},
    "an unknown wrapper": {"msdn": state()},
    "nested wrappers": nested(state(), "checkpoint", "model"),
    "weights and their average": {"model": state(), "model_ema": {k: v + 1 for k, v in state().items()}},
    "arguments, scores and times": {"model": state(), **EXTRAS},
    "a whole model": Model(state()),
    "a whole model in a wrapper": {"model": torch.nn.DataParallel(Model(state())), "epoch": 3},
    "arrays of numpy": {"model": {name: value.numpy() for name, value in state().items()}},
    "an average alone": {"ema": state(), "epoch": 3},
    "an ordered dictionary": collections.OrderedDict(state()),
}


@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("form", FORMS)
def test_the_weights_are_found_in_any_wrapping(tmp_path: pathlib.Path, form: str, old: bool) -> None:
    if old and "whole model" in form:
        pytest.skip("the older format keeps the source code of a model, and is refused")
    file = tmp_path / "best.pth"
    torch.save(FORMS[form], file, _use_new_zipfile_serialization=not old)
    found = read_published(file)
    for name, value in state().items():
        assert torch.allclose(found[name].float(), value.float()), name


def test_what_was_left_out_is_named(tmp_path: pathlib.Path) -> None:
    torch.save({"model": state("module."), "teacher": state(), **EXTRAS}, tmp_path / "best.pth")
    findings: list[str] = []
    read_published(tmp_path / "best.pth", findings)
    text = " ".join(findings)
    assert "argparse.Namespace" in text
    assert "without the prefix “module.”" in text
    assert "The weights are those in “model”" in text
    assert "teacher" in text


@pytest.mark.parametrize("name", ["m.SAFETENSORS", "m.Safetensors", "m.pth", "m.bin", "m"])
def test_the_content_decides_and_not_the_suffix(tmp_path: pathlib.Path, name: str) -> None:
    (tmp_path / name).write_bytes(save(state()))
    assert set(read_weights(tmp_path / name)) == set(state())
    torch.save(state(), tmp_path / "m.safetensors")
    assert set(read_weights(tmp_path / "m.safetensors")) == set(state())


def saved(content: object) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>Google Drive - Virus scan warning</html>", "is a web page"),
        (b"\xef\xbb\xbf\r\n<HTML><head>", "is a web page"),
        (b"<?xml version='1.0'?><Error><Message>Access Denied</Message></Error>", "a message in XML .Access Denied"),
        (b'{"error": "Invalid credentials"}', "a server's message .Invalid credentials"),
        (b"Entry not found", "a server's message"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS.*git lfs pull"),
        (b"/annex/objects/SHA256E-s9--0.pth\n", "git-annex.*git annex get"),
        (saved(state())[:-200], "without its end"),
        (bytes(5000), "zero bytes"),
        (b"\x1f\x8b\x08\x00" + bytes(range(64)), "a gzip archive; unpack it"),
    ],
)
@pytest.mark.parametrize("name", ["m.pth", "m.safetensors"])
def test_what_is_no_checkpoint_is_named_for_what_it_is(
    tmp_path: pathlib.Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=sentence):
        read_weights(tmp_path / name)
    for read in (read_header, load_tensors):
        with pytest.raises(CheckpointError, match=sentence):
            read(tmp_path / name)


def test_an_annexed_file_without_its_content_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "m.pth").symlink_to(".git/annex/objects/xk/9p/SHA256E-s9--0.pth/SHA256E-s9--0.pth")
    with pytest.raises(WeightsError, match="git annex get"):
        read_weights(tmp_path / "m.pth")


class Calls:
    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize(
    "call",
    [
        (pathlib.Path.touch, (pathlib.Path("made"),)),
        (exec, ("open('made', 'w')",)),
        (open, ("made", "w")),
        (pickle.loads, (pickle.dumps(Calls(open, ("made", "w"))),)),
        (np.load, ("made",)),
    ],
)
def test_no_code_is_run_and_the_call_is_named(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, call: Any, old: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({**state(), "x": Calls(*call)}, "m.pth", _use_new_zipfile_serialization=not old)
    with pytest.raises(WeightsError, match=r"more than tensors.*state_dict\(\)"):
        read_weights(tmp_path / "m.pth")
    assert not (tmp_path / "made").exists()


def test_a_prefix_that_the_network_has_itself_stays() -> None:
    tensors = {"features.0.weight": torch.ones(1), "features.1.weight": torch.ones(1)}
    assert select_names(tensors, tensors) == (tensors, "")
    wrapped = {f"backbone.{name}": value for name, value in tensors.items()} | {"head.weight": torch.ones(2)}
    assert select_names(wrapped, tensors) == (tensors, "backbone.")


def test_a_torchscript_program_is_not_run(tmp_path: pathlib.Path) -> None:
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), str(tmp_path / "m.pt"))
    with pytest.raises(WeightsError, match=r"TorchScript program.*state_dict\(\)") as refused:
        read_weights(tmp_path / "m.pt")
    assert "weights_only" not in str(refused.value)
