"""The guide's pictures of Explore."""

from __future__ import annotations

from benchmarks.pictures.stage import Picture, Stage
from msdn_gui.explore import ExploreWorkspace


def _finding(stage: Stage) -> None:
    """A query, its counts, and what can be narrowed down further."""
    gallery = stage.find(ExploreWorkspace).gallery
    stage.type(gallery.query, "wrong split:test ")
    gallery.order.setCurrentIndex(gallery.order.findText("Model unsure"))
    gallery.open_facets()
    stage.wait(lambda: gallery.is_settled and gallery.facets.model.rowCount() > 0)


def _wipe(stage: Stage) -> None:
    """Both sub-nets over one image, above a threshold."""
    maps = stage.find(ExploreWorkspace).maps
    maps.controls.threshold.setValue(30)
    stage.act("explore_wipe_between_the_sub-nets")
    stage.act("explore_move_the_divider_to_the_right")


PICTURES = (
    Picture("explore-finding", "explore", _finding),
    Picture("explore-wipe", "explore", _wipe),
)
