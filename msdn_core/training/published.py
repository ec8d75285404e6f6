"""Checkpoints of the published code: their weights under their names become a run of a project.

Such a file is a bare state dict (reference, section 8). It says neither fusion nor recipe: they are asked for, or
follow from the number of attributes. Its classes have no names: they follow from their vectors.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from msdn_core.backbones.weights import read_weights
from msdn_core.domain.attributes import BoolArray, ClassTable
from msdn_core.domain.scoring import Fusion
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

_OURS = {
    "V": "V",
    "W_1": "attribute_to_visual.W_1",
    "W_2": "attribute_to_visual.W_2",
    "W_1_1": "visual_to_attribute.W_1_1",
    "W_2_1": "visual_to_attribute.W_2_1",
}
_RECIPE_OF = {312: "cub", 102: "sun", 85: "awa2"}
"""The data set follows from K."""
_NEAR = 1e-3
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
    """Make a run of a published checkpoint, and give it with what a person should know of it.

    ``recipe`` (default: by the number of attributes) gives the fusion, ``normalize_v`` and the run's settings, as far
    as they are not given. No code in the file is run.

    Raises:
        CheckpointError: if a weight is missing or of a wrong shape, or its classes are not those of the project.
        ConfigError: if the fusion is neither given nor known.
        WeightsError: if the file cannot be read.
    """
    tensors = read_published(file)
    findings: list[str] = []
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
        findings.append(f"Weights that the network does not use were dropped: {some}.")
    findings.append(
        f"Fusion {config.fusion_av:g} of A→V and {config.fusion_va:g} of V→A, "
        f"{'with' if config.normalize_v else 'without'} normalising V: the file says neither."
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
    findings.append("The published code selects on the test split, so figures of this checkpoint are optimistic.")
    return run, tuple(findings)


def read_published(file: Path) -> dict[str, Tensor]:
    """The tensors of a published checkpoint; those in use have shapes that fit one another and hold finite numbers.

    Raises:
        CheckpointError: if a weight is missing or of a wrong shape.
        WeightsError: if the file cannot be read; no code in it is run.
    """
    tensors = read_weights(file)
    missing = [name for name in (*_OURS, "att") if name not in tensors]
    if missing:
        hint = "give a state dict of the published MSDN"
        if any(name.endswith(tuple(_OURS.values())[1:]) for name in tensors):
            hint = "it is a checkpoint of this program: open it in the window, or name its file with --run"
        raise CheckpointError(f"{file} holds no {', '.join(missing)}; {hint}.")
    for name in (*_OURS, "att"):
        tensor = tensors[name]
        if tensor.numel() > _MOST_NUMBERS:
            raise CheckpointError(f"{file}: {name} has {tensor.numel():,} numbers, far more than MSDN; get it anew.")
        if tensor.ndim != 2 or not tensor.is_floating_point() or not bool(torch.isfinite(tensor).all()):
            raise CheckpointError(f"{file}: {name} is no matrix of finite numbers; get the file anew.")
    (k, d), c = tensors["V"].shape, tensors["W_1"].shape[1]
    wanted = {"W_1": (d, c), "W_2": (d, c), "W_1_1": (c, d), "W_2_1": (d, c), "att": (len(tensors["att"]), k)}
    for name, shape in wanted.items():
        if tuple(tensors[name].shape) != shape or 0 in shape:
            raise CheckpointError(
                f"{file}: {name} has the shape {tuple(tensors[name].shape)} where {shape} is expected; it is no state "
                "dict of the published MSDN."
            )
    return {**tensors, "att": tensors["att"].double()}


def _config(recipe: str | None, attributes: int, fusion: Fusion | None, normalize_v: bool | None) -> TrainConfig:
    chosen = recipe or _RECIPE_OF.get(attributes)
    if chosen is not None and chosen not in RECIPES:
        raise ConfigError(f"There is no recipe “{chosen}”; choose {', '.join(RECIPES)}.")
    if chosen is None and fusion is None:
        raise ConfigError(
            f"A checkpoint does not say how its two sub-nets are fused, and no published recipe has {attributes} "
            "attributes; give --fusion A→V V→A, e.g. --fusion 0.9 0.1, or --recipe cub, sun or awa2."
        )
    config = RECIPES[chosen or "cub"]
    if fusion is not None:
        config = replace(config, fusion_av=fusion.av, fusion_va=fusion.va)
    return config if normalize_v is None else replace(config, normalize_v=normalize_v)


def _rows(att: NDArray[np.float64], table: ClassTable, file: Path) -> tuple[NDArray[np.int64], bool]:
    """The project's class for each of the file's, by their vectors; and whether negative values were set to 0."""
    if not table.classes:
        raise CheckpointError("The project has no classes; import the checkpoint's data set into it first.")
    if att.shape[1] != len(table.attributes):
        raise CheckpointError(
            f"{file} knows {att.shape[1]} attributes and the project {len(table.attributes)}; choose the project of "
            "its data set."
        )
    found: dict[bool, NDArray[np.int64] | int] = {}
    for clip in (False, True):
        found[clip] = _match(att, table.unit_vectors(clip_negative=clip))
        if not isinstance(rows := found[clip], int):
            return rows, clip
    raise CheckpointError(
        f"Class {found[False]} of {len(att)} in {file} has a vector that no class of the project has; import the "
        "checkpoint's data set with the proposed split, or undo edits of its class vectors."
    )


def _match(att: NDArray[np.float64], unit: NDArray[np.float64]) -> NDArray[np.int64] | int:
    """Each row's own place in ``unit``, or the number of the first row that has none."""
    lengths = np.linalg.norm(att, axis=1, keepdims=True)
    near = (att / np.where(lengths > 0, lengths, 1)) @ unit.T
    taken = np.zeros(len(unit), np.bool_)
    rows = np.zeros(len(att), np.int64)
    for row in range(len(att)):
        place = int(np.where(taken, -np.inf, near[row]).argmax())
        if taken[place] or np.abs(att[row] / max(float(lengths[row, 0]), 1e-12) - unit[place]).max() > _NEAR:
            return row + 1
        taken[place], rows[row] = True, place
    return rows


def _seen(tensors: Mapping[str, Tensor], own: BoolArray, file: Path, findings: list[str]) -> tuple[BoolArray, float]:
    """(M,) seen by ``mask_bias`` (−1 seen, +1 unseen), or by the project; and the bias itself."""
    mask = tensors.get("mask_bias")
    if mask is None:
        findings.append(f"{file.name} has no mask_bias: what is seen follows the project, and the bias is taken as 1.")
        return own, 1.0
    values = mask.double().flatten().numpy()
    bias = float(np.abs(values).max(initial=0.0))
    if values.shape != own.shape or not np.isfinite(values).all() or bias > 10:
        raise CheckpointError(f"{file}: mask_bias is not one bias for each of {len(own)} classes; get the file anew.")
    seen = np.asarray(values <= 0)
    differ = int((seen != own).sum())
    if differ:
        findings.append(
            f"{differ} classes are seen in only one of {file.name} and the project; import the proposed split to have "
            "comparable figures."
        )
    return seen, bias


def _backbone(project: Path, channels: int, file: Path, findings: list[str]) -> BackboneSpec:
    """The published one; of other channels, the one whose features the project has."""
    if channels != 2048:
        store = next((store for store in find_stores(project) if store.spec.channels == channels), None)
        if store is not None:
            return store.spec
        findings.append(
            f"It takes features of {channels} channels, of which backbone is not known: it can be looked through once "
            "such feature maps are imported."
        )
    return published_spec(file.stem, channels, (14, 14))
