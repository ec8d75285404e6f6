"""The real photographs and the published files, if they are beside the checkout."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from msdn_core.domain.annotation import Split
from msdn_core.domain.name_matching import match_words
from msdn_core.importers.findings import Findings
from msdn_core.importers.formats.cub import import_cub
from msdn_core.importers.formats.cub.files import ListedImage
from msdn_core.importers.formats.cub.splits import proposed_split
from msdn_core.importers.readers.att_splits import read_att_splits
from msdn_core.importers.readers.safe_pickle import load_arrays
from msdn_core.project import Project

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CUB, FORMATS = DATA / "CUB_200_2011", DATA / "formats" / "CUB"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not CUB.is_dir() or not FORMATS.is_dir(), reason="the real CUB subset is not beside the checkout"
    ),
]

# First 16 hex digits of sha256 over sorted, 0-based, little-endian int64 indices; labels in image order.
FINGERPRINTS = {
    Split.TRAIN: "e9dca242464f2dfc",
    Split.TEST_SEEN: "6178046ccb55d40f",
    Split.TEST_UNSEEN: "16858f26f1dc262a",
}
LABELS = "64e85fe68fc1bdb1"


def fingerprint(numbers: np.ndarray) -> str:
    return hashlib.sha256(np.asarray(numbers, "<i8").tobytes()).hexdigest()[:16]


def below_images(path: str) -> str:
    return "/".join(path.split("/")[-2:])


def published_paths() -> list[str]:
    return [below_images(path) for path in load_arrays(FORMATS / "CUB.pkl")["image_files"]]


def test_sorted_paths_are_the_order_that_the_published_split_counts_in(tmp_path: Path) -> None:
    shutil.copy(FORMATS / "att_splits.mat", tmp_path)
    published = published_paths()
    assert sorted(published) == published
    # As a complete images.txt would list them, in an order of its own, with no list beside the split file.
    listed = [ListedImage(n, path, path.split("/")[0]) for n, path in enumerate(reversed(published), 1)]
    proposed = read_att_splits(tmp_path / "att_splits.mat")
    decision = proposed_split(listed, sorted(proposed.classes), proposed, Findings())
    assert len(decision.unseen) == 50
    for split, expected in FINGERPRINTS.items():
        places = [n for n, path in enumerate(published) if decision.splits[path] is split]
        assert fingerprint(np.array(places)) == expected
    numbers = match_words(sorted(proposed.classes), proposed.classes).matched
    assert fingerprint(np.array([numbers[path.split("/")[0]] for path in published])) == LABELS


def test_the_subset_is_imported_with_its_published_split(tmp_path: Path) -> None:
    report = import_cub(
        CUB, tmp_path / "p", splits=FORMATS / "att_splits.mat", word_vectors=FORMATS / "CUB_attribute.pkl"
    )
    assert (report.images, report.classes, report.attributes) == (1724, 200, 312)
    expected = {"train": 1080, "test_seen": 269, "test_unseen": 375, "none": 0, "malformed_lines": 0}
    expected |= {"seen_classes": 150, "unseen_classes": 50, "classes_without_images": 140, "listed_but_absent": 0}
    assert {key: report.counts[key] for key in expected} == expected
    pickled = load_arrays(FORMATS / "CUB.pkl")
    split_of = dict.fromkeys(published_paths(), Split.NONE)
    for key, split in zip(("trainval_loc", "test_seen_loc", "test_unseen_loc"), FINGERPRINTS, strict=True):
        split_of |= {below_images(pickled["image_files"][place]): split for place in pickled[key]}
    with Project.open(tmp_path / "p") as project:
        images, table = project.images(), project.table()
        assert all(image.split is split_of[image.name] for image in images)
        assert all(image.path.is_file() and image.class_name == image.name.split("/")[0] for image in images)
        unseen = {image.class_name for image in images if image.split is Split.TEST_UNSEEN}
        assert unseen == {
            image.class_name for image in images if not table.seen[table.class_index[image.class_name or ""]]
        }
        own = np.loadtxt(CUB / "attributes" / "class_attribute_labels_continuous.txt")
        np.testing.assert_allclose(table.vectors, own, atol=1e-6)
        words = project.word_vectors()
        assert words is not None
        assert words.shape == (312, 300)
        assert np.isfinite(words).all()
        assert project.part_points([image.id for image in images]).shape == (1724, 15, 2)
        assert all(project.box(image.id) is not None for image in images[:50])
        assert set(table.groups) - set(project.group_parts()) == {"has_size", "has_shape", "has_primary_color"}


def test_without_a_list_the_unseen_classes_of_the_subset_are_known(tmp_path: Path) -> None:
    shutil.copy(FORMATS / "att_splits.mat", tmp_path)
    report = import_cub(CUB, tmp_path / "p", splits=tmp_path / "att_splits.mat")
    assert report.counts["test_unseen"] == 375
    assert any("assumed" in finding for finding in report.findings)
    assert report.counts["test_seen"] == pytest.approx((1080 + 269) / 5, rel=0.1)
