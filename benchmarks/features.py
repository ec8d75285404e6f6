"""Feature extraction with Lite0 at 224 pixels, compared with a plain loop over the unmodified network.

The plain loop opens, resizes, crops and normalises images, stacks 32 of them, and runs the network with its batch
norms as timm builds it. Both start from JPEG files of CUB's usual size and end with normalised regions.
"""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from timm.models.efficientnet import tf_efficientnet_lite0
from torchvision import transforms

from benchmarks.measuring import Row, fastest
from msdn_core.backbones.extraction import BATCH, CPU_BATCH, extract_features
from msdn_core.backbones.loading import Backbone, load_backbone
from msdn_core.backbones.weights import load_by_order, packaged_weights
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.project import NewImage, Project
from msdn_core.vision.features import DONE, FeatureStore
from msdn_core.vision.images import IMAGE_FORMATS
from msdn_core.vision.transform import prepare_file

SIZE = (500, 375)
PLAIN_BATCH = 32


def draw(path: Path, count: int) -> list[Path]:
    """Write JPEG files of about a photograph's size and detail: smooth colours with noise."""
    rng = np.random.default_rng(0)
    files = []
    for number in range(count):
        smooth = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize(
            SIZE, Image.Resampling.BICUBIC
        )
        noisy = np.asarray(smooth, dtype=np.int16) + rng.integers(-12, 13, (SIZE[1], SIZE[0], 3), dtype=np.int16)
        files.append(path / f"{number:04}.jpg")
        Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(files[-1], quality=90)
    return files


def rows(quick: bool = False) -> list[Row]:
    """Measure the images per second of both, on the same files."""
    count = PLAIN_BATCH // 4 if quick else 4 * PLAIN_BATCH
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        pictures = home / "pictures"
        pictures.mkdir()
        files = draw(pictures, count)
        with Project.create(home / "project") as project:
            project.define_classes(ClassTable.empty())
            root = project.add_image_root(pictures)
            project.add_images(root, [NewImage(file.name, None, Split.NONE) for file in files])
        backbones = {"float32": load_backbone("lite0", device="cpu")}
        if torch.ops.mkldnn._is_mkldnn_bf16_supported():
            backbones["bfloat16"] = load_backbone("lite0", device="cpu", precision="bfloat16")
        spec = backbones["float32"].spec
        plain = tf_efficientnet_lite0(pretrained=False, num_classes=0).eval()
        load_by_order(plain, packaged_weights("lite0")[0], "The packaged weights")
        prepare = transforms.Compose(
            [
                transforms.Resize(224, transforms.InterpolationMode.BICUBIC),
                transforms.CenterCrop(224),
                transforms.ToTensor(),
                transforms.Normalize(spec.mean, spec.std),
            ]
        )
        features: dict[str, np.ndarray] = {}

        @torch.no_grad()
        def loop() -> None:
            found = []
            for start in range(0, count, PLAIN_BATCH):
                batch = files[start : start + PLAIN_BATCH]
                pixels = [prepare(Image.open(file, formats=IMAGE_FORMATS).convert("RGB")) for file in batch]
                found.append(
                    torch.nn.functional.normalize(plain.forward_features(torch.stack(pixels)).flatten(2), dim=1).half()
                )
            features["plain"] = torch.cat(found).numpy()

        def ours(precision: str) -> None:
            store = extract_features(home / "project", backbones[precision])
            features[precision] = np.array(store.array)
            mark_as_missing(store)

        ways = {precision: partial(ours, precision) for precision in backbones}
        seconds = fastest({"plain": loop, **ways}, rounds=1 if quick else 3)
        costs = {precision: cost_per_image(backbone, files[:BATCH]) for precision, backbone in backbones.items()}
    rates = {name: count / value for name, value in seconds.items()}
    found = []
    for precision, (opening, network) in costs.items():
        difference = (
            np.abs(features["plain"].astype(np.float32) - features[precision]).mean() / np.abs(features["plain"]).mean()
        )
        cores = os.cpu_count() or 1
        found.append(
            Row(f"features, Lite0 at 224, including decoding, {precision}", seconds["plain"] / seconds[precision],
                "×", 4, True,
                f"{rates['plain']:.0f} images/s by the plain loop, {rates[precision]:.0f} here; one core needs "
                f"{1000 * opening:.1f} ms to open an image and {1000 * network:.1f} ms for the network: {cores} cores "
                f"reach at most {cores / (opening + network):.0f} images/s; mean difference of the features "
                f"{difference:.1%}, because of different resizing" + " and rounding" * (precision == "bfloat16"))
        )  # fmt: skip
    return found


def cost_per_image(backbone: Backbone, files: list[Path]) -> tuple[float, float]:
    """Return the seconds of one core per image: for opening and preparing it, and for the network."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        pixels = torch.from_numpy(np.stack([prepare_file(file, backbone.spec)[0] for file in files]))
        seconds = fastest(
            {
                "opening": lambda: [prepare_file(file, backbone.spec) for file in files],
                "network": lambda: [backbone.features(part) for part in pixels.split(CPU_BATCH)],
            },
            rounds=3,
        )
    finally:
        torch.set_num_threads(threads)
    return seconds["opening"] / len(files), seconds["network"] / len(files)


def mark_as_missing(store: FeatureStore) -> None:
    """Mark all images as missing, so that the next extraction computes all of them."""
    (store.folder / DONE).write_bytes(bytes(len(store.manifest.images)))
