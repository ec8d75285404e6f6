"""MSDN Explorer's engine for notebooks and scripts; it needs no screen.

The names below are loaded on first use, so ``import msdn_core`` itself is fast::

    from msdn_core import Explainer, Project

    explainer = Explainer("aviary/runs/demo-01/checkpoints/best.safetensors")
    explanation = explainer.explain("bird.jpg")     # scores (K,), attention and evidence (K, H, W)
    explanation.difference("Gull", "Tern")          # (H, W): why a gull and not a tern, where

From an empty folder to figures, as on the command line::

    project = Path("aviary")
    create_demo(project), draw_missing(project)     # or import_cub, import_xlsa17, import_class_folders …
    extract_features(project, load_backbone("lite0"))
    run = RunDirectory.create(project, "first", RECIPES["demo"].to_json())
    run_training(run)
    evaluate(project, run.checkpoint("best"))       # or examine, for everything that is measured
"""

# isort: off
import msdn_core.current_folder  # noqa: F401 - before all others: it decides where they come from
# isort: on

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from msdn_core.version import __version__ as __version__

if TYPE_CHECKING:
    from msdn_core.backbones.extraction import extract_features as extract_features
    from msdn_core.backbones.loading import load_backbone as load_backbone
    from msdn_core.demo.aviary import create_demo as create_demo
    from msdn_core.demo.aviary import draw_missing as draw_missing
    from msdn_core.domain.attributes import Attribute as Attribute
    from msdn_core.domain.attributes import ClassTable as ClassTable
    from msdn_core.domain.collection import RankedCollection as RankedCollection
    from msdn_core.domain.explanation import Explanation as Explanation
    from msdn_core.errors import MsdnError as MsdnError
    from msdn_core.evaluation.evaluate import evaluate as evaluate
    from msdn_core.evaluation.examine import examine as examine
    from msdn_core.importers.formats.awa2 import import_awa2 as import_awa2
    from msdn_core.importers.formats.class_folders import import_class_folders as import_class_folders
    from msdn_core.importers.formats.cub import import_cub as import_cub
    from msdn_core.importers.formats.feature_maps import import_feature_maps as import_feature_maps
    from msdn_core.importers.formats.msdn_lists import import_msdn_lists as import_msdn_lists
    from msdn_core.importers.formats.sun import import_sun as import_sun
    from msdn_core.importers.formats.xlsa17 import import_xlsa17 as import_xlsa17
    from msdn_core.importers.images import import_images as import_images
    from msdn_core.msdn.collection import score_collection as score_collection
    from msdn_core.msdn.explainer import Explainer as Explainer
    from msdn_core.msdn.network import MSDN as MSDN
    from msdn_core.project import Project as Project
    from msdn_core.recipes.config import RECIPES as RECIPES
    from msdn_core.recipes.config import TrainConfig as TrainConfig
    from msdn_core.runs.directory import RunDirectory as RunDirectory
    from msdn_core.runs.predictions import Predictions as Predictions
    from msdn_core.runs.predictions import read_predictions as read_predictions
    from msdn_core.training.loop import run_training as run_training
    from msdn_core.training.published import import_checkpoint as import_checkpoint

# Torch reads this at its first allocation: a step's tensors then use huge pages, if the system has them, instead of
# tens of thousands of page faults.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")

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
    "create_demo": "msdn_core.demo.aviary",
    "draw_missing": "msdn_core.demo.aviary",
    "evaluate": "msdn_core.evaluation.evaluate",
    "examine": "msdn_core.evaluation.examine",
    "extract_features": "msdn_core.backbones.extraction",
    "import_awa2": "msdn_core.importers.formats.awa2",
    "import_checkpoint": "msdn_core.training.published",
    "import_class_folders": "msdn_core.importers.formats.class_folders",
    "import_cub": "msdn_core.importers.formats.cub",
    "import_feature_maps": "msdn_core.importers.formats.feature_maps",
    "import_images": "msdn_core.importers.images",
    "import_msdn_lists": "msdn_core.importers.formats.msdn_lists",
    "import_sun": "msdn_core.importers.formats.sun",
    "import_xlsa17": "msdn_core.importers.formats.xlsa17",
    "load_backbone": "msdn_core.backbones.loading",
    "read_predictions": "msdn_core.runs.predictions",
    "run_training": "msdn_core.training.loop",
    "score_collection": "msdn_core.msdn.collection",
}

# Type checkers read the imports above; a test holds the two lists to each other.
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the names that a notebook completes, loaded or not."""
    return [*globals(), *_HOMES]
