"""Checkpoints: the network's weights in a safetensors file, with a header that explains them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from msdn_core.atomic import replacing
from msdn_core.errors import CheckpointError, MsdnError
from msdn_core.msdn.network import MSDN
from msdn_core.runs.header import VECTORS_KEY, CheckpointHeader, read_header

NETWORK_PREFIX = "network."


def save_checkpoint(
    path: Path,
    network: MSDN,
    header: CheckpointHeader,
    *,
    extra_tensors: Mapping[str, Tensor] | None = None,
) -> None:
    """Writes the network, its header, and any further tensors (an optimiser's, say) as one file, or not at all.

    A killed process or a full disk leaves the file that was there before; a full disk raises CheckpointError.
    """
    tensors = {NETWORK_PREFIX + name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    tensors[VECTORS_KEY] = torch.tensor(header.class_vectors)
    for name, value in (extra_tensors or {}).items():
        tensors[name] = value.detach().cpu().contiguous()
    try:
        # Its folder alone: a run whose project was moved away must not make half of another one in the old place.
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as temporary:
            save_file(tensors, temporary, metadata=header.to_metadata())
    except (OSError, SafetensorError, MsdnError) as fault:
        reason = fault.__cause__ if isinstance(fault, MsdnError) else fault
        raise CheckpointError(
            f"The checkpoint {path} could not be written ({reason}); the one before it is whole: make room and resume."
        ) from fault


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Every tensor of a checkpoint file, on the CPU; CheckpointError where the file is cut short or none of ours."""
    try:
        return dict(load_file(path))
    except (SafetensorError, OSError, ValueError) as fault:
        raise CheckpointError(f"{path} cannot be read as a checkpoint ({fault}); choose another one.") from fault


def load_network(
    path: Path, device: torch.device | str = "cpu", *, tensors: Mapping[str, Tensor] | None = None
) -> tuple[MSDN, CheckpointHeader]:
    """The network of a checkpoint, ready for inference, and its header.

    ``tensors`` are the file's, where they were loaded already. Raises CheckpointError where the weights do not fit
    the header.
    """
    header = read_header(path)
    weights = {
        name.removeprefix(NETWORK_PREFIX): value
        for name, value in (tensors or load_tensors(path)).items()
        if name.startswith(NETWORK_PREFIX)
    }
    vectors = weights.get("V")
    if vectors is None or vectors.ndim != 2 or vectors.shape[0] != len(header.attributes):
        raise CheckpointError(
            f"{path} holds no word vectors for its {len(header.attributes)} attributes; choose another checkpoint."
        )
    misfit = f"The weights in {path} do not fit a network of {header.channels} channels; choose another checkpoint."
    # The header may be a stranger's: a size that the weights do not have is not made room for.
    if not any(value.shape == (vectors.shape[1], header.channels) for value in weights.values()):
        raise CheckpointError(misfit)
    network = MSDN(
        torch.zeros(vectors.shape),
        header.channels,
        normalize_v=header.normalize_v,
        variant=header.variant,
        sub_nets=header.sub_nets,
        cosine_scale=header.cosine_scale,
    )
    try:
        network.load_state_dict(weights)
    except RuntimeError as fault:
        raise CheckpointError(misfit) from fault
    if not all(bool(torch.isfinite(value).all()) for value in weights.values()):
        raise CheckpointError(f"The weights in {path} hold values that are no numbers; choose another checkpoint.")
    return network.eval().to(device), header
