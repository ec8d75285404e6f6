"""The attention of a run for each image and attribute: CSV for a spreadsheet, or NPZ with all attention maps."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.atomic import replacing
from msdn_core.csv_text import CsvWriter
from msdn_core.domain.scoring import contributions, fused_attribute_scores
from msdn_core.exporters.predictions import origin
from msdn_core.exporters.report import ExportReport
from msdn_core.runs.predictions import to_arrays

if TYPE_CHECKING:
    from msdn_core.exporters.checkpoint_outputs import CheckpointOutputs


def export_explanations(outputs: CheckpointOutputs, file: Path) -> ExportReport:
    """Write one line per image and attribute (``.csv``) or arrays (``.npz``).

    CSV: image, attribute, both scores, the contribution to the predicted class, and the row and column of the region
    with the most attention of each sub-net. NPZ: the file of ``msdn_core.runs.predictions`` with ``attention_av`` and
    ``attention_va``, (N, K, H, W) float16; it is assembled on disk, so memory does not limit its size. Values of a
    sub-net that the network does not have are left out; in NPZ its scores are 0.

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
    shape = (len(outputs.images), len(outputs.table.attributes), *outputs.grid)
    predictions = outputs.new_predictions()
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".export-") as folder:
        maps = {
            name: np.lib.format.open_memmap(Path(folder) / f"{name}.npy", "w+", np.float16, shape)
            for name in (f"attention_{side}" for side in outputs.sides)
        }
        for part, out in outputs.batches():
            predictions.scores_av[part], predictions.scores_va[part] = out.scores_av.numpy(), out.scores_va.numpy()
            for name, array in maps.items():
                array[part] = getattr(out, name).numpy().reshape(-1, *shape[1:])
        while maps:
            maps.popitem()[1].flush()
        for name, value in to_arrays(predictions).items():
            np.save(Path(folder) / f"{name}.npy", value, allow_pickle=False)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            for path in sorted(Path(folder).iterdir()):
                archive.write(path, path.name)


def _write_csv(outputs: CheckpointOutputs, file: Path) -> None:
    names = [attribute.full_name for attribute in outputs.table.attributes]
    unit = outputs.table.unit_vectors(clip_negative=outputs.header.clip_negative)
    columns = outputs.grid[1]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = CsvWriter(stream)
        writer.write(
            ["image", "predicted", "attribute", "score A→V", "score V→A", "contribution"]
            + [f"{side} {what}" for side in ("A→V", "V→A") for what in ("row", "column")]
            + list(origin(outputs))
        )
        for part, out in outputs.batches():
            s1, s2 = out.scores_av.numpy(), out.scores_va.numpy()
            predicted = outputs.class_scores(s1, s2).argmax(axis=1)
            shares = contributions(fused_attribute_scores(s1, s2, outputs.header.fusion), unit[predicted])
            peaks = [divmod(maps.argmax(dim=2).numpy(), columns) for maps in (out.attention_av, out.attention_va)]
            for row, image in enumerate(outputs.images[part]):
                for k, name in enumerate(names):
                    places = [
                        int(values[row, k]) if side in outputs.sides else ""
                        for side, peak in zip(("av", "va"), peaks, strict=True)
                        for values in peak
                    ]
                    scores = [
                        f"{values[row, k]:.6g}" if side in ("", *outputs.scored_sides) else ""
                        for side, values in (("av", s1), ("va", s2), ("", shares))
                    ]
                    start = [image.name, outputs.table.classes[predicted[row]], name]
                    writer.write([*start, *scores, *places, *origin(outputs).values()])
