"""Several seeds of one configuration: their mean and deviation, and whether two configurations differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from msdn_core.domain.metrics.bootstrap import CONFIDENCE_LEVEL, Interval


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over ``count`` seeds."""

    mean: float
    deviation: float | None
    """Of the sample (divided by count − 1); None of a single seed."""
    count: int


def configuration(settings: Mapping[str, Any]) -> str:
    """What two runs share exactly if they differ in nothing but their seed."""
    return json.dumps({name: value for name, value in settings.items() if name != "seed"}, sort_keys=True)


def spread(values: Sequence[float]) -> Spread | None:
    """Mean and deviation of a figure; None without any."""
    if not values:
        return None
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return Spread(float(np.mean(values)), deviation, len(values))


def difference_of_means(first: Sequence[float], second: Sequence[float]) -> Interval | None:
    """Where the difference of two means over seeds, second less first, lies by Welch's t; None below two seeds each."""
    if min(len(first), len(second)) < 2:
        return None
    from scipy.special import stdtrit

    errors = [float(np.var(values, ddof=1)) / len(values) for values in (first, second)]
    middle, total = float(np.mean(second) - np.mean(first)), sum(errors)
    if total == 0:
        return Interval(middle, middle)
    freedom = total**2 / sum(
        error**2 / (len(values) - 1) for error, values in zip(errors, (first, second), strict=True)
    )
    reach = float(stdtrit(freedom, (1 + CONFIDENCE_LEVEL) / 2)) * total**0.5
    return Interval(middle - reach, middle + reach)
