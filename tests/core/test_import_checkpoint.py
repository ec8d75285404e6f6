"""Checkpoints of the published code become runs with the same scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import small_run
import torch

from msdn_core.domain.scoring import Fusion
from msdn_core.errors import CheckpointError, ConfigError, MsdnError
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.msdn.checkpoint import load_network
from msdn_core.project import Project
from msdn_core.resources import resource
from msdn_core.runs.listing import list_runs
from msdn_core.training.published import import_checkpoint

ORDER = np.random.default_rng(5).permutation(16)
"""The published order of classes is not the project's."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_run.make_project(tmp_path / "project")


def published(project: Path, **changes: torch.Tensor | None) -> dict[str, torch.Tensor]:
    """A state dict as the published code saves it, of random weights."""
    with Project.open(project, read_only=True) as opened:
        table = opened.table()
    m, k = table.vectors.shape
    c, d = small_run.CHANNELS, 20
    generator = torch.Generator().manual_seed(3)
    content: dict[str, torch.Tensor | None] = {
        "V": torch.nn.functional.normalize(torch.randn(k, d, generator=generator)),
        "att": torch.from_numpy(table.unit_vectors()[ORDER]).float(),
        **{name: torch.randn(d, c, generator=generator) for name in ("W_1", "W_2", "W_3", "W_2_1")},
        **{name: torch.randn(c, d, generator=generator) for name in ("W_1_1", "W_3_1")},
        "weight_ce": torch.eye(m),
        "bias": torch.tensor(1.0),
        "prob_prune": torch.tensor(0.0),
        "mask_bias": torch.from_numpy(np.where(table.seen[ORDER], -1.0, 1.0)).float()[None],
        "resnet101.0.weight": torch.zeros(4, 3, 7, 7),
    }
    content.update(changes)
    return {name: value for name, value in content.items() if value is not None}


def save(folder: Path, content: object) -> Path:
    torch.save(content, folder / "CUB best.pth")
    return folder / "CUB best.pth"


def literal(state: dict[str, torch.Tensor], features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """s1 and s2 by the published equations, in float64 (reference, section 2)."""
    w = {name: value.double() for name, value in state.items()}
    f = features.double()
    first = torch.softmax(torch.einsum("kd,dc,bcr->bkr", w["V"], w["W_2"], f), dim=2)
    second = torch.softmax(torch.einsum("kd,dc,bcr->bkr", w["V"], w["W_2_1"], f), dim=1)
    s1 = (first * torch.einsum("kd,dc,bcr->bkr", w["V"], w["W_1"], f)).sum(2)
    s2 = (second * torch.einsum("kd,cd,bcr->bkr", w["V"], w["W_1_1"], f)).sum(2)
    return s1, s2


def test_it_computes_the_published_equations(project: Path, tmp_path: Path) -> None:
    state = published(project)
    run, findings = import_checkpoint(save(tmp_path, state), project, fusion=Fusion(0.7, 0.3))
    assert run.name == "CUB best"
    network, header = load_network(run.checkpoint_path("best"))
    features = torch.nn.functional.normalize(torch.randn(5, small_run.CHANNELS, 25), dim=1)
    with torch.inference_mode():
        outputs = network(features)
    for ours, theirs in zip((outputs.scores_av, outputs.scores_va), literal(state, features), strict=True):
        assert torch.allclose(ours.double(), theirs, atol=1e-4)
    with Project.open(project, read_only=True) as opened:
        table = opened.table()
    assert header.classes == tuple(table.classes[row] for row in ORDER)
    assert header.seen.tolist() == table.seen[ORDER].tolist()
    assert (header.fusion, header.gamma, header.normalize_v) == (Fusion(0.7, 0.3), 2.0, False)
    assert any("W_3" in finding and "ignored" in finding for finding in findings)
    assert [listed.name for listed in list_runs(project)] == ["CUB best"]


def test_it_is_measured_on_the_projects_features(project: Path, tmp_path: Path) -> None:
    run, _ = import_checkpoint(save(tmp_path, published(project)), project, recipe="cub")
    figures = evaluate(project, run.checkpoint_path("best"))
    assert 0 <= figures["czsl"] <= 1
    assert figures["selected_on"] == "test"


def test_fusion_and_normalisation_are_given_or_those_of_the_recipe(project: Path, tmp_path: Path) -> None:
    file = save(tmp_path, published(project))
    with pytest.raises(ConfigError, match=r"--fusion"):
        import_checkpoint(file, project)
    run, _ = import_checkpoint(file, project, recipe="awa2", name="one")
    header = load_network(run.checkpoint_path("best"))[1]
    assert (header.fusion, header.normalize_v) == (Fusion(1.0, 0.0), True)
    run, _ = import_checkpoint(file, project, recipe="awa2", normalize_v=False, name="two")
    assert not load_network(run.checkpoint_path("best"))[1].normalize_v


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"W_2": None}, "does not contain W_2"),
        ({"V": torch.zeros(4)}, "V is not a matrix"),
        ({"W_1": torch.full((20, 24), torch.nan)}, "W_1 is not a matrix of finite"),
        ({"W_1_1": torch.zeros(20, 24)}, "W_1_1 has the shape"),
        ({"mask_bias": torch.ones(1, 3)}, "mask_bias"),
        ({"att": torch.ones(16, 12)}, "vector of class 1 of 16"),
        ({"att": torch.ones(16, 5)}, "att has the shape"),
    ],
)
def test_a_mismatch_is_named(
    project: Path, tmp_path: Path, changes: dict[str, torch.Tensor | None], match: str
) -> None:
    with pytest.raises(CheckpointError, match=match):
        import_checkpoint(save(tmp_path, published(project, **changes)), project, recipe="cub")
    assert not list_runs(project)


class Runs:
    def __reduce__(self) -> object:
        return (Path.touch, (Path("made-by-a-checkpoint"),))


def test_no_code_in_it_is_run(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MsdnError):
        import_checkpoint(save(tmp_path, {**published(project), "more": Runs()}), project, recipe="cub")
    assert not (tmp_path / "made-by-a-checkpoint").exists()


def test_a_checkpoint_of_this_program_is_recognised(project):
    shipped = resource("aviary", "demo-01", "checkpoints", "best.safetensors")
    with pytest.raises(CheckpointError, match="a checkpoint of this program: open it in the window"):
        import_checkpoint(shipped, project)
