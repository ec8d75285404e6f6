"""MSDN Explorer's engine, for notebooks and scripts; it needs no screen.

The names below are loaded when they are first asked for, so ``import msdn_core`` itself stays light::

    from msdn_core import Explainer, Project

    explainer = Explainer("aviary/runs/demo-01/checkpoints/best.safetensors")
    explanation = explainer.explain("bird.jpg")     # scores (K,), attention (K, H, W), of both sub-nets
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from msdn_core.domain.attributes import Attribute, ClassTable
    from msdn_core.domain.explanation import Explanation
    from msdn_core.errors import MsdnError
    from msdn_core.msdn.explainer import Explainer
    from msdn_core.msdn.network import MSDN
    from msdn_core.project import Project
    from msdn_core.training.config import RECIPES, TrainConfig
    from msdn_core.training.evaluation import evaluate

__version__ = "0.1.0"

_HOMES = {
    "Attribute": "msdn_core.domain.attributes",
    "ClassTable": "msdn_core.domain.attributes",
    "Explainer": "msdn_core.msdn.explainer",
    "Explanation": "msdn_core.domain.explanation",
    "MSDN": "msdn_core.msdn.network",
    "MsdnError": "msdn_core.errors",
    "Project": "msdn_core.project",
    "RECIPES": "msdn_core.training.config",
    "TrainConfig": "msdn_core.training.config",
    "evaluate": "msdn_core.training.evaluation",
}

__all__ = [
    "MSDN",
    "RECIPES",
    "Attribute",
    "ClassTable",
    "Explainer",
    "Explanation",
    "MsdnError",
    "Project",
    "TrainConfig",
    "evaluate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
