"""The backbone that a checkpoint was trained with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.backbones.loading import Backbone, load_backbone
from msdn_core.backbones.weights import local_weights
from msdn_core.errors import CheckpointError
from msdn_core.vision.transform import BackboneSpec

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from msdn_core.runs.header import CheckpointHeader


def backbone_spec(header: CheckpointHeader) -> BackboneSpec:
    """Return the specification of the checkpoint's backbone; raise CheckpointError if the header holds none."""
    try:
        return BackboneSpec.from_json(dict(header.backbone))
    except (KeyError, TypeError, ValueError) as fault:
        raise CheckpointError(
            f"Checkpoint “{header.run}” does not name the backbone it needs; choose another checkpoint."
        ) from fault


def load_checkpoint_backbone(header: CheckpointHeader, device: torch.device, weights: Path | None = None) -> Backbone:
    """Load the checkpoint's backbone, from the file ``weights`` if it is given.

    Raises WeightsError if the weights cannot be loaded, and CheckpointError if they are not those that the checkpoint
    was trained with.
    """
    spec = backbone_spec(header)
    backbone = load_backbone(
        spec.name,
        size=spec.size,
        weights=weights or local_weights(spec),
        device=device,
        precision=spec.precision,
    )
    if not spec.accepts(backbone.spec):
        raise CheckpointError(
            f"Checkpoint “{header.run}” was trained on features of {spec.name} with other weights ({spec.weights}); "
            "give the file of those weights with --weights, or extract features with them first."
        )
    return backbone
