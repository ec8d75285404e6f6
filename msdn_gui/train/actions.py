"""The actions of Train."""

from __future__ import annotations

from msdn_gui.actions.spec import ActionSpec

CURVES, FILM = "Curves", "Film"
"""Parts of a run's page, named as their tabs."""

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "train.new_run",
        "New run …",
        "Ctrl+N",
        hint="Train the network on this project's images",
        icon="add",
        former_ids=("train_new_run",),
    ),
    ActionSpec(
        "train.pause",
        "Pause or resume",
        "P",
        hint="Pause the run, resume it from its last checkpoint, or start a queued run now",
        icon="pause",
        separator=True,
        former_ids=("train_pause",),
    ),
    ActionSpec(
        "train.stop",
        "Stop and keep",
        "Ctrl+.",
        hint="End the run after this step, and keep its checkpoint",
        icon="stop",
        former_ids=("train_stop",),
    ),
    ActionSpec(
        "train.cancel",
        "Cancel",
        hint="End the run now, or remove it from the queue",
        icon="cancel",
        former_ids=("train_cancel",),
    ),
    ActionSpec(
        "train.refit",
        "Refit on all seen classes",
        "R",
        hint="Train again with nothing held out, for the steps and with the gamma that validation selected",
        icon="refresh",
        former_ids=("train_refit",),
    ),
    ActionSpec(
        "train.open_in_explore",
        "Open in Explore",
        "L",
        hint="Use the run's checkpoint to view images in Explore",
        icon="explore",
        former_ids=("train_look",),
    ),
    ActionSpec(
        "train.earlier",
        "Move up in the queue",
        "Alt+Up",
        hint="Train the run before the one above it",
        separator=True,
        former_ids=("train_sooner",),
    ),
    ActionSpec(
        "train.later",
        "Move down in the queue",
        "Alt+Down",
        hint="Train the run after the one below it",
        former_ids=("train_later",),
    ),
    ActionSpec(
        "train.duplicate",
        "New run with these settings …",
        hint="Fill in the form with the settings of this run",
        icon="duplicate",
        separator=True,
        former_ids=("train_again",),
    ),
    ActionSpec(
        "train.queue",
        "Add to queue",
        hint="Resume the run when the runs before it have ended",
        icon="wait",
        former_ids=("train_requeue",),
    ),
    ActionSpec(
        "train.delete",
        "Delete run",
        "Del",
        hint="Move the run to the project's trash; can be undone",
        icon="remove",
        former_ids=("train_delete",),
    ),
    ActionSpec(
        "train.watch_folder",
        "Watch another folder …",
        hint="Show the runs of another folder too, without changing them",
        icon="project",
        separator=True,
        former_ids=("train_watch",),
    ),
    ActionSpec(
        "train.unwatch_folder",
        "Stop watching this folder",
        hint="Remove the runs of this folder from the list",
        icon="close",
        former_ids=("train_forget",),
    ),
    ActionSpec(
        "train.zoom_in",
        "Show fewer steps",
        "+",
        icon="zoom-in",
        part=CURVES,
        in_menu=False,
        former_ids=("train_zoom_in",),
    ),
    ActionSpec(
        "train.zoom_out",
        "Show more steps",
        "-",
        icon="zoom-out",
        part=CURVES,
        in_menu=False,
        former_ids=("train_zoom_out",),
    ),
    ActionSpec(
        "train.zoom_all",
        "Show all steps",
        "Ctrl+0",
        icon="fit",
        part=CURVES,
        in_menu=False,
        former_ids=("train_zoom_whole",),
    ),
    ActionSpec(
        "train.film_play",
        "Play or pause the film",
        "Space",
        icon="play",
        part=FILM,
        in_menu=False,
        former_ids=("train_film_play",),
    ),
    ActionSpec(
        "train.film_previous",
        "Previous evaluation",
        ",",
        icon="step-back",
        part=FILM,
        in_menu=False,
        former_ids=("train_film_back",),
    ),
    ActionSpec(
        "train.film_next",
        "Next evaluation",
        ".",
        icon="step-forward",
        part=FILM,
        in_menu=False,
        former_ids=("train_film_on",),
    ),
)


def actions_of(part: str = "") -> tuple[ActionSpec, ...]:
    """Return the actions whose keys work in a part, or in the whole workspace."""
    return tuple(spec for spec in ACTIONS if spec.part == part)
