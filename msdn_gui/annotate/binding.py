"""Which method of a panel each action calls; checkable actions without one are read where they matter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msdn_gui.annotate.tab_actions import DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from msdn_gui.annotate.attributes.attributes_panel import AttributesPanel
    from msdn_gui.annotate.exchange import Exchange
    from msdn_gui.annotate.labels.label_by_folder import LabelByFolder
    from msdn_gui.annotate.labels.label_panel import LabelPanel
    from msdn_gui.annotate.picture.marks_panel import MarksPanel
    from msdn_gui.annotate.queue.queue_panel import QueuePanel
    from msdn_gui.annotate.suggestions.bulk import BulkAnnotation
    from msdn_gui.annotate.summary.agreement_panel import AgreementPanel
    from msdn_gui.annotate.summary.vectors_panel import VectorsPanel

    Handlers = Mapping[str, Callable[[], object]]


def tab_handlers(
    labels: LabelPanel,
    attributes: AttributesPanel,
    marks: MarksPanel,
    vectors: VectorsPanel,
    agreement: AgreementPanel,
) -> Handlers:
    """Return the methods of the tabs by action id."""
    return {
        **{f"annotate.class_{digit}": partial(labels.assign_digit, digit) for digit in DIGITS},
        "annotate.search_classes": labels.focus_search,
        "annotate.present": partial(attributes.judge, True),
        "annotate.absent": partial(attributes.judge, False),
        "annotate.not_visible": attributes.judge_not_visible,
        "annotate.next_attribute": partial(attributes.tree.step, 1),
        "annotate.previous_attribute": partial(attributes.tree.step, -1),
        "annotate.informative_attribute": attributes.select_most_informative,
        "annotate.search_attributes": attributes.focus_search,
        "annotate.accept": partial(attributes.answer, True),
        "annotate.reject": partial(attributes.answer, False),
        "annotate.accept_all": attributes.accept_all,
        "annotate.add_mark": marks.add_in_centre,
        "annotate.remove_mark": marks.remove_selected,
        "annotate.accept_vector": vectors.accept_selected,
        "annotate.accept_vectors": vectors.accept_all,
        "annotate.next_difference": agreement.select_next,
    }


def list_handlers(
    queue: QueuePanel, bulk: BulkAnnotation, label_by_folder: LabelByFolder, exchange: Exchange
) -> Handlers:
    """Return the methods that concern many images by action id."""
    return {
        "annotate.search_images": queue.focus_search,
        "annotate.update_list": queue.refresh,
        "annotate.copy_class": bulk.copy_class,
        "annotate.suggest_many": bulk.suggest,
        "annotate.copy_judgements": bulk.copy_judgements,
        "annotate.label_by_folder": label_by_folder.start,
        "annotate.export_judgements": exchange.export_judgements,
        "annotate.import_judgements": exchange.import_judgements,
        "annotate.export_marks": exchange.export_marks,
        "annotate.import_marks": exchange.import_marks,
    }
