"""How many customers does an experiment need?"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from analytics.methods.errors import DataProblem

ALPHA = 0.05


@dataclass(frozen=True)
class SampleSize:
    """Customers for an experiment.

    Attributes
    ----------
    total, control, per_arm : int
        In all, held out, and in each treated arm.
    weeks : int or None
        Time to collect them at the given rate, and for the outcome's window to pass.
    """

    total: int
    control: int
    per_arm: int
    weeks: int | None


def size_for_shares(
    base: float, difference: float, *, arms: int = 1, control_share: float | None = None,
    power: float = 0.8, weekly: float | None = None, window_days: int = 0,
) -> SampleSize:  # fmt: skip
    """Customers to see a share change from ``base`` by ``difference``.

    Parameters
    ----------
    base : float
        Share of successes without treatment, 0 to 1.
    difference : float
        Smallest change worth finding, as a share (0.02: two points); ``base + difference`` lies
        within 0 and 1.
    arms : int
        Treated arms, each compared with the control (two-sided 5 % over all of them: Bonferroni,
        which Holm's and Dunnett's tests never need more than).
    control_share : float, optional
        Share held out; by default the control is as large as an arm.
    power : float
        Probability to see the difference in one arm where it is there.
    weekly : float, optional
        Customers who become available a week; None: all are there at once.
    window_days : int
        Days for which each customer's outcome is watched.

    Raises
    ------
    DataProblem
        A figure that no experiment can have.

    Notes
    -----
    J. L. Fleiss, B. Levin and M. C. Paik (2003), Statistical Methods for Rates and Proportions,
    3rd ed., ch. 4, by the variances of both shares without continuity correction, for arms of
    unequal size.
    """
    _within("base", base, 0, 1)
    after = base + difference
    _within("base + difference", after, 0, 1)
    variances = base * (1 - base), after * (1 - after)
    return _size(variances, difference, arms, control_share, power, weekly, window_days)


def size_for_means(
    spread: float, difference: float, *, arms: int = 1, control_share: float | None = None,
    power: float = 0.8, weekly: float | None = None, window_days: int = 0,
) -> SampleSize:  # fmt: skip
    """Customers to see a mean change by ``difference``, both in the outcome's unit.

    ``spread`` is the standard deviation over customers; the rest as in ``size_for_shares``.
    Source: S.-C. Chow, J. Shao and H. Wang (2008), Sample Size Calculations in Clinical Research,
    2nd ed., eq. 3.2.3.
    """
    if not spread > 0:
        raise _problem("spread", "above 0", spread)
    variances = (spread**2, spread**2)
    return _size(variances, difference, arms, control_share, power, weekly, window_days)


def _size(
    variances: tuple[float, float], difference: float, arms: int, control_share: float | None,
    power: float, weekly: float | None, window_days: int,
) -> SampleSize:  # fmt: skip
    from scipy.stats import norm

    if difference == 0:
        raise _problem("difference", "other than 0", difference)
    if arms < 1:
        raise _problem("arms", "1 or more", arms)
    _within("power", power, 0.5, 1)
    held = 1 / (arms + 1) if control_share is None else control_share
    _within("control share", held, 0, 1)
    each = (1 - held) / arms
    z = float(norm.ppf(1 - ALPHA / arms / 2) + norm.ppf(power))
    total = z**2 * (variances[0] / held + variances[1] / each) / difference**2
    control, per_arm = ceil(total * held), ceil(total * each)
    customers = control + arms * per_arm
    return SampleSize(customers, control, per_arm, _weeks(customers, weekly, window_days))


def _weeks(customers: int, weekly: float | None, window_days: int) -> int | None:
    if weekly is None:
        return None
    if not weekly > 0:
        raise _problem("weekly", "above 0", weekly)
    return ceil(customers / weekly) + ceil(window_days / 7)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low < value < high:
        raise _problem(name, f"above {low:g} and below {high:g}", value)


def _problem(name: str, rule: str, value: float) -> DataProblem:
    return DataProblem("bad_parameter", {"name": name, "rule": rule, "value": value})
