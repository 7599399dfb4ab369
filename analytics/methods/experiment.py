"""What did a randomised campaign bring? Each arm against the control, with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import refuse_two_styles, require_columns, unit_notices
from analytics.methods.compare import welch
from analytics.methods.describe import typed
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.many_tests import holm_adjusted
from analytics.methods.outlying import dominance_notices
from analytics.methods.proportions import difference_of_shares
from analytics.methods.repeated import (
    Units,
    difference_by_units,
    drawn_units,
    standard_error,
)
from analytics.methods.serialise import jsonable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Correction = Literal["holm", "dunnett"]
MIN_ROWS = 20
MAX_ARMS = 20
# An uneven split this unlikely by chance means that the draw or the data are broken.
BROKEN_SPLIT = 0.001
# Share of outcomes whose absence is more than a slip.
MANY_MISSING = 0.05
Z975, Z80 = 1.959963984540054, 0.8416212335729143


@dataclass(frozen=True)
class Arm:
    """One arm of the experiment.

    Attributes
    ----------
    arm : str
    n : int
    mean : float
        Mean outcome, or the share of successes.
    difference, lo, hi : float or None
        Mean minus the control's with the 95 % interval; None for the control.
    lo_all, hi_all : float or None
        Intervals that hold together for all arms with 95 % (Bonferroni, or Dunnett).
    p, p_adjusted : float or None
        Test of no difference, and after the correction over the arms.
    lift : float or None
        Difference over the control's mean.
    detectable : float or None
        Difference that so many rows show with probability 80 %.
    """

    arm: str
    n: int
    mean: float
    difference: float | None
    lo: float | None
    hi: float | None
    lo_all: float | None
    hi_all: float | None
    p: float | None
    p_adjusted: float | None
    lift: float | None
    detectable: float | None


@dataclass(frozen=True)
class ExperimentResult:
    """All arms, the control first.

    Attributes
    ----------
    kind : {"share", "mean"}
    split_p : float
        Chi-squared test that the arms have the planned sizes.
    correction : {"holm", "dunnett"}
    needed : int or None
        Rows per arm to see the difference asked for with probability 80 %.
    """

    arms: tuple[Arm, ...]
    control: str
    outcome: str
    kind: str
    correction: Correction
    split_p: float
    needed: int | None
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        return {
            "arms": jsonable(list(self.arms)),
            "control": self.control,
            "outcome": self.outcome,
            "kind": self.kind,
            "correction": self.correction,
            "split_p": self.split_p,
            "needed_per_arm": self.needed,
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def experiment(
    frame: pd.DataFrame,
    *,
    arm: str,
    control: str,
    outcome: str,
    success: str | None = None,
    shares: dict[str, float] | None = None,
    detect: float | None = None,
    correction: Correction = "holm",
    seed: int = 0,
) -> ExperimentResult:
    """Compare each arm of a randomised experiment with the control.

    Parameters
    ----------
    frame : DataFrame
        One row per person, or several: what was drawn is found (``repeated.drawn_units``) and
        intervals and tests take its rows together.  Rows without arm or outcome are left out.
    arm, outcome : str
        Columns.  An outcome of yes/no or 0/1 is compared as a share, numbers as means.
    control : str
        The arm to compare with.
    success : str, optional
        What counts as success where the outcome is text.
    shares : dict, optional
        Planned relative sizes of the arms; equal by default.
    detect : float, optional
        A difference in the unit of the outcome: how many rows per arm it would need is told.
    correction : {"holm", "dunnett"}
        Over several arms: Holm's, for any outcome, or Dunnett's comparison of all means with the
        control, which finds more where the arms spread alike.
    seed : int
        Of the numeric integral in Dunnett's test.

    Returns
    -------
    ExperimentResult

    Raises
    ------
    DataProblem, InsufficientData
        No such arm, one arm only, an arm with fewer than 20 rows, a constant outcome, or
        Dunnett's comparison of shares.

    Notes
    -----
    Shares: R. G. Newcombe (1998), Interval estimation for the difference between independent
    proportions, Statistics in Medicine 17, 873-890, method 10; Fisher's exact test where fewer
    than 5 are expected in a cell, else the pooled test.  Means: Welch.  Many to one: C. W. Dunnett
    (1955), A multiple comparison procedure for comparing several treatments with a control, JASA
    50, 1096-1121; it takes the arms' variances as equal.  The sizes of the arms:
    A. Fabijan et al. (2019), Diagnosing sample ratio mismatch in online experiments, KDD.
    """
    require_columns(frame, [arm, outcome])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    binary, values = _outcome(frame, outcome, success)
    drawn = pd.DataFrame({"arm": frame[arm].map(_label, na_action="ignore"), "y": values})
    rows = drawn.dropna()
    dropped = len(frame) - len(rows)
    if len(rows) == 0:
        raise DataProblem("no_usable_rows")
    samples = _samples(rows, arm, control, outcome)
    named = drawn["arm"].dropna()
    units = drawn_units(frame.loc[named.index], named, {arm, outcome})
    codes = _unit_codes(units, named, rows) if units else None
    arms = _arms(samples, control, binary=binary, units=codes)
    if correction == "dunnett":
        arms = _dunnett(arms, samples, outcome, seed, binary=binary)
    elif correction != "holm":
        rule = {"name": "correction", "rule": "holm or dunnett", "value": correction}
        raise DataProblem("bad_parameter", rule)
    sizes = {name: int((named == name).sum()) for name in samples}
    split_p = _split_chance(_drawn_sizes(named, units, sizes), shares)
    answered = {name: len(y) for name, y in samples.items()}
    told = _missing(outcome, sizes, answered) + unit_notices(frame, outcome)
    if units:
        counts = {"units": int(units.codes.max()) + 1, "rows": len(named)}
        told.insert(0, Notice("units_repeated", {"column": units.column, **counts}))
    if not binary:
        told += dominance_notices(outcome, rows["y"].to_numpy(dtype=float))
    notices = _notices(arms, dropped, split_p, told, planned=shares is not None)
    return ExperimentResult(
        arms=arms,
        control=control,
        outcome=outcome,
        kind="share" if binary else "mean",
        correction=correction,
        split_p=split_p,
        needed=_needed(samples[control], detect, binary=binary),
        rows_used=len(rows),
        rows_dropped=dropped,
        notices=tuple(notices),
    )


def _drawn_sizes(named: pd.Series, units: Any, sizes: dict[str, int]) -> dict[str, int]:
    """How many persons were drawn into each arm: its rows, where each is one."""
    if units is None:
        return sizes
    return {name: len(np.unique(units.codes[(named == name).to_numpy()])) for name in sizes}


def _label(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _outcome(frame: pd.DataFrame, name: str, success: str | None) -> tuple[bool, pd.Series]:
    """Return whether the outcome is yes or no, and its values with successes as 1."""
    column = frame[name]
    if success is not None:
        words = column.map(_label, na_action="ignore")
        if not (words == success).any():
            raise DataProblem("no_such_value", {"column": name, "value": success})
        return True, (words == success).astype(float).where(column.notna())
    kind, values = typed(frame, name)
    if kind in ("text", "date"):
        refuse_two_styles(frame, name)
        raise DataProblem("success_needed", {"column": name})
    return bool(kind == "boolean" or values.dropna().isin([0.0, 1.0]).all()), values


def _samples(rows: pd.DataFrame, arm: str, control: str, outcome: str) -> dict[str, FloatArray]:
    samples = {
        str(name): part.to_numpy(dtype=float) for name, part in rows.groupby("arm", sort=True)["y"]
    }
    if control not in samples:
        raise DataProblem("no_such_value", {"column": arm, "value": control})
    if not 2 <= len(samples) <= MAX_ARMS:
        raise DataProblem("arms_needed", {"arms": len(samples), "limit": MAX_ARMS})
    smallest = min(samples, key=lambda name: len(samples[name]))
    if len(samples[smallest]) < MIN_ROWS:
        params = {"arm": smallest, "rows": len(samples[smallest]), "needed": MIN_ROWS}
        raise InsufficientData("arm_too_small", params)
    if rows["y"].nunique() < 2:
        raise DataProblem("constant_outcome", {"column": outcome})
    return {control: samples.pop(control), **samples}


def _unit_codes(units: Units, named: pd.Series, rows: pd.DataFrame) -> dict[str, IntArray]:
    """Of each arm's rows with an outcome, which unit they belong to."""
    of_row = pd.Series(units.codes, index=named.index).loc[rows.index]
    return {str(name): part.to_numpy() for name, part in of_row.groupby(rows["arm"], sort=True)}


def _arms(
    samples: dict[str, FloatArray],
    control: str,
    *,
    binary: bool,
    units: dict[str, IntArray] | None,
) -> tuple[Arm, ...]:
    base = samples[control]
    mean = float(base.mean())
    first = Arm(control, len(base), mean, *[None] * 9)
    others = len(samples) - 1
    found = []
    for name, y in samples.items():
        if name == control:
            continue
        test: Any = difference_of_shares if binary else welch
        se = np.sqrt(base.var(ddof=1) / len(base) + y.var(ddof=1) / len(y))
        if units:
            test = partial(difference_by_units, units=(units[control], units[name]))
            se = standard_error(base, y, (units[control], units[name]))
        difference, lo, hi, p = test(base, y)
        _, lo_all, hi_all, _ = test(base, y, level=1 - 0.05 / others)
        found.append(
            Arm(
                name, len(y), float(y.mean()), difference, lo, hi, lo_all, hi_all, p, p,
                difference / mean if mean != 0 else None, float((Z975 + Z80) * se),
            )
        )  # fmt: skip
    adjusted = holm_adjusted(np.array([one.p for one in found], dtype=float))
    return (
        first,
        *(replace(one, p_adjusted=float(p)) for one, p in zip(found, adjusted, strict=True)),
    )


def _dunnett(
    arms: tuple[Arm, ...], samples: dict[str, FloatArray], outcome: str, seed: int, *, binary: bool
) -> tuple[Arm, ...]:
    """Return the arms with p-values and joint intervals of Dunnett's many-to-one comparison."""
    from scipy.stats import dunnett

    if binary:
        raise DataProblem("dunnett_needs_means", {"column": outcome})
    control, *others = arms
    found = dunnett(
        *(samples[one.arm] for one in others), control=samples[control.arm],
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    joint = found.confidence_interval(0.95)
    rows = zip(others, found.pvalue, joint.low, joint.high, strict=True)
    return (
        control,
        *(
            replace(one, p_adjusted=float(p), lo_all=float(low), hi_all=float(high))
            for one, p, low, high in rows
        ),
    )


def _split_chance(sizes: dict[str, int], shares: dict[str, float] | None) -> float:
    """Chance of such sizes, of all rows drawn whether or not their outcome is known."""
    from scipy.stats import chisquare

    counts = np.array(list(sizes.values()), dtype=float)
    planned = np.ones(len(sizes))
    if shares is not None:
        if set(shares) != set(sizes) or not all(0 < s < np.inf for s in shares.values()):
            rule = "a size above 0 for each of " + ", ".join(sizes)
            value = ", ".join(f"{name}={size}" for name, size in shares.items())
            raise DataProblem("bad_parameter", {"name": "shares", "rule": rule, "value": value})
        planned = np.array([shares[name] for name in sizes])
    return float(chisquare(counts, planned / planned.sum() * counts.sum()).pvalue)


def _needed(base: FloatArray, detect: float | None, *, binary: bool) -> int | None:
    """Return rows per arm for a power of 80 % at 5 %, by the normal approximation."""
    if detect is None:
        return None
    if detect == 0 or not np.isfinite(detect):
        params = {"name": "detect", "rule": "a difference other than 0", "value": detect}
        raise DataProblem("bad_parameter", params)
    variance = 2 * float(base.var(ddof=1))
    if binary:
        before = float(base.mean())
        after = min(max(before + detect, 0.0), 1.0)
        variance = before * (1 - before) + after * (1 - after)
    return int(np.ceil((Z975 + Z80) ** 2 * variance / detect**2))


def _missing(outcome: str, sizes: dict[str, int], known: dict[str, int]) -> list[Notice]:
    """What is to be said where many outcomes, or more in one arm than in another, are missing."""
    from scipy.stats import chi2_contingency

    lost = np.array([sizes[name] - known[name] for name in sizes])
    share = float(lost.sum() / sum(sizes.values()))
    if share == 0:
        return []
    p = float(chi2_contingency(np.array([lost, list(known.values())])).pvalue)
    notices = []
    if share >= MANY_MISSING or p < BROKEN_SPLIT:
        notices.append(Notice("outcomes_missing", {"column": outcome, "share": 100 * share}))
    if p < BROKEN_SPLIT:
        notices.append(Notice("outcomes_missing_unevenly", {"p": p}))
    return notices


def _notices(
    arms: tuple[Arm, ...], dropped: int, split_p: float, told: list[Notice], *, planned: bool
) -> list[Notice]:
    notices = [Notice("rows_missing_dropped", {"rows": dropped})] if dropped else []
    notices += told
    if split_p < BROKEN_SPLIT:
        notices.append(Notice("split_broken" if planned else "split_uneven", {"p": split_p}))
    clear = [one for one in arms[1:] if one.p_adjusted is not None and one.p_adjusted < 0.05]
    if not clear:
        largest = max(one.detectable or 0.0 for one in arms[1:])
        notices.append(Notice("no_difference_shown", {"detectable": largest}))
    if len(arms) > 2:
        notices.append(Notice("arms_adjusted", {"arms": len(arms) - 1}))
    notices.append(Notice("no_peeking"))
    return notices
