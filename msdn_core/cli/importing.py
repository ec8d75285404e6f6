"""``import FORMAT SOURCE PROJECT``: make a project from a data set or a folder of images, or add to a project."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.domain.wording import counted
from msdn_core.importers.formats import FORMATS, IMAGES, SPLITS, WORD_VECTORS, Format

if TYPE_CHECKING:
    from msdn_core.cli.output import Output
    from msdn_core.importers.report import ImportReport

_OPTIONS = {
    IMAGES: {"metavar": "DIR", "help": "the folder of the images"},
    SPLITS: {"metavar": "MAT", "help": "att_splits.mat of the proposed split"},
    WORD_VECTORS: {
        "metavar": "FILE",
        "help": "one row per attribute (.npy, .pkl), or vectors of words (GloVe or word2vec: .txt, .vec, .bin, .gz)",
    },
}


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command and its formats."""
    parser = commands.add_parser(
        "import", parents=[common], help="make a project from a data set or a folder of images"
    )
    formats = parser.add_subparsers(title="formats", metavar="FORMAT", required=True)
    for name, entry in FORMATS.items():
        one = formats.add_parser(name, parents=[common], help=entry.text)
        one.add_argument("source", type=Path, metavar="SOURCE", help=entry.text)
        one.add_argument("project", type=Path, metavar="PROJECT", help="the project to create")
        for option in entry.options:
            one.add_argument(f"--{option.replace('_', '-')}", type=Path, **_OPTIONS[option])
        one.set_defaults(handler=run_format, format=entry)

    checkpoint = formats.add_parser("checkpoint", parents=[common], help="a state dict of the published MSDN")
    checkpoint.add_argument("source", type=Path, metavar="FILE", help="the .pth file; no code in it is run")
    checkpoint.add_argument("project", type=Path, metavar="PROJECT", help="the project of its data set")
    checkpoint.add_argument("--recipe", metavar="NAME", help="cub, sun or awa2 (default: by the number of attributes)")
    checkpoint.add_argument(
        "--fusion",
        type=float,
        nargs=2,
        metavar=("AV", "VA"),
        help="fusion weights of both sub-nets (default: the recipe's)",
    )
    checkpoint.add_argument(
        "--normalize-v",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="scale word vectors to length 1 in each forward pass (default: the recipe's)",
    )
    checkpoint.add_argument("--name", metavar="RUN", help="the run's name (default: the file's)")
    checkpoint.set_defaults(handler=run_checkpoint)

    images = formats.add_parser("images", parents=[common], help="any folder of images")
    images.add_argument("folder", type=Path, metavar="DIR", help="the folder; folders inside it are included")
    images.add_argument("project", type=Path, metavar="PROJECT", help="the project to create or to add to")
    images.set_defaults(handler=run_images)

    text = "boxes and points of a COCO file, or of a sheet of images (CSV or JSON)"
    marks = formats.add_parser("marks", parents=[common], help=text, description=f"Add {text} to a project.")
    marks.add_argument("file", type=Path, metavar="FILE", help="the COCO file or sheet; images are joined by name")
    marks.add_argument("project", type=Path, metavar="PROJECT", help="the project that has the images")
    marks.add_argument(
        "--annotator", metavar="NAME", help="the annotator of marks without one in the file (default: the file's name)"
    )
    marks.set_defaults(handler=run_marks)


def run_format(arguments: argparse.Namespace, output: Output) -> None:
    """Import a data set in one of the formats."""
    entry: Format = arguments.format
    given = {option: getattr(arguments, option) for option in entry.options}
    if entry.reports_progress:
        given["progress"] = output.progress
    output.progress("reading", 0, 1)
    _print(entry.importer(arguments.source, arguments.project, **given), output)


def run_checkpoint(arguments: argparse.Namespace, output: Output) -> None:
    """Import a published checkpoint as a run."""
    from msdn_core.domain.scoring import Fusion
    from msdn_core.training.published import import_checkpoint

    run, findings = import_checkpoint(
        arguments.source,
        arguments.project,
        recipe=arguments.recipe,
        fusion=Fusion(*arguments.fusion) if arguments.fusion else None,
        normalize_v=arguments.normalize_v,
        name=arguments.name,
    )
    output.result(
        {"run": run.name, "path": str(run.path), "findings": list(findings)},
        "\n".join([f"Run “{run.name}” in {run.path}", *(f"  {finding}" for finding in findings)]),
    )


def run_images(arguments: argparse.Namespace, output: Output) -> None:
    """Import a folder of images."""
    from msdn_core.importers.images import import_images

    _print(import_images(arguments.folder, arguments.project), output)


def run_marks(arguments: argparse.Namespace, output: Output) -> None:
    """Import boxes and points into a project."""
    from msdn_core.importers.mark_counts import marks_text
    from msdn_core.importers.marks import marks_from_file, without_present
    from msdn_core.project import Project
    from msdn_core.project.annotations import timestamp

    file: Path = arguments.file
    output.progress("reading", 0, 1)
    with Project.open(arguments.project) as project:
        read, findings = marks_from_file(file, project, (arguments.annotator or "").strip() or file.stem, timestamp())
        marks, repeated = without_present(read, project)
        project.annotations.put_marks(dict(enumerate(marks, start=project.annotations.next_mark())))
        place = project.path
    text = f"{place}: {marks_text(marks)} from {file}."
    found = (*findings, *repeated)
    output.result(
        {"project": str(place), "marks": len(marks), "findings": list(found)},
        "\n".join([text, *(f"  {finding}" for finding in found)]),
    )


def _print(report: ImportReport, output: Output) -> None:
    images = counted(report.images, "image", "images")
    classes = counted(report.classes, "class", "classes")
    attributes = counted(report.attributes, "attribute", "attributes")
    lines = [f"{report.project}: {images}, {classes}, {attributes}."]
    output.result(report.to_json(), "\n".join([*lines, *(f"  {finding}" for finding in report.findings)]))
