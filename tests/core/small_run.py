"""A project that trains in a second: its features are generated, so no backbone is needed.

Each attribute is a direction in feature space; an image shows the attributes of its class at random regions of a 5×5
grid, and parts are marked there. A network can learn this, and where its attention should peak is known.
"""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PIL import Image

from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project import NewImage, Project
from msdn_core.recipes.config import RECIPES, TrainConfig
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Event, StepDone
from msdn_core.vision.features import DONE, MADE, MANIFEST, MAPS, ImageKey, Manifest, feature_folder
from msdn_core.vision.transform import BackboneSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EventType = TypeVar("EventType", bound=Event)

GROUPS, VALUES, CHANNELS, GRID, SIDE = 4, 3, 24, 5, 60
SPEC = BackboneSpec("by-hand", SIDE, (0.5,) * 3, (0.5,) * 3, "none", "0" * 64, CHANNELS, (GRID, GRID))


def settings(**changes: object) -> TrainConfig:
    """Return settings with which the project trains in a second."""
    usual = {"backbone": "by-hand", "steps": 60, "evaluate_every": 20, "batch_size": 16, "threads": 1, "device": "cpu"}
    texts = [f"{name}={value}" for name, value in {**usual, "learning_rate": 1e-3, **changes}.items()]
    return RECIPES["demo"].with_settings(texts)


def make_project(
    path: Path, *, seen: int = 12, unseen: int = 4, images: int = 8, parts: bool = True, seed: int = 0
) -> Path:
    """Create the project: three quarters of each seen class's images are for training, all others for testing."""
    rng = np.random.default_rng(seed)
    attributes = tuple(Attribute(f"group{g}", f"value{v}") for g in range(GROUPS) for v in range(VALUES))
    count = seen + unseen
    codes = rng.permutation(VALUES**GROUPS)[:count]
    choices = np.stack([codes // VALUES**g % VALUES for g in range(GROUPS)], axis=1)
    vectors = np.zeros((count, GROUPS * VALUES))
    for row in range(count):
        vectors[row, np.arange(GROUPS) * VALUES + choices[row]] = 1
    names = tuple(f"class{row:02}" for row in range(count))
    table = ClassTable(attributes, names, vectors, np.arange(count) < seen)
    directions = np.linalg.qr(rng.normal(size=(CHANNELS, CHANNELS)))[0]

    pictures = path.parent / f"{path.name}-pictures"
    pictures.mkdir(parents=True)
    Image.new("RGB", (SIDE, SIDE)).save(pictures / "one.png")
    new, maps = [], []
    for row, name in enumerate(names):
        for index in range(images):
            regions = rng.permutation(GRID * GRID)[:GROUPS]
            value = 0.2 * rng.normal(size=(CHANNELS, GRID * GRID))
            value[:, regions] += 2 * directions[:, np.flatnonzero(vectors[row])]
            maps.append(value / np.linalg.norm(value, axis=0))
            split = Split.TEST_UNSEEN if row >= seen else Split.TRAIN if index < 0.75 * images else Split.TEST_SEEN
            file = f"{name}/{index}.png"
            (pictures / name).mkdir(exist_ok=True)
            shutil.copy(pictures / "one.png", pictures / file)
            places = [divmod(int(region), GRID) for region in regions]
            points = tuple(
                PartPoint(f"part{g}", (x + 0.5) * SIDE / GRID, (y + 0.5) * SIDE / GRID)
                for g, (y, x) in enumerate(places)
            )
            new.append(NewImage(file, name, split, Box(6, 0, 54, 48) if parts else None, points if parts else ()))
    with Project.create(path) as project:
        project.define_classes(table)
        project.add_images(project.add_image_root(pictures), new)
        if parts:
            project.define_group_parts({f"group{g}": (f"part{g}",) for g in range(GROUPS)})
        records = project.images()
    write_features(path, [(record.id, record.name) for record in records], np.array(maps))
    return path


def write_features(path: Path, images: list[tuple[int, str]], maps: np.ndarray) -> None:
    """Write a complete store of (N, C, R) maps for images given by id and name."""
    folder = feature_folder(path, SPEC)
    folder.mkdir(parents=True)
    maps.astype(np.float16).tofile(folder / MAPS)
    (folder / DONE).write_bytes(bytes([MADE]) * len(images))
    manifest = Manifest(SPEC, tuple(ImageKey(number, name, 1, 1) for number, name in images))
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")


def new_run(project: Path, **changes: object) -> RunDirectory:
    """Create a run of the project with these settings; it is not started."""
    return RunDirectory.create(project, None, settings(**changes).to_json())


def events_of(run: RunDirectory, kind: type[EventType]) -> list[EventType]:
    """Return the run's events of one kind."""
    return [event for event in run.read_events()[0] if isinstance(event, kind)]


def at_step(step: int, do: Callable[[], object]) -> Callable[[Event], None]:
    """Return a listener that calls ``do`` once, when a step is done."""
    pending = [do]

    def listen(event: Event) -> None:
        if isinstance(event, StepDone) and event.step >= step and pending:
            pending.pop()()

    return listen


def stop_at(run: RunDirectory, step: int, command: str = "stop") -> Callable[[Event], None]:
    """Return a listener that sends the run a command, after the interval at which the trainer reads commands."""
    return at_step(step, lambda: (time.sleep(0.25), run.send(command)))


def wait_for(condition: Callable[[], bool], within: float = 30.0) -> None:
    """Wait until a condition is true; raise AssertionError after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.02)
