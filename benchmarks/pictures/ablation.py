"""The guide's pictures of an ablation: its form, and its table before the last seed."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtWidgets import QListWidget, QPushButton

from benchmarks.pictures.stage import Picture, Stage
from msdn_core.recipes.ablation import Ablation
from msdn_core.recipes.config import RECIPES

_ROWS = ("baseline", "ava", "vaa", "full")
_SETTINGS = ("steps=20", "evaluate_every=10")


def _form(stage: Stage) -> None:
    stage.click(stage.find(QPushButton, "new_ablation"))


def _table(stage: Stage) -> None:
    """Train two seeds of each row (a minute or two), and plan a third one without training it."""
    project = stage.session.document.require_project().path
    words = ("ablate", str(project), "--rows", *_ROWS, "--seeds", "2", "--set", *_SETTINGS)
    subprocess.run([sys.executable, "-m", "msdn_core", *words], check=True)
    Ablation(project, "ablation", RECIPES["demo"].with_settings(_SETTINGS), _ROWS, 3).write_plan()
    stage.services.run_monitor.poll()
    names = stage.find(QPushButton, "new_ablation").window().findChild(QListWidget, "ablations")
    stage.wait(lambda: names.count() == 1)
    stage.settle()
    stage.click_cell(names, 0)


PICTURES = (
    Picture("evaluate-ablation-form", "evaluate", _form),
    Picture("evaluate-ablation", "evaluate", _table),
)
