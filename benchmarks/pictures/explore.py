"""The guide's pictures of Explore."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from benchmarks.pictures.stage import Picture, Stage
from msdn_gui.explore.workspace import ExploreWorkspace


def _finding(stage: Stage) -> None:
    """A query, and the facets that narrow it down."""
    gallery = stage.find(ExploreWorkspace).gallery
    stage.type(gallery.query, "wrong split:test ")
    gallery.order.setCurrentIndex(gallery.order.findText("Model uncertainty"))
    gallery.open_facets()
    stage.wait(lambda: gallery.is_settled and gallery.facets.model.rowCount() > 0)


def _wipe(stage: Stage) -> None:
    """Both sub-nets over one image, above a threshold: one finds the crown, the other does not."""
    names = [attribute.full_name for attribute in stage.session.document.table.attributes]
    stage.session.selection.set_attribute(names.index("crown::black"))
    stage.find(ExploreWorkspace).maps.controls.threshold.setValue(30)
    stage.act("explore.wipe")
    stage.act("explore.divider_right")


def _why_not(stage: Stage) -> None:
    """A misread image, and what contributes to the wrong class."""
    gallery = stage.find(ExploreWorkspace).gallery
    stage.type(gallery.query, "wrong split:test ")
    stage.wait(lambda: gallery.is_settled and stage.session.selection.browsed is not None)
    gallery.view.setFocus()
    stage.session.selection.step_image(1)
    stage.settle()
    image, ranking = stage.session.selection.image, stage.session.inference.class_ranking()
    if image is None or ranking is None:
        raise RuntimeError("No image is misread.")
    stage.session.selection.set_class(stage.session.document.table.classes[int(ranking[0][0])])
    rival = stage.find(QComboBox, "why_rival")
    rival.setCurrentIndex(rival.findData(image.class_name))
    stage.settle()
    stage.click_cell(stage.find(ExploreWorkspace).why.table, 0)


def _sheet(stage: Stage) -> None:
    """The maps of the strongest attributes side by side."""
    stage.act("explore.sheet")


def _override(stage: Stage) -> None:
    """The strongest attribute overridden with a low score, so that another class wins."""
    workspace = stage.find(ExploreWorkspace)
    workspace.why.rival.setCurrentIndex(1)
    stage.act("explore.override")
    editor = stage.find(QLineEdit, "score_editor")
    stage.type(editor, "-8")
    stage.press(editor, Qt.Key.Key_Return)


def _compare(stage: Stage) -> None:
    """One attribute in two images."""
    stage.act("explore.compare")
    stage.session.selection.step_image(11)
    stage.settle()


PICTURES = (
    Picture("explore-finding", "explore", _finding),
    Picture("explore-wipe", "explore", _wipe),
    Picture("explore-compare", "explore", _compare),
    Picture("explore-override", "explore", _override),
    Picture("explore-why-not", "explore", _why_not),
    Picture("explore-sheet", "explore", _sheet),
)
