"""``export KIND PROJECT FILE``: write a project's content, or a run's results, in the formats of the field."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.exporters.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.cli.output import Output
    from msdn_core.exporters.report import ExportReport
    from msdn_core.project import Project


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "export",
        parents=[common],
        help="export a project's content or a run's results",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="\n".join(_line(name) for name in KINDS),
    )
    parser.add_argument("kind", choices=tuple(KINDS), metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write; its suffix chooses the format")
    parser.add_argument("--run", metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), default="best", help="the checkpoint (default: %(default)s)"
    )
    parser.add_argument(
        "--split", choices=("test", "train", "all"), default="test", help="images to include (default: %(default)s)"
    )
    parser.add_argument("--backbone", metavar="NAME", help="which features, if the project has several")
    parser.add_argument("--device", default="auto", help="device: auto, cpu, cuda or mps (default: %(default)s)")
    parser.set_defaults(handler=run)


def _line(name: str) -> str:
    kind = KINDS[name]
    return f"{name:14} {kind.text} ({kind.target}){'; needs --run' if kind.of_run else ''}"


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Write one file."""
    from msdn_core.errors import ConfigError
    from msdn_core.project import Project

    kind, file = arguments.kind, arguments.file
    if KINDS[kind].suffixes and file.suffix.lower() not in KINDS[kind].suffixes:
        raise ConfigError(
            f"{kind} cannot be written as {file.name}; choose a name that ends with {KINDS[kind].target}."
        )
    with Project.open(arguments.project, read_only=True) as project:
        report = _write(kind, project, arguments, output.progress)
    counts = ", ".join(f"{count:,} {what}" for what, count in report.counts.items())
    output.result(report.to_json(), "\n".join([f"{file}: {counts}.", *(f"  {text}" for text in report.findings)]))


def _write(
    kind: str, project: Project, arguments: argparse.Namespace, progress: Callable[[str, int, int], None]
) -> ExportReport:
    file: Path = arguments.file
    if KINDS[kind].of_run:
        return _write_run(kind, project, arguments, progress)
    if kind == "tensorboard":
        from msdn_core.exporters.tensorboard import export_tensorboard
        from msdn_core.runs.listing import find_run, list_runs

        runs = [find_run(project.path, arguments.run)] if arguments.run is not None else list_runs(project.path)
        return export_tensorboard(runs, file)
    if kind == "att-splits":
        from msdn_core.exporters.att_splits import export_att_splits

        return export_att_splits(project, file)
    if kind == "feature-maps":
        from msdn_core.exporters.feature_maps import export_feature_maps

        return export_feature_maps(project, file, backbone=arguments.backbone)
    from msdn_core.exporters import sheets
    from msdn_core.exporters.coco import write_coco

    writers = {
        "classes": sheets.export_classes,
        "annotations": sheets.export_annotations,
        "coco": write_coco,
        "word-vectors": sheets.export_word_vectors,
    }
    return writers[kind](project, file)


def _write_run(
    kind: str, project: Project, arguments: argparse.Namespace, progress: Callable[[str, int, int], None]
) -> ExportReport:
    from msdn_core.cli.checkpoints import find_checkpoint
    from msdn_core.domain.annotation import Split
    from msdn_core.errors import ConfigError

    if arguments.run is None:
        raise ConfigError(f"Exporting {kind} needs a run; name it with --run RUN.")
    checkpoint = find_checkpoint(project.path, arguments.run, arguments.checkpoint)
    if kind == "onnx":
        from msdn_core.exporters.onnx_head import export_onnx

        return export_onnx(checkpoint, arguments.file)
    from msdn_core.exporters.checkpoint_outputs import open_outputs
    from msdn_core.exporters.explanations import export_explanations
    from msdn_core.exporters.predictions import export_predictions

    tests = (Split.TEST_SEEN, Split.TEST_UNSEEN)
    splits = {"test": tests, "train": (Split.TRAIN,), "all": tuple(Split)}[arguments.split]
    outputs = open_outputs(project, checkpoint, splits, arguments.device, progress)
    write = export_predictions if kind == "predictions" else export_explanations
    return write(outputs, arguments.file)
