"""Value models on the time after the calibration period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.bgnbd import BgNbd, expected_purchases, purchase_spread
from analytics.methods.gamma_gamma import GammaGamma, expected_spend
from analytics.methods.purchases import History, PurchaseDays, bought_between
from analytics.methods.serialise import jsonable
from analytics.methods.value_judging import NAIVE, Judged, beats, judge, rival_predictions
from analytics.methods.value_totals import Total, totals

FloatArray = NDArray[np.float64]
MODEL, OWN_MEAN = "bgnbd", "bgnbd_own_mean"


@dataclass(frozen=True)
class Holdout:
    """Predictions against what happened after the calibration period.

    Attributes
    ----------
    days : int
        Length of the time judged.
    actual : float
        Purchases that happened, of customers known at the split.
    predicted : Total
        Their prediction with intervals.
    coverage80 : float
        Share of customers whose purchases lay within their 80 % interval.
    purchases, money : tuple of Judged
        The model first, then its rivals; ``money`` is empty without amounts.
    repeats : int
        Repeat purchases in the calibration period.
    better : bool
        The model beat the historical rate, in money where there are amounts.
    own_mean : bool
        Money was told better with each customer's own mean amount than with the gamma-gamma's,
        which draws it towards everybody's: where those who buy often spend otherwise.
    missed : float
        Logarithm of actual over predicted purchases, 0 or more, where the 80 % interval of the
        total did not hold the actual one; else 0.
    """

    days: int
    actual: float
    predicted: Total
    coverage80: float
    purchases: tuple[Judged, ...]
    money: tuple[Judged, ...]
    repeats: int
    better: bool
    own_mean: bool
    missed: float

    @property
    def counts_better(self) -> bool:
        """The model beat the historical rate in the number of purchases."""
        return beats(self.purchases[0], self.purchases[1])

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's part of the answer."""
        own = self.purchases[0]
        return {
            "days": self.days,
            "actual": self.actual,
            "predicted": self.predicted.mean,
            "predicted_lo80": self.predicted.lo80,
            "predicted_hi80": self.predicted.hi80,
            "correlation": jsonable(own.correlation),
            "mae": own.mae,
            "top_share": jsonable(own.top_share),
            "coverage80": self.coverage80,
            "purchases": jsonable(list(self.purchases)),
            "money": jsonable(list(self.money)),
            "better_than_historical_rate": self.better,
        }


def judge_holdout(
    days: PurchaseDays,
    known: History,
    end: pd.Timestamp,
    bgnbd: BgNbd,
    gamma_gamma: GammaGamma | None,
) -> Holdout:
    """Judge models that know ``known`` by the purchases from then until ``end``."""
    ahead = (end - known.until).days
    weeks = ahead / 7.0
    at = (known.repeats, known.recency / 7.0, known.age / 7.0)
    count, spend = bought_between(days, known.until, end, known.customers)
    expected = expected_purchases(bgnbd, *at, weeks)
    spread = purchase_spread(bgnbd, *at, weeks)
    total = totals(bgnbd, None, known, weeks, expected, spread.variance, expected)[0]
    counts, spends = rival_predictions(days, known, ahead, money=gamma_gamma is not None)
    purchases = _compared(expected, count, counts)
    money: tuple[Judged, ...] = ()
    if gamma_gamma is not None:
        worth = expected * expected_spend(gamma_gamma, known.repeats, known.spend)
        money = _compared(worth, spend, spends)
        own = judge(OWN_MEAN, expected * own_mean(known), spend)
        if beats(own, money[0]):
            money = (own, *money)
    ruling = money or purchases
    naive = next(one for one in ruling if one.name == NAIVE)
    return Holdout(
        days=ahead,
        actual=float(count.sum()),
        predicted=total,
        coverage80=float(np.mean((count >= spread.lo) & (count <= spread.hi))),
        purchases=purchases,
        money=money,
        repeats=int(known.repeats.sum()),
        better=beats(ruling[0], naive),
        own_mean=bool(money) and money[0].name == OWN_MEAN,
        missed=_missed(float(count.sum()), total),
    )


def own_mean(known: History) -> FloatArray:
    """Return each customer's mean amount so far, less refunds, at least 0."""
    return np.maximum(known.total / (known.repeats + 1), 0.0)


def _missed(actual: float, predicted: Total) -> float:
    if predicted.lo80 <= actual <= predicted.hi80:
        return 0.0
    return abs(float(np.log(max(actual, 0.5) / max(predicted.mean, 0.5))))


def _compared(
    model: FloatArray, actual: FloatArray, rivals: dict[str, FloatArray]
) -> tuple[Judged, ...]:
    return (
        judge(MODEL, model, actual),
        *(judge(name, predicted, actual) for name, predicted in rivals.items()),
    )
