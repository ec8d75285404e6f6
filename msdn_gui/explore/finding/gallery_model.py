"""The images that Explore shows, as a list model."""

from __future__ import annotations

from msdn_core.domain.annotation import Split
from msdn_gui.widgets.images.image_model import ImageListModel

SPLIT_NAMES = {
    Split.TRAIN: "Training",
    Split.TEST_SEEN: "Test, seen classes",
    Split.TEST_UNSEEN: "Test, unseen classes",
    Split.NONE: "No split",
}


class GalleryModel(ImageListModel):
    """The images that a search leaves, in its order."""

    def tool_tip(self, row: int) -> str:
        """Return path, class and split."""
        return f"{super().tool_tip(row)}\n{SPLIT_NAMES[self.record_at(row).split]}"
