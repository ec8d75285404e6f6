"""The actions of Annotate; their order is that of the menu."""

from __future__ import annotations

from msdn_core.domain.annotation import ReviewState
from msdn_gui.actions.spec import ActionSpec
from msdn_gui.annotate.tab_actions import AGREEMENT, ATTRIBUTES, CLASS, MARKS, TAB_ACTIONS, VECTORS

TABS = {
    CLASS: "annotate.show_class",
    ATTRIBUTES: "annotate.show_attributes",
    MARKS: "annotate.show_marks",
    VECTORS: "annotate.show_vectors",
    AGREEMENT: "annotate.show_agreement",
}
"""The action that shows each tab, in their order."""
REVIEWS = {
    ReviewState.CHECKED: "annotate.checked",
    ReviewState.FLAGGED: "annotate.flagged",
    ReviewState.UNREVIEWED: "annotate.not_reviewed",
}
ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("annotate.show_class", "Show Class", "F6", former_ids=("annotate_tab_class",)),
    ActionSpec("annotate.show_attributes", "Show Attributes", "F7", former_ids=("annotate_tab_attributes",)),
    ActionSpec("annotate.show_marks", "Show Marks", "F8", former_ids=("annotate_tab_places",)),
    ActionSpec("annotate.show_vectors", "Show Vectors", "F9", former_ids=("annotate_tab_vectors",)),
    ActionSpec("annotate.show_agreement", "Show Agreement", "F12", former_ids=("annotate_tab_agreement",)),
    ActionSpec(
        "annotate.search_images",
        "Search images",
        "Ctrl+F",
        icon="search",
        separator=True,
        former_ids=("annotate_find_image",),
    ),
    ActionSpec(
        "annotate.update_list",
        "Update image list",
        "R",
        "Apply the filter and the order again: finished images leave the list",
        former_ids=("annotate_arrange",),
    ),
    ActionSpec("annotate.whole_image", "Show whole image", "Ctrl+0", icon="fit", former_ids=("annotate_whole",)),
    ActionSpec(
        "annotate.advance",
        "Advance automatically",
        "M",
        "Select the next image or attribute after each annotation",
        checkable=True,
        checked=True,
        former_ids=("annotate_advance",),
    ),
    ActionSpec(
        "annotate.hold_out",
        "Keep a fifth for testing",
        hint="Set aside every fifth training image of each class, to evaluate runs on images they were not trained on",
        former_ids=("annotate_hold_out",),
    ),
    ActionSpec(
        "annotate.checked",
        "Checked",
        "C",
        "Mark the image as checked: everything annotated in it is correct",
        separator=True,
        former_ids=("annotate_checked",),
    ),
    ActionSpec(
        "annotate.flagged",
        "Flagged",
        "F",
        "Flag the image for a second look, with a note",
        former_ids=("annotate_flagged",),
    ),
    ActionSpec(
        "annotate.not_reviewed", "Not reviewed", "U", "Clear the review of the image", former_ids=("annotate_unseen",)
    ),
    *TAB_ACTIONS,
    ActionSpec(
        "annotate.export_judgements",
        "Export your judgements as CUB text files …",
        separator=True,
        former_ids=("annotate_write_judgements",),
    ),
    ActionSpec(
        "annotate.import_judgements",
        "Import judgements from CUB text files …",
        former_ids=("annotate_read_judgements",),
    ),
    ActionSpec("annotate.export_marks", "Export marks as COCO …", former_ids=("annotate_write_coco",)),
    ActionSpec("annotate.import_marks", "Import marks from COCO or a sheet …", former_ids=("annotate_read_coco",)),
)
