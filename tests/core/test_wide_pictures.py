"""Pictures whose samples Pillow cannot hold: floats and doubles in colour, separate channels, colours of 12 bits."""

import contextlib
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from msdn_core.errors import ImageError
from msdn_core.vision.images import image_size, open_image


def colours(height=40, width=30):
    y, x = np.mgrid[:height, :width]
    return np.stack([x / (width - 1), y / (height - 1), (x + y) / (height + width - 2)], axis=2)


def expected(values):
    return np.round(values * 255).astype(int)


def write_tiff(path, values, *, separate=False, predictor=1, orientation=1, compression=None):
    """Write (H, W, C) values, uncompressed or deflated, in the byte order of their type."""
    height, width, channels = values.shape
    order, kind, count = "<" if values.dtype.str[0] == "<" else ">", values.dtype.kind, values.dtype.itemsize
    if predictor == 3:
        planes = values.astype(f">f{count}").view(np.uint8).reshape(height, width * channels, count)
        rows = planes.transpose(0, 2, 1).reshape(height, -1).astype(int)
        rows[:, channels:] -= rows[:, :-channels].copy()
        blocks = [(rows % 256).astype(np.uint8).tobytes()]
    elif separate:
        blocks = [np.ascontiguousarray(values[..., channel]).tobytes() for channel in range(channels)]
    else:
        blocks = [values.tobytes()]
    compression = compression or (8 if predictor == 3 else 1)
    blocks = [zlib.compress(block) for block in blocks] if compression == 8 else blocks
    content, places = b"", []
    for block in blocks:
        places.append(8 + len(content))
        content += block + b"\0" * (len(block) % 2)
    sample_format = {"u": 1, "i": 2, "f": 3}[kind]
    tags = {
        256: [width],
        257: [height],
        258: [8 * count] * channels,
        259: [compression],
        262: [2],
        273: places,
        274: [orientation],
        277: [channels],
        278: [height],
        279: [len(block) for block in blocks],
        284: [2 if separate else 1],
        317: [predictor],
        339: [sample_format] * channels,
    }
    start = 8 + len(content)
    directory, arrays = struct.pack(f"{order}H", len(tags)), b""
    for tag, numbers in tags.items():
        packed = struct.pack(f"{order}{len(numbers)}L", *numbers)
        place = struct.pack(f"{order}L", start + 6 + 12 * len(tags) + len(arrays))
        directory += struct.pack(f"{order}HHL", tag, 4, len(numbers)) + (packed if len(numbers) == 1 else place)
        arrays += packed if len(numbers) > 1 else b""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    path.write_bytes(mark + struct.pack(f"{order}L", start) + content + directory + b"\0" * 4 + arrays)


@pytest.mark.parametrize("kind", ["<f2", "<f4", ">f4", "<f8", "<u4", ">u2"])
@pytest.mark.parametrize("separate", [False, True])
def test_colours_of_any_numbers_are_opened(tmp_path, kind, separate):
    path = tmp_path / "colour.tif"
    whole = {"f": 1, "u": 65535}[kind[1]]
    write_tiff(path, (colours() * whole).astype(kind), separate=separate)
    assert image_size(path) == open_image(path).size == (30, 40)
    assert np.abs(np.asarray(open_image(path)).astype(int) - expected(colours())).max() <= 1


@pytest.mark.parametrize("scale", [1, 0.01, 3000, -3000])
def test_floats_in_colour_have_one_range_for_all_channels(tmp_path, scale):
    path = tmp_path / "colour.tif"
    write_tiff(path, (colours() * scale).astype("<f4"))
    shown = expected(colours()) if scale > 0 else 255 - expected(colours())
    assert np.abs(np.asarray(open_image(path)).astype(int) - shown).max() <= 1


def test_compressed_floats_are_opened(tmp_path):
    path = tmp_path / "colour.tif"
    for predictor in (1, 3):
        write_tiff(path, colours().astype("<f4"), predictor=predictor, compression=8)
        assert np.abs(np.asarray(open_image(path)).astype(int) - expected(colours())).max() <= 1


def test_floats_in_colour_are_turned(tmp_path):
    path = tmp_path / "colour.tif"
    write_tiff(path, colours().astype("<f4"), orientation=6)
    assert image_size(path) == open_image(path).size == (40, 30)
    assert np.abs(np.asarray(open_image(path)).astype(int) - np.rot90(expected(colours()), -1)).max() <= 1


def test_doubles_in_grey_and_many_channels_are_opened(tmp_path):
    path = tmp_path / "grey.tif"
    write_tiff(path, colours()[..., :1].astype("<f8"))
    grey = expected(colours()[..., :1]).repeat(3, axis=2)
    assert np.abs(np.asarray(open_image(path)).astype(int) - grey).max() <= 1
    write_tiff(path, np.concatenate([colours()] * 2, axis=2).astype("<f4"))
    assert np.abs(np.asarray(open_image(path)).astype(int) - expected(colours())).max() <= 1


def test_damaged_floats_in_colour_are_refused(tmp_path):
    path, numbers = tmp_path / "colour.tif", np.random.default_rng(0)
    write_tiff(path, colours().astype("<f4"))
    content = path.read_bytes()
    path.write_bytes(content[:3000])
    with pytest.raises(ImageError, match=r"colour\.tif"):
        open_image(path)
    start = int.from_bytes(content[4:8], "little")
    opened = 0
    for _ in range(80):
        mutated = bytearray(content)
        mutated[start + numbers.integers(0, len(content) - start)] = numbers.integers(0, 256)
        path.write_bytes(mutated)
        with contextlib.suppress(ImageError):
            opened += open_image(path).size == image_size(path)
    assert opened


def test_colours_of_twelve_bits_are_not_black(tmp_path):
    path = tmp_path / "deep.png"
    values = (colours() * 4095).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    content = b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">IIBBBBB", 30, 40, 16, 2, 0, 0, 0)
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        content += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    path.write_bytes(content)
    assert np.abs(np.asarray(open_image(path)).astype(int) - expected(colours())).max() <= 18
    write_tiff(tmp_path / "deep.tif", values)
    assert np.abs(np.asarray(open_image(tmp_path / "deep.tif")).astype(int) - expected(colours())).max() <= 18


def test_a_dark_photograph_of_eight_bits_stays_dark(tmp_path):
    path = tmp_path / "dark.png"
    Image.new("RGB", (8, 8), (9, 4, 2)).save(path)
    assert open_image(path).getpixel((1, 1)) == (9, 4, 2)
