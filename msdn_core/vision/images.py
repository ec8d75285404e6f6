"""Opening image files of any kind: upright, RGB and bounded in size and memory, or an ImageError with one sentence."""

from __future__ import annotations

import os
import warnings
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError, _imaging

from msdn_core.errors import ImageError
from msdn_core.safe_files import open_regular
from msdn_core.vision.decoding_memory import DECODING, coded_picture, decoding_bytes, stored_bytes
from msdn_core.vision.heif import DECODED_FORMATS, is_heif
from msdn_core.vision.image_formats import HEIF_REMEDY, IMAGE_FORMATS
from msdn_core.vision.incomplete import EndedJpeg, fill_with_grey, is_grey
from msdn_core.vision.orientation import orientation, upright, upright_size
from msdn_core.vision.to_rgb import tile_bytes, to_rgb
from msdn_core.vision.wide_tiff import WideTiff, is_misread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Pillow refuses twice its own limit; below that it only warns, and images from a scanner are not an attack.
MAX_PIXELS = 2 * (Image.MAX_IMAGE_PIXELS or 89_478_485)
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Damaged metadata: where it matters, it is an ImageError.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

# Pillow's blocks of 16 MiB are small enough for glibc to keep them after use, in each thread; larger ones are returned.
_BLOCK_BYTES = 64 * 1024 * 1024
_imaging.set_block_size(_BLOCK_BYTES)

_JPEG = ("JPEG", "MPO")
_JPEG_START = b"\xff\xd8\xff"
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_KEEPS_DECODER = ("WEBP", "AVIF")
_READ_WHOLE = (b"RIFF", b"ftyp")
_MOST_REDUCTION = 64
_INCOMPLETE = "incomplete"


def open_image(path: Path, *, max_side: int | None = None, min_side: int | None = None) -> Image.Image:
    """Return an image as upright 8-bit RGB; of an animation the first frame.

    Numbers of more than 8 bits are scaled, colour profiles are applied, CMYK and palettes converted, and transparency
    is put on white. A JPEG or PNG file that lacks its end has grey rows (see ``is_incomplete``). An image that would
    take more memory than the budget for decoding is scaled down.

    Parameters
    ----------
    path
        The image file.
    max_side
        The maximum of the longer side in pixels.
    min_side
        Allows the decoder to scale down as long as the shorter side has at least that many pixels.

    Raises
    ------
    ImageError
        If the file is missing, damaged, too large, or not an image of one of the ``IMAGE_FORMATS``.
    """
    with opened_image(path, max_side=max_side, min_side=min_side) as picture:
        return picture


@contextmanager
def opened_image(path: Path, *, max_side: int | None = None, min_side: int | None = None) -> Iterator[Image.Image]:
    """Yield what ``open_image`` returns, and count its memory as used for decoding until the block ends.

    Threads that open large pictures wait for one another here, so a block must not open another one.
    """
    with ExitStack() as held:
        with _image_errors(path):
            picture = _decode(path, held, max_side, min_side)
        yield picture


def image_size(path: Path) -> tuple[int, int]:
    """Return width and height of the upright image from the file's header; raise ImageError as ``open_image`` does."""
    with _image_errors(path), _opened(path) as (stream, image):
        return upright_size(image, stream)


def is_incomplete(picture: Image.Image) -> bool:
    """Return whether the file of a picture from ``open_image`` lacks its end, so that its missing rows are grey."""
    return _INCOMPLETE in picture.info


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], Any]]:
    """Yield the file and Pillow's image of it, whose header has been read and whose size has been checked."""
    with open_regular(path) as file:
        start = file.read(12)
        whole = start.startswith(_READ_WHOLE[0]) or start[4:8] == _READ_WHOLE[1]
        if whole and os.fstat(file.fileno()).st_size > DECODING.most // 2:
            raise ImageError(f"{path} is larger than {_megabytes(DECODING.most // 2)}; save a smaller copy.")
        file.seek(0)
        stream: IO[bytes] = EndedJpeg(file) if start.startswith(_JPEG_START) else file
        with _identified(stream) as image:
            _check_size(path, image)
            yield stream, image


def _identified(stream: IO[bytes]) -> Image.Image:
    """Return the image of a file, whose header has been read."""
    try:
        image = Image.open(stream, formats=DECODED_FORMATS)
        if not is_misread(image):
            return image
    except UnidentifiedImageError:
        stream.seek(0)
        if stream.read(4) not in _TIFF_STARTS:
            raise
    stream.seek(0)
    return WideTiff(stream)


def _decode(path: Path, held: ExitStack, max_side: int | None, min_side: int | None) -> Image.Image:
    """Return the picture; what it takes in memory is reserved in ``held``."""
    # When this has returned, the decoded image is free.
    picture, turned, is_complete = _converted(path, held, max_side or min_side)
    picture = upright(picture, turned)
    if not is_complete:
        picture.info[_INCOMPLETE] = True
    if max_side is not None:
        picture.thumbnail((max_side, max_side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return picture


def _converted(path: Path, held: ExitStack, side: int | None) -> tuple[Image.Image, int, bool]:
    """Return the picture in RGB as it lies in the file, its EXIF orientation, and whether the file has its end."""
    with _opened(path) as (stream, image):
        turned = 1 if image.format == "TIFF" else orientation(image, stream)
        reduction = _fit(path, image, stream, held, side)
        is_deep = any(";16" in str(tile) for tile in image.tile)
        is_complete = _load(image, stream)
        return to_rgb(image, reduction, is_deep=is_deep), turned, is_complete


def _fit(path: Path, image: Any, stream: IO[bytes], held: ExitStack, side: int | None) -> int:
    """Let the decoder scale down as far as it may or must, and reserve the memory for the picture.

    Returns the reduction that is left to the conversion to RGB. ``side`` is what the shorter side may be scaled to.
    """
    coded, file_bytes = coded_picture(image, stream), os.fstat(stream.fileno()).st_size
    if coded.size is not None and coded.size != image.size:
        raise ImageError(f"{path} has two different sizes in its header; replace or remove it.")
    pixels = int(image.width * image.height)

    def needed(scale: int, reduction: int) -> int:
        decoded = pixels // scale**2
        result = decoded // reduction**2 * stored_bytes("RGB")
        decoding = decoding_bytes(image, decoded, file_bytes, coded)
        kept = decoding if image.format in _KEEPS_DECODER else decoded * stored_bytes(image.mode)
        # Decoding, converting, and turning what was converted come one after the other.
        return max(decoding, kept + result + tile_bytes(decoded), 2 * result)

    asked = min(image.size) // side if side else 1
    scale = 1
    while 2 * scale <= coded.most_scale and (2 * scale <= asked or needed(scale, 1) > DECODING.most):
        scale *= 2
    reduction = next((number for number in range(1, _MOST_REDUCTION) if needed(scale, number) <= DECODING.most), None)
    if reduction is None:
        amount = _megabytes(needed(scale, _MOST_REDUCTION))
        raise ImageError(
            f"{path}, with {image.width:,} × {image.height:,} pixels as {image.format}, would take {amount} of memory, "
            f"more than the maximum of {_megabytes(DECODING.most)}; save a smaller copy."
        )
    held.enter_context(DECODING.reserved(needed(scale, reduction)))
    if image.format in _JPEG:
        image.draft("RGB", (max(1, image.width // scale), max(1, image.height // scale)))
    elif scale > 1:
        image.reduce = scale.bit_length() - 1
    return reduction


def _load(image: Any, stream: IO[bytes]) -> bool:
    """Decode an image; return False if its file lacks its end and the missing rows are grey."""
    if isinstance(stream, EndedJpeg):
        stream.add_end()
        image.load()
        is_complete = not stream.lacks_end
    elif image.format == "PNG":
        is_complete = _load_filled(image, stream)
    else:
        image.load()
        is_complete = True
    if not is_complete and is_grey(image):
        raise ValueError("none of its rows are there")
    return is_complete


def _load_filled(image: Any, stream: IO[bytes]) -> bool:
    fill_with_grey(image)
    try:
        image.load()
    except (OSError, SyntaxError, EOFError):
        if stream.read(1):
            raise
        # The rows that were decoded are all there is.
        image.tile = []
        return False
    return True


def _check_size(path: Path, image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{path} has {width:,} × {height:,} pixels, more than the maximum of {MAX_PIXELS:,}; save a smaller copy."
        )
    if width < 1 or height < 1:
        raise ImageError(f"{path} has no pixels; replace or remove it.")


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"


@contextmanager
def _image_errors(path: Path) -> Iterator[None]:
    """Turn the many errors of image decoders into ImageError with one sentence."""
    try:
        yield
    except ImageError:
        raise
    except FileNotFoundError as fault:
        raise ImageError(f"{path} does not exist; restore the file, or remove it from the project.") from fault
    except Image.DecompressionBombError as fault:
        raise ImageError(f"{path} has more pixels than the maximum of {MAX_PIXELS:,}; save a smaller copy.") from fault
    except UnidentifiedImageError as fault:
        raise ImageError(_unidentified(path)) from fault
    except PermissionError as fault:
        raise ImageError(f"{path} cannot be read; change its permissions.") from fault
    except MemoryError as fault:
        raise ImageError(f"{path} does not fit in memory; save a smaller copy.") from fault
    except Exception as fault:  # Each decoder has errors of its own, and none of them may end more than this image.
        reason = " ".join(str(getattr(fault, "strerror", None) or fault).split()) or type(fault).__name__
        raise ImageError(f"{path} is damaged or incomplete ({reason}); replace or remove it.") from fault


def _unidentified(path: Path) -> str:
    with open_regular(path) as file:
        if is_heif(file.read(12)):
            return f"{path} is a HEIF picture, which is not read here; {HEIF_REMEDY}."
    formats = f"{', '.join(IMAGE_FORMATS[:-1])} or {IMAGE_FORMATS[-1]}"
    return f"{path} is not a readable image of the format {formats}; replace, convert or remove it."
