"""``features PROJECT``: extract region features of all images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.ranks import on_ranks

if TYPE_CHECKING:
    import argparse

    from msdn_core.cli.output import Output
    from msdn_core.ranks import Ranks


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "features", parents=[common], help="extract region features of all images; an interrupted extraction resumes"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument(
        "--backbone", default="lite0", metavar="NAME", help="lite0, lite2, resnet101, or a timm or torchvision model"
    )
    parser.add_argument("--size", type=int, metavar="N", help="image size in pixels (default: the backbone's)")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a local file with the backbone's weights")
    parser.add_argument(
        "--precision",
        choices=("float32", "bfloat16"),
        default="float32",
        help="backbone precision; bfloat16 takes half the time if the processor or the GPU supports it",
    )
    parser.add_argument("--device", default="auto", help="device: auto, cpu, cuda or mps (default: %(default)s)")
    parser.add_argument("--background", action="store_true", help="run with lower priority")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Extract missing features, on as many ranks as torchrun started."""
    with on_ranks(output) as (ranks, shown):
        _extract(arguments, shown, ranks)


def _extract(arguments: argparse.Namespace, output: Output, ranks: Ranks) -> None:
    if arguments.background:
        from msdn_core.runs.launch import lower_priority

        lower_priority()
    from msdn_core.backbones.devices import choose_device
    from msdn_core.backbones.extraction import extract_features
    from msdn_core.backbones.loading import load_backbone
    from msdn_core.domain.wording import incomplete_finding

    backbone = load_backbone(
        arguments.backbone,
        size=arguments.size,
        weights=arguments.weights,
        device=choose_device(arguments.device),
        precision=arguments.precision,
    )
    if backbone.note:
        output.note(backbone.note)
    incomplete: list[str] = []
    store = extract_features(
        arguments.project,
        backbone,
        progress=lambda p: output.progress("features", p.done, p.total, p.rate, p.remaining_s),
        ranks=ranks,
        on_incomplete=incomplete.extend,
    )
    failures = store.failures
    spec = store.spec
    text = [
        f"{store.folder}: {len(store.image_ids):,} images, {spec.channels} channels × {spec.grid[0]}×{spec.grid[1]}."
    ]
    text += [f"  left out: {name}: {reason}" for name, reason in list(failures.items())[:10]]
    if len(failures) > 10:
        text.append(f"  … and {len(failures) - 10} more, listed in the manifest.")
    if incomplete:
        text.append(f"  {incomplete_finding(incomplete)}")
    output.result(
        {
            "features": str(store.folder),
            "images": len(store.image_ids),
            "failures": failures,
            "incomplete": incomplete,
            "channels": spec.channels,
            "grid": list(spec.grid),
            "backbone": spec.to_json(),
        },
        "\n".join(text),
    )
