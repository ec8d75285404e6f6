"""Memory of ``python -m msdn_core train`` on a feature file of CUB's full size.

The file has 11,788 × 2048 × 196 values in float16, 9.5 GB. It is sparse, because memory does not depend on the
values. The run trains a few steps and then reads every test image once. The published loader holds the whole file in
float32, 18.9 GB, and a copy of each split.
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
    """Measure the peak resident memory of the run's process, sampled 20 times per second."""
    shape, steps = (TINY, 4) if quick else (CUB, 20)
    images = shape.train + shape.test_seen + shape.test_unseen
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project", shape, empty=True)
        settings = ["selection=last", f"backbone={BACKBONE}", "size=0", "device=cpu", f"steps={steps}"]
        words = [sys.executable, "-m", "msdn_core", "train", str(project), "--recipe", "cub", "--set", *settings]
        run = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        process, peak = psutil.Process(run.pid), 0
        while run.poll() is None:
            try:
                peak = max(peak, process.memory_info().rss)
            except psutil.Error:
                break  # The process has just ended.
            time.sleep(0.05)
        if run.wait() != 0:
            raise SystemExit("The measured run failed; see its message above.")
    size = images * shape.C * shape.R * 2 / 1e9
    return [
        Row("memory of a CUB run on ResNet-101 maps", peak / 1e9, "GB", 3, False,
            f"{steps} steps and the test split, with a file of {size:.1f} GB; the published loader holds "
            f"{2 * size:.1f} GB and a copy"),
    ]  # fmt: skip
