"""``import cub|images``: turns foreign files into a project."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output

if TYPE_CHECKING:
    from msdn_core.importers.report import ImportReport


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command and its formats."""
    parser = commands.add_parser("import", parents=[common], help="make a project of a data set or a folder of images")
    formats = parser.add_subparsers(title="formats", metavar="FORMAT", required=True)

    cub = formats.add_parser("cub", parents=[common], help="the official directory of CUB-200-2011")
    cub.add_argument("folder", type=Path, metavar="DIR", help="the folder with images.txt in it")
    cub.add_argument("project", type=Path, metavar="PROJECT", help="the project to make")
    cub.add_argument("--splits", type=Path, metavar="MAT", help="att_splits.mat of the proposed split")
    cub.add_argument("--word-vectors", type=Path, metavar="FILE", help="one vector an attribute (.pkl or .npy)")
    cub.set_defaults(handler=run_cub)

    images = formats.add_parser("images", parents=[common], help="any folder of images")
    images.add_argument("folder", type=Path, metavar="DIR", help="the folder; the ones inside it are read too")
    images.add_argument("project", type=Path, metavar="PROJECT", help="the project to make or to add to")
    images.set_defaults(handler=run_images)


def run_cub(arguments: argparse.Namespace, output: Output) -> None:
    """Imports CUB-200-2011."""
    from msdn_core.importers.cub import import_cub

    report = import_cub(
        arguments.folder,
        arguments.project,
        splits=arguments.splits,
        word_vectors=arguments.word_vectors,
        progress=lambda stage, done, total: output.progress(stage, done, total),
    )
    _say(report, output)


def run_images(arguments: argparse.Namespace, output: Output) -> None:
    """Imports a folder of images."""
    from msdn_core.importers.images import import_images

    _say(import_images(arguments.folder, arguments.project), output)


def _say(report: ImportReport, output: Output) -> None:
    lines = [f"{report.project}: {report.images:,} images, {report.classes} classes, {report.attributes} attributes."]
    output.result(report.to_json(), "\n".join([*lines, *(f"  {finding}" for finding in report.findings)]))
