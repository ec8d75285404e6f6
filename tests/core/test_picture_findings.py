"""One damaged picture is that picture's finding: features, doctor and explanations go on with the others."""

import errno
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from msdn_core.backbones.extraction import extract_features
from msdn_core.backbones.loading import load_backbone
from msdn_core.doctor.check import check_project
from msdn_core.errors import ImageError, MsdnError
from msdn_core.importers.images import import_images
from msdn_core.project import Project
from msdn_core.vision.image_formats import HAS_HEIF
from msdn_core.vision.images import image_size, open_image


@pytest.fixture(scope="module")
def backbone():
    return load_backbone("lite0", size=64, device="cpu")


@pytest.fixture
def folder(tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (80, 96, 3), dtype=np.uint8)
    for name in ("fine.jfif", "fine.jp2", "fine.avif", "cut.jpg", "broken.avif"):
        Image.fromarray(noise).save(pictures / name)
    cut, broken = pictures / "cut.jpg", pictures / "broken.avif"
    cut.write_bytes(cut.read_bytes()[:-2])
    # Its header is whole, so the fault comes from the decoder itself.
    broken.write_bytes(broken.read_bytes()[:-200])
    (pictures / "photo.nef").write_bytes(b"raw")
    return pictures


def test_features_and_doctor_name_damaged_pictures_and_go_on(folder, tmp_path, backbone):
    report = import_images(folder, tmp_path / "project")
    assert report.images == 5
    assert any("photo.nef" in finding for finding in report.findings)
    incomplete = []
    store = extract_features(tmp_path / "project", backbone, on_incomplete=incomplete.extend)
    assert incomplete == ["cut.jpg"]
    assert list(store.failures) == ["broken.avif"]
    assert len(store.image_ids) == 4
    with Project.open(tmp_path / "project") as project:
        findings = "\n".join(check_project(project))
    assert "1 image cannot be opened (“broken.avif”)" in findings
    assert "1 image lacks the end of its file (“cut.jpg”)" in findings


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_features_of_a_read_only_project_say_so(folder, tmp_path, backbone, monkeypatch, number):
    import_images(folder, tmp_path / "project")

    def refuse(*_, **__):
        raise OSError(number, "refused")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(MsdnError, match=r"folder of the project .*project is read-only .*writable folder"):
        extract_features(tmp_path / "project", backbone)


@pytest.mark.skipif(not HAS_HEIF, reason="the extra heic is not installed")
def test_heic_photographs_are_opened_upright(tmp_path):
    path = tmp_path / "phone.HEIC"
    picture = Image.fromarray(np.full((40, 64, 3), 200, np.uint8))
    exif = Image.Exif()
    exif[274] = 6
    picture.save(path, "HEIF", exif=exif.tobytes())
    assert image_size(path) == open_image(path).size == (40, 64)


def test_a_heic_photograph_without_the_extra_is_refused_with_the_remedy(tmp_path, monkeypatch):
    path = tmp_path / "phone.jpg"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64)
    monkeypatch.setattr("msdn_core.vision.images.DECODED_FORMATS", ("JPEG", "PNG"))
    with pytest.raises(ImageError, match=r"HEIF picture, .*pip install pillow-heif"):
        open_image(path)


_WITHOUT_HEIF = """
import sys
from pathlib import Path

sys.modules["pillow_heif"] = None
if sys.argv[1] == "stand-in":
    from types import SimpleNamespace

    from PIL import BmpImagePlugin, Image

    def register_heif_opener(thumbnails):
        assert not thumbnails
        class StandIn(BmpImagePlugin.BmpImageFile):
            format = "HEIF"
        Image.register_open("HEIF", StandIn, lambda start: start.startswith(b"BM"))

    module = SimpleNamespace(register_heif_opener=register_heif_opener, __spec__=SimpleNamespace())
    sys.modules["pillow_heif"] = module
else:
    import importlib.util
    real = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *rest: None if name == "pillow_heif" else real(name, *rest)

from msdn_core.importers.images import import_images
from msdn_core.vision.image_formats import IMAGE_FORMATS

report = import_images(Path(sys.argv[2]), Path(sys.argv[3]))
print(report.images, "HEIF" in IMAGE_FORMATS)
print(*report.findings, sep="\\n")
"""


@pytest.mark.parametrize("way", ["stand-in", "absent"])
def test_heic_is_taken_with_the_extra_and_named_without_it(tmp_path, way):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.jpg", "phone.bmp"):
        Image.new("RGB", (8, 8)).save(folder / name)
    (folder / "phone.bmp").rename(folder / "phone.HEIC")
    command = [sys.executable, "-c", _WITHOUT_HEIF, way, folder, tmp_path / "project"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    if way == "stand-in":
        assert answer[0] == "2 True"
        assert not any("phone.HEIC" in line for line in answer)
    else:
        assert answer[0] == "1 False"
        assert any("phone.HEIC" in line and "pip install pillow-heif" in line for line in answer)
