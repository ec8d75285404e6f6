"""The full evaluation of a checkpoint, compared with a computation from the network's outputs."""

from __future__ import annotations

import csv
import json
import warnings
from pathlib import Path

import brute_force
import numpy as np
import pytest
import small_run
import torch
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from msdn_core.cli.main import main
from msdn_core.domain.metrics import attribute_auc, figures, seen_unseen_curve
from msdn_core.domain.scoring import class_scores, fused_attribute_scores, fused_evidence
from msdn_core.errors import RunError
from msdn_core.evaluation.examine import Evaluation, examine
from msdn_core.msdn.checkpoint import load_network
from msdn_core.msdn.network import MSDN
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.predictions import read_predictions, write_predictions
from msdn_core.training import loop
from msdn_core.training.data import load_data
from msdn_core.training.sampling import hold_out
from msdn_core.vision.features import find_store

GROUPS, VALUES = small_run.GROUPS, small_run.VALUES


class Given:
    """A trained checkpoint, its evaluation, and what its network says of every test image."""

    def __init__(self, folder: Path) -> None:
        self.project = small_run.make_project(folder / "birds", seen=14, unseen=4)
        self.run = RunDirectory.create(self.project, "one", small_run.settings(steps=100).to_json())
        loop.run_training(self.run)
        self.checkpoint = self.run.checkpoint("best")
        self.found: Evaluation = examine(self.project, self.checkpoint)
        self.network, self.header = load_network(self.checkpoint)
        with Project.open(self.project, read_only=True) as project:
            self.table = project.table()
            self.images = [image for image in project.images() if image.split.startswith("test")]
            self.points = [project.parts(image.id) for image in self.images]
        store = find_store(self.project, small_run.SPEC)
        self.features = torch.from_numpy(np.stack([store.get(image.id) for image in self.images])).float()
        with torch.inference_mode():
            self.out = self.network(self.features)
        self.labels = np.array([self.table.class_index[image.class_name] for image in self.images])
        self.unit = self.table.unit_vectors()
        self.fused = (self.header.fusion.av * self.out.scores_av + self.header.fusion.va * self.out.scores_va).numpy()
        self.scores = self.fused @ self.unit.T


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    return Given(tmp_path_factory.mktemp("examined"))


def balanced(labels, predictions):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return balanced_accuracy_score(labels, predictions)


def test_gamma_is_chosen_on_the_validation_part_and_not_on_the_test_split(given):
    validated = given.found.figures["validated"]
    assert validated["selected_on"] == "validation"
    config, store = small_run.settings(steps=100), find_store(given.project, small_run.SPEC)
    train = load_data(given.project, config, torch.device("cpu")).train
    of_classes, of_images = hold_out(train.labels, share_of_classes=0.15, share_of_images=0.1, seed=config.seed)
    part, among = train.select(of_classes | of_images), np.flatnonzero(given.table.seen)
    with torch.inference_mode():
        out = given.network(torch.from_numpy(store.array[part.rows]).float())
    fused = fused_attribute_scores(
        out.scores_av.numpy(), out.scores_va.numpy(), out.scores_pooled.numpy(), given.header.fusion
    )
    scores, labels = class_scores(fused, given.unit[among]), np.searchsorted(among, part.labels)
    seen = ~np.isin(among, train.labels[of_classes])
    at_chosen = figures(scores, labels, seen, validated["gamma"]).H
    assert at_chosen == pytest.approx(max(figures(scores, labels, seen, g).H for g in np.linspace(-9, 9, 2001)))
    unseen = ~given.table.seen[given.labels]
    predictions = (given.scores - validated["gamma"] * given.table.seen).argmax(1)
    assert validated["U"] == pytest.approx(balanced(given.labels[unseen], predictions[unseen]))
    assert validated["S"] == pytest.approx(balanced(given.labels[~unseen], predictions[~unseen]))


def test_a_class_has_its_accuracy_and_its_most_frequent_confusion(given):
    predictions = (given.scores - given.header.gamma * given.table.seen).argmax(1)
    rows = given.found.classes
    assert [row["class"] for row in rows] == [given.table.classes[n] for n in np.unique(given.labels)]
    for row in rows:
        mine = given.labels == given.table.class_index[row["class"]]
        assert row["images"] == mine.sum()
        assert row["accuracy"] == pytest.approx((predictions[mine] == given.labels[mine]).mean())
        taken_for = np.bincount(predictions[mine & (predictions != given.labels)], minlength=len(given.unit))
        assert row["taken_for_it"] == taken_for.max()
        if taken_for.any():
            assert taken_for[given.table.class_index[row["most_taken_for"]]] == taken_for.max()
        assert (row["accuracy_czsl"] is None) == (row["kind"] == "seen")
    unseen = [row["accuracy_czsl"] for row in rows if row["kind"] == "unseen"]
    assert np.mean(unseen) == pytest.approx(given.found.figures["czsl"])


def test_attributes_are_measured_against_class_vectors_without_judgements(given):
    truth = given.table.vectors[given.labels]
    assert {row["truth"] for row in given.found.attributes} == {"class vectors"}
    for column, row in enumerate(given.found.attributes):
        assert row["images_with"] == truth[:, column].sum()
        for name, scores in (("av", given.out.scores_av.numpy()), ("fused", given.fused)):
            assert row[f"auc_{name}"] == pytest.approx(roc_auc_score(truth[:, column], scores[:, column]))
    mean = np.mean([row["auc_fused"] for row in given.found.attributes])
    assert given.found.figures["attributes"]["auc_fused"] == pytest.approx(mean)
    assert mean > 0.7, "it has learnt them"


def test_judgements_take_precedence_and_not_visible_counts_as_unknown(given):
    rng = np.random.default_rng(0)
    judged = rng.integers(0, 2, size=(len(given.images), GROUPS * VALUES)).astype(np.int8)
    certainty = rng.integers(1, 5, size=judged.shape).astype(np.int8)
    with Project.open(given.project) as project:
        project.set_meta("certainties", json.dumps({"1": "not visible", "2": "guessing"}))
        project.set_many_image_attributes([image.id for image in given.images], judged, certainty)
    try:
        rows = examine(given.project, given.checkpoint).attributes
    finally:
        with Project.open(given.project) as project, project.transaction():
            project._database.connection.execute("DELETE FROM image_attributes")
    assert {row["truth"] for row in rows} == {"image judgements"}
    for column, row in enumerate(rows):
        known = certainty[:, column] > 1
        assert row["images_with"] + row["images_without"] == known.sum()
        expected = roc_auc_score(judged[known, column], given.fused[known, column])
        assert row["auc_fused"] == pytest.approx(expected)


def test_pcp_is_that_of_a_loop_over_the_networks_maps(given):
    scale_of = {"usual": 1.4, "strict": 4.0}
    bird = [int(edge / small_run.SIDE * 224) for edge in (6, 0)] + [223, int(48 / small_run.SIDE * 224)]
    assert [row["part"] for row in given.found.parts] == [f"part{group}" for group in range(GROUPS)]
    for side in ("av", "va"):
        scores, maps = getattr(given.out, f"scores_{side}").numpy(), getattr(given.out, f"attention_{side}").numpy()
        for size, scale in scale_of.items():
            means = []
            for group, row in enumerate(given.found.parts):
                columns = np.arange(group * VALUES, (group + 1) * VALUES)
                hits = []
                for image, points in enumerate(given.points):
                    best = columns[scores[image, columns].argmax()]
                    place = next(p for p in points if p.part == f"part{group}")
                    at = [(int(place.x / small_run.SIDE * 224), int(place.y / small_run.SIDE * 224))]
                    map_ = maps[image, best].reshape(small_run.GRID, small_run.GRID)
                    hits.append(brute_force.part_is_correct(map_, at, bird, scale))
                means.append(np.mean(hits))
                assert row[f"pcp_{size}_{side}"] == pytest.approx(means[-1])
            assert given.found.figures["pcp"][size][side] == pytest.approx(np.mean(means))
    assert given.found.figures["pcp"]["protocol"] == "the project's own parts"
    assert given.found.figures["pcp"]["usual"]["av"] > given.found.figures["pcp"]["strict"]["av"] > 0


def test_region_curves_equal_those_of_the_network_run_on_fewer_regions(given):
    offset = -given.header.gamma * given.table.seen
    areas = {"insertion": [], "deletion": []}
    for image in range(len(given.images)):
        target = int((given.scores[image] + offset).argmax())
        class_map = given.unit[target] @ given.out.attention_av[image].numpy()
        order = np.argsort(-class_map, kind="stable")
        for way, regions in (("insertion", order), ("deletion", order[::-1].copy())):
            areas[way].append(
                brute_force.insertion_area(
                    given.network, given.features[image], regions, target, given.unit, offset, given.header.fusion
                )
            )
    found = given.found.figures["region_insertion"]
    assert found["av"]["insertion"] == pytest.approx(np.mean(areas["insertion"]), abs=1e-5)
    assert found["av"]["deletion"] == pytest.approx(np.mean(areas["deletion"]), abs=1e-5)
    assert found["av"]["insertion"] > found["random"] > found["av"]["deletion"], "attention is worth something"
    assert "cached regions" in found["variant"]


def test_the_agreement_of_the_sub_nets_is_given_per_class_attribute_and_image(given):
    p = [
        torch.from_numpy(scores.numpy() @ given.unit.T - given.header.gamma * given.table.seen).softmax(1)
        for scores in (given.out.scores_av, given.out.scores_va)
    ]
    mean = (p[0] + p[1]) / 2
    jsd = sum(0.5 * (q * (q / mean).log()).sum(1) for q in p).numpy()
    maps = [m / m.sum(2, keepdim=True) for m in (given.out.attention_av, given.out.attention_va)]
    overlap = torch.minimum(*maps).sum(2).numpy()
    has = given.table.vectors[given.labels] > 0
    agreement = given.found.figures["agreement"]
    assert agreement["jsd_nats"] == pytest.approx(jsd.mean())
    assert agreement["map_overlap"] == pytest.approx(overlap[has].mean())
    first, attribute = given.found.classes[0], given.found.attributes[1]
    mine = given.labels == given.table.class_index[first["class"]]
    assert first["jsd"] == pytest.approx(jsd[mine].mean())
    assert first["map_overlap"] == pytest.approx(overlap[mine][has[mine]].mean(), rel=1e-5)
    assert attribute["jsd"] == pytest.approx(jsd[has[:, 1]].mean())
    assert attribute["map_overlap"] == pytest.approx(overlap[has[:, 1], 1].mean(), rel=1e-5)


def test_the_command_writes_tables_and_predictions_that_reproduce_the_figures(given, tmp_path, capsys):
    folder = tmp_path / "new" / "tables"
    assert main(["evaluate", str(given.project), "--run", "one", "--tables", str(folder), "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"czsl", "U", "S", "H", "ausuc", "gamma", "pointing", "validated", "pcp", "agreement"} <= set(said)
    assert sorted(Path(path).name for path in said["tables"]) == sorted(path.name for path in folder.iterdir())
    tables = {}
    for name in ("classes", "attributes", "parts", "curve"):
        with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            tables[name] = list(csv.DictReader(file))
        assert {(row["run"], row["selected_on"]) for row in tables[name]} == {("one", "validation")}
    assert len(tables["attributes"]) == GROUPS * VALUES
    curve = [(float(row["S"]), float(row["U"])) for row in tables["curve"]]
    assert said["ausuc"] == pytest.approx(-np.trapezoid([u for _, u in curve], [s for s, _ in curve]))
    read = read_predictions(folder / "predictions.npz")
    assert sorted(set(read.splits.tolist())) == ["test_seen", "test_unseen"]
    fused = fused_attribute_scores(read.scores_av, read.scores_va, read.scores_pooled, read.weights)
    scores = class_scores(fused, read.table.unit_vectors(clip_negative=read.clip_negative))
    again = figures(scores, read.labels, read.seen, read.gamma)
    assert (again.czsl, again.U, again.S, again.H) == pytest.approx([said[key] for key in ("czsl", "U", "S", "H")])
    assert seen_unseen_curve(scores, read.labels, read.seen).area == pytest.approx(said["ausuc"])
    shown = main(["evaluate", str(given.project), "--run", "one"])
    text = capsys.readouterr().out
    assert shown == 0
    assert "gamma selected on validation" in text
    assert "selected on test" in text


def test_a_file_without_predictions_is_refused_with_a_sentence(given, tmp_path):
    good = tmp_path / "good.npz"
    write_predictions(good, given.found.predictions)
    whole = good.read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.npz").write_text("labels")
    content = dict(np.load(good))
    np.savez(tmp_path / "wrong.npz", **{**content, "labels": content["labels"] + 99})
    np.savez(tmp_path / "shape.npz", **{**content, "seen": content["seen"][:2]})
    np.savez(tmp_path / "newer.npz", **{**content, "format": 99})
    np.savez(tmp_path / "object.npz", **{**content, "classes": content["classes"].astype(object)})
    for name in ("cut", "text", "wrong", "shape", "newer", "object", "absent"):
        with pytest.raises(RunError, match="cannot be read as predictions"):
            read_predictions(tmp_path / f"{name}.npz")


def test_a_folder_that_cannot_be_created_gives_one_sentence(given, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["evaluate", str(given.project), "--run", "one", "--tables", str(tmp_path / "file" / "t")]) == 1
    assert "cannot be created" in capsys.readouterr().err


@pytest.mark.parametrize("variant", ["official", "paper"])
@pytest.mark.parametrize("sub_nets", ["both", "av", "va", "none"])
def test_the_scores_of_regions_sum_to_those_of_the_network(variant, sub_nets):
    generator = torch.Generator().manual_seed(0)
    network = MSDN(torch.randn(7, 5, generator=generator), 6, variant=variant, sub_nets=sub_nets)
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(torch.randn(value.shape, generator=generator))
        features = torch.randn(3, 6, 9, generator=generator)
        whole, parts = network(features), network.regions(features)
    assert torch.equal(parts.attention_av, whole.attention_av)
    assert torch.equal(parts.attention_va, whole.attention_va)
    torch.testing.assert_close((parts.attention_av * parts.scores_av).sum(2), whole.scores_av)
    torch.testing.assert_close(parts.scores_va.sum(2), whole.scores_va, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("there", ["av", "va", "none"])
def test_absent_sub_nets_are_not_measured(tmp_path, capsys, there):
    project = small_run.make_project(tmp_path / "birds", seen=8, unseen=3)
    run = RunDirectory.create(project, "part", small_run.settings(steps=20, sub_nets=there).to_json())
    loop.run_training(run)
    main(["evaluate", str(project), "--run", "part", "--tables", str(tmp_path / "tables"), "--json"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    for side in ("av", "va"):
        looks = there == side
        assert (found["region_insertion"][side] is not None) == looks
        assert ((found["pointing"] or {}).get(side) is not None) == looks
        assert ((found["pcp"] or {"strict": {}})["strict"].get(side) is not None) <= looks
        scored = looks or (there == "none" and side == "av")
        assert (found["attributes"][f"auc_{side}"] is not None) == scored
    for name in ("parts", "attributes"):
        with (tmp_path / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                assert {side for side in ("av", "va") if row[f"pointing_{side}"]} == {there} - {"none"}
                assert {key[-2:] for key in row if key.startswith("pcp") and row[key]} <= {there}
    assert found["agreement"] is None
    assert found["H"] is not None
    main(["evaluate", str(project), "--run", "part"])
    assert "agreement" not in capsys.readouterr().out


def test_the_reliability_of_an_attribute_is_that_of_the_network_run_without_regions(given):
    header, present = given.header, given.table.vectors[given.labels] > 0
    fusion, regions = header.fusion, given.out.attention_av.shape[2]
    fused = fused_attribute_scores(
        given.out.scores_av.numpy(), given.out.scores_va.numpy(), given.out.scores_pooled.numpy(), fusion
    )
    with torch.inference_mode():
        parts = [value.numpy() for value in given.network.regions(given.features)]
    evidence = fused_evidence(parts[0] * parts[1], parts[3], fusion)
    falls = np.zeros(fused.shape)
    for image, column in np.ndindex(*fused.shape):
        rest = np.sort(np.argsort(-evidence[image, column], kind="stable")[max(1, round(0.1 * regions)) :])
        with torch.inference_mode():
            out = given.network(given.features[image : image + 1, :, rest])
        score = fused_evidence(out.scores_av.numpy(), out.scores_va.numpy(), fusion)[0, column]
        falls[image, column] = fused[image, column] - score
    unseen = ~given.table.seen[given.labels]
    for column, row in enumerate(given.found.attributes):
        of_class = present[:, column]
        expected = falls[of_class, column].mean() / fused[:, column].std()
        assert row["fall"] == pytest.approx(expected, rel=1e-3, abs=1e-4)
        correlation = np.corrcoef(given.out.scores_av.numpy()[:, column], given.out.scores_va.numpy()[:, column])
        assert row["score_correlation"] == pytest.approx(correlation[0, 1], abs=1e-5)
        of_unseen = attribute_auc(fused[unseen], present[unseen].astype(np.int8))[column]
        assert row["auc_unseen"] == (None if np.isnan(of_unseen) else pytest.approx(of_unseen))
    found = given.found.figures
    assert found["attributes"]["fall"] > found["attributes"]["fall_random"]
    areas = found["region_insertion"]
    assert areas["evidence"]["insertion"] > areas["random"] > areas["evidence"]["deletion"]
