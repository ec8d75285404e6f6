"""Features averaged over an image and its mirror image, for a trial of ``benchmarks.experiments``."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import torch

from msdn_core.backbones.loading import load_backbone
from msdn_core.project import Project
from msdn_core.vision.features import DONE, MANIFEST, MAPS, FeatureStore
from msdn_core.vision.transform import prepare_file

if TYPE_CHECKING:
    from pathlib import Path

_BATCH = 16


def flipped_store(project: Path, store: FeatureStore) -> FeatureStore:
    """Return a store with the sum of each image's map and its mirror image's, mirrored back; regions have length 1.

    It is kept in the project's folder ``flipped``, which the program does not read.
    """
    folder = project / "flipped" / store.folder.name
    if not (folder / MANIFEST).is_file():
        spec = store.spec
        backbone = load_backbone(spec.name, size=spec.size, precision=spec.precision)
        with Project.open(project, read_only=True) as opened:
            paths = {image.id: image.path for image in opened.images()}
        folder.mkdir(parents=True, exist_ok=True)
        ids = store.image_ids
        shutil.copy(store.folder / DONE, folder)
        shutil.copy(store.folder / MAPS, folder)
        with (folder / MAPS).open("r+b") as file:
            for start in range(0, len(ids), _BATCH):
                rows = store.rows(ids[start : start + _BATCH])
                pixels = [prepare_file(paths[number], spec)[0][:, :, ::-1] for number in ids[start : start + _BATCH]]
                mirrored = backbone.features(torch.from_numpy(np.stack(pixels))).float()
                back = mirrored.reshape(len(rows), spec.channels, *spec.grid).flip(3).reshape(mirrored.shape)
                both = torch.nn.functional.normalize(back + torch.from_numpy(store.read(rows)).float(), dim=1)
                for row, maps in zip(rows.tolist(), both.numpy().astype(np.float16), strict=True):
                    file.seek(row * maps.nbytes)
                    file.write(maps.tobytes())
        shutil.copy(store.folder / MANIFEST, folder)
    return FeatureStore.open(folder)
