"""The guide's pictures of Annotate."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QAbstractItemView, QComboBox

from benchmarks.pictures.stage import Picture, Stage
from msdn_core.domain.annotation import Certainty
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_gui.annotate.suggestions.candidates_panel import CandidatesPanel
from msdn_gui.annotate.summary.agreement_panel import MODEL
from msdn_gui.annotate.workspace import AnnotateWorkspace

_ANNOTATOR = "Ada"
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
    _judge(stage)
    stage.act("annotate.show_vectors")
    stage.click_cell(stage.find(QAbstractItemView, "vector_classes"), 0)


def _agreement(stage: Stage) -> None:
    """An annotator compared with the model."""
    _judge(stage)
    stage.act("annotate.show_agreement")
    for name, annotator in (("agreement_first", _ANNOTATOR), ("agreement_second", MODEL)):
        box = stage.find(QComboBox, name)
        box.setCurrentText(annotator)
        box.activated.emit(box.currentIndex())
        stage.settle()
    stage.click_cell(stage.find(QAbstractItemView, "agreement_attributes"), 0)


def _judge(stage: Stage) -> None:
    """Judge the first attributes in five images of each of six classes, with a few mistakes."""
    stage.services.settings.change(annotator=_ANNOTATOR)
    table, draw = stage.session.document.table, np.random.default_rng(1)
    verdicts = {}
    for row, name in enumerate(table.classes[:6]):
        images = [image for image in stage.session.document.images if image.class_name == name]
        for image in images[:5]:
            for column in range(12):
                present = bool(table.vectors[row, column] > 0.5) != bool(draw.random() < 0.06)
                verdicts[image.id, column] = (present, Certainty.DEFINITELY)
    stage.find(AnnotateWorkspace).annotations.judge_each(verdicts, "Judge attributes")
    stage.settle()


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
