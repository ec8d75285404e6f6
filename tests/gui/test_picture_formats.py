"""The window opens pictures of each format by the one decoder: thumbnails, the large picture and what is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl

from msdn_core.vision.image_formats import IMAGE_FORMATS
from msdn_gui.services.thumbnails import SIDE, Thumbnails
from msdn_gui.shell.frame.dropping import dropped_folder
from msdn_gui.widgets.maps.picture_loader import read_picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def thumbnails(qapp, tmp_path: Path) -> Iterator[Thumbnails]:  # noqa: ARG001
    made = Thumbnails(folder=tmp_path / "thumbnails")
    yield made
    made.close()
    made.deleteLater()


def thumbnail(qtbot, thumbnails: Thumbnails, path: Path):
    with qtbot.waitSignal(thumbnails.ready, check_params_cb=lambda ready: ready == path):
        assert thumbnails.get(path) is None
    return thumbnails.get(path)


@pytest.mark.parametrize("kind", IMAGE_FORMATS)
def test_each_format_has_a_thumbnail_and_a_large_picture(qtbot, thumbnails, tmp_path, kind) -> None:
    path = tmp_path / f"picture.{kind.lower()}"
    Image.new("RGB", (480, 240), (200, 30, 20)).save(path, kind)
    small = thumbnail(qtbot, thumbnails, path)
    assert (small.width(), small.height()) == (SIDE, SIDE // 2)
    assert np.abs(np.array(small.pixelColor(5, 5).getRgb()[:3]) - (200, 30, 20)).max() < 12
    picture = read_picture(path)
    assert (picture.width, picture.height) == (480, 240)


def test_turned_cut_and_deep_pictures_have_a_thumbnail(qtbot, thumbnails, tmp_path) -> None:
    turned, cut, deep = (tmp_path / name for name in ("turned.tif", "cut.jpg", "deep.png"))
    Image.new("RGB", (480, 240), (200, 30, 20)).save(turned, tiffinfo={274: 6})
    Image.effect_noise((480, 240), 60).save(cut)
    cut.write_bytes(cut.read_bytes()[:-2])
    Image.fromarray(np.linspace(0, 4095, 480).astype(np.uint16)[None].repeat(240, axis=0)).save(deep)
    assert thumbnail(qtbot, thumbnails, turned).size().toTuple() == (SIDE // 2, SIDE)
    assert (read_picture(turned).width, read_picture(turned).height) == (240, 480)
    assert thumbnail(qtbot, thumbnails, cut).size().toTuple() == (SIDE, SIDE // 2)
    assert thumbnail(qtbot, thumbnails, deep).pixelColor(SIDE - 2, 5).red() > 240


@pytest.mark.parametrize("name", ["a.avif", "b.JP2", "c.jfif", "d.JPE"])
def test_a_picture_of_each_suffix_can_be_dropped(tmp_path, name) -> None:
    (tmp_path / name).write_bytes(b"")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
    assert dropped_folder(mime) == tmp_path
