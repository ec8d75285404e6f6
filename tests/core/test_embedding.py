"""The attribute space and its planes, and stored embeddings."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import small_run
from sklearn.decomposition import PCA

from msdn_core.cli.main import main
from msdn_core.domain.embedding import attribute_space, principal_plane
from msdn_core.errors import MsdnError, RunError
from msdn_core.evaluation.tsne import tsne
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.embeddings import embedding_digest, embedding_file, embedding_space, read_embedding
from msdn_core.runs.evaluations import evaluation_folder, read_evaluation
from msdn_core.training import loop


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def groups(rng, count: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images of four classes whose scores have another mean and scale than the class vectors."""
    vectors = rng.random((4, 12))
    labels = np.repeat(np.arange(4), count)
    return 15 * (vectors[labels] - 0.9) + rng.normal(size=(4 * count, 12)), vectors, labels


def test_a_class_is_among_its_images_for_any_mean_and_scale_of_scores(rng) -> None:
    scores, vectors, labels = groups(rng)

    def own_class_is_nearer_than_other_images(images: np.ndarray, classes: np.ndarray) -> np.ndarray:
        to_own = np.linalg.norm(images - classes[labels], axis=1)
        apart = np.linalg.norm(images[:, None] - images, axis=2)
        return to_own < np.where(labels[:, None] == labels, np.inf, apart).min(axis=1)

    space = attribute_space(scores, vectors)
    assert np.linalg.norm(space.images, axis=1) == pytest.approx(1, abs=1e-5)
    assert own_class_is_nearer_than_other_images(space.images, space.classes).all()
    bare = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (scores, vectors)]
    assert not own_class_is_nearer_than_other_images(*bare).any(), "as they are, the classes would stand aside"


def test_principal_components_are_scikit_learns(rng) -> None:
    scores, vectors, _ = groups(rng)
    space = attribute_space(scores, vectors)
    found = principal_plane(space)
    wanted = PCA(2).fit(space.images.astype(float))
    assert np.abs(found.images) == pytest.approx(np.abs(wanted.transform(space.images)), abs=1e-5)
    assert np.abs(found.classes) == pytest.approx(np.abs(wanted.transform(space.classes)), abs=1e-5)
    assert found.shares == pytest.approx(tuple(wanted.explained_variance_ratio_), abs=1e-6)


@pytest.mark.parametrize(("images", "attributes"), [(0, 5), (1, 5), (7, 1), (3, 0)])
def test_few_images_and_few_attributes_have_a_plane(images: int, attributes: int, rng) -> None:
    space = attribute_space(rng.normal(size=(images, attributes)), rng.random((2, attributes)))
    found = principal_plane(space)
    assert (found.images.shape, found.classes.shape) == ((images, 2), (2, 2))
    assert np.isfinite(found.images).all()
    assert np.isfinite(found.classes).all()


def test_t_sne_separates_classes_and_reports_progress(rng) -> None:
    scores, vectors, labels = groups(rng, 15)
    told: list[tuple[int, int]] = []
    made = tsne(attribute_space(scores, vectors), "it", progress=lambda *how: told.append(how))
    centres = np.stack([made.images[labels == label].mean(axis=0) for label in range(4)])
    nearest = np.linalg.norm(made.images[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.9
    assert told[0] == (0, 1000)
    assert told[-1] == (1000, 1000)
    with pytest.raises(MsdnError, match="needs at least 5 points"):
        tsne(attribute_space(scores[:2], vectors[:2]), "it")


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> RunDirectory:
    project = small_run.make_project(tmp_path_factory.mktemp("embed") / "birds")
    run = RunDirectory.create(project, "one", small_run.settings(steps=20).to_json())
    loop.run_training(run)
    return run


def test_the_command_stores_the_embedding_with_its_origin(run: RunDirectory, capsys) -> None:
    words = ["--json", "embed", str(run.project_path), "--run", "one"]
    assert main(words) == 1
    assert "has not been evaluated" in capsys.readouterr().out
    assert main(["evaluate", str(run.project_path), "--run", "one", "--keep"]) == 0
    capsys.readouterr()
    assert main([*words, "--scores", "av"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["progress"]["stage"] == "t-SNE", "progress is printed though the library's words are not"
    folder = evaluation_folder(run)
    kept = read_evaluation(folder).predictions
    assert read_embedding(embedding_file(folder, "fused"), kept) is None
    found = read_embedding(embedding_file(folder, "av"), kept)
    assert lines[-1]["images"] == len(found.images) == len(kept.image_ids)
    assert found.made_of == embedding_digest(kept, "av")
    other = replace(kept, class_vectors=kept.class_vectors + 1)
    assert found.made_of != embedding_digest(other, "av"), "which edited class vectors would not have made"
    assert embedding_space(kept, "av").images.shape == kept.scores_av.shape

    path = embedding_file(folder, "av")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(RunError, match="compute it again"):
        read_embedding(path, kept)
    assert main([*words, "--perplexity", "0"]) == 1
