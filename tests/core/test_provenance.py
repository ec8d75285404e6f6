"""The provenance of results: fingerprints of splits, validation images, versions, machine."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import small_run
from small_run import new_run

from msdn_core.domain.annotation import Split
from msdn_core.domain.fingerprints import KNOWN_SPLITS, index_fingerprint, known_split, split_fingerprints
from msdn_core.evaluation.evaluate import evaluate
from msdn_core.importers.readers.safe_pickle import load_arrays
from msdn_core.msdn.checkpoint import load_network, save_checkpoint
from msdn_core.project import Project
from msdn_core.runs.header import read_header
from msdn_core.training.loop import run_training

FORMATS = Path(__file__).resolve().parents[3] / "shared" / "data" / "formats"
PARTS = {"trainval_loc": Split.TRAIN, "test_seen_loc": Split.TEST_SEEN, "test_unseen_loc": Split.TEST_UNSEEN}


@pytest.fixture
def project(tmp_path):
    return small_run.make_project(tmp_path / "birds")


def test_a_fingerprint_is_the_hash_of_the_sorted_indices_as_eight_bytes_each():
    content = b"".join(struct.pack("<q", number) for number in (0, 3, 12))
    assert index_fingerprint([12, 0, 3]) == hashlib.sha256(content).hexdigest()[:16]
    places = split_fingerprints({"b": Split.TRAIN, "a": Split.TEST_SEEN, "c": Split.TRAIN, "d": Split.NONE})
    assert places[Split.TRAIN] == index_fingerprint([1, 2])
    assert places[Split.TEST_SEEN] == index_fingerprint([0])
    assert known_split(places) == ""


@pytest.mark.real_data
@pytest.mark.skipif(not FORMATS.is_dir(), reason="the published files are not beside the checkout")
@pytest.mark.parametrize("name", ["CUB", "SUN", "AWA2"])
def test_the_published_splits_have_the_known_fingerprints(name):
    found = scipy.io.loadmat(str(FORMATS / name / "att_splits.mat"), variable_names=list(PARTS))
    fingerprints = {split: index_fingerprint(found[part].ravel().astype(np.int64) - 1) for part, split in PARTS.items()}
    assert known_split(fingerprints) == f"{name}, proposed split"


@pytest.mark.real_data
@pytest.mark.skipif(not FORMATS.is_dir(), reason="the published files are not beside the checkout")
def test_a_project_of_full_cub_is_recognised_by_image_names():
    lists = load_arrays(FORMATS / "CUB" / "CUB.pkl")
    found = scipy.io.loadmat(str(FORMATS / "CUB" / "att_splits.mat"), variable_names=list(PARTS))
    names = ["/".join(str(path).split("/")[-2:]) for path in lists["image_files"]]
    splits = dict.fromkeys(reversed(names), Split.NONE)
    for part, split in PARTS.items():
        for number in found[part].ravel().tolist():
            splits[names[int(number) - 1]] = split
    assert known_split(split_fingerprints(splits)) == "CUB, proposed split"
    splits.popitem()
    assert known_split(split_fingerprints(splits)) == "", "without one image it is another split"
    assert len(KNOWN_SPLITS) == 3


def test_an_evaluation_states_the_provenance_of_checkpoint_and_measurement(project):
    run = new_run(project, steps=2)
    run_training(run)
    found = evaluate(project, run.checkpoint("best"))
    assert found["made"] == {"config": run.config(), "data": run.data()}
    assert found["measured"]["test"] == run.data()["images"]["test"]
    assert found["measured"]["splits"] == run.data()["splits"]
    assert found["measured"]["versions"] == run.data()["versions"]
    assert found["measured"]["machine"]["device"] == "cpu"
    json.dumps(found, allow_nan=False)


def test_the_proposed_validation_classes_are_used(project):
    with Project.open(project) as opened:
        opened.set_meta("validation_classes", json.dumps(["class03", "class07", "class11", "class15"]))
    given, drawn = new_run(project, steps=3), new_run(project, steps=3, validation_split="drawn")
    for run in (given, drawn):
        run_training(run)
    validation = given.data()["validation"]
    # class15 is unseen: a class that is tested on is never validated on.
    assert (validation["source"], validation["classes"]) == ("given", ["class03", "class07", "class11"])
    assert validation["count"] == 3 * 6 + 9 * 1, "all images of those, and one in ten of each other class"
    assert drawn.data()["validation"]["source"] == "drawn"
    assert given.data()["images"] == drawn.data()["images"]


def test_a_single_proposed_validation_class_is_replaced_by_a_draw(project):
    with Project.open(project) as opened:
        opened.set_meta("validation_classes", json.dumps(["class03", "nobody's"]))
    run = new_run(project, steps=3)
    run_training(run)
    assert run.data()["validation"]["source"] == "drawn"
    assert len(run.data()["validation"]["classes"]) == 2


@pytest.mark.parametrize(("selection", "source"), [("last", "none"), ("best_on_test", "test")])
def test_a_selection_without_seen_classes_is_labelled(project, selection, source):
    run = new_run(project, steps=2, selection=selection)
    run_training(run)
    validation = run.data()["validation"]
    assert (validation["source"], validation["classes"]) == (source, [])


def test_a_checkpoint_of_format_1_has_both_sub_nets(project, tmp_path):
    run = new_run(project, steps=2)
    run_training(run)
    network, header = load_network(run.checkpoint("best"))
    old = replace(header, made={})
    save_checkpoint(tmp_path / "old.safetensors", network, old)
    content = (tmp_path / "old.safetensors").read_bytes()
    # As format 1 wrote it: without the two entries; spaces keep the length that the file's head tells.
    for entry in (rb", \"sub_nets\": \"both\"", rb", \"made\": {}"):
        assert content.count(entry) == 1
        content = content.replace(entry, b" " * len(entry))
    (tmp_path / "old.safetensors").write_bytes(content.replace(rb"\"format\": 2", rb"\"format\": 1"))
    found = read_header(tmp_path / "old.safetensors")
    assert (found.sub_nets, found.variant, found.made) == ("both", "official", {})
    load_network(tmp_path / "old.safetensors")
