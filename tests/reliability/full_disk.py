"""Trials on a disk that is full; it prints what was said as one JSON object.

    python full_disk.py FOLDER MIB

In ``FOLDER`` a small file system is mounted, in a user's own name space where the system lets one; elsewhere no file
may grow beyond ``MIB``, which fails native code's writes as well. What is tried there ends as on any full disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

MOUNTED = "MSDN_TRIAL_MOUNTED"
PAGE = 4096


def on_a_small_disk(folder: Path, mib: int) -> None:
    """Starts this script anew where ``folder`` is a small file system; returns where that cannot be had."""
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = f'mount -t tmpfs -o size={mib}m tmpfs "$0" && exec "$@"'
    probe = [*words, mount, str(folder), "true"]
    if shutil.which("unshare") and subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        here = [sys.executable, *sys.argv]
        os.execvpe("unshare", [*words, mount, str(folder), *here], {**os.environ, MOUNTED: "1"})


def fill(folder: Path, left: int) -> None:
    """Leaves so many bytes free."""
    if MOUNTED in os.environ:
        free = shutil.disk_usage(folder).free
        with (folder / "filler").open("wb", buffering=0) as file:
            file.write(bytes(max(free - left, 0)))
    else:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (left, resource.RLIM_INFINITY))


def free(folder: Path) -> None:
    """Room again."""
    (folder / "filler").unlink(missing_ok=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checkpoint(folder: Path, project: Path) -> dict[str, object]:
    """A run has a checkpoint, and the next one does not fit."""
    from small_run import new_run, stop_at

    from msdn_core.runs.header import read_header
    from msdn_core.training.loop import run_training

    run = new_run(project, steps=40, evaluate_every=10)
    run_training(run, listener=stop_at(run, 12))
    before = digest(run.checkpoint("last"))
    fill(folder, 3 * PAGE)
    run_training(run)
    after = digest(run.checkpoint("last"))
    free(folder)
    status = run.status()
    state, said = str(status.state), status.reason
    run_training(run)
    end = read_header(run.checkpoint("last")).step
    return {"said": said, "state": state, "whole": before == after, "end": end, "left": left_over(run.path)}


def ending(folder: Path, project: Path) -> dict[str, object]:
    """Nothing more fits at all, not even the status with which the run ends."""
    from small_run import at_step, new_run

    from msdn_core.training.loop import run_training

    run = new_run(project, steps=40, evaluate_every=10)
    run_training(run, listener=at_step(12, lambda: fill(folder, 0)))
    status, kept = run.status(), run.checkpoint("last")
    free(folder)
    run_training(run)
    return {
        "said": status.reason,
        "state": str(status.state),
        "whole": kept is not None,
        "end": run.status().step,
        "left": left_over(run.path),
    }


def extraction(folder: Path, project: Path) -> dict[str, object]:
    """The rows of some images are made, and the next do not fit."""
    import small_run
    import torch

    from msdn_core.backbones.extraction import extract_features
    from msdn_core.errors import MsdnError
    from msdn_core.vision.features import DONE, MAPS, feature_folder

    store = feature_folder(project, small_run.SPEC)
    shutil.rmtree(store)
    shape = (small_run.CHANNELS, small_run.GRID**2)
    backbone = SimpleNamespace(
        spec=small_run.SPEC,
        device=torch.device("cpu"),
        features=lambda pixels: torch.full((len(pixels), *shape), 0.5, dtype=torch.float16),
    )
    extract_features(project, backbone, stop=iter([False] * 2 + [True] * 99).__next__)
    marks = (store / DONE).read_bytes()
    before = (store / MAPS).read_bytes()[: 16 * 1200]
    fill(folder, PAGE)
    said = ""
    try:
        extract_features(project, backbone)
    except MsdnError as fault:
        said = str(fault)
    kept = (store / DONE).read_bytes()
    whole = all(new >= old for old, new in zip(marks, kept, strict=True))
    whole &= (store / MAPS).read_bytes()[: len(before)] == before
    free(folder)
    end = extract_features(project, backbone)
    return {"said": said, "whole": whole, "end": len(end.image_ids), "left": left_over(store)}


def edit(folder: Path, project: Path) -> dict[str, object]:
    """Edits until one does not fit: those before it are there, and it is not."""
    from msdn_core.errors import MsdnError
    from msdn_core.project import Project

    fill(folder, 24 * PAGE if MOUNTED in os.environ else (project / "project.sqlite").stat().st_size + PAGE)
    made, said = 0, ""
    with Project.open(project) as opened:
        try:
            for made in range(100_000):
                opened.describe_class("class00", f"{made} " + "long " * 2000)
        except MsdnError as fault:
            said = str(fault)
        there = int(opened.class_description("class00").split()[0])
    free(folder)
    with Project.open(project) as opened:
        again = int(opened.class_description("class00").split()[0])
        opened.describe_class("class00", "room again")
        end = opened.class_description("class00")
    return {"said": said, "whole": there == again == made - 1, "end": end, "left": []}


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


if __name__ == "__main__":
    place, size = Path(sys.argv[1]), int(sys.argv[2])
    if MOUNTED not in os.environ:
        on_a_small_disk(place, size)
    import small_run

    found = {}
    for trial in (checkpoint, ending, extraction, edit):
        found[trial.__name__] = trial(place, small_run.make_project(place / trial.__name__, images=4))
        for path in place.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    print(json.dumps({"mounted": MOUNTED in os.environ, **found}))
