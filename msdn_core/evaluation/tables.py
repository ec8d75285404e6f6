"""Tables of an evaluation: one row per class, per attribute, per body part, and per stretch of the curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.metrics import (
    PointingGame,
    SeenUnseenCurve,
    among_unseen,
    class_accuracies,
    confusion,
    mean_known,
)
from msdn_core.domain.scoring import Floats, calibrated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, ClassTable
    from msdn_core.domain.metrics.accuracy import Labels

Row = dict[str, str | int | float | None]


def class_rows(
    table: ClassTable,
    labels: Labels,
    scores: Floats,
    gammas: Mapping[str, float],
    jsd: Floats,
    overlap: Floats,
) -> list[Row]:
    """Return one row per class that has test images.

    ``scores`` (N, M) are without bias. ``gammas`` maps the name of an accuracy column to its gamma. ``jsd`` (N,) and
    ``overlap`` (N,) are averaged over the images of a class.
    """
    count, seen = len(table.classes), table.seen
    predictions = {name: calibrated(scores, seen, gamma).argmax(axis=1) for name, gamma in gammas.items()}
    accuracies = {name: class_accuracies(labels, found, count) for name, found in predictions.items()}
    if not seen.all():
        accuracies["accuracy_czsl"] = np.where(
            seen, np.nan, class_accuracies(labels, among_unseen(scores, seen), count)
        )
    confused = confusion(labels, next(iter(predictions.values())), count)
    np.fill_diagonal(confused, 0)
    images = np.bincount(labels, minlength=count)
    rows: list[Row] = []
    for number in np.flatnonzero(images).tolist():
        of_class, other = labels == number, int(confused[number].argmax())
        wrong = int(confused[number, other])
        rows.append(
            {
                "class": table.classes[number],
                "kind": "seen" if seen[number] else "unseen",
                "images": int(images[number]),
                **{name: number_or_none(values[number]) for name, values in accuracies.items()},
                "most_taken_for": table.classes[other] if wrong else "",
                "taken_for_it": wrong,
                "jsd": mean_known(jsd[of_class]),
                "map_overlap": mean_known(overlap[of_class]),
            }
        )
    return rows


def attribute_rows(
    table: ClassTable,
    truth: NDArray[np.signedinteger],
    truth_from: str,
    measured: Mapping[str, Floats],
    present: BoolArray,
    jsd: Floats,
    overlap: Floats,
    pointing: PointingGame | None,
) -> list[Row]:
    """Return one row per attribute.

    ``measured`` holds (K,) values by column name; areas under the ROC curve are measured against ``truth`` (N, K).
    ``jsd`` (N,) and ``overlap`` (N, K) are averaged over the images whose class has the attribute, ``present`` (N, K).
    """
    rows: list[Row] = []
    for column, attribute in enumerate(table.attributes):
        has = present[:, column]
        rows.append(
            {
                "attribute": attribute.full_name,
                "group": attribute.group,
                **{name: number_or_none(values[column]) for name, values in measured.items()},
                "truth": truth_from,
                "images_with": int((truth[:, column] == 1).sum()),
                "images_without": int((truth[:, column] == 0).sum()),
                "jsd": mean_known(jsd[has]),
                "map_overlap": mean_known(overlap[has, column]),
                **pointing_columns(pointing, [column]),
            }
        )
    return rows


def pointing_columns(pointing: PointingGame | None, columns: Sequence[int]) -> Row:
    """Return the columns of the pointing game over some attributes."""
    if pointing is None:
        return {"pointing_av": None, "pointing_va": None, "pointing_chance": None, "pointing_n": 0}
    games = {side: getattr(pointing, side)[:, list(columns)] for side in ("av", "va", "chance")}
    shares: Row = {f"pointing_{side}": mean_known(values) for side, values in games.items()}
    return {**shares, "pointing_n": int((~np.isnan(games["chance"])).sum())}


def curve_rows(curve: SeenUnseenCurve | None) -> list[Row]:
    """Return one row per stretch of gamma in which no decision changes; the first and the last are unbounded."""
    if curve is None:
        return []
    edges = [None, *curve.gamma.tolist(), None]
    return [
        {"gamma_from": low, "gamma_to": high, "S": float(s), "U": float(u), "H": float(h)}
        for low, high, s, u, h in zip(edges[:-1], edges[1:], curve.seen, curve.unseen, curve.harmonic, strict=True)
    ]


def number_or_none(value: float) -> float | None:
    """Return None for NaN."""
    return None if np.isnan(value) else float(value)
