"""The aviary: the same birds for the same seed, true parts, and a shipped run that reproduces its results."""

import io

import numpy as np
import pytest
from PIL import Image

from msdn_core.demo.aviary import SHIPPED_RUN, create_demo, draw_image, draw_missing
from msdn_core.demo.drawing import COLOURS
from msdn_core.demo.pose import PARTS, SIZE, make_pose
from msdn_core.demo.scene import draw_scene
from msdn_core.demo.species import GROUP_PARTS, TRAITS, class_table, make_species
from msdn_core.domain.annotation import Split
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.header import read_header


@pytest.fixture(scope="module")
def aviary(tmp_path_factory):
    path = tmp_path_factory.mktemp("aviary") / "project"
    create_demo(path)
    return path


def test_there_are_fifty_species_of_thirty_four_attributes_and_thirty_images_each(aviary):
    with Project.open(aviary, read_only=True) as project:
        table, images = project.table(), project.images()
        assert (len(table.groups), len(table.attributes), len(table.classes)) == (9, 34, 50)
        assert table.seen.sum() == 40
        assert len(images) == 1500
        counts = {split: sum(image.split is split for image in images) for split in Split}
        assert counts == {Split.TRAIN: 960, Split.TEST_SEEN: 240, Split.TEST_UNSEEN: 300, Split.NONE: 0}
        assert len({image.class_name for image in images[:50]}) == 50
        assert set(project.group_parts()) == set(table.groups)
        assert set(project.part_names()) == set(PARTS)


@pytest.mark.parametrize("seed", range(3))
def test_species_differ_and_every_trait_of_an_unseen_one_can_be_learned(seed):
    species = make_species(seed)
    table = class_table(species)
    assert len(set(table.classes)) == 50
    differing = len(TRAITS) - table.vectors @ table.vectors.T
    assert differing[~np.eye(50, dtype=bool)].min() >= 4
    learned = table.vectors[table.seen].sum(axis=0)
    assert (learned[table.vectors[~table.seen].any(axis=0)] >= 3).all()


def test_the_same_seed_draws_the_same_pixels_and_another_one_others():
    bird = make_species(0)[3]
    assert draw_image(bird, 0, 3, 5) == draw_image(bird, 0, 3, 5)
    assert draw_image(bird, 0, 3, 5) != draw_image(bird, 1, 3, 5)


@pytest.mark.parametrize("row", range(0, 50, 7))
def test_a_part_is_where_the_project_says_it_is(row):
    bird = make_species(0)[row]
    for index in range(4):
        pose = make_pose(np.random.default_rng([row, index]))
        picture = np.asarray(draw_scene(bird.traits, pose, np.random.default_rng(0), plain=True), int)
        for part, group in (("crown", "crown"), ("breast", "breast")):
            x, y = pose.place(PARTS[part]).round().astype(int)
            assert np.abs(picture[y, x] - COLOURS[bird.traits[group]]).max() < 30, (part, bird.traits[group])


def test_every_part_is_in_the_picture():
    poses = [make_pose(np.random.default_rng(seed)) for seed in range(300)]
    places = np.array([pose.place(list(PARTS.values())) for pose in poses])
    assert places.min() > 0
    assert places.max() < SIZE
    assert len({pose.flipped for pose in poses}) == 2
    assert set(GROUP_PARTS) == set(TRAITS)


def test_drawing_continues_where_it_stopped(tmp_path):
    create_demo(tmp_path / "project")
    seen = []
    draw_missing(
        tmp_path / "project", progress=lambda done, total: seen.append((done, total)), stop=lambda: len(seen) > 5
    )
    first = {path: path.stat().st_mtime_ns for path in (tmp_path / "project" / "images").rglob("*.jpg")}
    assert len(first) == 6
    assert seen[-1] == (6, 1500)
    drawn = draw_missing(tmp_path / "project", stop=iter([False] * 12 + [True] * 1500).__next__)
    assert drawn > 0
    assert all(path.stat().st_mtime_ns == changed for path, changed in first.items())
    with Project.open(tmp_path / "project", read_only=True) as project:
        listed = [image.path for image in project.images()][: drawn + 6]
    assert all(path.is_file() for path in listed)
    assert Image.open(io.BytesIO(listed[-1].read_bytes())).size == (SIZE, SIZE)


def test_the_shipped_run_belongs_to_the_aviary_and_reproduces_its_results(aviary):
    run = RunDirectory(aviary / "runs" / SHIPPED_RUN)
    header = read_header(run.checkpoint("best"))
    with Project.open(aviary, read_only=True) as project:
        header.check_attributes(project.table())
        assert np.array_equal(header.class_vectors, project.table().vectors)
    assert header.selected_on == "validation"
    assert header.figures["test"]["czsl"] >= 0.90
    assert header.figures["test"]["H"] >= 0.88
    assert header.figures["pointing"]["av"] >= 0.60
    assert header.figures["pointing"]["chance"] < 0.25
    assert str(run.status().state) == "finished"
    assert run.read_events()[0]
