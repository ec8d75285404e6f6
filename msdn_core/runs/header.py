"""The header of a checkpoint, readable without torch.

A checkpoint is a safetensors file. Its class semantic vectors are the tensor ``class_vectors``; everything else that
is needed to use it is JSON under ``msdn`` in the file's metadata.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import safe_open

from msdn_core.domain.attributes import Attribute, BoolArray, ClassTable, FloatArray
from msdn_core.domain.scoring import MOST_COSINE_SCALE, Fusion
from msdn_core.domain.variants import SubNets, Variant
from msdn_core.errors import CheckpointError, FileError
from msdn_core.file_kinds import unexpected_kind
from msdn_core.safe_files import file_errors, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = 4
"""Format 1 has neither ``sub_nets`` nor ``made``: its networks have both sub-nets. Format 2 has no ``cosine_scale``,
format 3 no ``pooled_scale``."""
METADATA_KEY = "msdn"
VECTORS_KEY = "class_vectors"


@dataclass(frozen=True, eq=False)
class CheckpointHeader:
    """Everything in a checkpoint except the network's weights."""

    attributes: tuple[str, ...]
    """(K,) full names, ``group::name``."""
    classes: tuple[str, ...]
    class_vectors: FloatArray
    """(M, K) as given, before the rows are scaled to length 1."""
    seen: BoolArray
    """(M,) whether a class had training images."""
    fusion: Fusion
    gamma: float
    """Calibrated stacking as trained: 2 for the published bias of ±1."""
    backbone: Mapping[str, Any]
    """The backbone's specification (``msdn_core.vision.transform.BackboneSpec``)."""
    channels: int
    """C, the channels of the features."""
    variant: str = Variant.OFFICIAL
    sub_nets: SubNets = SubNets.BOTH
    clip_negative: bool = False
    """Whether negative class values were set to 0 before the rows were scaled to length 1 (AWA2)."""
    normalize_v: bool = False
    cosine_scale: float = 0.0
    """The scale of a cosine classifier, already applied by the network; 0 for the published product."""
    pooled_scale: float = 0.0
    """The scale of the scores of a global branch, already applied by the network; 0 without one."""
    word_vector_source: str = ""
    run: str = ""
    step: int = 0
    epoch: int = 0
    selected_on: str = ""
    """What the checkpoint was selected on: ``validation``, ``test`` or ``last step``; for a refit, ``validation`` and
    the refitted run."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    made: Mapping[str, Any] = field(default_factory=dict)
    """Its provenance: ``config``, all settings of the run, and ``data``, as in the run's ``data.json``."""

    def table(self) -> ClassTable:
        """Return the class table it was trained with."""
        return ClassTable(
            tuple(Attribute.parse(name) for name in self.attributes),
            self.classes,
            self.class_vectors,
            self.seen,
        )

    def check_attributes(self, table: ClassTable) -> None:
        """Raise CheckpointError unless the table has the same attributes in the same order."""
        names = tuple(attribute.full_name for attribute in table.attributes)
        if names == self.attributes:
            return
        missing = [name for name in self.attributes if name not in set(names)]
        detail = f"the project lacks “{missing[0]}”" if missing else "they are in another order"
        raise CheckpointError(
            f"Checkpoint “{self.run}” was trained on other attributes ({len(self.attributes)}; the project has "
            f"{len(names)}, and {detail}); choose a checkpoint of this project, or train one."
        )

    def to_metadata(self) -> dict[str, str]:
        """Return the file's metadata; the class vectors are stored as a tensor."""
        content = asdict(self)
        del content["class_vectors"]
        content["seen"] = self.seen.tolist()
        content["backbone"] = dict(self.backbone)
        content["figures"] = dict(self.figures)
        content["made"] = dict(self.made)
        return {METADATA_KEY: json.dumps({"format": FORMAT, **content}, ensure_ascii=False)}

    @classmethod
    def from_metadata(
        cls, metadata: Mapping[str, str] | None, class_vectors: FloatArray, path: Path
    ) -> CheckpointHeader:
        """Return the header of a file's metadata and class vectors; raise CheckpointError if it is invalid."""
        if metadata is None or METADATA_KEY not in metadata:
            raise CheckpointError(f"{path} is not a checkpoint of MSDN Explorer; choose one that it trained.")
        try:
            with file_errors(path):
                content = parse_json(metadata[METADATA_KEY], finite=False)
                found = int(content.pop("format"))
                header = cls._of(content, class_vectors) if found <= FORMAT else None
        except FileError as fault:
            raise CheckpointError(
                f"{path} has a damaged header ({fault.reason}); choose another checkpoint."
            ) from fault
        if header is None:
            raise CheckpointError(
                f"{path} was written by a newer MSDN Explorer (format {found}); update the program to read it."
            )
        return header

    @classmethod
    def _of(cls, content: Mapping[str, Any], class_vectors: FloatArray) -> CheckpointHeader:
        """Return the header in JSON values; raise an exception of any type if it is invalid."""
        header = cls(
            attributes=tuple(map(str, content["attributes"])),
            classes=tuple(map(str, content["classes"])),
            class_vectors=class_vectors,
            seen=np.array(content["seen"], dtype=np.bool_),
            fusion=Fusion(**{side: float(weight) for side, weight in content["fusion"].items()}),
            gamma=float(content["gamma"]),
            backbone=dict(content["backbone"]),
            channels=int(content["channels"]),
            variant=Variant(content["variant"]),
            sub_nets=SubNets(content.get("sub_nets", SubNets.BOTH)),
            clip_negative=bool(content["clip_negative"]),
            normalize_v=bool(content["normalize_v"]),
            cosine_scale=float(content.get("cosine_scale", 0.0)),
            pooled_scale=float(content.get("pooled_scale", 0.0)),
            word_vector_source=str(content["word_vector_source"]),
            run=str(content["run"]),
            step=int(content["step"]),
            epoch=int(content["epoch"]),
            selected_on=str(content["selected_on"]),
            figures=dict(_known(content["figures"])),
            made=dict(_known(content.get("made", {}))),
        )
        header.table()
        weights = (header.fusion.av, header.fusion.va, header.fusion.pooled)
        if not all(map(math.isfinite, (header.gamma, *weights, header.cosine_scale, header.pooled_scale))):
            raise ValueError("gamma, the fusion weights and the scales must be finite numbers")
        calibration = header.figures.get("calibration")
        if calibration and not (
            math.isfinite(float(calibration["gamma"])) and isinstance(calibration["selected_on"], str)
        ):
            raise ValueError("the calibration is not a finite gamma and what it was selected on")
        if not 0 <= header.cosine_scale <= MOST_COSINE_SCALE:
            raise ValueError(f"the cosine scale must be from 0 to {MOST_COSINE_SCALE:g}")
        if not 0 <= header.pooled_scale <= MOST_COSINE_SCALE:
            raise ValueError(f"the scale of the global branch must be from 0 to {MOST_COSINE_SCALE:g}")
        if header.fusion.pooled and not header.pooled_scale:
            raise ValueError("the global branch has a weight, but no scale")
        return header


def _known(value: Any) -> Any:
    """Return JSON values with None for numbers that are not finite: results and reports repeat them."""
    if isinstance(value, dict):
        return {name: _known(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_known(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_header(path: Path) -> CheckpointHeader:
    """Return the header of a checkpoint file; neither weights nor code are read.

    Raises CheckpointError if the file does not exist, is not a checkpoint, or is damaged.
    """
    if not path.is_file():
        raise CheckpointError(f"The checkpoint {path} does not exist; train a run first, or choose another one.")
    try:
        with file_errors(path), safe_open(path, framework="numpy") as file:
            vectors = (
                np.asarray(file.get_tensor(VECTORS_KEY), dtype=np.float64)
                if VECTORS_KEY in file.keys()  # noqa: SIM118 - safe_open is not a mapping
                else np.zeros((0, 0))
            )
            metadata = file.metadata()
    except FileError as fault:
        if other := unexpected_kind(path):
            raise CheckpointError(f"{path} {other}.") from fault
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint ({fault.reason}); it may be incomplete: choose another one."
        ) from fault
    return CheckpointHeader.from_metadata(metadata, vectors, path)
