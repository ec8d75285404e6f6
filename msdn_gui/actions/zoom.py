"""The actions that zoom a plot: the same keys in every plot."""

from __future__ import annotations

from msdn_gui.actions.spec import ActionSpec


def zoom_actions(prefix: str, part: str, former: str) -> tuple[ActionSpec, ...]:
    """Return the actions to zoom in, to zoom out and to show everything, with ids such as ``PREFIX_zoom_in``.

    ``former`` is what their ids of earlier versions began with: ``evaluate_curve`` of ``evaluate_curve_in``.
    """
    return tuple(
        ActionSpec(
            f"{prefix}_{name}", text, keys, icon=icon, part=part, in_menu=False, former_ids=(f"{former}_{former_name}",)
        )
        for name, former_name, text, keys, icon in (
            ("zoom_in", "in", "Zoom in", "+; =", "zoom-in"),
            ("zoom_out", "out", "Zoom out", "-", "zoom-out"),
            ("show_all", "fit", "Show all", "0", "fit"),
        )
    )
