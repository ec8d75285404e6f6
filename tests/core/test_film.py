"""Films of runs: pinned pairs frame by frame, readable while written, without influence on the run."""

from __future__ import annotations

import json

import numpy as np
import pytest
import small_run
from small_run import events_of, new_run, stop_at

from msdn_core.cli.main import main
from msdn_core.domain.attention import RangePolicy
from msdn_core.errors import ConfigError, RunError
from msdn_core.msdn.checkpoint import load_tensors
from msdn_core.msdn.explainer import Explainer
from msdn_core.project import Project
from msdn_core.runs import film as film_module
from msdn_core.runs.events import Message
from msdn_core.runs.film import FilmedPin, FilmHeader, FilmWriter, frame_spacing, read_film
from msdn_core.runs.pins import MOST_PINS, Pin, format_watch_setting, parse_watch_setting, read_pins, write_pins
from msdn_core.runs.status import RunState
from msdn_core.training.loop import run_training
from msdn_core.vision.features import find_stores


@pytest.fixture
def project(tmp_path):
    return small_run.make_project(tmp_path / "birds")


def frames_file(run):
    return run.path / "film" / "frames.bin"


HEADER = FilmHeader(tuple(FilmedPin(n, f"{n}.png", "crest::yes") for n in range(3)), (4, 5))


def frame(seed: int):
    rng = np.random.default_rng(seed)
    scores, maps = rng.normal(size=(3, 2)), rng.random((3, 2, 20)).astype(np.float32)
    ranges = np.stack([maps.min(axis=2) / 2, maps.max(axis=2) * 2], axis=2)
    return scores.astype(np.float32), maps, ranges


def written(path, steps=(0, 10, 20)):
    writer = FilmWriter(path, HEADER)
    for step in steps:
        assert writer.add(step, step // 10, *frame(step), key=step == 10)
    return read_film(path)


def test_what_is_filmed_is_read_back(tmp_path):
    film = written(tmp_path)
    assert film.header == HEADER
    assert film.steps.tolist() == [0, 10, 20]
    assert film.keys.tolist() == [1]
    scores, maps, ranges = frame(20)
    assert film.scores(1)[2].tolist() == scores[1].tolist()
    shown = film.map(2, 1, 0)
    assert shown.shape == (4, 5)
    assert np.allclose(shown.ravel(), maps[1, 0], atol=1e-5)
    assert film.value_range(2, 1, 0, RangePolicy.PER_MAP) == (float(maps[1, 0].min()), float(maps[1, 0].max()))
    assert film.value_range(2, 1, 0, RangePolicy.PER_SUBNET) == tuple(map(float, ranges[1, 0]))
    assert film.value_range(2, 1, 0, RangePolicy.FIXED) == (0.0, 1.0)


def test_a_map_that_is_nearly_flat_keeps_its_shape(tmp_path):
    scores, maps, ranges = frame(0)
    near = (1 / 20 + 1e-7 * maps).astype(np.float32)
    FilmWriter(tmp_path, HEADER).add(0, 0, scores, near, ranges, key=False)
    assert np.allclose(read_film(tmp_path).map(0, 2, 1).ravel(), near[2, 1], atol=2e-9, rtol=0)


def test_incomplete_and_invalid_frames_are_ignored(tmp_path):
    written(tmp_path)
    path = tmp_path / "film" / "frames.bin"
    whole = path.read_bytes()
    size = HEADER.record.itemsize
    for content, count in (
        (whole[:-1], 2),
        (whole + whole[: size // 2], 3),
        (whole + bytes(2 * size), 3),
        (whole + whole[:size], 3),  # A step that was there before.
        (whole[: size + 40] + b"\xff" + whole[size + 41 :], 1),
        (b"", 0),
    ):
        path.write_bytes(content)
        assert len(read_film(tmp_path).frames) == count


def test_frames_of_another_film_are_recognised(tmp_path):
    written(tmp_path)
    other = FilmHeader(HEADER.pins, HEADER.grid, source="pinned in Explore")
    (tmp_path / "film" / "film.json").write_text(other.to_json(), encoding="utf-8")
    assert len(read_film(tmp_path).frames) == 0


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{",
        '{"v": 9}',
        json.dumps({**json.loads(HEADER.to_json()), "grid": [10**9, 10**9]}),
        json.dumps({**json.loads(HEADER.to_json()), "pins": json.loads(HEADER.to_json())["pins"] * 20}),
    ],
)
def test_a_damaged_header_is_refused_with_a_sentence(tmp_path, content):
    written(tmp_path)
    (tmp_path / "film" / "film.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match="cannot be read"):
        read_film(tmp_path)


def test_a_resumed_writer_writes_no_frame_twice(tmp_path):
    written(tmp_path)
    with frames_file_of(tmp_path).open("ab") as file:
        file.write(b"torn")
    writer = FilmWriter(tmp_path, HEADER, resume_step=10)
    assert writer.last_step == 10
    writer.add(20, 2, *frame(20), key=False)
    assert read_film(tmp_path).steps.tolist() == [0, 10, 20]
    FilmWriter(tmp_path, HEADER).add(5, 0, *frame(5), key=False)
    assert read_film(tmp_path).steps.tolist() == [5], "a run that begins anew films anew"


def frames_file_of(path):
    return path / "film" / "frames.bin"


def test_a_film_stays_within_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr(film_module, "MOST_BYTES", 10 * HEADER.record.itemsize)
    assert frame_spacing(1_000_000, 10, 0, HEADER) == (250_000, False)
    assert frame_spacing(100, 50, 0, HEADER) == (25, True)
    writer = FilmWriter(tmp_path, HEADER)
    assert [writer.add(step, 0, *frame(step), key=False) for step in range(12)] == [True] * 10 + [False] * 2
    assert len(read_film(tmp_path).frames) == 10


def test_a_run_chooses_distinctive_pairs_automatically(project):
    run = new_run(project, steps=60, evaluate_every=20, watch_every=15)
    assert run_training(run) is RunState.FINISHED
    film = read_film(run.path)
    assert film.steps.tolist() == [0, 15, 20, 30, 40, 45, 60]
    assert film.steps[film.keys].tolist() == [20, 40, 60]
    assert film.header.source == "chosen automatically"
    with Project.open(project, read_only=True) as opened:
        table, images = opened.table(), {image.id: image for image in opened.images()}
    assert len({pin.image_id for pin in film.header.pins}) == 6
    for pin in film.header.pins:
        column = [attribute.full_name for attribute in table.attributes].index(pin.attribute)
        image = images[pin.image_id]
        assert (image.name, str(image.split)) == (pin.image, "train")
        assert table.vectors[table.class_index[image.class_name], column] == 1, "the class has what is watched"
    first, last = film.map(0, 0, 0), film.map(len(film.frames) - 1, 0, 0)
    assert np.allclose(first, 1 / 25), "attention is even before the first step"
    assert last.max() > 1.5 / 25
    assert last.sum() == pytest.approx(1, abs=1e-3)


def test_the_last_frame_equals_the_output_of_the_last_checkpoint(project):
    run = new_run(project, steps=20)
    run_training(run)
    film = read_film(run.path)
    explainer = Explainer(run.checkpoint("last"), device="cpu")
    names = explainer.header.attributes
    store = find_stores(project)[0]
    for place, pin in enumerate(film.header.pins):
        said = explainer.explain_features(store.get(pin.image_id), (60, 60))
        column = names.index(pin.attribute)
        assert np.allclose(film.map(-1, place, 0), said.attention_av[column], atol=1e-5)
        assert np.allclose(film.map(-1, place, 1), said.attention_va[column], atol=1e-5)
        assert film.scores(place)[-1] == pytest.approx([said.scores_av[column], said.scores_va[column]], abs=1e-4)
        policy = RangePolicy.PER_SUBNET
        assert film.value_range(-1, place, 1, policy)[1] == pytest.approx(said.attention_va.max(), abs=1e-5)


def test_a_film_does_not_change_its_run_and_is_resumed_with_it(project):
    filmed, bare, broken = (new_run(project, watch_every=7, watch=watch) for watch in ("", "none", ""))
    run_training(filmed)
    run_training(bare)
    assert run_training(broken, listener=stop_at(broken, 23)) is RunState.STOPPED
    assert 0 < len(read_film(broken.path).frames) < len(read_film(filmed.path).frames)
    assert run_training(broken) is RunState.FINISHED
    assert read_film(bare.path) is None
    one, other = (load_tensors(run.checkpoint("last")) for run in (filmed, bare))
    assert all(np.array_equal(value, other[name]) for name, value in one.items())
    assert frames_file(broken).read_bytes() == frames_file(filmed).read_bytes(), "to the last bit, and none twice"


def test_pinned_and_named_pairs_are_watched(project):
    with Project.open(project) as opened:
        images = opened.images()
        write_pins(opened, [Pin(images[-1].id, "group1::value2"), Pin(images[0].id, "group0::value0"), Pin(10**6, "x")])
        assert read_pins(opened)[1] == Pin(images[0].id, "group0::value0")
    pinned = new_run(project, steps=2)
    run_training(pinned)
    film = read_film(pinned.path)
    assert [(pin.image_id, pin.attribute) for pin in film.header.pins] == [
        (images[-1].id, "group1::value2"),
        (images[0].id, "group0::value0"),
    ]
    assert film.header.source == "pinned in Explore"
    assert ["1 watched pair is not filmed" in message.text for message in events_of(pinned, Message)] == [True]

    named = new_run(project, steps=2, watch=f"{images[3].name}:group2::value1; nothing.png:group2::value1; what")
    run_training(named)
    assert [pin.image for pin in read_film(named.path).header.pins] == [images[3].name]
    texts = [message.text for message in events_of(named, Message)]
    assert any("no image “nothing.png”" in text for text in texts)
    assert any("“what” is not a pair" in text for text in texts)


def test_names_of_pairs_may_contain_colons():
    images = {"a.png": 1, "C:b.png": 2}
    setting = format_watch_setting(["a.png:crest::yes", "# a remark", "", " C:b.png:tail ", "a.png:crest::yes"])
    pins, faults = parse_watch_setting(setting, images, ["crest::yes", "tail"])
    assert pins == (Pin(1, "crest::yes"), Pin(2, "tail"))
    assert faults == ()
    _, faults = parse_watch_setting("a.png:wings", images, ["tail"])
    assert faults == ("“a.png:wings” cannot be filmed: the project has no attribute “wings”.",)
    many = {f"{n}.png": n for n in range(30)}
    pins, faults = parse_watch_setting("; ".join(f"{name}:tail" for name in many), many, ["tail"])
    assert len(pins) == MOST_PINS
    assert "the last 6 are left out" in faults[0]


def test_a_project_keeps_only_as_many_pins_as_a_film_holds(project):
    with Project.open(project) as opened, pytest.raises(ConfigError, match="at most 24"):
        write_pins(opened, [Pin(n, "x") for n in range(25)])


def test_a_film_that_cannot_be_written_does_not_fail_the_run(project):
    run = new_run(project, steps=4)
    (run.path / "film").write_text("in the way", encoding="utf-8")
    assert run_training(run) is RunState.FINISHED
    assert any("continues without a film" in message.text for message in events_of(run, Message))


def test_pairs_are_given_on_the_command_line(project, tmp_path, capsys):
    with Project.open(project, read_only=True) as opened:
        name = opened.images()[5].name
    settings = [f"{key}={value}" for key, value in small_run.settings(steps=2).to_json().items() if key != "watch"]
    (tmp_path / "pairs.txt").write_text(f"# the second\n{name}:group3::value0\n", encoding="utf-8")
    words = ["train", str(project), "--set", *settings, "--watch"]
    assert main([*words, f"{name}:group0::value1", "--watch-file", str(tmp_path / "pairs.txt"), "--name", "one"]) == 0
    film = read_film(project / "runs" / "one")
    assert [(pin.image, pin.attribute) for pin in film.header.pins] == [
        (name, "group0::value1"),
        (name, "group3::value0"),
    ]
    assert main([*words, f"{name}:group9::value9"]) == 1
    assert "no attribute “group9::value9”" in capsys.readouterr().err
    assert main([*words, "none", "--name", "bare"]) == 0
    assert read_film(project / "runs" / "bare") is None
