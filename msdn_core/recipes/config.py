"""A run's settings, each with its meaning, unit and range, and the recipes they start from. No torch here."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

from msdn_core.domain.scoring import MOST_COSINE_SCALE, Fusion
from msdn_core.domain.variants import Distillation, SubNets, Variant
from msdn_core.errors import ConfigError
from msdn_core.vision.transform import PRECISIONS


def setting(
    default: Any,
    label: str,
    help: str,
    *,
    group: str,
    unit: str = "",
    zero: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] = (),
    advanced: bool = True,
) -> Any:
    """A dataclass field that a form can be made of; ``zero`` is what 0 stands for where it is no amount."""
    metadata = {
        "label": label,
        "help": help,
        "group": group,
        "unit": unit,
        "zero": zero,
        "minimum": minimum,
        "maximum": maximum,
        "choices": tuple(choices),
        "advanced": advanced,
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """All that decides a run, besides the project itself."""

    recipe: str = setting("demo", "Recipe", "What the settings started from.", group="Recipe", advanced=False)
    variant: str = setting(
        "official",
        "Variant",
        "official: what the published code computes; paper: our reading of the paper's equations, where they differ.",
        group="Network",
        choices=tuple(Variant),
    )
    sub_nets: str = setting(
        "both",
        "Sub-nets",
        "both; av or va: only attribute→visual, or only visual→attribute, which then predicts alone; none: a baseline "
        "without attention, the average-pooled feature and one linear map.",
        group="Network",
        choices=tuple(SubNets),
    )
    backbone: str = setting(
        "lite0", "Backbone", "lite0, resnet101, or any timm or torchvision model.", group="Features", advanced=False
    )
    size: int = setting(
        0,
        "Image size",
        "Pixels a side; 0 takes the backbone's own.",
        group="Features",
        unit="px",
        zero="the backbone's own",
        minimum=0,
        maximum=2048,
    )
    weights: str = setting(
        "", "Weights file", "The backbone's weights, where they cannot be downloaded.", group="Features"
    )
    feature_precision: str = setting(
        "float32",
        "Precision of the backbone",
        "bfloat16 makes features in half the time where the processor or the GPU has it; they are other features, kept "
        "apart from those of float32.",
        group="Features",
        choices=PRECISIONS,
    )
    steps: int = setting(
        300, "Steps", "Batches until the run ends.", group="Length", minimum=1, maximum=10_000_000, advanced=False
    )
    evaluate_every: int = setting(
        50,
        "Evaluate every",
        "Steps between two evaluations.",
        group="Length",
        unit="steps",
        minimum=1,
        maximum=10_000_000,
    )
    batch_size: int = setting(
        50, "Batch size", "Images a step.", group="Batches", unit="images", minimum=1, maximum=4096, advanced=False
    )
    sampling: str = setting(
        "permutation",
        "Sampling",
        "permutation: a fresh draw each step (CUB); epoch: every image once a round; class_random: one image of each "
        "of as many random classes (SUN); class_balanced: every class alike (AWA2).",
        group="Batches",
        choices=("permutation", "epoch", "class_random", "class_balanced"),
    )
    learning_rate: float = setting(
        1e-4, "Learning rate", "RMSprop's step size.", group="Optimiser", minimum=1e-8, maximum=10.0, advanced=False
    )
    weight_decay: float = setting(
        1e-4, "Weight decay", "Pull towards zero.", group="Optimiser", minimum=0.0, maximum=1.0
    )
    momentum: float = setting(
        0.9, "Momentum", "Share of the last step kept.", group="Optimiser", minimum=0.0, maximum=0.999
    )
    alpha: float = setting(
        0.99, "Smoothing", "RMSprop's memory of squared gradients.", group="Optimiser", minimum=0.0, maximum=0.9999
    )
    lambda_cal: float = setting(
        0.1, "λ calibration", "Weight of self-calibration.", group="Losses", minimum=0.0, maximum=100.0, advanced=False
    )
    lambda_distill: float = setting(
        1e-3,
        "λ distillation",
        "Weight of semantic distillation.",
        group="Losses",
        minimum=0.0,
        maximum=100.0,
        advanced=False,
    )
    distillation: str = setting(
        "both",
        "Distillation by",
        "both; divergence: only the divergence of the two predictions; l2: only their distance; none. It takes both "
        "sub-nets.",
        group="Losses",
        choices=tuple(Distillation),
    )
    bias: float = setting(
        1.0,
        "Bias",
        "Added to unseen and taken off seen classes; calibrated stacking with gamma of twice this.",
        group="Losses",
        minimum=0.0,
        maximum=10.0,
    )
    fusion_av: float = setting(
        0.9, "Weight of A→V", "Share of attribute→visual in a prediction.", group="Network", minimum=0.0, maximum=1.0
    )
    fusion_va: float = setting(
        0.1, "Weight of V→A", "Share of visual→attribute in a prediction.", group="Network", minimum=0.0, maximum=1.0
    )
    normalize_v: bool = setting(
        False, "Normalise word vectors", "To length 1 again at each step (AWA2).", group="Network"
    )
    cosine_scale: float = setting(
        0.0,
        "Cosine scale",
        "Classes are scored by this many times the cosine of attribute scores and class vector; 0 takes their product, "
        "as the published code does.",
        group="Network",
        zero="the plain product",
        minimum=0.0,
        maximum=MOST_COSINE_SCALE,
    )
    clip_negative: bool = setting(
        False, "Clip negative values", "Negative class values count as 0 (AWA2).", group="Network"
    )
    selection: str = setting(
        "validation",
        "Select on",
        "validation: the best H on a part of the seen classes; last: the last step; best_on_test: as the published "
        "code does, optimistic and labelled so.",
        group="Selection",
        choices=("validation", "last", "best_on_test"),
        advanced=False,
    )
    validation_split: str = setting(
        "given",
        "Validation split",
        "given: the seen classes that the data set itself names for validation, where it does; drawn: by the seed.",
        group="Selection",
        choices=("given", "drawn"),
    )
    validation_classes: float = setting(
        0.15,
        "Validation classes",
        "Share of the seen classes held out as if they were unseen, where they are drawn.",
        group="Selection",
        minimum=0.0,
        maximum=0.5,
    )
    validation_images: float = setting(
        0.1,
        "Validation images",
        "Share of the other seen images held out.",
        group="Selection",
        minimum=0.0,
        maximum=0.5,
    )
    watch: str = setting(
        "",
        "Watched pairs",
        "IMAGE:ATTRIBUTE; IMAGE:ATTRIBUTE …, whose attention maps are filmed while it trains. Empty: the project's "
        "pins, or else telling ones of the validation images; none: no film.",
        group="Film",
    )
    watch_every: int = setting(
        0,
        "Film every",
        "Steps between two frames of the film; each evaluation is filmed as well.",
        group="Film",
        unit="steps",
        zero="about 100 frames a run",
        minimum=0,
        maximum=10_000_000,
    )
    seed: int = setting(0, "Seed", "The same seed gives the same run.", group="Length", minimum=0, maximum=2**31 - 1)
    device: str = setting(
        "auto", "Device", "auto, cpu, cuda or mps.", group="Machine", choices=("auto", "cpu", "cuda", "mps")
    )
    precision: str = setting(
        "float32",
        "Precision",
        "Of the network's one large product: bfloat16 takes a fraction of the time where the processor or the GPU "
        "has it, and rounds to three digits.",
        group="Machine",
        choices=("float32", "bfloat16"),
    )
    threads: int = setting(
        0,
        "Threads",
        "Processor threads; 0 leaves it to the machine.",
        group="Machine",
        zero="the machine's choice",
        minimum=0,
        maximum=256,
    )

    def __post_init__(self) -> None:
        for entry in fields(self):
            _check(entry, getattr(self, entry.name))
        if self.fusion_av + self.fusion_va <= 0:
            raise ConfigError("The weights of both sub-nets are 0; give at least one of them some weight.")

    @property
    def gamma(self) -> float:
        """The calibrated stacking that the bias amounts to, on the fused scores."""
        return 2.0 * self.bias * (self.fusion.av + self.fusion.va)

    @property
    def fusion(self) -> Fusion:
        """The weights of both sub-nets in a prediction; one that is alone has all of it."""
        return SubNets(self.sub_nets).fusion(Fusion(self.fusion_av, self.fusion_va))

    def to_json(self) -> dict[str, Any]:
        """The settings as JSON knows them."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> TrainConfig:
        """Settings from JSON; ConfigError for one that there is not, or of another kind."""
        known = {entry.name: entry for entry in fields(cls)}
        for name in content:
            if name not in known:
                raise ConfigError(_unknown(name))
        return cls(**{name: _cast(known[name], value) for name, value in content.items()})

    def with_settings(self, settings: Sequence[str]) -> TrainConfig:
        """These settings changed by ``key=value`` texts; ConfigError says which cannot be and why."""
        known = {entry.name: entry for entry in fields(self)}
        changes = {}
        for text in settings:
            name, separator, value = text.partition("=")
            name = name.strip().replace("-", "_")
            if not separator:
                raise ConfigError(f"“{text}” is no setting; write it as key=value.")
            if name not in known:
                raise ConfigError(_unknown(name))
            changes[name] = _cast(known[name], value.strip())
        if "backbone" in changes and "size" not in changes:
            # A size belongs to its backbone: another one brings its own.
            changes["size"] = 0
        return replace(self, **changes)


def from_settings(recipe: str, settings: Sequence[str] = ()) -> TrainConfig:
    """A recipe's settings, changed by ``key=value`` texts; ConfigError where one cannot be."""
    if recipe not in RECIPES:
        raise ConfigError(f"There is no recipe “{recipe}”; choose {', '.join(RECIPES)}.")
    return RECIPES[recipe].with_settings(settings)


def _unknown(name: str) -> str:
    names = [entry.name for entry in fields(TrainConfig)]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean “{near[0]}”?" if near else f"there are {', '.join(names)}."
    return f"There is no setting “{name}”; {hint}"


def _cast(entry: Field[Any], value: Any) -> Any:
    kind = type(entry.default)
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    try:
        if kind is bool and isinstance(value, str):
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[value.lower()]
        if kind is float and isinstance(value, (int, str)) and not isinstance(value, bool):
            return float(value)
        if kind is int and isinstance(value, str):
            return int(value)
    except (ValueError, KeyError):
        pass
    wanted = {bool: "yes or no", int: "a whole number", float: "a number", str: "a text"}[kind]
    raise ConfigError(f"“{value}” cannot be the setting “{entry.name}”; it takes {wanted}.")


def _check(entry: Field[Any], value: Any) -> None:
    low, high, choices = (entry.metadata[key] for key in ("minimum", "maximum", "choices"))
    if choices and value not in choices:
        raise ConfigError(f"“{value}” cannot be the setting “{entry.name}”; choose {', '.join(choices)}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{value} cannot be the setting “{entry.name}”; it takes a finite number.")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ConfigError(f"{value:g} cannot be the setting “{entry.name}”; it runs from {low:g} to {high:g}.")


_RESNET = TrainConfig(recipe="cub", backbone="resnet101", size=448)
_CUB = replace(_RESNET, steps=4234, evaluate_every=141, seed=214)

RECIPES: dict[str, TrainConfig] = {
    "demo": TrainConfig(),
    "cub": _CUB,
    "cub-cosine": replace(_CUB, recipe="cub-cosine", cosine_scale=20.0),
    "sun": replace(
        _RESNET,
        recipe="sun",
        steps=14_448,
        evaluate_every=206,
        seed=2339,
        sampling="class_random",
        lambda_cal=1e-4,
        lambda_distill=1e-2,
        fusion_av=0.7,
        fusion_va=0.3,
    ),
    "awa2": replace(
        _RESNET,
        recipe="awa2",
        steps=23_527,
        evaluate_every=470,
        seed=87_778,
        sampling="class_balanced",
        batch_size=40,
        lambda_cal=0.12,
        lambda_distill=1e-7,
        momentum=0.0,
        fusion_av=1.0,
        fusion_va=0.0,
        normalize_v=True,
        clip_negative=True,
    ),
}
"""``cub``, ``sun`` and ``awa2`` are the published scripts' (the test split touched once, unlike there). ``demo`` is
ours, and so is ``cub-cosine``: ``cub`` with a cosine classifier, found on a seventh of CUB (docs/experiments.md)."""
