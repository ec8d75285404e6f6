"""The guide's pictures of Explore."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from benchmarks.pictures.stage import Picture, Stage
from msdn_gui.explore import ExploreWorkspace


def _finding(stage: Stage) -> None:
    """A query, its counts, and what can be narrowed down further."""
    gallery = stage.find(ExploreWorkspace).gallery
    stage.type(gallery.query, "wrong split:test ")
    gallery.order.setCurrentIndex(gallery.order.findText("Model unsure"))
    gallery.open_facets()
    stage.wait(lambda: gallery.is_settled and gallery.facets.model.rowCount() > 0)


def _why_not(stage: Stage) -> None:
    """An image that is misread, and what speaks for the wrong class."""
    gallery = stage.find(ExploreWorkspace).gallery
    stage.type(gallery.query, "wrong split:test ")
    stage.wait(lambda: gallery.is_settled and stage.session.browsed is not None)
    gallery.view.setFocus()
    stage.session.step_image(1)
    stage.settle()
    image, ranking = stage.session.image, stage.session.class_ranking()
    if image is None or ranking is None:
        raise RuntimeError("No image is misread.")
    stage.session.set_class(stage.session.table.classes[int(ranking[0][0])])
    other = stage.find(QComboBox, "why_other")
    other.setCurrentIndex(other.findData(image.class_name))
    stage.settle()
    stage.click_cell(stage.find(ExploreWorkspace).why.table, 0)


def _sheet(stage: Stage) -> None:
    """The strongest attributes' maps side by side."""
    stage.act("explore_sheet_of_attributes")


PICTURES = (
    Picture("explore-finding", "explore", _finding),
    Picture("explore-why-not", "explore", _why_not),
    Picture("explore-sheet", "explore", _sheet),
)
