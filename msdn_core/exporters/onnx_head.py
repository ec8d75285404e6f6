"""The trained head of a run as ONNX, for programs without torch: region features in, scores and attention out."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import warnings
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from msdn_core.atomic import replacing
from msdn_core.errors import MsdnError
from msdn_core.exporters.report import ExportReport
from msdn_core.installation import install_command
from msdn_core.msdn.checkpoint import load_network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from msdn_core.msdn.network import MSDN
    from msdn_core.runs.header import CheckpointHeader

OUTPUTS = ("class_scores", "scores_av", "scores_va", "attention_av", "attention_va")
POOLED = "scores_pooled"
"""Another output, of a network with a global branch."""
_EXAMPLE = (2, 9)


class _Head(nn.Module):
    """The network with fusion, class scores and calibrated stacking."""

    unit: Tensor
    offset: Tensor

    def __init__(self, network: MSDN, header: CheckpointHeader) -> None:
        super().__init__()
        self.network = network
        self.fusion = header.fusion
        table = header.table()
        unit = torch.from_numpy(table.unit_vectors(clip_negative=header.clip_negative).copy()).float()
        self.register_buffer("unit", unit)
        self.register_buffer("offset", header.gamma * torch.from_numpy(table.seen.copy()).float())

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        """Return ``OUTPUTS``, of (B, M), (B, K), (B, K), (B, K, R) and (B, K, R), for features (B, C, R).

        With a global branch, ``POOLED`` (B, K) follows.
        """
        out = self.network(features)
        fused = self.fusion.av * out.scores_av + self.fusion.va * out.scores_va
        pooled: tuple[Tensor, ...] = ()
        if self.network.global_branch is not None:
            fused, pooled = fused + self.fusion.pooled * out.scores_pooled, (out.scores_pooled,)
        scores = fused @ self.unit.T - self.offset
        return scores, out.scores_av, out.scores_va, out.attention_av, out.attention_va, *pooled


def export_onnx(checkpoint: Path, file: Path) -> ExportReport:
    """Write the head of a checkpoint.

    The input is (B, C, R) region features of length 1 over C, with any B and R. ``class_scores`` (B, M) are those of
    the checkpoint's own classes with calibrated stacking. The file's metadata has the names of classes and attributes,
    gamma, fusion and backbone.

    Raises
    ------
    CheckpointError
        If the checkpoint cannot be read.
    MsdnError
        If the packages onnx and onnxscript are not installed, or the file cannot be written.
    """
    if find_spec("onnx") is None or find_spec("onnxscript") is None:
        raise MsdnError(f"Exporting to ONNX needs two more packages; run `{install_command('export')}`.")
    import onnx

    network, header = load_network(checkpoint)
    head = _Head(network, header).eval()
    example = torch.nn.functional.normalize(torch.rand(_EXAMPLE[0], header.channels, _EXAMPLE[1]), dim=1)
    with _quiet():
        program: Any = torch.onnx.export(
            head,
            (example,),
            input_names=["features"],
            output_names=[*OUTPUTS, *([POOLED] if network.global_branch is not None else [])],
            dynamic_shapes={"features": {0: torch.export.Dim("batch"), 2: torch.export.Dim("regions")}},
            dynamo=True,
            verbose=False,
        )
    model = program.model_proto
    properties = {
        "classes": list(header.classes),
        "seen": header.seen.tolist(),
        "attributes": list(header.attributes),
        "gamma": header.gamma,
        "fusion": asdict(header.fusion),
        "backbone": dict(header.backbone),
        "run": header.run,
        "variant": header.variant,
        "sub_nets": header.sub_nets,
        "cosine_scale": header.cosine_scale,
        "pooled_scale": header.pooled_scale,
        "selected_on": header.selected_on,
    }
    onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in properties.items()})
    with replacing(file) as temporary:
        temporary.write_bytes(model.SerializeToString())
    return ExportReport(file, {"classes": len(header.classes), "attributes": len(header.attributes)})


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter's messages, which are for developers of exporters."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
