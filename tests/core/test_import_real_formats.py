"""The published files of all three data sets, if they are beside the checkout."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from msdn_core.domain.annotation import Split
from msdn_core.importers.formats.awa2 import import_awa2
from msdn_core.importers.formats.msdn_lists import import_msdn_lists
from msdn_core.importers.formats.sun import import_sun
from msdn_core.importers.formats.xlsa17 import import_xlsa17
from msdn_core.project import Project

FORMATS = Path(__file__).resolve().parents[3] / "shared" / "data" / "formats"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FORMATS.is_dir(), reason="the published files are not beside the checkout"),
]

# First 16 hex digits of sha256 over sorted, 0-based, little-endian int64 indices; labels in image order.
FINGERPRINTS = {
    "CUB": ("e9dca242464f2dfc", "6178046ccb55d40f", "16858f26f1dc262a", "64e85fe68fc1bdb1"),
    "SUN": ("1b824d3e0922d3a1", "8f5abc9c644b2b0d", "e595d9484abf5652", "f723165a67848583"),
    "AWA2": ("7aa3340b254b3090", "fbf81aec5a18587b", "4493acf8f1ee361d", "f3e70db84fbc1484"),
}
SIZES = {"CUB": (150, 50, 312), "SUN": (645, 72, 102), "AWA2": (40, 10, 85)}


def fingerprints(path: Path) -> tuple[str, ...]:
    """Of a project's images in their order."""
    with Project.open(path, read_only=True) as project:
        images, index = project.images(), project.table().class_index
    splits = [image.split for image in images]
    parts = [np.flatnonzero([split is wanted for split in splits]) for wanted in list(Split)[:3]]
    labels = np.array([index[str(image.class_name)] for image in images])
    return tuple(hashlib.sha256(values.astype("<i8").tobytes()).hexdigest()[:16] for values in (*parts, labels))


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_the_published_fingerprints_are_those_of_the_project(tmp_path: Path, name: str) -> None:
    report = import_xlsa17(FORMATS / name, tmp_path / "project")
    assert fingerprints(tmp_path / "project") == FINGERPRINTS[name]
    assert (report.counts["seen_classes"], report.counts["unseen_classes"], report.attributes) == SIZES[name]
    assert not any("labelled otherwise" in finding for finding in report.findings)


def test_msdns_own_list_gives_the_same_project(tmp_path: Path) -> None:
    report = import_msdn_lists(FORMATS / "SUN", tmp_path / "project")
    assert fingerprints(tmp_path / "project") == FINGERPRINTS["SUN"]
    assert any("man-made" in finding for finding in report.findings)
    assert not any("otherwise" in finding for finding in report.findings)


def test_the_official_directories_with_the_proposed_split(tmp_path: Path) -> None:
    import_awa2(FORMATS / "AwA2-annotations", tmp_path / "awa2", splits=FORMATS / "AWA2" / "att_splits.mat")
    assert fingerprints(tmp_path / "awa2") == FINGERPRINTS["AWA2"]
    import_sun(FORMATS / "SUN", tmp_path / "sun", splits=FORMATS / "SUN" / "att_splits.mat")
    assert fingerprints(tmp_path / "sun") == FINGERPRINTS["SUN"]
