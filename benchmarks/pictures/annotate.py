"""The guide's pictures of Annotate."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QComboBox

from benchmarks.pictures.stage import Picture, Stage
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_gui.annotate.suggestions.candidates_panel import CandidatesPanel
from msdn_gui.annotate.workspace import AnnotateWorkspace

_STRIPED = "wing pattern::striped"
_CROWN = (Attribute("crown", "red"), Attribute("crown", "blue"))
_NO_CLASSES = ClassTable(_CROWN, (), np.zeros((0, 2)), np.zeros(0, dtype=np.bool_))


def _attributes(stage: Stage) -> None:
    stage.act("annotate.show_attributes")
    _choose(stage, "expected change")
    stage.act("annotate.informative_attribute")
    stage.act("annotate.present")
    stage.act("annotate.informative_attribute")


def _suggestions(stage: Stage) -> None:
    stage.act("annotate.show_attributes")
    names = [attribute.full_name for attribute in stage.session.document.table.attributes]
    stage.session.selection.set_attribute(names.index(_STRIPED) if _STRIPED in names else 0)
    stage.act("annotate.suggest_many")
    stage.wait(stage.workspace.findChild(CandidatesPanel).isVisible)
    stage.settle()


def _similar_images(stage: Stage) -> None:
    workspace = stage.find(AnnotateWorkspace)
    workspace.annotations.label(stage.session.document.images[1:900], None)
    stage.act("annotate.show_class")
    stage.act("annotate.copy_class")
    stage.wait(stage.workspace.findChild(CandidatesPanel).isVisible)
    stage.settle()


def _places(stage: Stage) -> None:
    stage.act("annotate.show_marks")
    stage.act("annotate.add_mark")


def _vectors(stage: Stage) -> None:
    stage.act("annotate.show_vectors")


def _agreement(stage: Stage) -> None:
    stage.act("annotate.show_agreement")


def _folders(stage: Stage) -> None:
    stage.open_photographs()
    stage.session.edits.define_table(_NO_CLASSES, {}, {})
    stage.act("annotate.show_class")
    stage.act("annotate.label_by_folder")


def _choose(stage: Stage, order: str) -> None:
    box = stage.find(QComboBox, "queue_order")
    box.setCurrentIndex(box.findData(order))
    stage.settle()


PICTURES = (
    Picture("annotate-attributes", "annotate", _attributes),
    Picture("annotate-suggestions", "annotate", _suggestions),
    Picture("annotate-similar-images", "annotate", _similar_images),
    Picture("annotate-places", "annotate", _places),
    Picture("annotate-vectors", "annotate", _vectors),
    Picture("annotate-agreement", "annotate", _agreement),
    Picture("annotate-folders", "annotate", _folders),
)
