"""Draw, train and evaluate the aviary, and print times and figures; ``--ship`` updates the shipped run.

    python -m benchmarks.aviary            # print the time of each stage, and what a fresh run reaches
    python -m benchmarks.aviary --ship     # also replace the run in resources/aviary

All stages run through the command line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RUN = "demo-01"
SHIPPED = Path(__file__).resolve().parents[1] / "resources" / "aviary" / RUN
KEPT_EVENTS = ("RunStarted", "StepDone", "Evaluated", "CheckpointSaved", "Ended")


def command(*words: str) -> tuple[dict[str, Any], float]:
    """Run ``python -m msdn_core --json …``; return the last object it prints, and the seconds it took."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "msdn_core", "--json", *words], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1]), time.monotonic() - started


def ship(run: Path) -> None:
    """Copy what the window shows of a run to ``resources/aviary``: settings, events, figures, best checkpoint."""
    shutil.rmtree(SHIPPED, ignore_errors=True)
    (SHIPPED / "checkpoints").mkdir(parents=True)
    for name in ("config.json", "data.json"):
        shutil.copy(run / name, SHIPPED / name)
    status = json.loads((run / "status.json").read_text(encoding="utf-8"))
    status.update(pid=0, process_started=0.0)
    (SHIPPED / "status.json").write_text(json.dumps(status) + "\n", encoding="utf-8", newline="\n")
    lines = (run / "events.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["event"] in KEPT_EVENTS]
    (SHIPPED / "events.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8", newline="\n")
    shutil.copy(run / "checkpoints" / "best.safetensors", SHIPPED / "checkpoints" / "best.safetensors")


def main() -> None:
    """Run the stages and print their times and figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ship", action="store_true", help="replace the run in resources/aviary")
    parser.add_argument("--seed", type=int, default=0, help="seed of the training run (default: %(default)s)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = str(Path(folder) / "aviary")
        _, drawing = command("demo", project)
        shutil.rmtree(Path(project) / "runs", ignore_errors=True)
        _, features = command("features", project)
        _, training = command("train", project, "--recipe", "demo", "--name", RUN, "--set", f"seed={arguments.seed}")
        found, evaluation = command("evaluate", project, "--run", RUN)
        if arguments.ship:
            ship(Path(project) / "runs" / RUN)
    pointing = found["pointing"]
    print(
        f"drawing {drawing:.1f} s, features {features:.1f} s, training {training:.1f} s, evaluation {evaluation:.1f} s"
    )
    print(f"CZSL {found['czsl']:.3f}  U {found['U']:.3f}  S {found['S']:.3f}  H {found['H']:.3f}")
    print(f"pointing A→V {pointing['av']:.3f}  V→A {pointing['va']:.3f}  chance {pointing['chance']:.3f}")


if __name__ == "__main__":
    main()
