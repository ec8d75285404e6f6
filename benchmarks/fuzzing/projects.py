"""Small projects for the fuzzer: with annotations and features, and with a trained and evaluated run."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import cub_shaped
from benchmarks.samples import cub_sample
from benchmarks.samples import format_samples as samples
from msdn_core.domain.annotation import (
    Box,
    Certainty,
    ImageLabel,
    Judgement,
    Mark,
    PartPoint,
    Review,
    ReviewState,
    Split,
)
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project import JudgementKey, NewImage, Project

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-01-01T00:00:00.000+00:00"


def small(path: Path) -> Path:
    """Make a project with some of everything that a database keeps, and features."""
    cub_shaped.make_project(path, cub_shaped.TINY)
    with Project.open(path) as project:
        table, annotations = project.table(), project.annotations
        attributes, name = len(table.attributes), table.classes[1]
        project.define_classes(table, word_vectors=np.eye(attributes), word_vector_source="made")
        annotations.put_judgements({JudgementKey(1, 0, "Ann"): Judgement(True, Certainty(1), AT)})
        annotations.put_reviews({1: Review(ReviewState.FLAGGED, "note", "Ann", AT)})
        annotations.put_labels({1: ImageLabel(name, Split.TRAIN, "Ann", AT)})
        annotations.put_marks({1: Mark(1, "beak", Box(1, 2, 3, 4), "Ann", AT)})
        project.set_image_attributes(1, np.zeros(attributes, np.int8), np.zeros(attributes, np.int8))
    return path


def trained(path: Path) -> Path:
    """Make a project with a trained and evaluated run, its film, an embedding, notes, a queue and an ablation."""
    from benchmarks.fuzzing.readers import command
    from msdn_core.recipes.ablation import Ablation
    from msdn_core.recipes.config import RECIPES
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.listing import find_run
    from msdn_core.runs.notes import Notes, write_notes
    from msdn_core.runs.queue import set_queue_order
    from msdn_core.runs.status import RunState

    small(path)
    sets = ("backbone=made-up", "steps=6", "evaluate_every=3", "batch_size=6", "threads=1", "device=cpu")
    command("train", path, "--name", "one", *(word for text in sets for word in ("--set", text)))
    command("evaluate", path, "--run", "one", "--keep", "--device", "cpu")
    command("score", path, "--run", "one", "--device", "cpu")
    run = find_run(path, "one")
    command("embed", path, "--run", "one")
    write_notes(run.path, Notes("good", ("baseline",)))
    RunDirectory.create(path, "two", run.config(), state=RunState.QUEUED)
    set_queue_order(path, ["two"])
    Ablation(path, "rows", RECIPES["demo"], ("full", "ava"), 2).write_plan()
    return path


def explainable(folder: Path) -> None:
    """Write the checkpoint that comes with the program, a picture, and a project that it fits."""
    from PIL import Image

    from msdn_core.demo.aviary import create_demo

    create_demo(folder / "birds")
    found = next((folder / "birds" / "runs").rglob("best.safetensors"))
    shutil.copy(found, folder / "best.safetensors")
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(pixels).save(folder / "bird.jpg")


def _pictured(folder: Path) -> Project:
    """Make an open project with two images and some marks."""
    samples.pictures(folder, ("auk/1.jpg", "dodo/2.jpg"))
    table = ClassTable(
        (Attribute("", "black"), Attribute("wing", "long")), ("auk", "dodo"), np.eye(2), np.eye(2)[0] > 0
    )
    project = Project.create(folder / "birds")
    project.define_classes(table)
    new = [
        NewImage(name, name.partition("/")[0], box=Box(1, 2, 3, 4), parts=(PartPoint("eye", 1.5, 2),))
        for name in ("auk/1.jpg", "dodo/2.jpg")
    ]
    project.add_images(project.add_image_root(folder), new)
    project.set_image_attributes(1, np.array([1, -1]), np.array([3, 0]))
    project.annotations.put_marks({1: Mark(1, "beak", Box(1, 2, 3, 4), "Ann", AT)})
    return project


def write_sheets(folder: Path, suffix: str) -> None:
    """Write a project's sheets, and remove the project."""
    from msdn_core.exporters.sheets import export_annotations, export_classes

    with _pictured(folder) as project:
        export_classes(project, folder / f"classes.{suffix}")
        export_annotations(project, folder / f"annotations.{suffix}")
    shutil.rmtree(folder / "birds")


def with_marks(folder: Path, suffix: str) -> None:
    """Write a project and its sheet of images."""
    from msdn_core.exporters.sheets import export_annotations

    with _pictured(folder) as project:
        export_annotations(project, folder / f"marks.{suffix}")


def with_coco(folder: Path) -> None:
    """Write a project and its marks as COCO."""
    from msdn_core.exporters.coco import write_coco

    with _pictured(folder) as project:
        write_coco(project, folder / "coco.json")


def with_judgements(folder: Path) -> None:
    """Write a project and judgements of its images as CUB's text files."""
    with _pictured(folder):
        cub_sample.write(folder, "judgements/images.txt", ["1 auk/1.jpg", "2 dodo/2.jpg"])
        cub_sample.write(folder, "judgements/attributes.txt", ["1 black", "2 wing::long"])
        lines = [f"{image} {attribute} 1 3 2.5" for image in (1, 2) for attribute in (1, 2)]
        cub_sample.write(folder, "judgements/image_attribute_labels.txt", lines)
