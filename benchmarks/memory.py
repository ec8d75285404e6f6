"""The memory of a training run on a feature file of CUB's full size, as ``python -m msdn_core train`` takes it.

The file is 11,788 × 2048 × 196 in float16, 9.5 GB, most of it holes that take no room on the disk: what a run holds
does not depend on the values. It takes a few steps and then reads every test image once. The published loader holds
the whole file in float32, 18.9 GB, and a copy of each split beside it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.cub_shaped import BACKBONE, CUB, TINY, make_project
from benchmarks.measuring import Row


def rows(quick: bool = False) -> list[Row]:
    """The most that the run's process held at any time; read twenty times a second."""
    shape, steps = (TINY, 4) if quick else (CUB, 20)
    images = shape.train + shape.test_seen + shape.test_unseen
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project", shape, empty=True)
        settings = ["selection=last", f"backbone={BACKBONE}", "size=0", "device=cpu", f"steps={steps}"]
        words = [sys.executable, "-m", "msdn_core", "train", str(project), "--recipe", "cub", "--set", *settings]
        run = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        watched, most = psutil.Process(run.pid), 0
        while run.poll() is None:
            try:
                most = max(most, watched.memory_info().rss)
            except psutil.Error:
                break  # It has just ended.
            time.sleep(0.05)
        if run.wait() != 0:
            raise SystemExit("The run whose memory was to be measured failed; its message stands above.")
    size = images * shape.C * shape.R * 2 / 1e9
    return [
        Row("memory of a CUB run on ResNet-101 maps", most / 1e9, "GB", 3, False,
            f"{steps} steps and the test split, of a file of {size:.1f} GB; the published loader holds "
            f"{2 * size:.1f} GB and a copy"),
    ]  # fmt: skip
