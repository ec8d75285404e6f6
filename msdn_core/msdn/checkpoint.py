"""Checkpoints: the network's weights in a safetensors file, with a header that describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from msdn_core.atomic import replacing, write_remedy
from msdn_core.errors import CheckpointError, MsdnError
from msdn_core.file_kinds import unexpected_kind
from msdn_core.msdn.network import MSDN
from msdn_core.runs.header import VECTORS_KEY, CheckpointHeader, read_header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NETWORK_PREFIX = "network."


def save_checkpoint(
    path: Path,
    network: MSDN,
    header: CheckpointHeader,
    *,
    extra_tensors: Mapping[str, Tensor] | None = None,
) -> None:
    """Write the network, its header and ``extra_tensors`` (an optimiser's, for example) as one file.

    The file is written whole or not at all: after a crash or on a full disk the previous file is intact. Raises
    CheckpointError if it cannot be written.
    """
    tensors = {NETWORK_PREFIX + name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    tensors[VECTORS_KEY] = torch.tensor(header.class_vectors)
    for name, value in (extra_tensors or {}).items():
        tensors[name] = value.detach().cpu().contiguous()
    try:
        # Not the parents: if the project was moved away, no partial copy must appear in its old place.
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as temporary:
            save_file(tensors, temporary, metadata=header.to_metadata())
    except (OSError, SafetensorError, MsdnError) as fault:
        reason = fault.__cause__ if isinstance(fault, MsdnError) else fault
        raise CheckpointError(
            f"The checkpoint {path} could not be written ({reason}); {write_remedy(fault)} and resume the run: the "
            "previous checkpoint is intact."
        ) from fault


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Return all tensors of a checkpoint file on the CPU; raise CheckpointError if it cannot be read."""
    try:
        # Copies: a file that is still mapped cannot be replaced on Windows when the run saves its next checkpoint.
        return {name: value.clone() for name, value in load_file(path).items()}
    except (SafetensorError, OSError, ValueError) as fault:
        if other := unexpected_kind(path):
            raise CheckpointError(f"{path} {other}.") from fault
        raise CheckpointError(f"{path} cannot be read as a checkpoint ({fault}); choose another one.") from fault


def load_network(
    path: Path, device: torch.device | str = "cpu", *, tensors: Mapping[str, Tensor] | None = None
) -> tuple[MSDN, CheckpointHeader]:
    """Return the network of a checkpoint, ready for inference, and its header.

    ``tensors`` are those of the file, if they are already loaded. Raises CheckpointError if the weights do not fit the
    header.
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
            f"{path} has no word vectors for its {len(header.attributes)} attributes; choose another checkpoint."
        )
    mismatch = f"The weights in {path} do not fit a network of {header.channels} channels; choose another checkpoint."
    # The header is untrusted: no memory is allocated for a size that the weights do not have.
    if not any(value.shape == (vectors.shape[1], header.channels) for value in weights.values()):
        raise CheckpointError(mismatch)
    attributes = vectors.shape[0]
    if header.pooled_scale and (
        "global_branch.W" not in weights or weights["global_branch.W"].shape != (2 * header.channels, attributes)
    ):
        raise CheckpointError(mismatch)
    network = MSDN(
        torch.zeros(vectors.shape),
        header.channels,
        normalize_v=header.normalize_v,
        variant=header.variant,
        sub_nets=header.sub_nets,
        cosine_scale=header.cosine_scale,
        pooled_scale=header.pooled_scale,
    )
    try:
        network.load_state_dict(weights)
    except RuntimeError as fault:
        raise CheckpointError(mismatch) from fault
    if not all(bool(torch.isfinite(value).all()) for value in weights.values()):
        raise CheckpointError(f"The weights in {path} are not finite numbers; choose another checkpoint.")
    return network.eval().to(device), header
