"""The benchmarks run, and the compared computations agree; times are not tested."""

import json

import pytest

from benchmarks.__main__ import MODULES, main


def quick(capsys, *rows):
    assert main([*rows, "--quick", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_published_step_and_ours_have_one_loss_and_one_evaluation(capsys):
    """The evaluation's rows come only where S, U and CZSL are the published loop's."""
    rows = quick(capsys, "training-step", "evaluation")
    loss = next(row for row in rows if "loss" in row["what"])
    assert loss["value"] <= loss["target"] == 1e-5
    assert {row["row"] for row in rows} == {"training-step", "evaluation"}
    assert all(row["value"] > 0 for row in rows if row is not loss)


def test_a_run_and_a_collection_are_measured(capsys):
    memory, edited, added = quick(capsys, "memory", "re-ranking")
    assert (memory["unit"], edited["unit"], added["unit"]) == ("GB", "ms", "ms")
    assert 0.05 < memory["value"] < 3


def test_growth_is_drawn_with_one_panel_per_quantity(capsys, tmp_path):
    assert main(["growth", "--quick", "--picture", str(tmp_path / "growth.svg")]) == 0
    printed, drawn = capsys.readouterr().out, (tmp_path / "growth.svg").read_text(encoding="utf-8")
    assert all(what in printed and f">{what}</text>" in drawn for what in ("images per batch", "regions", "classes"))
    assert drawn.count("<circle") == printed.count(" ms")


def test_an_unknown_row_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        main(["training"])
    message = capsys.readouterr().err
    assert all(name in message for name in MODULES)
