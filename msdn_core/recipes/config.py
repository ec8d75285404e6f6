"""The settings of a run, each with its label, help, unit and range, and the recipes that they start from."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from msdn_core.domain.scoring import MOST_COSINE_SCALE, Fusion
from msdn_core.domain.variants import Distillation, SubNets, Variant
from msdn_core.errors import ConfigError
from msdn_core.recipes.setting import cast_setting, check_setting, setting
from msdn_core.vision.transform import PRECISIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """All settings of a run: with the project they determine its result."""

    recipe: str = setting(
        "demo", "Recipe", "The recipe that the settings started from.", group="Recipe", advanced=False
    )
    variant: str = setting(
        "official",
        "Variant",
        "official: as the published code computes it; paper: our reading of the paper's equations where they differ.",
        group="Network",
        choices=tuple(Variant),
    )
    sub_nets: str = setting(
        "both",
        "Sub-nets",
        "both; av or va: only attribute→visual, or only visual→attribute; none: a baseline without attention, the "
        "average-pooled feature and one linear map.",
        group="Network",
        choices=tuple(SubNets),
    )
    backbone: str = setting(
        "lite0",
        "Backbone",
        "lite0, lite2, resnet101, or any timm or torchvision model.",
        group="Features",
        advanced=False,
    )
    size: int = setting(
        0,
        "Image size",
        "Side length of the image in pixels; 0 takes the backbone's default.",
        group="Features",
        unit="px",
        zero="the backbone's default",
        minimum=0,
        maximum=2048,
    )
    weights: str = setting(
        "", "Weights file", "A file with the backbone's weights, if they cannot be downloaded.", group="Features"
    )
    feature_precision: str = setting(
        "float32",
        "Backbone precision",
        "bfloat16 extracts features in half the time where the processor or the GPU supports it. These features are "
        "stored separately from those in float32.",
        group="Features",
        choices=PRECISIONS,
    )
    steps: int = setting(
        300,
        "Steps",
        "Number of batches until the run ends.",
        group="Length",
        minimum=1,
        maximum=10_000_000,
        advanced=False,
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
        50, "Batch size", "Images per step.", group="Batches", unit="images", minimum=1, maximum=4096, advanced=False
    )
    sampling: str = setting(
        "permutation",
        "Sampling",
        "permutation: drawn anew at each step (CUB); epoch: every image once per epoch; class_random: one image each "
        "of some random classes (SUN); class_balanced: all classes equally often (AWA2).",
        group="Batches",
        choices=("permutation", "epoch", "class_random", "class_balanced"),
    )
    learning_rate: float = setting(
        1e-4, "Learning rate", "Step size of RMSprop.", group="Optimiser", minimum=1e-8, maximum=10.0, advanced=False
    )
    weight_decay: float = setting(
        1e-4,
        "Weight decay",
        "Strength of the pull of weights towards zero.",
        group="Optimiser",
        minimum=0.0,
        maximum=1.0,
    )
    momentum: float = setting(
        0.9, "Momentum", "Share of the previous step that is kept.", group="Optimiser", minimum=0.0, maximum=0.999
    )
    alpha: float = setting(
        0.99, "Smoothing", "Smoothing of RMSprop's squared gradients.", group="Optimiser", minimum=0.0, maximum=0.9999
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
        "Distillation terms",
        "both; divergence: only the divergence of the two predictions; l2: only their distance; none. Distillation "
        "needs both sub-nets.",
        group="Losses",
        choices=tuple(Distillation),
    )
    lambda_map: float = setting(
        0.0,
        "λ map distillation",
        "Weight of map distillation: V→A's map learns from A→V's where to look, without any mark. It needs both "
        "sub-nets.",
        group="Losses",
        zero="none",
        minimum=0.0,
        maximum=100.0,
    )
    lambda_taught: float = setting(
        0.0,
        "λ taught attention",
        "Weight of taught attention: both maps of an attribute learn to peak where it is marked. It needs training "
        "images with marks or parts, and every result says that its run was taught.",
        group="Losses",
        zero="none",
        minimum=0.0,
        maximum=100.0,
    )
    taught_images: int = setting(
        16,
        "Marked images per step",
        "Marked images beside each batch, for taught attention.",
        group="Losses",
        unit="images",
        minimum=1,
        maximum=4096,
    )
    taught_per_class: int = setting(
        0,
        "Marked images per class",
        "Marked images of each class that taught attention uses, drawn by the seed; those of a smaller number are "
        "among those of a larger one.",
        group="Losses",
        unit="images",
        zero="all marked images",
        minimum=0,
        maximum=1_000_000,
    )
    ce_classes: str = setting(
        "all",
        "Classes of the cross-entropy",
        "all: over seen and unseen classes, as the published code; seen: over seen classes alone, as always in variant "
        "paper.",
        group="Losses",
        choices=("all", "seen"),
    )
    bias: float = setting(
        1.0,
        "Bias",
        "Added to unseen classes and subtracted from seen ones: calibrated stacking with twice this value as gamma.",
        group="Losses",
        minimum=0.0,
        maximum=10.0,
    )
    fusion_av: float = setting(
        0.9, "Weight of A→V", "Weight of attribute→visual in a prediction.", group="Network", minimum=0.0, maximum=1.0
    )
    fusion_va: float = setting(
        0.1, "Weight of V→A", "Weight of visual→attribute in a prediction.", group="Network", minimum=0.0, maximum=1.0
    )
    normalize_v: bool = setting(
        False, "Normalise word vectors", "Scale word vectors to length 1 at each step (AWA2).", group="Network"
    )
    cosine_scale: float = setting(
        0.0,
        "Cosine scale",
        "The class score is this factor times the cosine of attribute scores and class vector; 0 takes their product, "
        "as the published code does.",
        group="Network",
        zero="the plain product",
        minimum=0.0,
        maximum=MOST_COSINE_SCALE,
    )
    clip_negative: bool = setting(
        False, "Clip negative values", "Treat negative class values as 0 (AWA2).", group="Network"
    )
    feature_dropout: float = setting(
        0.0,
        "Feature dropout",
        "Share of the channels that are set to 0 in all regions of an image, drawn anew at each step; 0 drops none, as "
        "the published code.",
        group="Network",
        minimum=0.0,
        maximum=0.95,
    )
    pooled_weight: float = setting(
        0.0,
        "Weight of the global branch",
        "Weight of the global branch in a prediction, beside those of the sub-nets. The branch is one linear map of "
        "the mean and the maximum of the features, trained apart. 0: no such branch, as in the published code.",
        group="Global branch",
        zero="no global branch",
        minimum=0.0,
        maximum=100.0,
    )
    pooled_scale: float = setting(
        30.0,
        "Scale of the global branch",
        "The class score of the global branch is this factor times a cosine.",
        group="Global branch",
        minimum=0.01,
        maximum=MOST_COSINE_SCALE,
    )
    pooled_dropout: float = setting(
        0.5,
        "Dropout of the global branch",
        "Share of its input that is set to 0, drawn anew at each step.",
        group="Global branch",
        minimum=0.0,
        maximum=0.95,
    )
    pooled_learning_rate: float = setting(
        3e-4,
        "Learning rate of the global branch",
        "Step size of its optimiser, Adam.",
        group="Global branch",
        minimum=1e-8,
        maximum=10.0,
    )
    selection: str = setting(
        "validation",
        "Select on",
        "validation: the best H on held-out seen classes; last: the last step; best_on_test: as the published code "
        "does, which is optimistic and labelled as such.",
        group="Selection",
        choices=("validation", "last", "best_on_test"),
        advanced=False,
    )
    validation_split: str = setting(
        "given",
        "Validation split",
        "given: the seen classes that the data set proposes for validation, if it does; drawn: at random, by the seed.",
        group="Selection",
        choices=("given", "drawn"),
    )
    validation_classes: float = setting(
        0.15,
        "Validation classes",
        "Share of the seen classes that is held out as if unseen, if they are drawn.",
        group="Selection",
        minimum=0.0,
        maximum=0.5,
    )
    validation_images: float = setting(
        0.1,
        "Validation images",
        "Share of the images of the other seen classes that is held out.",
        group="Selection",
        minimum=0.0,
        maximum=0.5,
    )
    watch: str = setting(
        "",
        "Watched pairs",
        "IMAGE:ATTRIBUTE; IMAGE:ATTRIBUTE … whose attention maps are filmed during training. Empty: the project's pins "
        "or, without pins, pairs chosen from the validation images; none: no film.",
        group="Film",
    )
    watch_every: int = setting(
        0,
        "Film every",
        "Steps between two frames of the film; each evaluation is filmed as well.",
        group="Film",
        unit="steps",
        zero="about 100 frames per run",
        minimum=0,
        maximum=10_000_000,
    )
    # The largest whole number that every reader of JSON keeps.
    seed: int = setting(0, "Seed", "The same seed gives the same run.", group="Length", minimum=0, maximum=2**53 - 1)
    device: str = setting(
        "auto", "Device", "auto, cpu, cuda or mps.", group="Machine", choices=("auto", "cpu", "cuda", "mps")
    )
    precision: str = setting(
        "float32",
        "Precision",
        "Precision of the network's one large product: bfloat16 takes a fraction of the time where the processor or "
        "the GPU supports it, and rounds to three digits.",
        group="Machine",
        choices=("float32", "bfloat16"),
    )
    threads: int = setting(
        0,
        "Threads",
        "Number of processor threads; 0 lets the machine choose.",
        group="Machine",
        zero="the machine's choice",
        minimum=0,
        maximum=256,
    )

    def __post_init__(self) -> None:
        for entry in fields(self):
            check_setting(entry, getattr(self, entry.name))
        if self.fusion_av + self.fusion_va <= 0:
            raise ConfigError("The weights of both sub-nets are 0; set at least one of them above 0.")
        if self.lambda_map > 0 and SubNets(self.sub_nets) is not SubNets.BOTH:
            raise ConfigError(
                f"Map distillation needs both sub-nets, but sub_nets is “{self.sub_nets}”; set sub_nets to both, or "
                "lambda_map to 0."
            )
        if self.lambda_taught > 0 and SubNets(self.sub_nets) is SubNets.NONE:
            raise ConfigError(
                "Taught attention needs a sub-net, but sub_nets is “none”, the baseline without attention; choose "
                "another value, or set lambda_taught to 0."
            )

    @property
    def gamma(self) -> float:
        """The calibrated stacking on the fused scores that corresponds to the bias."""
        return 2.0 * self.bias * (self.fusion.av + self.fusion.va)

    @property
    def fusion(self) -> Fusion:
        """The weights of both sub-nets and the global branch in a prediction; a single sub-net has the full weight."""
        return SubNets(self.sub_nets).fusion(Fusion(self.fusion_av, self.fusion_va, self.pooled_weight))

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> TrainConfig:
        """Return the settings in JSON values; raise ConfigError for an unknown one or one of a wrong type."""
        known = {entry.name: entry for entry in fields(cls)}
        for name in content:
            if name not in known:
                raise ConfigError(_unknown(name))
        return cls(**{name: cast_setting(known[name], value) for name, value in content.items()})

    def with_settings(self, settings: Sequence[str]) -> TrainConfig:
        """Return these settings with ``key=value`` changes; raise ConfigError if one is not possible."""
        known = {entry.name: entry for entry in fields(self)}
        changes = {}
        for text in settings:
            name, separator, value = text.partition("=")
            name = name.strip().replace("-", "_")
            if not separator:
                raise ConfigError(f"“{text}” is not a setting; write it as key=value.")
            if name not in known:
                raise ConfigError(_unknown(name))
            changes[name] = cast_setting(known[name], value.strip())
        if "backbone" in changes and "size" not in changes:
            # A size belongs to its backbone: another backbone has its own default.
            changes["size"] = 0
        return replace(self, **changes)


def from_settings(recipe: str, settings: Sequence[str] = ()) -> TrainConfig:
    """Return the settings of a recipe with ``key=value`` changes; raise ConfigError if one is not possible."""
    if recipe not in RECIPES:
        raise ConfigError(f"Unknown recipe “{recipe}”; choose one of {', '.join(RECIPES)}.")
    return RECIPES[recipe].with_settings(settings)


def _unknown(name: str) -> str:
    names = [entry.name for entry in fields(TrainConfig)]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean “{near[0]}”?" if near else f"choose one of {', '.join(names)}."
    return f"Unknown setting “{name}”; {hint}"


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
"""``cub``, ``sun`` and ``awa2`` are those of the published scripts, except that they use the test split only once.
``demo`` and ``cub-cosine`` are ours; the latter is ``cub`` with a cosine classifier, found on a seventh of CUB
(docs/experiments.md)."""
