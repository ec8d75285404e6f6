"""MSDN Explorer's engine, for notebooks and scripts; it needs no screen.

The names below are loaded when they are first asked for, so ``import msdn_core`` itself stays light::

    from msdn_core import Explainer, Project

    explainer = Explainer("aviary/runs/demo-01/checkpoints/best.safetensors")
    explanation = explainer.explain("bird.jpg")     # scores (K,), attention (K, H, W), of both sub-nets

From an empty folder to figures, as the command line does it::

    project = Path("aviary")
    create_demo(project), draw_missing(project)     # or import_cub, import_xlsa17, import_class_folders …
    extract_features(project, load_backbone("lite0"))
    run = RunDirectory.create(project, "first", RECIPES["demo"].to_json())
    run_training(run)
    evaluate(project, run.checkpoint("best"))       # or examine, for all that is measured
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from msdn_core.backbones.extraction import extract_features
    from msdn_core.backbones.loading import load_backbone
    from msdn_core.domain.attributes import Attribute, ClassTable
    from msdn_core.domain.collection import RankedCollection
    from msdn_core.domain.explanation import Explanation
    from msdn_core.errors import MsdnError
    from msdn_core.evaluation.evaluate import evaluate
    from msdn_core.evaluation.examine import examine
    from msdn_core.importers.awa2 import import_awa2
    from msdn_core.importers.class_folders import import_class_folders
    from msdn_core.importers.cub import import_cub
    from msdn_core.importers.demo import create_demo, draw_missing
    from msdn_core.importers.feature_maps import import_feature_maps
    from msdn_core.importers.images import import_images
    from msdn_core.importers.msdn_lists import import_msdn_lists
    from msdn_core.importers.sun import import_sun
    from msdn_core.importers.xlsa17 import import_xlsa17
    from msdn_core.msdn.collection import score_collection
    from msdn_core.msdn.explainer import Explainer
    from msdn_core.msdn.network import MSDN
    from msdn_core.project import Project
    from msdn_core.recipes.config import RECIPES, TrainConfig
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.predictions import Predictions, read_predictions
    from msdn_core.training.loop import run_training
    from msdn_core.training.published import import_checkpoint

# Torch reads this when it allocates first: a step's tensors then come in huge pages where the system has them, not
# in tens of thousands of page faults.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")

__version__ = "0.1.0"

_HOMES = {
    "Attribute": "msdn_core.domain.attributes",
    "ClassTable": "msdn_core.domain.attributes",
    "Explainer": "msdn_core.msdn.explainer",
    "Explanation": "msdn_core.domain.explanation",
    "MSDN": "msdn_core.msdn.network",
    "MsdnError": "msdn_core.errors",
    "Predictions": "msdn_core.runs.predictions",
    "Project": "msdn_core.project",
    "RECIPES": "msdn_core.recipes.config",
    "RankedCollection": "msdn_core.domain.collection",
    "RunDirectory": "msdn_core.runs.directory",
    "TrainConfig": "msdn_core.recipes.config",
    "create_demo": "msdn_core.importers.demo",
    "draw_missing": "msdn_core.importers.demo",
    "evaluate": "msdn_core.evaluation.evaluate",
    "examine": "msdn_core.evaluation.examine",
    "extract_features": "msdn_core.backbones.extraction",
    "import_awa2": "msdn_core.importers.awa2",
    "import_checkpoint": "msdn_core.training.published",
    "import_class_folders": "msdn_core.importers.class_folders",
    "import_cub": "msdn_core.importers.cub",
    "import_feature_maps": "msdn_core.importers.feature_maps",
    "import_images": "msdn_core.importers.images",
    "import_msdn_lists": "msdn_core.importers.msdn_lists",
    "import_sun": "msdn_core.importers.sun",
    "import_xlsa17": "msdn_core.importers.xlsa17",
    "load_backbone": "msdn_core.backbones.loading",
    "read_predictions": "msdn_core.runs.predictions",
    "run_training": "msdn_core.training.loop",
    "score_collection": "msdn_core.msdn.collection",
}

__all__ = [
    "MSDN",
    "RECIPES",
    "Attribute",
    "ClassTable",
    "Explainer",
    "Explanation",
    "MsdnError",
    "Predictions",
    "Project",
    "RankedCollection",
    "RunDirectory",
    "TrainConfig",
    "create_demo",
    "draw_missing",
    "evaluate",
    "examine",
    "extract_features",
    "import_awa2",
    "import_checkpoint",
    "import_class_folders",
    "import_cub",
    "import_feature_maps",
    "import_images",
    "import_msdn_lists",
    "import_sun",
    "import_xlsa17",
    "load_backbone",
    "read_predictions",
    "run_training",
    "score_collection",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """What a notebook completes: the names are there before they are loaded."""
    return [*globals(), *_HOMES]
