"""Images of any kind are opened upright in RGB, or refused with one sentence."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from msdn_core.errors import ImageError
from msdn_core.vision.images import IMAGE_FORMATS, image_size, open_image
from msdn_core.vision.transform import BackboneSpec, prepare, prepare_file, viewed_box

SPEC = BackboneSpec("made", 32, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "none", "0" * 64, 8, (1, 1))


def gradient(width=60, height=40):
    x = np.linspace(0, 255, width)[None, :].repeat(height, axis=0)
    return np.stack([x, x[:, ::-1], np.full_like(x, 90)], axis=2).astype(np.uint8)


def test_exif_rotation_is_undone_in_pixels_and_in_the_size(tmp_path):
    path = tmp_path / "sideways.jpg"
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(gradient()).save(path, exif=exif, quality=95)
    assert image_size(path) == (40, 60)
    opened = open_image(path)
    assert opened.size == (40, 60)
    assert opened.getpixel((20, 2))[0] < 40
    assert opened.getpixel((20, 57))[0] > 215


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.array([[0, 32896, 65535]], dtype=np.uint16)).save(path)
    assert [pixel[0] for pixel in np.asarray(open_image(path))[0]] == [0, 128, 255]


def test_cmyk_palettes_and_grey_become_rgb(tmp_path):
    colour = Image.fromarray(gradient())
    for mode, suffix in (("CMYK", "jpg"), ("P", "png"), ("L", "png"), ("1", "png")):
        path = tmp_path / f"{mode}.{suffix}"
        colour.convert(mode).save(path)
        assert open_image(path).mode == "RGB"
    difference = np.abs(np.asarray(open_image(tmp_path / "CMYK.jpg"), int) - gradient().astype(int))
    assert difference.mean() < 12


def test_transparency_becomes_white(tmp_path):
    path = tmp_path / "clear.png"
    Image.new("RGBA", (4, 4), (200, 0, 0, 0)).save(path)
    assert open_image(path).getpixel((1, 1)) == (255, 255, 255)


def test_the_first_frame_of_an_animation_is_used(tmp_path):
    path = tmp_path / "moving.gif"
    frames = [Image.new("RGB", (8, 8), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert open_image(path).getpixel((4, 4))[0] > 200


@pytest.mark.parametrize("suffix", ["tif", "webp", "avif", "jp2"])
def test_a_truncated_image_is_refused(tmp_path, suffix):
    path = tmp_path / f"cut.{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(ImageError, match=rf"cut\.{suffix}"):
        open_image(path)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\xff\xd8\xff\xe0" + b"\0" * 50, b"\x89PNG\r\n\x1a\n" + b"\1" * 40]
)
def test_a_file_that_is_not_an_image_is_refused(tmp_path, content):
    path = tmp_path / "odd.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=r"odd\.jpg"):
        open_image(path)
    with pytest.raises(ImageError, match=r"odd\.jpg"):
        image_size(path)


def test_postscript_named_as_a_photograph_never_reaches_its_decoder(tmp_path, monkeypatch):
    def started(*_, **__):
        pytest.fail("The decoder of PostScript was started.")

    Image.init()
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", started)
    path = tmp_path / "bird.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n{} loop\n%%EOF\n")
    for read in (open_image, image_size):
        with pytest.raises(
            ImageError, match=r"bird\.jpg is not a readable image of the format JPEG, .*; .* remove it\.$"
        ):
            read(path)


@pytest.mark.parametrize("kind", ["EPS", "PCX", "ICO", "TGA", "SGI", "DDS", "PDF"])
def test_other_formats_are_refused_whatever_their_names(tmp_path, kind):
    path = tmp_path / "bird.png"
    Image.fromarray(gradient()).save(path, kind)
    with pytest.raises(ImageError, match="not a readable image"):
        open_image(path)


@pytest.mark.parametrize("kind", IMAGE_FORMATS)
def test_the_content_decides_the_format_and_not_the_name(tmp_path, kind):
    path = tmp_path / "bird.eps"
    Image.fromarray(gradient()).save(path, kind)
    assert open_image(path).size == image_size(path) == (60, 40)


def test_a_jpeg_of_several_pictures_is_opened(tmp_path):
    path = tmp_path / "phone.jpg"
    picture = Image.fromarray(gradient())
    picture.save(path, "MPO", save_all=True, append_images=[picture])
    assert open_image(path).size == (60, 40)


def test_every_call_names_the_allowed_formats():
    root = Path(__file__).parents[2]
    calls = [
        call
        for folder in ("msdn_core", "msdn_gui", "benchmarks")
        for file in (root / folder).rglob("*.py")
        for call in re.findall(r"\bImage\.open\(.*", file.read_text(encoding="utf-8"))
    ]
    assert len(calls) >= 2
    assert [call for call in calls if "formats=" not in call] == []


def test_a_missing_image_is_named(tmp_path):
    with pytest.raises(ImageError, match="does not exist"):
        open_image(tmp_path / "gone.jpg")


def test_four_hundred_million_pixels_are_refused_before_they_are_decoded(tmp_path):
    path = tmp_path / "huge.png"
    Image.new("1", (20_000, 20_000)).save(path)
    with pytest.raises(ImageError, match="smaller copy"):
        open_image(path)


def test_thumbnails_are_bounded_by_their_longer_side(tmp_path):
    path = tmp_path / "large.jpg"
    Image.fromarray(gradient(1200, 800)).save(path)
    assert open_image(path, max_side=96).size == (96, 64)


def test_the_network_sees_the_centre_square_normalised(tmp_path):
    picture = np.zeros((64, 128, 3), np.uint8)
    picture[:, 32:96] = 255
    view = viewed_box(128, 64)
    assert (view.x, view.y, view.width, view.height) == (32, 0, 64, 64)
    pixels = prepare(Image.fromarray(picture), SPEC)
    assert pixels.shape == (3, 32, 32)
    assert pixels.dtype == np.float32
    assert pixels[:, :, 3:-3].min() == pytest.approx(2.0)
    path = tmp_path / "wide.png"
    Image.fromarray(picture).save(path)
    again, size = prepare_file(path, SPEC)
    assert size == (128, 64)
    assert np.array_equal(again, pixels)


def test_a_large_photograph_decoded_small_shows_the_network_the_same(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.fromarray(gradient(1600, 1200)).save(path, quality=95)
    whole, (fast, size) = prepare(open_image(path), SPEC), prepare_file(path, SPEC)
    assert size == (1600, 1200)
    assert np.abs(whole - fast).max() < 0.15


def test_a_specification_survives_json_and_its_fingerprint_is_what_makes_features():
    assert BackboneSpec.from_json(SPEC.to_json()) == SPEC
    other = BackboneSpec.from_json({**SPEC.to_json(), "weights": "elsewhere", "weights_file": "/there"})
    assert other.fingerprint == SPEC.fingerprint
    assert BackboneSpec.from_json({**SPEC.to_json(), "size": 64}).fingerprint != SPEC.fingerprint
    assert BackboneSpec.from_json({**SPEC.to_json(), "precision": "bfloat16"}).fingerprint != SPEC.fingerprint
    older = {key: value for key, value in SPEC.to_json().items() if key != "precision"}
    assert BackboneSpec.from_json(older) == SPEC
    assert SPEC.fingerprint == "f535d83c78c8f8cf", "stores that are there already keep their name"
    with pytest.raises(ValueError, match="three finite numbers"):
        BackboneSpec.from_json({**SPEC.to_json(), "std": [1, 1]})
