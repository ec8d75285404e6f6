"""``embed PROJECT --run RUN``: t-SNE of a run's test images and classes in the space of attributes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from msdn_core.cli.output import Output
from msdn_core.errors import MsdnError
from msdn_core.runs.embeddings import SOURCES


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "embed", parents=[common], help="t-SNE of an evaluated run's test images and classes, kept with the evaluation"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run that evaluate --keep measured")
    parser.add_argument("--checkpoint", choices=("best", "last"), default="best", help="default: %(default)s")
    parser.add_argument(
        "--scores", choices=SOURCES, default="fused", help="whose attribute scores (default: %(default)s)"
    )
    parser.add_argument("--perplexity", type=float, default=30.0, help="neighbours of a point (default: %(default)g)")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Lays out and writes ``evaluation/CHECKPOINT/tsne-SCORES.npz`` in the run's folder."""
    from msdn_core.evaluation.tsne import tsne
    from msdn_core.runs.embeddings import embedding_digest, embedding_file, embedding_space, write_embedding
    from msdn_core.runs.evaluations import read_evaluation, writable_evaluation_folder
    from msdn_core.runs.listing import find_run

    if not 1 <= arguments.perplexity <= 1000:
        raise MsdnError("--perplexity is the number of neighbours of a point: give 1 to 1000.")
    if not 0 <= arguments.seed < 2**32:
        raise MsdnError("--seed is a whole number from 0 to 4294967295.")
    found = find_run(arguments.project, arguments.run)
    folder = writable_evaluation_folder(found, arguments.checkpoint)
    kept = read_evaluation(folder)
    if kept is None:
        raise MsdnError(
            f"The {arguments.checkpoint} checkpoint of {found.name} was not evaluated yet; "
            f"run evaluate --run {found.name} --checkpoint {arguments.checkpoint} --keep first."
        )
    source = arguments.scores
    made = tsne(
        embedding_space(kept.predictions, source),
        embedding_digest(kept.predictions, source),
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
        f"{made.perplexity:g}, seed {made.seed}; a divergence of {made.divergence:.3f} nats is left.",
    )
