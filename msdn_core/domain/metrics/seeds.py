"""Several seeds of a configuration: mean and standard deviation, and whether two configurations differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.metrics.bootstrap import CONFIDENCE_LEVEL, Interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Spread:
    """A result over ``count`` seeds."""

    mean: float
    deviation: float | None
    """The sample standard deviation (divided by count − 1); None for a single seed."""
    count: int


def configuration(settings: Mapping[str, Any]) -> str:
    """Return a text that is equal for two runs exactly if their settings differ only in the seed."""
    return json.dumps({name: value for name, value in settings.items() if name != "seed"}, sort_keys=True)


def spread(values: Sequence[float]) -> Spread | None:
    """Return mean and standard deviation of a result; None without values."""
    if not values:
        return None
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return Spread(float(np.mean(values)), deviation, len(values))


def difference_of_means(first: Sequence[float], second: Sequence[float]) -> Interval | None:
    """Return the interval of the second mean minus the first by Welch's t; None with fewer than two seeds each."""
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
