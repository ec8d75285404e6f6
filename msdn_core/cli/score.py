"""``score PROJECT --run RUN``: compute the attribute scores of all images, by which zero-shot search ranks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from msdn_core.cli.output import Output


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "score", parents=[common], help="score all images of a project, labelled or not, by a checkpoint"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), default="best", help="the checkpoint (default: %(default)s)"
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a local file with the backbone's weights")
    parser.add_argument("--device", default="auto", help="device: auto, cpu, cuda or mps (default: %(default)s)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Score all images and write ``scores/RUN-CHECKPOINT.npz`` in the project."""
    from msdn_core.cli.checkpoints import find_checkpoint
    from msdn_core.msdn.collection import score_collection
    from msdn_core.runs.attribute_scores import scores_file, write_attribute_scores
    from msdn_core.runs.header import read_header

    checkpoint = find_checkpoint(arguments.project, arguments.run, arguments.checkpoint)
    scores = score_collection(
        arguments.project,
        checkpoint,
        device=arguments.device,
        weights=arguments.weights,
        features_progress=lambda p: output.progress("features", p.done, p.total, p.rate, p.remaining_s),
        progress=lambda done, total: output.progress("scores", done, total),
    )
    path = scores_file(arguments.project, read_header(checkpoint).run or checkpoint.stem, checkpoint.stem)
    write_attribute_scores(path, scores)
    images, attributes = scores.scores_av.shape
    output.result(
        {"scores": str(path), "images": images, "attributes": attributes, "checkpoint": scores.checkpoint},
        f"{path}: {images:,} images × {attributes:,} attributes, of both sub-nets.",
    )
