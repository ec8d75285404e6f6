"""The steps of the tour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: a workspace, the widgets that the note points at, and its text."""

    workspace: str
    targets: tuple[str, ...]
    """Object names; the frame goes around those that are visible."""
    title: str
    text: str
    tried_by: str = ""
    """The signal of the session that is emitted when the person does what the text suggests."""


STEPS = (
    Step(
        "explore",
        ("gallery",),
        "Images",
        "The aviary has 1,500 drawn birds of 50 invented species. Click an image or move with the arrow keys: the "
        "network explains the selected image, and everything else in the window follows from that.",
        "image_changed",
    ),
    Step(
        "explore",
        ("attributes",),
        "Attributes",
        "The network scores 34 attributes with each sub-net. Select one, such as a crest or a striped wing: the maps "
        "above show where the network looks for it.",
        "attribute_changed",
    ),
    Step(
        "explore",
        ("linked_pairs",),
        "Two maps of one image",
        "Left, attribute → visual: where in the image is this attribute? Right, visual → attribute: which regions show "
        "it? In training, the two sub-nets teach each other. Hold Space to see the bare image.",
    ),
    Step(
        "explore",
        ("av_view",),
        "From regions to attributes",
        "Click a region in a map: the attributes below are ranked by the evidence of that region. Shift-click adds "
        "regions, Esc clears the selection.",
    ),
    Step(
        "explore",
        ("ranking", "contributions"),
        "Why this class",
        "The classes with the highest scores, seen ● and unseen ◆. Select one: the table below shows the exact "
        "contribution of each attribute to its score, or to its lead over another class.",
        "class_changed",
    ),
    Step(
        "classes",
        ("tool_classes_what_if",),
        "What if",
        "A class is a row of attribute values, so you can define a class without any image of it. Click What if and "
        "move a slider: the ranking follows, and so do the best images of the class once all images are scored. "
        "Ctrl+Z undoes it.",
    ),
    Step(
        "annotate",
        ("annotate_tabs",),
        "Annotate",
        "Label images with a digit, judge attributes, and draw boxes and points. Every annotation is saved immediately "
        "and can be undone. In the orders by the model, the images that it is least certain about come first.",
    ),
    Step(
        "train",
        ("new_run",),
        "Train",
        "A recipe and a few settings start a run in the background, and its curves appear here. The run continues when "
        "you close the window; you can use its checkpoint in Explore.",
    ),
    Step(
        "evaluate",
        ("figures_panel", "evaluate_run"),
        "Evaluate",
        "Evaluate measures a checkpoint on the test images: accuracy on seen and unseen classes, confusions, and every "
        "error one click from Explore. That was the tour. To use your own images, choose File → Open image folder.",
    ),
)
