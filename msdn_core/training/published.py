"""Importing checkpoints of the published code: their weights become a run of a project.

Such a file is a plain state dict (reference, section 8). It contains neither fusion nor recipe: they are given, or
follow from the number of attributes. Its classes have no names: they follow from their vectors.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from msdn_core.backbones.weights_files import read_weights, select_names
from msdn_core.domain.scoring import Fusion
from msdn_core.domain.wording import counted
from msdn_core.errors import CheckpointError, ConfigError
from msdn_core.msdn.checkpoint import save_checkpoint
from msdn_core.msdn.network import MSDN
from msdn_core.project import Project
from msdn_core.recipes.config import RECIPES, TrainConfig
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.header import CheckpointHeader
from msdn_core.runs.status import RunState, RunStatus
from msdn_core.vision.features import find_stores
from msdn_core.vision.transform import BackboneSpec, published_spec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, ClassTable

_OURS = {
    "V": "V",
    "W_1": "attribute_to_visual.W_1",
    "W_2": "attribute_to_visual.W_2",
    "W_1_1": "visual_to_attribute.W_1_1",
    "W_2_1": "visual_to_attribute.W_2_1",
}
_RECIPE_OF = {312: "cub", 102: "sun", 85: "awa2"}
"""The recipe of each published data set, by its number of attributes K."""
_TOLERANCE = 1e-3
_MOST_NUMBERS = 50_000_000


def import_checkpoint(
    file: Path,
    project_path: Path,
    *,
    recipe: str | None = None,
    fusion: Fusion | None = None,
    normalize_v: bool | None = None,
    name: str | None = None,
) -> tuple[RunDirectory, tuple[str, ...]]:
    """Make a run of a published checkpoint, and return it with sentences that a user should know.

    No code in the file is run.

    Parameters
    ----------
    file
        The ``.pth`` file.
    project_path
        The project of the checkpoint's data set.
    recipe
        The recipe that gives the fusion, ``normalize_v`` and the run's settings; by default it follows from the number
        of attributes.
    fusion, normalize_v
        Override the recipe's.
    name
        The run's name; by default the file's.

    Raises
    ------
    CheckpointError
        If a weight is missing or has a wrong shape, or the classes are not those of the project.
    ConfigError
        If the fusion is neither given nor known.
    WeightsError
        If the file cannot be read.
    """
    findings: list[str] = []
    tensors = read_published(file, findings)
    with Project.open(project_path, read_only=True) as project:
        table, source, path = project.table(), project.word_vector_source(), project.path
    config = _config(recipe, len(tensors["V"]), fusion, normalize_v)
    rows, clip = _rows(tensors["att"].numpy(), table, file)
    seen, bias = _seen(tensors, table.seen[rows], file, findings)
    channels = int(tensors["W_1"].shape[1])
    config = replace(config, clip_negative=clip, bias=bias, cosine_scale=0.0)
    dropped = sorted(key for key in tensors if key not in (*_OURS, "att", "mask_bias"))
    if dropped:
        some = ", ".join(dropped[:4]) + (f" and {len(dropped) - 4} more" if len(dropped) > 4 else "")
        findings.append(f"Weights that the network does not use were ignored: {some}.")
    findings.append(
        f"Fusion {config.fusion_av:g} of A→V and {config.fusion_va:g} of V→A, "
        f"{'with' if config.normalize_v else 'without'} normalising V: the file does not contain these settings."
    )
    network = MSDN(tensors["V"], channels, normalize_v=config.normalize_v)
    network.load_state_dict({ours: tensors[theirs].float() for theirs, ours in _OURS.items()})
    run = RunDirectory.create(
        path,
        name or re.sub(r"[^\w.\- ]+", "-", file.stem)[:60].strip(". -") or "published",
        config.to_json(),
        {"imported": {"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}},
    )
    header = CheckpointHeader(
        attributes=tuple(attribute.full_name for attribute in table.attributes),
        classes=tuple(table.classes[row] for row in rows),
        class_vectors=table.vectors[rows],
        seen=seen,
        fusion=Fusion(config.fusion_av, config.fusion_va),
        gamma=config.gamma,
        backbone=_backbone(path, channels, file, findings).to_json(),
        channels=channels,
        clip_negative=clip,
        normalize_v=config.normalize_v,
        word_vector_source=source,
        run=run.name,
        selected_on="test",
        made={"config": config.to_json(), "data": run.data()},
    )
    save_checkpoint(run.checkpoint_path("best"), network, header)
    run.write_status(RunStatus(RunState.FINISHED, reason=f"Imported from {file.name}."))
    findings.append("The published code selects on the test split, so the figures of this checkpoint are optimistic.")
    return run, tuple(findings)


def read_published(file: Path, findings: list[str] | None = None) -> dict[str, Tensor]:
    """Return the tensors of a published checkpoint; those in use have matching shapes and finite numbers.

    Parameters
    ----------
    file
        The file.
    findings
        Receives sentences about what was assumed or left out.

    Raises
    ------
    CheckpointError
        If a weight is missing or has a wrong shape.
    WeightsError
        If the file cannot be read; no code in it is run.
    """
    findings = [] if findings is None else findings
    found = read_weights(file, findings)
    tensors, prefix = select_names(found, {**_OURS, "att": ""})
    if prefix:
        others = len(found) - len(tensors)
        rest = f", and {counted(others, 'tensor', 'tensors')} without it left out" if others else ""
        findings.append(f"The names of the weights were read without the prefix “{prefix}”{rest}.")
    missing = [name for name in (*_OURS, "att") if name not in tensors]
    if missing:
        hint = "choose a state dict of the published MSDN"
        if any(name.endswith(tuple(_OURS.values())[1:]) for name in found):
            hint = "it is a checkpoint of this program: open it in the window, or pass it to --run"
        raise CheckpointError(f"{file} does not contain {', '.join(missing)}; {hint}.")
    for name in (*_OURS, "att"):
        tensor = tensors[name]
        if tensor.numel() > _MOST_NUMBERS:
            raise CheckpointError(
                f"{file}: {name} has {tensor.numel():,} numbers, far more than MSDN; download the file again."
            )
        if tensor.ndim != 2 or not tensor.is_floating_point() or not bool(torch.isfinite(tensor).all()):
            raise CheckpointError(f"{file}: {name} is not a matrix of finite numbers; download the file again.")
    (k, d), c = tensors["V"].shape, tensors["W_1"].shape[1]
    expected = {"W_1": (d, c), "W_2": (d, c), "W_1_1": (c, d), "W_2_1": (d, c), "att": (len(tensors["att"]), k)}
    for name, shape in expected.items():
        if tuple(tensors[name].shape) != shape or 0 in shape:
            raise CheckpointError(
                f"{file}: {name} has the shape {tuple(tensors[name].shape)} where {shape} is expected; choose a "
                "state dict of the published MSDN."
            )
    return {**tensors, "att": tensors["att"].double()}


def _config(recipe: str | None, attributes: int, fusion: Fusion | None, normalize_v: bool | None) -> TrainConfig:
    chosen = recipe or _RECIPE_OF.get(attributes)
    if chosen is not None and chosen not in RECIPES:
        raise ConfigError(f"Unknown recipe “{chosen}”; choose one of {', '.join(RECIPES)}.")
    if chosen is None and fusion is None:
        raise ConfigError(
            f"The checkpoint does not contain the fusion of its sub-nets, and no published recipe has {attributes} "
            "attributes; pass --fusion A→V V→A, e.g. --fusion 0.9 0.1, or --recipe cub, sun or awa2."
        )
    config = RECIPES[chosen or "cub"]
    if fusion is not None:
        config = replace(config, fusion_av=fusion.av, fusion_va=fusion.va)
    return config if normalize_v is None else replace(config, normalize_v=normalize_v)


def _rows(att: NDArray[np.float64], table: ClassTable, file: Path) -> tuple[NDArray[np.int64], bool]:
    """Return the project's row of each class of the file, by its vector, and whether negatives were clipped to 0."""
    if not table.classes:
        raise CheckpointError("The project has no classes; import the checkpoint's data set into it first.")
    if att.shape[1] != len(table.attributes):
        raise CheckpointError(
            f"{file} has {att.shape[1]} attributes and the project {len(table.attributes)}; choose the project of the "
            "checkpoint's data set."
        )
    found: dict[bool, NDArray[np.int64] | int] = {}
    for clip in (False, True):
        found[clip] = _match(att, table.unit_vectors(clip_negative=clip))
        if not isinstance(rows := found[clip], int):
            return rows, clip
    raise CheckpointError(
        f"No class of the project has the vector of class {found[False]} of {len(att)} in {file}; import the "
        "checkpoint's data set with the proposed split, or undo edits of its class vectors."
    )


def _match(att: NDArray[np.float64], unit: NDArray[np.float64]) -> NDArray[np.int64] | int:
    """Return the row of ``unit`` that each row matches, or the number of the first row without a match."""
    lengths = np.linalg.norm(att, axis=1, keepdims=True)
    similarity = (att / np.where(lengths > 0, lengths, 1)) @ unit.T
    taken = np.zeros(len(unit), np.bool_)
    rows = np.zeros(len(att), np.int64)
    for row in range(len(att)):
        match = int(np.where(taken, -np.inf, similarity[row]).argmax())
        if taken[match] or np.abs(att[row] / max(float(lengths[row, 0]), 1e-12) - unit[match]).max() > _TOLERANCE:
            return row + 1
        taken[match], rows[row] = True, match
    return rows


def _seen(
    tensors: Mapping[str, Tensor], project_seen: BoolArray, file: Path, findings: list[str]
) -> tuple[BoolArray, float]:
    """Return the (M,) seen classes, by ``mask_bias`` (−1 seen, +1 unseen) or by the project, and the bias itself."""
    mask = tensors.get("mask_bias")
    if mask is None:
        findings.append(
            f"{file.name} has no mask_bias: the seen classes are those of the project, and the bias is set to 1."
        )
        return project_seen, 1.0
    values = mask.double().flatten().numpy()
    bias = float(np.abs(values).max(initial=0.0))
    if values.shape != project_seen.shape or not np.isfinite(values).all() or bias > 10:
        raise CheckpointError(
            f"{file}: mask_bias does not have one value for each of {len(project_seen)} classes; download the "
            "file again."
        )
    seen = np.asarray(values <= 0)
    differ = int((seen != project_seen).sum())
    if differ:
        findings.append(
            f"{differ} classes are seen in only one of {file.name} and the project; import the proposed split to get "
            "comparable figures."
        )
    return seen, bias


def _backbone(project: Path, channels: int, file: Path, findings: list[str]) -> BackboneSpec:
    """Return the backbone whose features the project has: published ones first; else the published backbone."""
    published = published_spec(file.stem, channels, (14, 14))
    specs = [store.spec for store in find_stores(project) if store.spec.channels == channels]
    if channels != 2048:
        if specs:
            return specs[0]
        findings.append(
            f"It takes features of {channels} channels of an unknown backbone; import such feature maps to use it."
        )
        return published
    # Those of another grid only if there are no others: the checkpoint was trained on 14×14 regions.
    imported = [spec for spec in specs if spec.is_imported]
    if imported and not any(published.accepts(spec) for spec in specs):
        rows, columns = imported[0].grid
        findings.append(f"It is used on the project's feature maps of {rows}×{columns} regions.")
        return imported[0]
    return published
