"""``explain --show``: pictures, arrays and sums of evidence, of classes and of differences."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from msdn_core.cli.main import main
from msdn_core.demo.aviary import create_demo
from msdn_core.domain.annotation import Box
from msdn_core.vision.overlay import diverging_table, signed_overlay


@pytest.fixture(scope="module")
def aviary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence") / "aviary"
    create_demo(folder)
    Image.effect_noise((90, 70), 60).convert("RGB").save(folder / "noise.png")
    return folder


@pytest.fixture
def explain(aviary, tmp_path, capsys):
    def run(*words):
        image, out = str(aviary / "noise.png"), str(tmp_path / "out")
        assert main(["--json", "explain", str(aviary), image, "--run", "demo-01", "--out", out, *words]) == 0
        result = json.loads(capsys.readouterr().out.splitlines()[-1])
        with np.load(tmp_path / "out" / "attention.npz") as file:
            arrays = dict(file)
        assert json.loads((tmp_path / "out" / "explanation.json").read_text(encoding="utf-8"))["maps"] == result["maps"]
        return result, arrays, tmp_path / "out"

    return run


def test_evidence_is_written_for_each_sub_net_and_fused_with_its_sum(explain):
    result, arrays, out = explain("--show", "evidence", "--top", "2")
    assert [entry["side"] for entry in result["maps"]] == ["av", "av", "va", "va", "fused", "fused"]
    scores = {entry["attribute"]: entry for entry in result["attributes"]}
    for entry in result["maps"]:
        key = {"av": "score_av", "va": "score_va", "fused": "score"}[entry["side"]]
        assert entry["sum"] == pytest.approx(scores[entry["attribute"]][key], rel=1e-4, abs=1e-5)
        assert f"evidence {entry['side']}, sum" in Image.open(out / entry["picture"]).text["Comment"]
    for side, name in (("_av", "scores_av"), ("_va", "scores_va")):
        np.testing.assert_allclose(arrays[f"evidence{side}"].sum((1, 2)), arrays[name], rtol=1e-4, atol=1e-5)
    assert {path.suffix for path in out.iterdir()} == {".png", ".npz", ".json"}


def test_a_class_and_a_difference_sum_to_score_and_lead(explain):
    first = explain("--show", "class")[0]
    scores = {entry["class"]: entry for entry in first["classes"]}
    predicted, second = list(scores)[:2]
    fused = first["maps"][-1]
    assert (fused["class"], fused["side"]) == (predicted, "fused")
    assert fused["sum"] == pytest.approx(scores[predicted]["score_without_gamma"], rel=1e-5)
    by_side = {entry["side"]: entry["sum"] for entry in first["maps"]}
    weights = first["fusion"]
    assert fused["sum"] == pytest.approx(weights["av"] * by_side["av"] + weights["va"] * by_side["va"], rel=1e-4)

    other, arrays, _ = explain("--show", "difference")
    lead = scores[predicted]["score_without_gamma"] - scores[second]["score_without_gamma"]
    assert other["maps"][-1]["other"] == second
    assert other["maps"][-1]["sum"] == pytest.approx(lead, abs=1e-4)
    assert arrays["difference_fused"].sum() == pytest.approx(lead, abs=1e-4)
    assert str(arrays["difference_other"]) == second

    names = [entry["class"] for entry in first["classes"]][-2:]
    chosen = explain("--show", "difference", "--class", names[0].lower(), "--other", names[1])[0]["maps"][-1]
    assert (chosen["class"], chosen["other"]) == tuple(names)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--class", "0"), "--class belongs to"),
        (("--show", "class", "--other", "0"), "--other belongs to"),
        (("--show", "class", "--class", "Dodo"), "no class “Dodo”"),
        (("--show", "difference", "--class", "1", "--other", "1"), "give two classes"),
    ],
)
def test_classes_that_cannot_be_meant_are_refused(aviary, tmp_path, capsys, words, sentence):
    fixed = ("explain", str(aviary), str(aviary / "noise.png"), "--run", "demo-01", "--out", str(tmp_path / "out"))
    assert main([*fixed, *words]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_signed_colours_are_blue_below_0_red_above_and_clear_at_0():
    table = diverging_table().astype(int)
    assert table[127, 3] == table[128, 3] == 0
    assert table[0, 2] > table[0, 0] + 80
    assert table[-1, 0] > table[-1, 2] + 60
    grey = Image.new("RGB", (40, 40), (120, 120, 120))
    values = np.zeros((4, 4), np.float32)
    assert np.array_equal(signed_overlay(grey, values, Box(0, 0, 40, 40)), grey)
    values[0, 0], values[3, 3] = 2.0, -1.0
    pixels = np.asarray(signed_overlay(grey, values, Box(0, 0, 40, 40))).astype(int)
    assert pixels[2, 2, 0] > pixels[2, 2, 2]
    assert pixels[37, 37, 2] > pixels[37, 37, 0]
