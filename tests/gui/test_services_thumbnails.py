"""Thumbnails: small, limited, newest first, cached on disk, and robust against broken images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image
from small_birds import draw_bird

from msdn_gui.services.thumbnails import SIDE, Thumbnails

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def thumbnails(qapp, tmp_path: Path) -> Iterator[Thumbnails]:  # noqa: ARG001
    made = Thumbnails(folder=tmp_path / "thumbnails")
    yield made
    made.close()
    made.deleteLater()


def wait_for(qtbot, thumbnails: Thumbnails, path: Path):
    with qtbot.waitSignal(thumbnails.ready, check_params_cb=lambda ready: ready == path):
        assert thumbnails.get(path) is None
    return thumbnails.get(path)


def test_a_thumbnail_arrives_by_signal_and_fits_its_size(qtbot, thumbnails, tmp_path) -> None:
    Image.new("RGB", (1200, 300), (200, 30, 20)).save(tmp_path / "wide.png")
    image = wait_for(qtbot, thumbnails, tmp_path / "wide.png")
    assert (image.width(), image.height()) == (SIDE, SIDE // 4)
    assert image.pixelColor(5, 5).getRgb()[:3] == (200, 30, 20)


def test_a_broken_image_has_an_empty_thumbnail(qtbot, thumbnails, tmp_path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"this is no image")
    assert wait_for(qtbot, thumbnails, tmp_path / "broken.jpg").isNull()
    assert thumbnails.settled()


def test_a_thumbnail_is_read_from_disk_the_next_time(qtbot, thumbnails, tmp_path, monkeypatch) -> None:
    draw_bird(tmp_path / "bird.jpg", 1)
    first = wait_for(qtbot, thumbnails, tmp_path / "bird.jpg")
    monkeypatch.setattr("msdn_gui.services.thumbnails._decode", lambda _: pytest.fail("decoded again"))
    again = Thumbnails(folder=tmp_path / "thumbnails")
    try:
        assert wait_for(qtbot, again, tmp_path / "bird.jpg") == first
    finally:
        again.close()
        again.deleteLater()


def test_a_file_that_appears_later_gets_its_thumbnail(qtbot, thumbnails, tmp_path) -> None:
    path = tmp_path / "later.jpg"
    assert wait_for(qtbot, thumbnails, path) is None
    with qtbot.waitSignal(thumbnails.ready, timeout=5000):
        draw_bird(path, 0)
    assert not thumbnails.get(path).isNull()


def test_many_requests_keep_the_newest_within_limits(qtbot, thumbnails, tmp_path) -> None:
    draw_bird(tmp_path / "bird.jpg", 0)
    content = (tmp_path / "bird.jpg").read_bytes()
    paths = [tmp_path / f"{number}.jpg" for number in range(600)]
    for path in paths:
        path.write_bytes(content)
    for path in paths:
        thumbnails.get(path)
    qtbot.waitUntil(thumbnails.settled, timeout=20_000)
    assert all(thumbnails.get(path) is not None for path in paths[-300:])
