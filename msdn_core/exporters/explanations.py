"""The maps of a run for each image and attribute: CSV for a spreadsheet, or NPZ with all attention and evidence."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.atomic import replacing
from msdn_core.csv_text import CsvWriter
from msdn_core.domain.metrics import class_maps
from msdn_core.domain.scoring import contributions
from msdn_core.exporters.predictions import origin
from msdn_core.exporters.report import ExportReport
from msdn_core.runs.predictions import to_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.exporters.checkpoint_outputs import CheckpointOutputs, EvidenceMaps
    from msdn_core.msdn.network import Outputs


def export_explanations(outputs: CheckpointOutputs, file: Path) -> ExportReport:
    """Write one line per image and attribute (``.csv``) or arrays (``.npz``).

    CSV: image, attribute, both scores and that of a global branch, the contribution to the predicted class, and the row
    and column of the region with the most attention of each sub-net, and with the most evidence of each and of both
    fused. NPZ: the file of
    ``msdn_core.runs.predictions`` with ``attention_av``, ``attention_va``, ``evidence_av``, ``evidence_va`` and
    ``evidence``, (N, K, H, W) float16, and for the class predicted and the best class besides it ``class_evidence``
    and ``difference``, (N, H, W) float32, with ``predicted`` and ``next_best``, (N,) rows of ``classes``. It is
    assembled on disk, so memory does not limit its size. Values of a sub-net that the network does not have are left
    out; in NPZ its scores are 0.

    Raises
    ------
    MsdnError
        If the file cannot be written.
    """
    with replacing(file) as temporary:
        if file.suffix.lower() == ".npz":
            _write_npz(outputs, temporary)
        else:
            _write_csv(outputs, temporary)
    return ExportReport(file, {"images": len(outputs.images), "attributes": len(outputs.table.attributes)})


def _write_npz(outputs: CheckpointOutputs, file: Path) -> None:
    count, grid = len(outputs.images), outputs.grid
    shape = (count, len(outputs.table.attributes), *grid)
    stacks = [*(f"attention_{side}" for side in outputs.sides), *(f"evidence_{side}" for side in outputs.scored_sides)]
    predictions = outputs.new_predictions()
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".export-") as folder:
        maps = {
            name: np.lib.format.open_memmap(Path(folder) / f"{name}.npy", "w+", np.float16, shape)
            for name in (*stacks, "evidence")
        }
        of_classes: dict[str, NDArray[Any]] = {
            **{name: np.zeros((count, *grid), np.float32) for name in ("class_evidence", "difference")},
            **{name: np.zeros(count, np.int64) for name in ("predicted", "next_best")},
        }
        for part, out, evidence in outputs.explained_batches():
            outputs.fill(predictions, part, out)
            values = {
                "attention_av": out.attention_av.numpy(),
                "attention_va": out.attention_va.numpy(),
                "evidence_av": evidence.av,
                "evidence_va": evidence.va,
                "evidence": evidence.fused,
            }
            for name, array in maps.items():
                array[part] = values[name].reshape(-1, *shape[1:])
            for name, of_class in _of_classes(outputs, out, evidence).items():
                of_classes[name][part] = of_class
        while maps:
            maps.popitem()[1].flush()
        for name, value in {**to_arrays(predictions), **of_classes}.items():
            np.save(Path(folder) / f"{name}.npy", value, allow_pickle=False)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            for path in sorted(Path(folder).iterdir()):
                archive.write(path, path.name)


def _of_classes(outputs: CheckpointOutputs, out: Outputs, evidence: EvidenceMaps) -> dict[str, NDArray[Any]]:
    """Return the evidence of each image's predicted class, and its lead over the best class besides it."""
    unit = outputs.table.unit_vectors(clip_negative=outputs.header.clip_negative)
    scores = outputs.class_scores(outputs.fused(out))
    order = np.argsort(-scores, axis=1, kind="stable")
    # A table of one class has no other one: its own difference is 0.
    predicted, next_best = order[:, 0], order[:, min(1, order.shape[1] - 1)]
    maps = (-1, *outputs.grid)
    return {
        "predicted": predicted,
        "next_best": next_best,
        "class_evidence": class_maps(evidence.fused, unit[predicted]).reshape(maps),
        "difference": class_maps(evidence.fused, unit[predicted] - unit[next_best]).reshape(maps),
    }


def _write_csv(outputs: CheckpointOutputs, file: Path) -> None:
    names = [attribute.full_name for attribute in outputs.table.attributes]
    unit = outputs.table.unit_vectors(clip_negative=outputs.header.clip_negative)
    columns, has_branch = outputs.grid[1], bool(outputs.header.fusion.pooled)
    # The contributions have no name: they are those of all together.
    shown = (*outputs.scored_sides, *["pooled"] * has_branch, "")
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = CsvWriter(stream)
        writer.write(
            ["image", "predicted", "attribute", "score A→V", "score V→A"]
            + ["score pooled"] * has_branch
            + ["contribution"]
            + [f"{side} {what}" for side in ("A→V", "V→A") for what in ("row", "column")]
            + [f"{side} evidence {what}" for side in ("A→V", "V→A", "fused") for what in ("row", "column")]
            + list(origin(outputs))
        )
        for part, out, evidence in outputs.explained_batches():
            s1, s2 = out.scores_av.numpy(), out.scores_va.numpy()
            fused = outputs.fused(out)
            predicted = outputs.class_scores(fused).argmax(axis=1)
            shares = contributions(fused, unit[predicted])
            by_side = {"av": s1, "va": s2, **({"pooled": out.scores_pooled.numpy()} if has_branch else {}), "": shares}
            attention = (out.attention_av.numpy(), out.attention_va.numpy())
            peaks = [divmod(maps.argmax(axis=2), columns) for maps in (*attention, *evidence)]
            # The baseline has evidence, but no attention.
            known = (*(side in outputs.sides for side in ("av", "va")),)
            known += (*(side in outputs.scored_sides for side in ("av", "va")), True)
            for row, image in enumerate(outputs.images[part]):
                for k, name in enumerate(names):
                    places = [
                        int(values[row, k]) if is_known else ""
                        for is_known, peak in zip(known, peaks, strict=True)
                        for values in peak
                    ]
                    scores = [f"{values[row, k]:.6g}" if side in shown else "" for side, values in by_side.items()]
                    start = [image.name, outputs.table.classes[predicted[row]], name]
                    writer.write([*start, *scores, *places, *origin(outputs).values()])
