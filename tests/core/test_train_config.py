"""Settings: described, validated, and refused with a helpful sentence."""

from __future__ import annotations

from dataclasses import fields

import pytest

from msdn_core.errors import ConfigError
from msdn_core.recipes.config import RECIPES, TrainConfig, from_settings


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (
            "cub",
            {
                "seed": 214, "lambda_cal": 0.1, "lambda_distill": 1e-3, "momentum": 0.9, "sampling": "permutation",
                "batch_size": 50, "steps": 4234, "normalize_v": False, "clip_negative": False, "fusion_av": 0.9,
                "fusion_va": 0.1,
            },
        ),
        (
            "sun",
            {
                "seed": 2339, "lambda_cal": 1e-4, "lambda_distill": 1e-2, "momentum": 0.9, "sampling": "class_random",
                "batch_size": 50, "steps": 14448, "normalize_v": False, "clip_negative": False, "fusion_av": 0.7,
                "fusion_va": 0.3,
            },
        ),
        (
            "awa2",
            {
                "seed": 87778, "lambda_cal": 0.12, "lambda_distill": 1e-7, "momentum": 0.0,
                "sampling": "class_balanced", "batch_size": 40, "steps": 23527, "normalize_v": True,
                "clip_negative": True, "fusion_av": 1.0, "fusion_va": 0.0,
            },
        ),
    ],
)  # fmt: skip
def test_the_published_recipes_are_the_published_ones(recipe, expected):
    config = RECIPES[recipe]
    assert {name: getattr(config, name) for name in expected} == expected
    assert (config.learning_rate, config.weight_decay, config.alpha) == (1e-4, 1e-4, 0.99)
    assert (config.backbone, config.size, config.gamma) == ("resnet101", 448, pytest.approx(2.0))
    assert config.selection == "validation"


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_knows_its_name_and_comes_back_from_json(recipe):
    config = RECIPES[recipe]
    assert config.recipe == recipe
    assert TrainConfig.from_json(config.to_json()) == config


def test_every_setting_has_what_a_form_needs():
    for entry in fields(TrainConfig):
        for key in ("label", "help", "group"):
            assert entry.metadata[key], entry.name
        if isinstance(entry.default, (int, float)) and not isinstance(entry.default, bool):
            assert entry.metadata["minimum"] < entry.metadata["maximum"], entry.name
        elif isinstance(entry.default, str):
            assert not entry.metadata["choices"] or entry.default in entry.metadata["choices"], entry.name


def test_texts_become_settings_of_the_right_kind():
    config = from_settings("cub", ["steps = 12", "learning-rate=1e-3", "normalize_v=yes", "backbone=lite0"])
    assert (config.steps, config.learning_rate, config.normalize_v) == (12, 1e-3, True)
    assert (config.backbone, config.size) == ("lite0", 0), "another backbone brings its own size"
    assert from_settings("cub", ["backbone=lite0", "size=320"]).size == 320
    assert config.recipe == "cub"
    assert config.seed == RECIPES["cub"].seed


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("step=3", "“step”.*did you mean “steps”"),
        ("lamda_cal=3", "did you mean “lambda_cal”"),
        ("zzz=3", "choose one of recipe"),
        ("steps", "key=value"),
        ("steps=many", "“steps”.*“many”.*whole number"),
        ("steps=2.5", "whole number"),
        ("steps=0", "from 1 to"),
        ("learning_rate=fast", "“learning_rate”.*a number"),
        ("learning_rate=nan", "finite"),
        ("learning_rate=inf", "finite"),
        ("normalize_v=perhaps", "yes or no"),
        ("sampling=luck", "choose one of permutation"),
        ("validation_images=0.9", "from 0 to 0.5"),
        ("batch_size=-1", "from 1 to"),
    ],
)
def test_impossible_settings_are_refused_with_advice(setting, says):
    with pytest.raises(ConfigError, match=says):
        from_settings("demo", [setting])


def test_both_sub_nets_without_weight_are_refused_and_one_is_not():
    with pytest.raises(ConfigError, match="at least one"):
        from_settings("demo", ["fusion_av=0", "fusion_va=0"])
    assert from_settings("demo", ["fusion_av=1", "fusion_va=0"]).gamma == pytest.approx(2.0)


@pytest.mark.parametrize(
    "content", [{"steps": "3.5"}, {"steps": True}, {"steps": None}, {"normalize_v": 2}, {"unheard": 1}, {"recipe": 3}]
)
def test_settings_of_a_wrong_type_in_a_file_are_refused(content):
    with pytest.raises(ConfigError):
        TrainConfig.from_json(content)


def test_an_unknown_recipe_names_the_known_ones():
    with pytest.raises(ConfigError, match="demo, cub, cub-cosine, sun, awa2"):
        from_settings("flowers")
