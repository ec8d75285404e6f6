"""Pictures of every format, depth, size and kind of damage: opened as a viewer shows them, or refused in a sentence."""

import contextlib
import os
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from msdn_core.errors import ImageError
from msdn_core.vision.decoding_memory import MemoryBudget
from msdn_core.vision.image_formats import (
    IMAGE_SUFFIXES,
    SUFFIXES_BY_FORMAT,
    is_image_name,
    unread_image_findings,
    unread_image_remedy,
)
from msdn_core.vision.images import image_size, is_incomplete, open_image


def test_the_page_lists_every_format_with_its_suffixes():
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = [f"| {kind} | {' '.join(f'`{suffix}`' for suffix in found)}" for kind, found in SUFFIXES_BY_FORMAT.items()]
    assert [row for row in rows if row not in page] == []


def test_pictures_are_known_by_suffixes_in_any_case():
    names = ["a.JPG", "b.jpe", "c.JFIF", "d.Avif", "e.jp2", "f.tiff", "g.webp"]
    assert [name for name in names if not is_image_name(name)] == []
    assert not is_image_name("notes.txt")
    assert all(suffix == suffix.lower() for suffix in IMAGE_SUFFIXES)


def test_pictures_that_are_not_read_are_counted_and_named_with_the_remedy():
    assert unread_image_remedy("a.jpg") is unread_image_remedy("a.txt") is None
    raw, drawing = unread_image_findings(["b/x.NEF", "a/y.dng", "z.svg", "fine.jpg", "notes.txt"])
    assert raw.startswith("2 pictures are left out, because the format is not read here (“a/y.dng”, “b/x.NEF”)")
    assert "JPEG or TIFF" in raw
    assert drawing.startswith("1 picture is left out, because the format is not read here (“z.svg”)")
    assert "PNG" in drawing


def gradient(width=48, height=32):
    across, down = np.linspace(0, 255, width), np.linspace(0, 255, height)
    return np.stack(
        [np.tile(across, (height, 1)), np.tile(down[:, None], (1, width)), np.full((height, width), 90)], axis=2
    ).astype(np.uint8)


def made(path, kind, mode, orientation=1):
    """Write a small picture of a format and mode with an EXIF orientation."""
    picture = Image.fromarray(gradient())
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    elif mode == "F":
        picture = Image.fromarray(np.asarray(picture.convert("L")).astype(np.float32))
    elif mode == "I":
        picture = Image.fromarray(np.asarray(picture.convert("L")).astype(np.int32) * 1000)
    elif mode == "LAB":
        picture = ImageCms.profileToProfile(
            picture, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
    else:
        picture = picture.convert(mode)
    exif = Image.Exif()
    exif[274] = orientation
    kept = {"tiffinfo": {274: orientation}} if kind == "TIFF" else {"exif": exif}
    picture.save(path, kind, **(kept if orientation != 1 else {}), **({"lossless": True} if kind == "WEBP" else {}))
    return picture


WITH_ORIENTATION = [
    *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
    *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *(("TIFF", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "YCbCr", "I;16", "I", "F")),
    *((kind, mode) for kind in ("WEBP", "AVIF") for mode in ("L", "RGB", "RGBA")),
]
WITHOUT_ORIENTATION = [
    *(("BMP", mode) for mode in ("1", "L", "P", "RGB", "RGBA")),
    *(("GIF", mode) for mode in ("L", "P", "RGB")),
    *(("PPM", mode) for mode in ("1", "L", "RGB", "I;16", "F")),
    *(("JPEG2000", mode) for mode in ("L", "LA", "RGB", "RGBA", "I;16")),
]


@pytest.mark.parametrize(("kind", "mode"), WITH_ORIENTATION)
def test_the_size_is_that_of_the_pixels_in_each_orientation_and_depth(tmp_path, kind, mode):
    made(tmp_path / "upright", kind, mode)
    expected = np.asarray(open_image(tmp_path / "upright")).astype(int)
    turned = [None, None, np.fliplr, lambda a: a[::-1, ::-1], np.flipud, lambda a: a.transpose(1, 0, 2)]
    turned += [lambda a: np.rot90(a, -1), lambda a: np.rot90(a, 2).transpose(1, 0, 2), np.rot90]
    for orientation in range(2, 9):
        path = tmp_path / f"turned-{orientation}"
        made(path, kind, mode, orientation)
        opened = open_image(path)
        assert image_size(path) == opened.size == ((32, 48) if orientation > 4 else (48, 32))
        assert np.abs(np.asarray(opened).astype(int) - turned[orientation](expected)).max() <= 3


@pytest.mark.parametrize(("kind", "mode"), [*WITH_ORIENTATION, *WITHOUT_ORIENTATION])
def test_each_format_and_mode_shows_the_picture(tmp_path, kind, mode):
    path = tmp_path / "picture"
    made(path, kind, mode)
    opened = open_image(path)
    assert opened.mode == "RGB"
    assert image_size(path) == opened.size == (48, 32)
    grey = np.asarray(opened.convert("L")).astype(int)
    if mode in ("RGB", "RGBA", "CMYK", "LAB", "YCbCr"):
        assert np.abs(np.asarray(opened).astype(int) - gradient()).mean() < 8
    elif mode not in ("1", "P"):
        assert np.corrcoef(grey.ravel(), np.asarray(Image.fromarray(gradient()).convert("L")).ravel())[0, 1] > 0.99


def test_the_orientation_of_a_png_may_come_after_its_pixels(tmp_path):
    path = tmp_path / "late.png"
    Image.fromarray(gradient()).save(path)
    exif = Image.Exif()
    exif[274] = 6
    chunk = b"eXIf" + exif.tobytes().removeprefix(b"Exif\0\0")
    late = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    content = path.read_bytes()
    path.write_bytes(content[:-12] + late + content[-12:])
    assert image_size(path) == open_image(path).size == (32, 48)


def test_damaged_exif_is_no_reason_to_refuse_a_photograph(tmp_path):
    path = tmp_path / "odd.jpg"
    Image.fromarray(gradient()).save(path, exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 40)
    assert open_image(path).size == image_size(path) == (48, 32)


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("bits", [10, 12, 14])
def test_grey_of_fewer_bits_is_shown_over_its_own_range(tmp_path, suffix, bits):
    path = tmp_path / f"deep.{suffix}"
    values = np.linspace(0, 2**bits - 1, 256).round().astype(np.uint16)[None].repeat(4, axis=0)
    Image.fromarray(values).save(path)
    assert np.abs(np.asarray(open_image(path))[0, :, 0].astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize(("low", "high"), [(0, 3000), (-1, 1), (0, 1), (0, 0.01), (-7e5, -3e5), (0, 65535)])
def test_floats_are_shown_over_their_range(tmp_path, low, high):
    path = tmp_path / "float.tif"
    Image.fromarray(np.linspace(low, high, 256, dtype=np.float32)[None].repeat(4, axis=0)).save(path)
    assert np.abs(np.asarray(open_image(path))[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_numbers_that_are_none_and_pictures_of_one_value_are_opened(tmp_path):
    values = np.array([[np.nan, np.inf, -np.inf, 0.25, 0.75]], dtype=np.float32)
    Image.fromarray(values).save(tmp_path / "odd.tif")
    assert np.asarray(open_image(tmp_path / "odd.tif"))[0, :, 0].tolist() == [0, 255, 0, 64, 191]
    for number, value in enumerate((np.nan, 0, -5, 1e30)):
        path = tmp_path / f"{number}.tif"
        Image.fromarray(np.full((3, 3), value, np.float32)).save(path)
        assert open_image(path).size == (3, 3)


def swapped_profile():
    """Return sRGB's profile with red and blue exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(profile[place : place + 4]): place for place in range(132, 132 + 12 * profile[131], 12)}
    red, blue = (slice(tags[name] + 4, tags[name] + 12) for name in (b"rXYZ", b"bXYZ"))
    profile[red], profile[blue] = profile[blue], profile[red]
    return bytes(profile)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "AVIF"])
def test_an_embedded_profile_is_applied(tmp_path, kind):
    path = tmp_path / "swapped"
    Image.new("RGB", (16, 16), (230, 20, 20)).save(path, kind, icc_profile=swapped_profile())
    opened = open_image(path)
    assert np.abs(np.array(opened.getpixel((8, 8))) - (20, 20, 230)).max() <= 4
    assert "icc_profile" not in opened.info


def test_a_profile_of_transparent_and_palette_pictures_is_applied(tmp_path):
    colour = Image.new("RGB", (4, 4), (230, 20, 20))
    for picture in (colour.convert("RGBA"), colour.quantize(2)):
        picture.save(tmp_path / "swapped.png", icc_profile=swapped_profile())
        assert open_image(tmp_path / "swapped.png").getpixel((1, 1)) == (20, 20, 230)


def test_srgb_and_damaged_profiles_leave_every_pixel_as_it_is(tmp_path):
    plain, path = tmp_path / "plain.jpg", tmp_path / "profile.jpg"
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    picture.save(plain)
    grey = swapped_profile().replace(b"RGB XYZ ", b"GRAYXYZ ", 1)
    for profile in (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), b"junk" * 50, grey):
        picture.save(path, icc_profile=profile)
        assert (
            open_image(path).tobytes() == open_image(plain).tobytes() == Image.open(plain, formats=["JPEG"]).tobytes()
        )


@pytest.mark.parametrize("missing", [2, 30, 2000])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_jpeg_that_lacks_its_end_is_opened_and_known_as_such(tmp_path, missing, options):
    whole, path = tmp_path / "whole.jpg", tmp_path / "cut.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (120, 120, 3), dtype=np.uint8)
    Image.fromarray(noise).save(whole, **options)
    path.write_bytes(whole.read_bytes()[:-missing])
    opened, expected = open_image(path), open_image(whole)
    assert is_incomplete(opened)
    assert not is_incomplete(expected)
    assert opened.size == image_size(path) == (120, 120)
    if not options:
        assert np.array_equal(np.asarray(opened)[:40], np.asarray(expected)[:40])
        if missing == 2000:
            assert np.abs(np.asarray(opened)[-4:, -4:].astype(int) - 128).max() <= 3
    assert is_incomplete(open_image(path, max_side=64))
    assert is_incomplete(open_image(path, min_side=16))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA"])
def test_a_png_that_lacks_its_end_has_grey_rows(tmp_path, mode):
    whole, path = tmp_path / "whole.png", tmp_path / "cut.png"
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).convert(mode).save(whole)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    opened = open_image(path)
    assert is_incomplete(opened)
    assert np.array_equal(np.asarray(opened)[:60], np.asarray(open_image(whole))[:60])
    assert np.ptp(np.asarray(opened)[-20:], axis=(0, 1)).max() == 0
    assert np.abs(np.asarray(opened)[-1, -1].astype(int) - 128).max() <= 30


def test_a_png_without_any_row_is_refused(tmp_path):
    path = tmp_path / "empty.png"
    Image.fromarray(gradient()).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"IDAT") + 6])
    with pytest.raises(ImageError, match="damaged or incomplete"):
        open_image(path)


@pytest.mark.parametrize("fault", [RuntimeError, NotImplementedError, RecursionError, MemoryError, struct.error])
def test_whatever_a_decoder_raises_is_the_error_of_that_image(tmp_path, monkeypatch, fault):
    path = tmp_path / "picture.png"
    Image.fromarray(gradient()).save(path)

    def fail(*_):
        raise fault("oops")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load_prepare", fail)
    with pytest.raises(ImageError, match=r"picture\.png"):
        open_image(path)


@pytest.mark.parametrize("kind", ["AVIF", "WEBP", "JPEG2000", "TIFF", "GIF"])
def test_mutated_files_are_opened_or_refused(tmp_path, kind):
    path = tmp_path / "odd"
    Image.fromarray(gradient()).save(path, kind)
    content, numbers = path.read_bytes(), np.random.default_rng(0)
    for _ in range(60):
        mutated = bytearray(content)
        for place in numbers.integers(0, len(content), 6):
            mutated[place] = numbers.integers(0, 256)
        path.write_bytes(mutated)
        with contextlib.suppress(ImageError):
            open_image(path)


def test_a_pipe_in_the_place_of_a_picture_is_refused(tmp_path):
    path = tmp_path / "pipe.jpg"
    os.mkfifo(path)
    with pytest.raises(ImageError, match="not a regular file"):
        open_image(path)


_PEAK = """
import resource, sys
from pathlib import Path
from msdn_core.errors import ImageError
from msdn_core.vision import images
from msdn_core.vision.decoding_memory import MemoryBudget
from msdn_core.vision.images import open_image

images.DECODING = MemoryBudget(120 * 1024 * 1024)
open_image(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(*open_image(Path(sys.argv[2])).size)
except ImageError:
    print(0, 0)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the measure differs")
@pytest.mark.parametrize(("kind", "mode"), [("PNG", "P"), ("PNG", "I;16"), ("WEBP", "RGB")])
def test_no_picture_takes_more_than_the_budget(tmp_path, kind, mode):
    small, path = tmp_path / "small.png", tmp_path / "bomb"
    Image.new("P", (8, 8)).save(small, transparency=0)
    options = {"P": {"transparency": 0}, "RGB": {"lossless": True, "quality": 0, "method": 0}}
    Image.new(mode, (5_300, 5_300)).save(path, kind, **options.get(mode, {}))
    assert path.stat().st_size < 1_000_000
    answer = subprocess.run([sys.executable, "-c", _PEAK, small, path], capture_output=True, text=True, check=True)
    width, height, peak = map(int, answer.stdout.split())
    assert width == height < 5_300
    assert peak < 130


def test_threads_wait_for_the_budget():
    budget, held, most = MemoryBudget(100), [], []

    def work(amount):
        with budget.reserved(amount):
            held.append(amount)
            most.append(sum(held))
            time.sleep(0.002)
            held.remove(amount)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [60, 30, 100, 10, 70] * 4))
    assert max(most) <= 100
    # What a thread has freed goes back to the system, or else the next thread's picture is added to it.
    assert Image.core.get_block_size() > 32 * 1024 * 1024
    assert held == []
