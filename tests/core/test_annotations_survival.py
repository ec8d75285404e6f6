"""Annotating processes are killed at any moment; no acknowledged edit is lost, and none is partial."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project import NewImage, Project

if TYPE_CHECKING:
    from pathlib import Path

IMAGES, ATTRIBUTES = 400, 25

# Each edit puts the next number's judgement on three attributes, a review, and a box, as a person does: each one
# transaction, said aloud once it has been made.
_ANNOTATOR = f"""
import sys
from pathlib import Path
from msdn_core.domain.annotation import Box, Certainty, ImageLabel, Judgement, Mark, Review, ReviewState, Split
from msdn_core.project import JudgementKey, Project
project = Project.open(Path(sys.argv[1]))
store, edit = project.annotations, int(sys.argv[2])
while True:
    image, at = edit % {IMAGES} + 1, f"{{edit:09}}"
    columns = [(edit + step) % {ATTRIBUTES} for step in (0, 7, 13)]
    said = Judgement(edit % 2 == 0, Certainty(edit % 4 + 1), at)
    store.put_judgements({{JudgementKey(image, column, f"Ann {{edit}}"): said for column in columns}})
    with project.transaction():
        store.put_reviews({{image: Review(ReviewState.FLAGGED, at, "Ann", at)}})
        store.put_marks({{edit + 1: Mark(image, "beak", Box(edit, 0, 1, 1), "Ann", at)}})
    print(edit, flush=True)
    edit += 1
"""


@pytest.mark.parametrize("kills", [8, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_processes_lose_no_edit_and_leave_no_partial_one(tmp_path: Path, kills: int) -> None:
    folder = tmp_path / "p"
    with Project.create(folder) as project:
        attributes = tuple(Attribute("g", str(n)) for n in range(ATTRIBUTES))
        project.define_classes(ClassTable(attributes, ("tern",), np.zeros((1, ATTRIBUTES)), np.array([True])))
        project.add_images(project.add_image_root(tmp_path), [NewImage(f"{n}.jpg") for n in range(IMAGES)])
    edits, draw = 0, random.Random(7)
    for _ in range(kills):
        command = [sys.executable, "-c", _ANNOTATOR, str(folder), str(edits)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        # It goes on while these are read, so the kill meets it anywhere in an edit.
        first = [child.stdout.readline() for _ in range(draw.randrange(4, 20))]
        child.kill()
        lines = [*first, *(line for line in child.stdout if line.endswith("\n"))]
        child.wait()
        child.stdout.close()
        said = int(lines[-1]) + 1
        with Project.open(folder) as project:
            marks = project.annotations.all_marks()
            judged = project._database.rows("SELECT at, count(*) FROM judgements GROUP BY at ORDER BY at")
            reviews = project.annotations.reviews()
        assert len(marks) in (said, said + 1), "one more may have been made before it could be said"
        assert sorted(mark.place.x for mark in marks.values()) == list(range(len(marks)))
        assert [count for _, count in judged] == [3] * len(judged), "all three attributes of an edit, or none"
        assert len(judged) in (len(marks), len(marks) + 1)
        newest = {mark.image_id: mark.at for mark in marks.values()}
        assert {image: review.at for image, review in reviews.items()} == newest
        # An edit whose review was not made is made again, under the same number.
        edits = len(marks)
    assert edits > kills * 3
