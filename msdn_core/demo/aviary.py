"""Makes the demo project: first its classes and image list, then its pictures one by one."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.atomic import write_atomic
from msdn_core.demo.pose import PARTS, SIZE, Pose, make_pose
from msdn_core.demo.scene import draw_scene
from msdn_core.demo.species import GROUP_PARTS, IMAGES_EACH, Species, class_table, make_species
from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.errors import ConfigError, ProjectError
from msdn_core.importers.word_vectors import HASHED, hashed_word_vectors
from msdn_core.links import refuse_links
from msdn_core.project import NewImage, Project
from msdn_core.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable

SHIPPED_RUN = "demo-01"
IMAGES = "images"
_TEST_SEEN = 6
_SEED = "aviary_seed"
_MOST_DIGITS = 18


def create_demo(project_path: Path, *, seed: int = 0) -> None:
    """Make the project: classes, all 1,500 images with the true place of every part, and the shipped run.

    Nothing is drawn yet (see ``draw_missing``), so this takes well under a second. Images are listed in turns, one of
    each species.

    Parameters
    ----------
    project_path
        Where to make the project.
    seed
        Another seed draws other birds; the shipped run belongs to seed 0.

    Raises
    ------
    ProjectError
        If there is already a project.
    ConfigError
        If the seed is negative.
    """
    if seed < 0:
        raise ConfigError(f"The seed {seed} is negative; choose a whole number from 0.")
    species = make_species(seed)
    table = class_table(species)
    vectors = hashed_word_vectors([attribute.full_name for attribute in table.attributes])
    with Project.create(project_path, name="Aviary") as project, project.transaction():
        project.define_classes(table, word_vectors=vectors, word_vector_source=HASHED)
        project.define_group_parts(GROUP_PARTS)
        project.set_meta(_SEED, str(seed))
        root = project.add_image_root(project.path / IMAGES)
        project.add_images(
            root,
            [
                NewImage(_name(bird, index), bird.name, _split(bird, index), _box(pose), _parts(pose))
                for index in range(IMAGES_EACH)
                for row, bird in enumerate(species)
                for pose in (_pose(seed, row, index),)
            ],
        )
        path = project.path
    shipped = resource("aviary", SHIPPED_RUN)
    if seed == 0 and shipped.is_dir():
        shutil.copytree(shipped, path / "runs" / SHIPPED_RUN)


def draw_missing(
    project_path: Path,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> int:
    """Draw the pictures that do not exist yet, in the order of the list, and return their number.

    Each file is written completely or not at all. The same seed draws the same birds.

    Parameters
    ----------
    project_path
        A project made by ``create_demo``.
    progress
        Called with the number of finished pictures and their total.
    stop
        Called before each picture; drawing ends when it returns true.

    Raises
    ------
    ProjectError
        If the project is not an aviary.
    """
    seed, folder = _seed(project_path), Path(project_path) / IMAGES
    species = make_species(seed)
    pictures = [(row, index) for index in range(IMAGES_EACH) for row in range(len(species))]
    drawn = 0
    for done, (row, index) in enumerate(pictures):
        if stop is not None and stop():
            break
        path = folder / _name(species[row], index)
        refuse_links(Path(project_path), path)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, draw_image(species[row], seed, row, index))
            drawn += 1
        if progress is not None:
            progress(done + 1, len(pictures))
    return drawn


def check_seed(project_path: Path, seed: int) -> None:
    """Raise ProjectError if the project is not an aviary of that seed."""
    if (found := _seed(project_path)) != seed:
        raise ProjectError(
            f"The aviary {project_path} was made with seed {found}; choose another folder for seed {seed}."
        )


def _seed(project_path: Path) -> int:
    with Project.open(project_path, read_only=True) as project:
        seed = project.meta(_SEED)
    if seed is None or not seed.isdecimal() or len(seed) > _MOST_DIGITS:
        raise ProjectError(f"The project {project_path} is not the aviary; choose another folder for the demo.")
    return int(seed)


def draw_image(bird: Species, seed: int, row: int, index: int) -> bytes:
    """Return a picture as the content of a JPEG file."""
    rng = np.random.default_rng([seed, row, index, 1])
    buffer = io.BytesIO()
    draw_scene(bird.traits, _pose(seed, row, index), rng).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _pose(seed: int, row: int, index: int) -> Pose:
    return make_pose(np.random.default_rng([seed, row, index, 0]))


def _name(bird: Species, index: int) -> str:
    return f"{bird.name.lower().replace(' ', '-')}/{index + 1:02}.jpg"


def _split(bird: Species, index: int) -> Split:
    if not bird.seen:
        return Split.TEST_UNSEEN
    return Split.TEST_SEEN if index >= IMAGES_EACH - _TEST_SEEN else Split.TRAIN


def _parts(pose: Pose) -> tuple[PartPoint, ...]:
    places = pose.place(list(PARTS.values())).tolist()
    return tuple(PartPoint(part, x, y) for part, (x, y) in zip(PARTS, places, strict=True))


def _box(pose: Pose) -> Box:
    corners = np.clip(pose.place([(-0.6, -0.5), (0.6, -0.5), (-0.6, 0.5), (0.6, 0.5)]), 0, SIZE)
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return Box(left, top, right - left, bottom - top)
