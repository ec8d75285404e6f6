"""The actions of Evaluate; each table is bound by the widget in which its keys work."""

from __future__ import annotations

from msdn_gui.actions.spec import ActionSpec
from msdn_gui.actions.zoom import zoom_actions

OVERVIEW, CONFUSION, EMBEDDING, ABLATION = "Overview", "Confusion", "Embedding", "Ablation"
"""Parts of the workspace: the titles of pages, and the ablation in their place."""
DIRECTIONS = ("left", "right", "up", "down")
_NAMED_DIRECTIONS = {"left": "to the left", "right": "to the right", "up": "above", "down": "below"}

WORKSPACE_ACTIONS = (
    ActionSpec(
        "evaluate.run",
        "Evaluate run",
        "Ctrl+R",
        "Measure the checkpoint of the run on the test images",
        "refresh",
        former_ids=("evaluate_again",),
    ),
    ActionSpec(
        "evaluate.explore",
        "Open in Explore",
        "L",
        "Open Explore with the checkpoint of this run",
        "explore",
        former_ids=("evaluate_look",),
    ),
    ActionSpec(
        "evaluate.report",
        "Save report …",
        "Ctrl+Shift+R",
        "Save the results of the run, and of the one it is compared with, as one HTML file",
        "export",
        former_ids=("evaluate_report",),
    ),
    ActionSpec(
        "evaluate.new_ablation",
        "New ablation …",
        hint="Train with parts of the network or loss left out, with several seeds per row",
        icon="add",
        former_ids=("evaluate_new_ablation",),
    ),
)

ABLATION_ACTIONS = (
    ActionSpec(
        "evaluate.copy_ablation",
        "Copy table",
        "Ctrl+Shift+C",
        "Copy the table as Markdown, with the settings behind it",
        "copy",
        part=ABLATION,
        in_menu=False,
        former_ids=("evaluate_copy_ablation",),
    ),
)

CURVE_ACTIONS = (
    ActionSpec(
        "evaluate.copy_readout",
        "Copy readout",
        "std:Copy",
        "Copy the figures at the marked point of the seen-unseen curve",
        part=OVERVIEW,
        in_menu=False,
        former_ids=("evaluate_copy_readout",),
    ),
)

CONFUSION_ZOOM = zoom_actions("evaluate.confusion", CONFUSION, "evaluate_confusion")
CONFUSION_ACTIONS = tuple(
    ActionSpec(
        f"evaluate.cell_{direction}",
        f"Select cell {_NAMED_DIRECTIONS[direction]}",
        direction.capitalize(),
        part=CONFUSION,
        in_menu=False,
        former_ids=(f"evaluate_cell_{direction}",),
    )
    for direction in DIRECTIONS
)

EMBEDDING_ZOOM = zoom_actions("evaluate.embedding", EMBEDDING, "evaluate_embedding")
EMBEDDING_ACTIONS = (
    ActionSpec(
        "evaluate.lasso",
        "Lasso",
        "S",
        "Select images by dragging around them; or drag with Shift held",
        part=EMBEDDING,
        checkable=True,
        in_menu=False,
        former_ids=("evaluate_embedding_lasso",),
    ),
    ActionSpec(
        "evaluate.select_visible",
        "Select visible images",
        "V",
        "Select the images in the visible part of the plane",
        part=EMBEDDING,
        in_menu=False,
        former_ids=("evaluate_embedding_in_sight",),
    ),
    ActionSpec(
        "evaluate.clear_selection",
        "Clear selection",
        "Esc",
        part=EMBEDDING,
        in_menu=False,
        former_ids=("evaluate_embedding_clear",),
    ),
    ActionSpec(
        "evaluate.explore_image",
        "Open image in Explore",
        "Return; Enter",
        "Show the reasons for the prediction of the marked image",
        part=EMBEDDING,
        in_menu=False,
        former_ids=("evaluate_embedding_ask",),
    ),
    *(
        ActionSpec(
            f"evaluate.image_{direction}",
            f"Mark image {_NAMED_DIRECTIONS[direction]}",
            direction.capitalize(),
            part=EMBEDDING,
            in_menu=False,
            former_ids=(f"evaluate_embedding_image_{direction}",),
        )
        for direction in DIRECTIONS
    ),
    *(
        ActionSpec(
            f"evaluate.move_{direction}",
            f"Move view {direction}",
            f"Shift+{direction.capitalize()}",
            part=EMBEDDING,
            in_menu=False,
            former_ids=(f"evaluate_embedding_move_{direction}",),
        )
        for direction in DIRECTIONS
    ),
)

ACTIONS: tuple[ActionSpec, ...] = (
    *WORKSPACE_ACTIONS,
    *ABLATION_ACTIONS,
    *CURVE_ACTIONS,
    *CONFUSION_ACTIONS,
    *CONFUSION_ZOOM,
    *EMBEDDING_ACTIONS,
    *EMBEDDING_ZOOM,
)
