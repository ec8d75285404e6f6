"""What the tour shows, in its order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One stop: a workspace, the widgets that are pointed at, and what is said of them."""

    workspace: str
    targets: tuple[str, ...]
    """Object names; the mark goes around all that are to be seen."""
    title: str
    text: str
    tried_by: str = ""
    """The session's signal that says that a person has done what the text asks for."""


STEPS = (
    Step(
        "explore",
        ("gallery",),
        "Images",
        "1,500 drawn birds of 50 invented species. Click one, or go through them with the arrow keys: the program "
        "looks at the chosen image once, and everything else follows from that.",
        "image_changed",
    ),
    Step(
        "explore",
        ("attributes",),
        "Attributes",
        "What the network knows of birds: 34 attributes, each with a score from both sub-nets. Choose one, a crest or "
        "a striped wing, and the maps above show where it was looked for.",
        "attribute_changed",
    ),
    Step(
        "explore",
        ("linked_pairs",),
        "Two maps of one image",
        "Left, attribute → visual: where in the image is this attribute? Right, visual → attribute: which places speak "
        "for it? In training they teach each other. Hold Space to see the bare image.",
    ),
    Step(
        "explore",
        ("av_view",),
        "The way back",
        "Click a place in a map: the attributes below are ranked by how much that place speaks for each. Shift adds "
        "places, Escape lets go of them.",
    ),
    Step(
        "explore",
        ("ranking", "contributions"),
        "Why this class",
        "The classes that fit best, seen ● and unseen ◆. Choose one: below stands what each attribute contributed to "
        "its score, exactly, and against another class if you ask.",
        "class_changed",
    ),
    Step(
        "classes",
        ("tool_classes_what_if",),
        "What if",
        "A class is a row of attribute values, so a class without any photograph can be written down. Press What if "
        "and move a slider: the ranking moves with it, and the images that fit the class best too, once all images "
        "were scored. Ctrl+Z takes it back.",
    ),
    Step(
        "annotate",
        ("annotate_tabs",),
        "Annotate",
        "Say what your images show: a class by a digit, attributes one by one, boxes and points. What you say is kept "
        "at once and can be undone; the model puts the images first of which it is unsure.",
    ),
    Step(
        "train",
        ("new_run",),
        "Train",
        "A recipe and a few settings start a run in the background; its curves stand here while it works. It goes on "
        "when the window is closed, and its checkpoint can be looked through in Explore.",
    ),
    Step(
        "evaluate",
        ("figures_panel", "evaluate_run"),
        "Evaluate",
        "What a checkpoint is worth on images that it was not trained on, once it was evaluated: seen and unseen "
        "classes, what is taken for what, and each error one click from Explore. That was the tour; your own "
        "photographs come in by File → Open image folder.",
    ),
)
