"""``demo PROJECT``: create the aviary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from msdn_core.cli.output import Output


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "demo",
        parents=[common],
        help="create the demo project: drawn birds of 50 classes, with the true location of each part",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the folder to create it in")
    parser.add_argument("--seed", type=int, help="seed of the drawings (default: 0, or the project's)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Create the project if it does not exist, and draw the missing images."""
    from msdn_core.demo.aviary import check_seed, create_demo, draw_missing
    from msdn_core.project import Project

    if not Project.is_project(arguments.project):
        create_demo(arguments.project, seed=arguments.seed or 0)
    elif arguments.seed is not None:
        check_seed(arguments.project, arguments.seed)
    output.progress("drawing", 0, 0)
    drawn = draw_missing(arguments.project, progress=lambda done, total: output.progress("drawing", done, total))
    with Project.open(arguments.project, read_only=True) as project:
        table = project.table()
        images = len(project.images())
    output.result(
        {
            "project": str(arguments.project),
            "images": images,
            "drawn": drawn,
            "classes": len(table.classes),
            "attributes": len(table.attributes),
        },
        f"{arguments.project}: {images:,} images of {len(table.classes)} classes, {len(table.attributes)} attributes "
        f"({drawn:,} images drawn).",
    )
