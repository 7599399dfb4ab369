"""When will each customer order next? By the purchase model or the own rhythm, as judged.

All days count from the end of observation.  Each way gives a distribution of the waiting time of
those who order again, and the chance that one does; below one half the day is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.bgnbd import BgNbd, probability_alive
from analytics.methods.purchases import History, PurchaseDays
from analytics.methods.serialise import jsonable

FloatArray = NDArray[np.float64]
MODEL, RHYTHM, NAIVE = "bgnbd", "own_rhythm", "usual_pause"
# An own rhythm needs two pauses; a way needs so many customers to be judged on.
PAUSES, JUDGED = 2, 30
LEVELS = (0.5, 0.1, 0.9)


@dataclass(frozen=True)
class Waiting:
    """Days until the next order, each of shape (n,), NaN where it is unknown.

    Attributes
    ----------
    middle : ndarray
        As many order before as after.
    lo, hi : ndarray
        Central 80 % interval of those who order again.
    """

    middle: FloatArray
    lo: FloatArray
    hi: FloatArray

    def where(self, known: NDArray[np.bool_]) -> Waiting:
        """Return the same with the others unknown."""
        return Waiting(*(np.where(known, one, np.nan) for one in (self.middle, self.lo, self.hi)))


@dataclass(frozen=True)
class WaitingJudged:
    """One way on days not seen.

    Attributes
    ----------
    name : str
    error : float
        Mean days between the day told and the day of the order; who had not ordered when the time
        judged ended counts with the days known to be missing.
    coverage80 : float or None
        Of the intervals that ended within the time judged, the share with the order in them.
    """

    name: str
    error: float
    coverage80: float | None


@dataclass(frozen=True)
class NextOrderTest:
    """All ways on the same customers, and the one to use.

    Attributes
    ----------
    chosen : str or None
        None when nothing beats everybody's usual pause.
    customers : int
        Those whose day every way could tell.
    """

    chosen: str | None
    customers: int
    models: tuple[WaitingJudged, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's part of the answer."""
        models = [jsonable(one) for one in self.models]
        return {"chosen": self.chosen, "customers": self.customers, "models": models}


def waiting_by_model(model: BgNbd, known: History) -> Waiting:
    """Return the waiting time by BG/NBD, time of the model in weeks.

    Of a customer who is alive, the rate is gamma with shape r + x and rate alpha + T, so the
    waiting time follows a Lomax distribution with these parameters (Fader, Hardie, Lee 2005).
    """
    age = known.age / 7.0
    alive = probability_alive(model, known.repeats, known.recency / 7.0, age)
    shape, scale = model.r + known.repeats, 7.0 * (model.alpha + age)
    with np.errstate(over="ignore"):
        days = [scale * np.expm1(-np.log1p(-level) / shape) for level in LEVELS]
    return Waiting(*days).where((alive >= 0.5) & (known.repeats > 0))


def waiting_by_rhythm(days: PurchaseDays, known: History, *, own: bool = True) -> Waiting:
    """Return the waiting time from how long pauses last beside each customer's median pause.

    Parameters
    ----------
    days, known : PurchaseDays, History
    own : bool
        False takes the pauses of everybody as they are, in days.

    Notes
    -----
    The distribution of a pause over the median of those before it is estimated by Kaplan and Meier
    (1958) from everybody's last pause, with the pause under way as censored.  What never ends is
    the share who left; a customer's waiting time is that of a pause as long as so far.
    """
    usual, last, before = _pauses(days, known)
    scale = usual if own else np.where(np.isfinite(usual), 1.0, np.nan)
    elapsed = (known.age - known.recency).astype(float)
    earlier = before if own else np.where(np.isfinite(before), 1.0, np.nan)
    learnt = np.isfinite(earlier)
    if int(learnt.sum()) < JUDGED:
        nothing = np.full(len(usual), np.nan)
        return Waiting(nothing, nothing, nothing)
    lengths = np.concatenate([last[learnt] / earlier[learnt], (elapsed / scale)[learnt]])
    ended = np.repeat([True, False], int(learnt.sum()))
    times, left = kaplan_meier(lengths, ended)
    return _conditional(times, left, elapsed, scale)


def kaplan_meier(lengths: FloatArray, ended: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Return the times at which something ended and the share that lasted longer, shape (k,)."""
    order = np.argsort(lengths, kind="stable")
    sorted_lengths, events = lengths[order], ended[order].astype(float)
    times, first = np.unique(sorted_lengths, return_index=True)
    died = np.add.reduceat(events, first)
    at_risk = (len(lengths) - first).astype(float)
    happened = died > 0
    return times[happened], np.cumprod(1.0 - died[happened] / at_risk[happened])


def _conditional(
    times: FloatArray, left: FloatArray, elapsed: FloatArray, scale: FloatArray
) -> Waiting:
    """Waiting times given that ``elapsed`` days of a pause have passed."""
    never = float(left[-1])
    steps = np.concatenate([[1.0], left])
    place = np.searchsorted(times, np.nan_to_num(elapsed / scale), side="right")
    now = steps[place]
    returning = np.where(now > 0, (now - never) / np.maximum(now, 1e-12), 0.0)
    found = []
    for level in LEVELS:
        goal = never + (1.0 - level) * (now - never)
        # ``left`` falls: the first time at which at most ``goal`` is left.
        index = np.searchsorted(-left, -goal - 1e-12, side="left")
        until = times[np.minimum(index, len(times) - 1)]
        found.append(np.maximum(until * scale - elapsed, 0.0))
    return Waiting(*found).where((returning >= 0.5) & np.isfinite(scale) & (scale > 0))


def _pauses(days: PurchaseDays, known: History) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return per customer the median pause, the last pause, and the median of those before it."""
    table = days.table[days.table["bought"] & (days.table["day"] <= known.until)]
    code = table["customer"].to_numpy()
    day = table["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    same = code[1:] == code[:-1]
    pauses = pd.DataFrame({"customer": code[1:][same], "pause": np.diff(day)[same].astype(float)})
    by = pauses.groupby("customer", sort=False)["pause"]
    rest = pauses[pauses["customer"].duplicated(keep="last")]
    earlier = rest.groupby("customer", sort=False)["pause"].median()
    count = by.size()
    usual, last = by.median()[count >= PAUSES], by.last()
    before = earlier[earlier.index.isin(count.index[count > PAUSES])]
    return (_spread(usual, known), _spread(last, known), _spread(before, known))


def _spread(found: Any, known: History) -> FloatArray:
    return np.asarray(found.reindex(known.customers), dtype=float)


def judge_waiting(
    days: PurchaseDays, known: History, end: pd.Timestamp, model: BgNbd
) -> NextOrderTest | None:
    """Compare all ways by the orders after ``known.until`` up to ``end``; None with too few."""
    ways = {
        MODEL: waiting_by_model(model, known),
        RHYTHM: waiting_by_rhythm(days, known),
        NAIVE: waiting_by_rhythm(days, known, own=False),
    }
    told = np.all([np.isfinite(way.middle) for way in ways.values()], axis=0)
    if int(told.sum()) < JUDGED:
        return None
    came, ahead = _came(days, known, end), float((end - known.until).days)
    judged = tuple(_judge(name, way, came, ahead, told) for name, way in ways.items())
    naive = judged[-1]
    best = min(judged[:-1], key=lambda one: one.error)
    return NextOrderTest(
        chosen=best.name if best.error < naive.error else None,
        customers=int(told.sum()),
        models=judged,
    )


def _came(days: PurchaseDays, known: History, end: pd.Timestamp) -> FloatArray:
    """Return the days from the split to the next purchase of each customer, NaN without one."""
    table = days.table
    later = table[table["bought"] & (table["day"] > known.until) & (table["day"] <= end)]
    first = later.groupby("customer")["day"].min()
    gap: Any = first - known.until
    return _spread(gap.dt.days, known)


def _judge(
    name: str, way: Waiting, came: FloatArray, ahead: float, told: NDArray[np.bool_]
) -> WaitingJudged:
    ordered = np.isfinite(came)
    error = np.where(ordered, np.abs(way.middle - came), np.maximum(ahead - way.middle, 0.0))
    over = told & (way.hi <= ahead)
    held = over & ordered & (came >= np.floor(way.lo)) & (came <= np.ceil(way.hi))
    share = float(held.sum() / over.sum()) if over.any() else None
    return WaitingJudged(name, float(error[told].mean()), share)


def next_orders(
    days: PurchaseDays, known: History, model: BgNbd, test: NextOrderTest | None
) -> Waiting:
    """Return the waiting times by the way that ``test`` chose; all unknown without one."""
    if test is None or test.chosen is None:
        nothing = np.full(len(known.repeats), np.nan)
        return Waiting(nothing, nothing, nothing)
    if test.chosen == MODEL:
        return waiting_by_model(model, known)
    return waiting_by_rhythm(days, known)
