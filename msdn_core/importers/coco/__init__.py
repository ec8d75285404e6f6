"""COCO files: boxes and points of images, written by many programs and read with care."""

from msdn_core.importers.coco.entries import PART, WHOLE_OBJECT
from msdn_core.importers.coco.files import EXPECTED, read_json_file
from msdn_core.importers.coco.reading import marks_from_coco, marks_from_content

__all__ = ["EXPECTED", "PART", "WHOLE_OBJECT", "marks_from_coco", "marks_from_content", "read_json_file"]
