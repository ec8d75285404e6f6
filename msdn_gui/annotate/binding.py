"""Which method each action of Annotate calls; checkable actions without one are read where they matter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msdn_gui.annotate.actions import REVIEWS, TABS
from msdn_gui.annotate.tab_actions import DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from msdn_gui.annotate.workspace import AnnotateWorkspace


def handlers(workspace: AnnotateWorkspace) -> Mapping[str, Callable[[], object]]:
    """Return the method of each action by its id."""
    attributes, labels, marks = workspace.attributes, workspace.labels, workspace.marks
    return {
        **{name: partial(workspace.show_part, part) for part, name in TABS.items()},
        **{name: partial(workspace.review, state) for state, name in REVIEWS.items()},
        **{f"annotate.class_{digit}": partial(labels.assign_digit, digit) for digit in DIGITS},
        "annotate.search_images": workspace.queue.focus_search,
        "annotate.update_list": workspace.queue.refresh,
        "annotate.whole_image": workspace.canvas.show_whole,
        "annotate.hold_out": workspace.hold_out,
        "annotate.no_class": partial(workspace.label, None),
        "annotate.search_classes": labels.focus_search,
        "annotate.copy_class": workspace.bulk.copy_class,
        "annotate.label_by_folder": workspace.label_by_folder.start,
        "annotate.present": partial(attributes.judge, True),
        "annotate.absent": partial(attributes.judge, False),
        "annotate.not_visible": attributes.judge_not_visible,
        "annotate.withdraw": workspace.withdraw,
        "annotate.next_attribute": partial(attributes.tree.step, 1),
        "annotate.previous_attribute": partial(attributes.tree.step, -1),
        "annotate.informative_attribute": attributes.select_most_informative,
        "annotate.search_attributes": attributes.focus_search,
        "annotate.accept": partial(attributes.answer, True),
        "annotate.reject": partial(attributes.answer, False),
        "annotate.accept_all": attributes.accept_all,
        "annotate.suggest_many": workspace.bulk.suggest,
        "annotate.copy_judgements": workspace.bulk.copy_judgements,
        "annotate.add_mark": marks.add_in_centre,
        "annotate.remove_mark": marks.remove_selected,
        "annotate.accept_vector": workspace.vectors.accept_selected,
        "annotate.accept_vectors": workspace.vectors.accept_all,
        "annotate.next_difference": workspace.agreement.select_next,
        "annotate.export_judgements": workspace.exchange.export_judgements,
        "annotate.import_judgements": workspace.exchange.import_judgements,
        "annotate.export_marks": workspace.exchange.export_marks,
        "annotate.import_marks": workspace.exchange.import_marks,
    }
