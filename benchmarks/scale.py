"""What one machine does, and what ten of them would need for a hundred million images.

    python -m benchmarks.scale [IMAGES]    # a folder of photographs (default: the aviary's drawings)

Rates come from the command line itself, on one process and on two of torchrun; sizes from the shapes. The second
table is arithmetic on the first: it assumes ten machines of this kind, and says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.distributed as dist

from msdn_core.cli.ranks import join_ranks
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.msdn.network import MSDN
from msdn_core.project import NewImage, Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import StepDone
from msdn_core.torchrun import TorchRanks
from msdn_core.training.sampling import batch
from msdn_core.vision.features import DONE, MADE, MANIFEST, MAPS, ImageKey, Manifest, feature_folder
from msdn_core.vision.transform import BackboneSpec

MACHINES, IMAGES, PHOTOGRAPHS = 10, 100_000_000, 256
K, B, SEEN, CLASSES = 312, 50, 150, 200
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")


class Shape(NamedTuple):
    """A backbone's features and the steps to time on them."""

    name: str
    channels: int
    side: int
    steps: int

    @property
    def image_bytes(self) -> int:
        """Of one image's float16 features."""
        return self.channels * self.side**2 * 2


SHAPES = (Shape("Lite0 at 224", 1280, 7, 40), Shape("ResNet-101 at 448", 2048, 14, 8))


def engine(*words: object, ranks: int = 1) -> list[dict[str, Any]]:
    """The lines that ``python -m msdn_core --json`` prints, on one process or two, with the same threads in all."""
    threads = str(max(1, (os.cpu_count() or 1) // ranks))
    starter = TORCHRUN if ranks > 1 else ("-m",)
    done = subprocess.run(
        [sys.executable, *starter, "msdn_core", "--json", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": threads},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def extraction_rate(project: Path, ranks: int) -> float:
    """Images a second, decoding included, the loading of the backbone not; the better of two."""
    found = []
    for _ in range(2):
        for file in (project / "features").glob("*/*"):
            file.unlink()
        lines = engine("features", project, "--device", "cpu", ranks=ranks)
        found.append(float([line["progress"]["rate"] for line in lines if "progress" in line][-1]))
    return max(found)


def made_up_project(path: Path, shape: Shape) -> None:
    """A project of CUB's shape with random features for a few hundred images, all for training."""
    count = 2 * CLASSES
    rng = np.random.default_rng(0)
    names = tuple(f"class{row:03}" for row in range(CLASSES))
    attributes = tuple(Attribute("attribute", f"value{k:03}") for k in range(K))
    table = ClassTable(attributes, names, rng.random((CLASSES, K)), np.arange(CLASSES) < SEEN)
    spec = BackboneSpec(
        "made-up", 448, (0.5,) * 3, (0.5,) * 3, "none", "0" * 64, shape.channels, (shape.side, shape.side)
    )
    with Project.create(path) as project:
        project.define_classes(table)
        new = [NewImage(f"{n}.png", names[n % SEEN], Split.TRAIN) for n in range(count)]
        project.add_images(project.add_image_root(path), new)
        keys = tuple(ImageKey(image.id, image.name, 0, 0) for image in project.images())
    folder = feature_folder(path, spec)
    folder.mkdir(parents=True)
    with (folder / MAPS).open("wb") as maps:
        for _ in range(count):
            value = rng.random((shape.channels, shape.side**2), dtype=np.float32)
            maps.write((value / np.linalg.norm(value, axis=0)).astype(np.float16).tobytes())
    (folder / DONE).write_bytes(bytes([MADE]) * count)
    (folder / MANIFEST).write_text(Manifest(spec, keys).to_json(), encoding="utf-8")


def step_seconds(project: Path, shape: Shape, ranks: int) -> float:
    """Seconds a training step, the best of what a run reports: what disturbs it only makes it slower."""
    settings = ("backbone=made-up", "selection=last", "device=cpu", f"steps={shape.steps}", f"batch_size={B}")
    more = (f"threads={max(1, (os.cpu_count() or 1) // ranks)}", "evaluate_every=100000")
    result = engine("train", project, "--set", *settings, *more, ranks=ranks)[-1]
    steps = [e for e in RunDirectory(Path(result["path"])).read_events()[0] if isinstance(e, StepDone)]
    return B / max(event.images_per_second for event in steps)


def cold_read_rate(project: Path, shape: Shape) -> float:
    """Bytes a second of single rows in random order, from a file that the system was asked to forget."""
    maps = next((project / "features").glob(f"*/{MAPS}"))
    rows = np.random.default_rng(0).permutation(maps.stat().st_size // shape.image_bytes)
    with maps.open("rb", buffering=0) as file:
        if hasattr(os, "posix_fadvise"):
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        started = time.perf_counter()
        for row in rows.tolist():
            file.seek(row * shape.image_bytes)
            file.read(shape.image_bytes)
    return len(rows) * shape.image_bytes / (time.perf_counter() - started)


def gradient_bytes(shape: Shape) -> int:
    """Of one step's gradients in float32."""
    return 4 * sum(p.numel() for p in MSDN(torch.zeros(K, 300), shape.channels).parameters())


def exchange() -> None:
    """On two ranks: prints the seconds of a command's message and of each shape's gradient sum."""
    with join_ranks() as ranks:
        assert isinstance(ranks, TorchRanks)

        def median(do: Any) -> float:
            times = []
            for _ in range(30):
                started = time.perf_counter()
                do()
                times.append(time.perf_counter() - started)
            return statistics.median(times)

        gradients = [torch.zeros(gradient_bytes(shape) // 4) for shape in SHAPES]
        found = [
            median(lambda: ranks.broadcast_number(0)),
            *(median(lambda g=g: ranks.sum_in_place(g)) for g in gradients),
        ]
        if ranks.first:
            print(json.dumps(found))
        dist.barrier()


def sampling_seconds(count: int) -> float:
    """Of drawing one batch out of so many images."""
    labels = np.zeros(count, np.int64)
    started = time.perf_counter()
    batch(labels, sampling="permutation", size=B, seed=0, step=0)
    return time.perf_counter() - started


def extraction_rates(folder: Path, images: Path | None) -> list[float]:
    """On one process and on two, over a sample of a folder's images, or of the aviary's."""
    if images is None:
        images = folder / "aviary"
        engine("demo", images)
    found = sorted(path for kind in ("*.jpg", "*.jpeg", "*.png") for path in images.rglob(kind))
    if not found:
        sys.exit(f"There are no images in {images}; name a folder of photographs.")
    sample = folder / "sample"
    sample.mkdir()
    for number, path in enumerate(found[:: max(1, len(found) // PHOTOGRAPHS)][:PHOTOGRAPHS]):
        shutil.copy(path, sample / f"{number:04}{path.suffix}")
    project = folder / "photographs"
    engine("import", "images", sample, project)
    return [extraction_rate(project, ranks) for ranks in (1, 2)]


def forecast(rates: list[float], seconds: dict[Shape, list[float]], reads: dict[Shape, float]) -> list[tuple[str, ...]]:
    """What the measured rates come to; every machine is taken to do a tenth of a step's work in a tenth of the time."""
    passed = 2 * (MACHINES - 1) / MACHINES
    rows: dict[str, list[str]] = {}

    def say(what: str, text: str) -> None:
        rows.setdefault(what, []).append(text)

    for shape in SHAPES:
        say("features an image, float16", f"{shape.image_bytes / 1e3:,.0f} kB")
        say("disk for all of them", f"{IMAGES * shape.image_bytes / 1e12:,.1f} TB")
        made = days(IMAGES / (MACHINES * max(rates))) if shape is SHAPES[0] else "not measured"
        say("making them once", made)
        traffic = passed * (gradient_bytes(shape) + 4 * B * 2 * K)
        say("through each machine's network, a step", f"{traffic / 1e6:,.1f} MB")
        for gigabits in (1, 10, 100):
            step = min(seconds[shape]) / MACHINES + traffic / (gigabits * 125e6)
            say(f"steps a second at {gigabits} Gbit/s", f"{1 / step:,.1f}")
            say(f"all images once at {gigabits} Gbit/s, batch {B}", days(IMAGES / B * step))
        step = min(seconds[shape]) / MACHINES + traffic / 1250e6
        say("read by each machine at 10 Gbit/s", f"{B / MACHINES * shape.image_bytes / step / 1e6:,.1f} MB/s")
        say("of what a cold disk gave", f"{B / MACHINES * shape.image_bytes / step / reads[shape]:.0%}")
    return [(what, *texts) for what, texts in rows.items()]


def days(seconds: float) -> str:
    """For people."""
    return f"{seconds / 86400:,.1f} days" if seconds > 86400 else f"{seconds / 3600:,.1f} hours"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """As Markdown."""
    for row in (head, ("---",) * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    print()


def main() -> None:
    """Measures, and then computes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="?", type=Path, help="a folder of photographs")
    parser.add_argument("--exchange", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.exchange:
        exchange()
        return
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rates = extraction_rates(folder, arguments.images)
        seconds, reads = {}, {}
        for shape in SHAPES:
            project = folder / shape.name
            made_up_project(project, shape)
            seconds[shape] = [step_seconds(project, shape, ranks) for ranks in (1, 2)]
            reads[shape] = cold_read_rate(project, shape)
    words = [sys.executable, *TORCHRUN, "benchmarks.scale", "--exchange"]
    told, *sums = json.loads(
        subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    )
    drawn = sampling_seconds(IMAGES // 10)
    print(
        f"Measured on this machine: {platform.system()}, {os.cpu_count()} CPU cores, torch {torch.__version__}, while "
        f"{load:.1f} other processes wanted to run.\n"
    )
    table(
        ("", "1 process", "2 ranks"),
        [
            ("features, Lite0 at 224, decoding included", *(f"{rate:.1f} images/s" for rate in rates)),
            *(
                (f"training step, {shape.name}, batch {B}", *(f"{1000 * each:.0f} ms" for each in seconds[shape]))
                for shape in SHAPES
            ),
            *(
                (
                    f"sum of the gradients, {shape.name} ({gradient_bytes(shape) / 1e6:.1f} MB)",
                    "–",
                    f"{1000 * s:.1f} ms",
                )
                for shape, s in zip(SHAPES, sums, strict=True)
            ),
            ("a command sent to the other rank", "–", f"{1000 * told:.2f} ms"),
            *((f"cold rows from disk, {shape.name}", f"{reads[shape] / 1e6:.0f} MB/s", "–") for shape in SHAPES),
            (f"a batch drawn out of {IMAGES // 10:,} images", f"{drawn:.2f} s", "–"),
        ],
    )
    print(f"Computed from that, for {MACHINES} such machines and {IMAGES:,} images.\n")
    table(("", *(shape.name for shape in SHAPES)), forecast(rates, seconds, reads))


if __name__ == "__main__":
    main()
