"""Making features with Lite0 at 224 pixels: a plain loop over the network as it comes, against ours.

The plain loop is what one writes first: open an image, resize, cut, normalise; stack 32; run the network with its
batch norms, as timm builds it. Both start from JPEG files of CUB's usual size and end with normalised regions.
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
from msdn_core.backbones.weights import load_by_order, packaged_lite0
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.project import NewImage, Project
from msdn_core.vision.features import DONE, FeatureStore
from msdn_core.vision.transform import prepare_file

SIZE = (500, 375)
AT_ONCE = 32


def draw(path: Path, count: int) -> list[Path]:
    """Smooth colours with some noise on them: JPEGs of about a photograph's size and detail."""
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
    """Images a second of both, on the same files."""
    count = AT_ONCE // 4 if quick else 4 * AT_ONCE
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
        load_by_order(plain, packaged_lite0(), "The packaged weights")
        prepare = transforms.Compose(
            [
                transforms.Resize(224, transforms.InterpolationMode.BICUBIC),
                transforms.CenterCrop(224),
                transforms.ToTensor(),
                transforms.Normalize(spec.mean, spec.std),
            ]
        )
        made: dict[str, np.ndarray] = {}

        @torch.no_grad()
        def loop() -> None:
            found = []
            for start in range(0, count, AT_ONCE):
                pixels = [prepare(Image.open(file).convert("RGB")) for file in files[start : start + AT_ONCE]]
                found.append(
                    torch.nn.functional.normalize(plain.forward_features(torch.stack(pixels)).flatten(2), dim=1).half()
                )
            made["plain"] = torch.cat(found).numpy()

        def ours(precision: str) -> None:
            store = extract_features(home / "project", backbones[precision])
            made[precision] = np.array(store.array)
            forget(store)

        ways = {precision: partial(ours, precision) for precision in backbones}
        seconds = fastest({"plain": loop, **ways}, rounds=1 if quick else 3)
        floors = {precision: floor(backbone, files[:BATCH]) for precision, backbone in backbones.items()}
    rates = {name: count / value for name, value in seconds.items()}
    found = []
    for precision, (opening, network) in floors.items():
        away = np.abs(made["plain"].astype(np.float32) - made[precision]).mean() / np.abs(made["plain"]).mean()
        cores = os.cpu_count() or 1
        found.append(
            Row(f"features, Lite0 at 224, decoding included, {precision}", seconds["plain"] / seconds[precision],
                "×", 4, True,
                f"{rates['plain']:.0f} images a second by a plain loop, {rates[precision]:.0f} here; an image costs a "
                f"core {1000 * opening:.1f} ms to open and {1000 * network:.1f} ms in the network: {cores} cores make "
                f"{cores / (opening + network):.0f} a second at most; the features differ by {away:.1%} on average, "
                "as the two resize differently" + " and this one rounds" * (precision == "bfloat16"))
        )  # fmt: skip
    return found


def floor(backbone: Backbone, files: list[Path]) -> tuple[float, float]:
    """Seconds of one core for an image: opened and prepared, and through the network."""
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


def forget(store: FeatureStore) -> None:
    """Nothing is made any more, so the next extraction makes all of it."""
    (store.folder / DONE).write_bytes(bytes(len(store.manifest.images)))
