"""What a checkpoint says of a whole collection is what it says of each image, and is kept until it changes."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import small_run
import torch

from msdn_core.cli.main import main
from msdn_core.msdn.checkpoint import load_network
from msdn_core.project import Project
from msdn_core.project.attribute_scores import AttributeScores, read_scores, scores_file, write_scores
from msdn_core.training import loop
from msdn_core.vision.features import find_store


def test_the_command_keeps_the_networks_own_scores_of_every_image(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(loop, "lower_priority", lambda: None)
    project = small_run.make_project(tmp_path / "birds", seen=4, unseen=2, images=4)
    run = small_run.new_run(project, steps=5, evaluate_every=5, selection="last")
    loop.run_training(run)
    capsys.readouterr()
    assert main(["--json", "scores", str(project), "--run", run.path.name, "--device", "cpu"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    checkpoint = run.checkpoint("best")
    assert result["scores"] == str(scores_file(project, checkpoint))
    kept = read_scores(scores_file(project, checkpoint))
    network, _ = load_network(checkpoint)
    store = find_store(project, small_run.SPEC)
    with Project.open(project, read_only=True) as opened:
        ids = [image.id for image in opened.images()]
    assert kept.image_ids.tolist() == ids
    for row in (0, 7, 23):
        with torch.inference_mode():
            out = network(torch.from_numpy(store.get(ids[row]).astype(np.float32))[None])
        np.testing.assert_allclose(kept.av[row], out.scores_av[0].numpy(), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(kept.va[row], out.scores_va[0].numpy(), rtol=1e-4, atol=1e-5)


def test_a_project_without_features_says_what_to_do(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(loop, "lower_priority", lambda: None)
    project = small_run.make_project(tmp_path / "birds", seen=4, unseen=2, images=4)
    run = small_run.new_run(project, steps=2, evaluate_every=2, selection="last")
    loop.run_training(run)
    (project / "features").rename(tmp_path / "elsewhere")
    assert main(["scores", str(project), "--run", run.path.name, "--device", "cpu"]) == 1
    assert "extract them first" in capsys.readouterr().err


def test_scores_of_an_older_checkpoint_are_not_taken_for_todays(tmp_path) -> None:
    checkpoint = tmp_path / "best.safetensors"
    checkpoint.write_bytes(b"one")
    scores = AttributeScores(np.array([3, 5]), np.ones((2, 4), np.float32), np.zeros((2, 4), np.float32))
    write_scores(scores_file(tmp_path, checkpoint), scores)
    assert read_scores(scores_file(tmp_path, checkpoint)).image_ids.tolist() == [3, 5]
    os.utime(checkpoint, ns=(1, 1))
    assert read_scores(scores_file(tmp_path, checkpoint)) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"\x93NUMPY"])
def test_a_damaged_file_is_as_if_there_were_none(tmp_path, content) -> None:
    path = tmp_path / "scores.npz"
    path.write_bytes(content)
    assert read_scores(path) is None
