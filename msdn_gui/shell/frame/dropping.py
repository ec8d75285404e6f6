"""What can be dropped on the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msdn_core.project import PROJECT_FILE
from msdn_core.vision.image_formats import is_image_name

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData


def dropped_folder(mime: QMimeData) -> Path | None:
    """Return the dropped folder; for a project file or an image, its folder."""
    urls = [url for url in mime.urls() if url.isLocalFile()]
    if not urls:
        return None
    path = Path(urls[0].toLocalFile())
    if path.is_dir():
        return path
    is_known = path.name == PROJECT_FILE or is_image_name(path.name)
    return path.parent if is_known and path.is_file() else None
