"""Pictures of every format, depth, size and kind of damage: opened as a viewer shows them, or refused in a sentence."""

from pathlib import Path

from msdn_core.vision.image_formats import (
    IMAGE_SUFFIXES,
    SUFFIXES_BY_FORMAT,
    is_image_name,
    unread_image_findings,
    unread_image_remedy,
)


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
