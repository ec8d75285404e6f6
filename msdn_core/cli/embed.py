"""``embed PROJECT --run RUN``: t-SNE of a run's test images and classes in the attribute space."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.errors import MsdnError
from msdn_core.runs.embeddings import SOURCES

if TYPE_CHECKING:
    import argparse

    from msdn_core.cli.output import Output


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "embed",
        parents=[common],
        help="compute a t-SNE of an evaluated run's test images and classes, stored with the evaluation",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run evaluated with evaluate --keep")
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), default="best", help="the checkpoint (default: %(default)s)"
    )
    parser.add_argument(
        "--scores",
        choices=SOURCES,
        default="fused",
        help="attribute scores: of both sub-nets or of one (default: %(default)s)",
    )
    parser.add_argument(
        "--perplexity", type=float, default=30.0, help="number of neighbours per point (default: %(default)g)"
    )
    parser.add_argument("--seed", type=int, default=0, help="random seed (default: %(default)s)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Compute and write ``evaluation/CHECKPOINT/tsne-SCORES.npz`` in the run's folder."""
    from msdn_core.evaluation.tsne import tsne
    from msdn_core.runs.embeddings import embedding_digest, embedding_file, embedding_space, write_embedding
    from msdn_core.runs.evaluations import read_evaluation, writable_evaluation_folder
    from msdn_core.runs.listing import find_run

    if not 1 <= arguments.perplexity <= 1000:
        raise MsdnError("--perplexity must be from 1 to 1000; it is the number of neighbours per point.")
    if not 0 <= arguments.seed < 2**32:
        raise MsdnError("--seed must be a whole number from 0 to 4294967295.")
    found = find_run(arguments.project, arguments.run)
    folder = writable_evaluation_folder(found, arguments.checkpoint)
    stored = read_evaluation(folder)
    if stored is None:
        raise MsdnError(
            f"The {arguments.checkpoint} checkpoint of {found.name} has not been evaluated; "
            f"run evaluate --run {found.name} --checkpoint {arguments.checkpoint} --keep first."
        )
    source = arguments.scores
    made = tsne(
        embedding_space(stored.predictions, source),
        embedding_digest(stored.predictions, source),
        perplexity=arguments.perplexity,
        seed=arguments.seed,
        progress=lambda done, total: output.progress("t-SNE", done, total),
    )
    path = embedding_file(folder, source)
    write_embedding(path, made)
    output.result(
        {
            "embedding": str(path),
            "scores": source,
            "images": len(made.images),
            "classes": len(made.classes),
            "perplexity": made.perplexity,
            "seed": made.seed,
            "divergence_nats": made.divergence,
        },
        f"{path}: {len(made.images):,} test images and {len(made.classes):,} classes, perplexity "
        f"{made.perplexity:g}, seed {made.seed}, remaining divergence {made.divergence:.3f} nats.",
    )
