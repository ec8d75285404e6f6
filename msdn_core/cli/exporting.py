"""``export KIND PROJECT FILE``: writes what a project holds, or what a run says of it, in the formats of the field."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output

if TYPE_CHECKING:
    from msdn_core.exporters.report import ExportReport
    from msdn_core.project import Project

_KINDS = {
    "att-splits": "class vectors and splits as att_splits.mat of xlsa17",
    "classes": "the class table (.csv or .json)",
    "annotations": "class, split, box, parts and judgements of each image (.csv or .json)",
    "word-vectors": "one vector an attribute (.npy)",
    "feature-maps": "features with labels and splits as HDF5, as TransZero, MSDN and DAZLE read them",
    "predictions": "what a run predicts for each image (.csv or .npz); needs --run",
    "explanations": "where a run looks, for each image and attribute (.csv or .npz); needs --run",
    "onnx": "a run's trained head as ONNX; needs --run and the extra “export”",
}
_SUFFIXES = {
    "att-splits": (".mat",),
    "classes": (".csv", ".json"),
    "annotations": (".csv", ".json"),
    "word-vectors": (".npy",),
    "feature-maps": (".hdf5", ".h5"),
    "predictions": (".csv", ".npz"),
    "explanations": (".csv", ".npz"),
    "onnx": (".onnx",),
}


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "export",
        parents=[common],
        help="write what a project holds in the formats of the field",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="\n".join(f"{kind:14} {text}" for kind, text in _KINDS.items()),
    )
    parser.add_argument("kind", choices=tuple(_KINDS), metavar="KIND", help=", ".join(_KINDS))
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write; its suffix chooses the form")
    parser.add_argument("--run", metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument("--checkpoint", choices=("best", "last"), default="best", help="default: %(default)s")
    parser.add_argument(
        "--split", choices=("test", "train", "all"), default="test", help="images looked at (default: %(default)s)"
    )
    parser.add_argument("--backbone", metavar="NAME", help="which features, where the project has several")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: %(default)s)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Writes one file."""
    from msdn_core.errors import ConfigError
    from msdn_core.project import Project

    kind, file = arguments.kind, arguments.file
    if file.suffix.lower() not in _SUFFIXES[kind]:
        raise ConfigError(
            f"{kind} cannot be written as {file.name}; let the name end with {' or '.join(_SUFFIXES[kind])}."
        )
    with Project.open(arguments.project, read_only=True) as project:
        report = _write(kind, project, arguments, output.progress)
    counts = ", ".join(f"{count:,} {what}" for what, count in report.counts.items())
    output.result(report.to_json(), "\n".join([f"{file}: {counts}.", *(f"  {text}" for text in report.findings)]))


def _write(
    kind: str, project: Project, arguments: argparse.Namespace, progress: Callable[[str, int, int], None]
) -> ExportReport:
    file: Path = arguments.file
    if kind in ("predictions", "explanations", "onnx"):
        return _write_run(kind, project, arguments, progress)
    if kind == "att-splits":
        from msdn_core.exporters.att_splits import export_att_splits

        return export_att_splits(project, file)
    if kind == "feature-maps":
        from msdn_core.exporters.feature_maps import export_feature_maps

        return export_feature_maps(project, file, backbone=arguments.backbone)
    from msdn_core.exporters import sheets

    writers = {
        "classes": sheets.export_classes,
        "annotations": sheets.export_annotations,
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
        raise ConfigError(f"Of which run? Name it with --run RUN to export {kind}.")
    checkpoint = find_checkpoint(project.path, arguments.run, arguments.checkpoint)
    if kind == "onnx":
        from msdn_core.exporters.onnx_head import export_onnx

        return export_onnx(checkpoint, arguments.file)
    from msdn_core.exporters.explanations import export_explanations
    from msdn_core.exporters.looking import look_at
    from msdn_core.exporters.predictions import export_predictions

    tests = (Split.TEST_SEEN, Split.TEST_UNSEEN)
    splits = {"test": tests, "train": (Split.TRAIN,), "all": tuple(Split)}[arguments.split]
    look = look_at(project, checkpoint, splits, arguments.device, progress)
    write = export_predictions if kind == "predictions" else export_explanations
    return write(look, arguments.file)
