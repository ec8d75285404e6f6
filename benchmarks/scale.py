"""Speed of one machine, and the needs of ten such machines for a hundred million images.

    python -m benchmarks.scale [IMAGES]    # a folder of photographs (default: the aviary's drawings)

Rates come from runs of the command line, with one process and with two of torchrun; sizes come from the shapes. The
second table is computed from the first for ten machines of this kind.
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

MACHINES, IMAGES, SAMPLE = 10, 100_000_000, 256
K, B, SEEN, CLASSES = 312, 50, 150, 200
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")


class Shape(NamedTuple):
    """The shape of a backbone's features, and the number of steps to time."""

    name: str
    channels: int
    side: int
    steps: int

    @property
    def image_bytes(self) -> int:
        """Bytes of one image's float16 features."""
        return self.channels * self.side**2 * 2


SHAPES = (Shape("Lite0 at 224", 1280, 7, 40), Shape("ResNet-101 at 448", 2048, 14, 8))


def engine(*words: object, ranks: int = 1) -> list[dict[str, Any]]:
    """Run ``python -m msdn_core --json`` on one process or two, with the same threads in total; return its lines."""
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
    """Return the images per second, with decoding, without loading the backbone; the better of two runs."""
    found = []
    for _ in range(2):
        for file in (project / "features").glob("*/*"):
            file.unlink()
        lines = engine("features", project, "--device", "cpu", ranks=ranks)
        found.append(float([line["progress"]["rate"] for line in lines if "progress" in line][-1]))
    return max(found)


def make_random_project(path: Path, shape: Shape) -> None:
    """Create a project of CUB's shape with random features for 400 training images."""
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
    """Return the seconds per training step, the fastest that a run reports: other work only slows it down."""
    settings = ("backbone=made-up", "selection=last", "device=cpu", f"steps={shape.steps}", f"batch_size={B}")
    more = (f"threads={max(1, (os.cpu_count() or 1) // ranks)}", "evaluate_every=100000")
    result = engine("train", project, "--set", *settings, *more, ranks=ranks)[-1]
    steps = [e for e in RunDirectory(Path(result["path"])).read_events()[0] if isinstance(e, StepDone)]
    return B / max(event.images_per_second for event in steps)


def cold_read_rate(project: Path, shape: Shape) -> float:
    """Return the bytes per second of single rows in random order, after dropping the file from the page cache."""
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
    """Return the bytes of one step's gradients in float32."""
    return 4 * sum(p.numel() for p in MSDN(torch.zeros(K, 300), shape.channels).parameters())


def exchange() -> None:
    """Print the seconds of a broadcast command and of each shape's gradient sum, on two ranks."""
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
    """Return the seconds for drawing one batch out of ``count`` images."""
    labels = np.zeros(count, np.int64)
    started = time.perf_counter()
    batch(labels, sampling="permutation", size=B, seed=0, step=0)
    return time.perf_counter() - started


def extraction_rates(folder: Path, images: Path | None) -> list[float]:
    """Return the rates of one process and of two, on a sample of a folder's images or of the aviary's."""
    if images is None:
        images = folder / "aviary"
        engine("demo", images)
    found = sorted(path for kind in ("*.jpg", "*.jpeg", "*.png") for path in images.rglob(kind))
    if not found:
        sys.exit(f"{images} contains no JPEG or PNG files; choose a folder of photographs.")
    sample = folder / "sample"
    sample.mkdir()
    for number, path in enumerate(found[:: max(1, len(found) // SAMPLE)][:SAMPLE]):
        shutil.copy(path, sample / f"{number:04}{path.suffix}")
    project = folder / "photographs"
    engine("import", "images", sample, project)
    return [extraction_rate(project, ranks) for ranks in (1, 2)]


def forecast(rates: list[float], seconds: dict[Shape, list[float]], reads: dict[Shape, float]) -> list[tuple[str, ...]]:
    """Return the second table's rows; a tenth of a step's work is assumed to take a tenth of the time."""
    ring_share = 2 * (MACHINES - 1) / MACHINES
    rows: dict[str, list[str]] = {}

    def add(what: str, text: str) -> None:
        rows.setdefault(what, []).append(text)

    for shape in SHAPES:
        add("features per image, float16", f"{shape.image_bytes / 1e3:,.0f} kB")
        add("disk space for all images", f"{IMAGES * shape.image_bytes / 1e12:,.1f} TB")
        extraction = days(IMAGES / (MACHINES * max(rates))) if shape is SHAPES[0] else "not measured"
        add("extracting all features", extraction)
        traffic = ring_share * (gradient_bytes(shape) + 4 * B * 2 * K)
        add("network traffic per machine and step", f"{traffic / 1e6:,.1f} MB")
        for gigabits in (1, 10, 100):
            step = min(seconds[shape]) / MACHINES + traffic / (gigabits * 125e6)
            add(f"steps per second at {gigabits} Gbit/s", f"{1 / step:,.1f}")
            add(f"one epoch at {gigabits} Gbit/s, batch {B}", days(IMAGES / B * step))
        step = min(seconds[shape]) / MACHINES + traffic / 1250e6
        add("reads per machine at 10 Gbit/s", f"{B / MACHINES * shape.image_bytes / step / 1e6:,.1f} MB/s")
        add("share of the cold disk's rate", f"{B / MACHINES * shape.image_bytes / step / reads[shape]:.0%}")
    return [(what, *texts) for what, texts in rows.items()]


def days(seconds: float) -> str:
    """Return a duration in days or hours."""
    return f"{seconds / 86400:,.1f} days" if seconds > 86400 else f"{seconds / 3600:,.1f} hours"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a Markdown table."""
    for row in (head, ("---",) * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    print()


def main() -> None:
    """Measure, compute, and print both tables."""
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
            make_random_project(project, shape)
            seconds[shape] = [step_seconds(project, shape, ranks) for ranks in (1, 2)]
            reads[shape] = cold_read_rate(project, shape)
    words = [sys.executable, *TORCHRUN, "benchmarks.scale", "--exchange"]
    broadcast, *sums = json.loads(
        subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    )
    drawn = sampling_seconds(IMAGES // 10)
    print(
        f"Measured on this machine: {platform.system()}, {os.cpu_count()} CPU cores, torch {torch.__version__}, with a "
        f"load of {load:.1f} at the start.\n"
    )
    table(
        ("", "1 process", "2 ranks"),
        [
            ("features, Lite0 at 224, including decoding", *(f"{rate:.1f} images/s" for rate in rates)),
            *(
                (f"training step, {shape.name}, batch {B}", *(f"{1000 * value:.0f} ms" for value in seconds[shape]))
                for shape in SHAPES
            ),
            *(
                (
                    f"gradient sum, {shape.name} ({gradient_bytes(shape) / 1e6:.1f} MB)",
                    "–",
                    f"{1000 * s:.1f} ms",
                )
                for shape, s in zip(SHAPES, sums, strict=True)
            ),
            ("command sent to the other rank", "–", f"{1000 * broadcast:.2f} ms"),
            *((f"rows from a cold disk, {shape.name}", f"{reads[shape] / 1e6:.0f} MB/s", "–") for shape in SHAPES),
            (f"drawing a batch out of {IMAGES // 10:,} images", f"{drawn:.2f} s", "–"),
        ],
    )
    print(f"Computed from these rates, for {MACHINES} such machines and {IMAGES:,} images.\n")
    table(("", *(shape.name for shape in SHAPES)), forecast(rates, seconds, reads))


if __name__ == "__main__":
    main()
