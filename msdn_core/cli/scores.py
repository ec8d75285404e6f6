"""``scores PROJECT --run RUN``: the attribute scores of all images, kept for the window."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from msdn_core.cli.output import Output


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "scores", parents=[common], help="attribute scores of all images with features, as arrays in one file"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument("--checkpoint", choices=("best", "last"), default="best", help="default: %(default)s")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: %(default)s)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Scores the images through one checkpoint."""
    from msdn_core.cli.checkpoints import find_checkpoint
    from msdn_core.training.scores import score_images

    checkpoint = find_checkpoint(arguments.project, arguments.run, arguments.checkpoint)
    path, scores = score_images(arguments.project, checkpoint, device=arguments.device)
    images, attributes = scores.av.shape
    output.result(
        {"scores": str(path), "images": images, "attributes": attributes},
        f"{path}: {images:,} images × {attributes} attributes, image_ids, av (s1) and va (s2).",
    )
