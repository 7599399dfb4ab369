"""Are they satisfied? What moves the marks, who is likely to give a low one, who stays silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import require_columns
from analytics.methods.discrimination import Area, Calibration
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.features import read_features
from analytics.methods.nonresponse import Response, response_of
from analytics.methods.one_thread import one_thread
from analytics.methods.ordinal import (
    ROWS_PER_COEFFICIENT,
    OrdinalResult,
    explain_steps,
    split_steps,
)
from analytics.methods.ordinal_steps import LEAST_PER_STEP, step_codes
from analytics.methods.scorecard import Scorecard, fit_card, judge_card
from analytics.methods.serialise import jsonable
from analytics.methods.shrinkage import GroupMeans, group_means
from analytics.methods.splits import time_values

FloatArray = NDArray[np.float64]
MARK, SENT = "score", "day"
# Marks up to this one are low: 4 and 5 of 5 count as satisfied.
LOW_MARK = 3
FEW_ANSWER = 0.6


@dataclass(frozen=True)
class SatisfactionResult:
    """What moves the marks, and a card that foretells low ones.

    Attributes
    ----------
    drivers : OrdinalResult
        With every driver that is known before the survey.
    card : Scorecard or None
        From what is known while a request is open; None where it told nothing.
    area, calibration, naive_brier
        How the card did on later marks: a low one or not.
    base_rate : float
        Share of low marks.
    response : Response
    groups : dict of str to GroupMeans
    """

    drivers: OrdinalResult
    card: Scorecard | None
    area: Area
    calibration: Calibration
    naive_brier: float
    base_rate: float
    response: Response
    groups: dict[str, GroupMeans]
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe."""
        return {
            **{k: v for k, v in self.drivers.to_dict().items() if k != "warnings"},
            "card": self.card.to_dict() if self.card else None,
            "risk": {
                "auc": self.area.auc, "auc_lo": self.area.lo, "auc_hi": self.area.hi,
                "brier": self.calibration.brier, "naive_brier": self.naive_brier,
                "slope": jsonable(self.calibration.slope), "base_rate": self.base_rate,
                "curve": jsonable(self.calibration.curve), "low_mark": LOW_MARK,
            },
            "response": {**jsonable(self.response), "rate": self.response.rate},
            "groups": jsonable(self.groups),
        }  # fmt: skip


def explain_marks(
    frame: pd.DataFrame,
    drivers: list[str],
    *,
    later: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    seed: int = 0,
) -> SatisfactionResult:
    """Explain the marks of surveys, and learn who will give a low one.

    Parameters
    ----------
    frame : DataFrame
        One row per survey sent: ``score`` (1 to 5, missing without an answer), ``day`` (a number
        that ascends with the day it was sent), the drivers and groups.
    drivers : list of str
        In order of importance: with few marks the last ones are left out.
    later : tuple of str
        Drivers that are not yet known while a request is open.
    groups : tuple of str
        Columns whose levels get a mean mark each.

    Raises
    ------
    DataProblem, InsufficientData
        As ``explain_steps``.
    """
    require_columns(frame, [MARK, SENT, *drivers, *groups])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    marked = frame[frame[MARK].notna()].reset_index(drop=True)
    if marked.empty:
        raise DataProblem("no_usable_rows")
    used, left_out = _affordable(marked, drivers)
    found = explain_steps(marked[[MARK, SENT, *used]], MARK, time=SENT, seed=seed)
    known = [name for name in used if name not in later]
    with one_thread():
        card, area, calibration, naive = _card(marked, known, seed)
    response = response_of(frame.assign(answered=frame[MARK].notna()), "answered", drivers)
    notices = [*found.notices, *_response_notices(response)]
    if left_out:
        params = {"rows": len(marked), "columns": ", ".join(left_out)}
        notices.append(Notice("drivers_left_out", params))
    return SatisfactionResult(
        drivers=found,
        card=card if area.lo > 0.5 and calibration.brier < naive else None,
        area=area,
        calibration=calibration,
        naive_brier=naive,
        base_rate=float((marked[MARK] <= LOW_MARK).mean()),
        response=response,
        groups={name: group_means(marked[MARK], marked[name]) for name in groups},
        notices=tuple(notices),
    )


def _affordable(marked: pd.DataFrame, drivers: list[str]) -> tuple[list[str], list[str]]:
    """The first drivers whose coefficients have ten rows each, and those left out."""
    used: list[str] = []
    left: list[str] = []
    spare = len(marked) // ROWS_PER_COEFFICIENT
    for name in drivers:
        column = marked[name].dropna()
        terms = 1
        if not pd.api.types.is_numeric_dtype(column):
            counts = column.value_counts()
            # Frequent levels, the rare ones together, the missing ones; the usual one is free.
            terms = int((counts >= LEAST_PER_STEP).sum()) + 1
        if column.nunique() < 2:
            continue  # nothing to explain with
        if terms > spare:
            left.append(name)
            continue
        spare -= terms
        used.append(name)
    return used, left


def _card(
    marked: pd.DataFrame, known: list[str], seed: int
) -> tuple[Scorecard, Area, Calibration, float]:
    unsaid: list[Notice] = []  # said already of the drivers
    y, steps = step_codes(marked, MARK, (), unsaid)
    features = read_features(marked, known, unsaid)
    split = split_steps(y, time_values(marked, SENT), SENT, seed, unsaid)
    marks = marked[MARK].to_numpy(dtype=float)
    values = np.array([marks[y == k].mean() for k in range(len(steps))])
    low = max(1, min(int((values <= LOW_MARK + 0.5).sum()), len(steps) - 1))
    area, calibration, naive = judge_card(features, y, len(steps), split, low)
    return fit_card(features, y, len(steps), values=values, low=low), area, calibration, naive


def _response_notices(response: Response) -> list[Notice]:
    notices = []
    if response.rate < FEW_ANSWER:
        params = {
            "rate": 100 * response.rate, "answered": response.answered, "asked": response.asked
        }  # fmt: skip
        notices.append(Notice("few_answered", params))
    if response.differing:
        notices.append(Notice("silent_differ", {"columns": ", ".join(response.differing)}))
    return notices
