"""The metrics of the field in numpy, one idea per module.

Letters: N images, M classes, K attributes, R regions. Values are from 0 to 1 unless stated otherwise; a value that
cannot be measured is None, or NaN in an array.
"""

from msdn_core.domain.metrics.accuracy import (
    Figures,
    among_unseen,
    class_accuracies,
    confusion,
    confusions,
    figures,
    harmonic_mean,
    mean_known,
    per_class_accuracy,
)
from msdn_core.domain.metrics.agreement import jensen_shannon, map_overlap, score_correlation
from msdn_core.domain.metrics.attribute_auc import attribute_auc, binarised
from msdn_core.domain.metrics.best_seen_unseen import BestSeenUnseen, best_seen_unseen
from msdn_core.domain.metrics.curve import SeenUnseenCurve, seen_unseen_curve
from msdn_core.domain.metrics.insertion import class_maps, insertion_area
from msdn_core.domain.metrics.localisation import PCP_SCALES, PCP_SIDE, correct_parts, enlarged_peaks
from msdn_core.domain.metrics.pointing import PointingGame, pointing_chance, pointing_game, pointing_hits
from msdn_core.domain.metrics.removal import best_regions, random_regions, score_falls

__all__ = [
    "PCP_SCALES",
    "PCP_SIDE",
    "BestSeenUnseen",
    "Figures",
    "PointingGame",
    "SeenUnseenCurve",
    "among_unseen",
    "attribute_auc",
    "best_regions",
    "best_seen_unseen",
    "binarised",
    "class_accuracies",
    "class_maps",
    "confusion",
    "confusions",
    "correct_parts",
    "enlarged_peaks",
    "figures",
    "harmonic_mean",
    "insertion_area",
    "jensen_shannon",
    "map_overlap",
    "mean_known",
    "per_class_accuracy",
    "pointing_chance",
    "pointing_game",
    "pointing_hits",
    "random_regions",
    "score_correlation",
    "score_falls",
    "seen_unseen_curve",
]
