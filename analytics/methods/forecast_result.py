"""What a forecast says, as dataclasses and JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.methods.arima import ArimaForm
from analytics.methods.arima_diagnostics import ArimaDiagnostics
from analytics.methods.backtest import Score
from analytics.methods.candidates import (
    Prediction,
)
from analytics.methods.errors import Notice
from analytics.methods.serialise import jsonable
from analytics.methods.timeseries import RegularSeries

FloatArray = NDArray[np.float64]
HISTORY = 200  # periods that are told beside a forecast, for its picture


@dataclass(frozen=True)
class ForecastModel:
    """One competitor: its form and its figures on unseen data."""

    name: str
    label: str
    score: Score
    chosen: bool
    member: bool

    def to_dict(self) -> dict[str, Any]:
        """Return name, label, figures, and whether it was chosen or part of the median."""
        return {
            "name": self.name,
            "label": self.label,
            **jsonable(self.score),
            "chosen": self.chosen,
            "member": self.member,
        }


@dataclass(frozen=True)
class SeriesForecast:
    """The forecast of one series.

    Attributes
    ----------
    prediction : Prediction
        Each part of shape (horizon,), in the unit of the series.
    chosen : str
        Name of the model used.
    models : tuple of ForecastModel
        All competitors, best first.
    score, naive : Score
        Backtest figures of the chosen model and of the seasonal naive forecast.
    order : ArimaForm or None
        The automatic ARIMA on the whole series.  With ``diagnostics`` also when another model was
        chosen; else None then, to save the search.
    origins, judged_steps : int
        Number of backtest origins, and the steps judged at each.
    interval_factor : float
        What the backtest made the half-widths of 80 % be multiplied by; 1 for nothing.
    """

    series: RegularSeries
    prediction: Prediction
    chosen: str
    models: tuple[ForecastModel, ...]
    score: Score
    naive: Score
    order: ArimaForm | None
    diagnostics: ArimaDiagnostics | None
    origins: int
    judged_steps: int
    interval_factor: float
    notices: tuple[Notice, ...] = ()

    def backtest_dict(self) -> dict[str, Any]:
        """Return the figures on unseen data."""
        return {
            **jsonable(self.score),
            "naive_mase": jsonable(self.naive.mase),
            "naive_smape": jsonable(self.naive.smape),
            "naive_rmsse": jsonable(self.naive.rmsse),
            "origins": self.origins,
            "horizon": self.judged_steps,
        }

    def rows(self, group: str | None = None) -> list[dict[str, Any]]:
        """Return one row per step: group, step, date, mean and interval ends."""
        p = self.prediction
        dates = self.series.future_dates(len(p.mean))
        return [
            {
                "group": group,
                "step": k + 1,
                "date": dates[k] if dates else None,
                "mean": jsonable(p.mean[k]),
                "lo80": jsonable(p.lo80[k]),
                "hi80": jsonable(p.hi80[k]),
                "lo95": jsonable(p.lo95[k]),
                "hi95": jsonable(p.hi95[k]),
            }
            for k in range(len(p.mean))
        ]

    def to_dict(self, group: str | None = None) -> dict[str, Any]:
        """Return everything but the forecast rows, JSON-safe."""
        return {
            "group": group,
            "periods": len(self.series.y),
            "season": self.series.season,
            "frequency": self.series.frequency or None,
            "chosen": self.chosen,
            "order": jsonable(self.order),
            "diagnostics": jsonable(self.diagnostics),
            "interval_factor": self.interval_factor,
            "backtest": self.backtest_dict(),
            "models": jsonable(list(self.models)),
            "history": self.history(),
            "warnings": [notice.text for notice in self.notices],
        }

    def history(self) -> dict[str, Any]:
        """Return the last ``HISTORY`` periods that the forecast goes on from: dates and values."""
        dates = self.series.dates
        shown = [] if dates is None else [jsonable(day) for day in dates[-HISTORY:]]
        return {"dates": shown, "actual": jsonable(self.series.y[-HISTORY:])}


@dataclass(frozen=True)
class ForecastResult:
    """Forecasts of one or several series.

    Attributes
    ----------
    groups : dict of (str or None) to SeriesForecast
        The single key None without grouping.
    rows_used, rows_dropped : int
    notices : tuple of Notice
    """

    groups: dict[str | None, SeriesForecast]
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer.

        ``backtest`` holds means over the groups, ``chosen`` the model most often used, ``order``
        is given for a single series (per group it stands under ``groups``).
        """
        pieces = [piece_of(group, one) for group, one in self.groups.items()]
        cautions = [notice.text for notice in self.notices]
        return answer_of(pieces, self.rows_used, self.rows_dropped, cautions)


def piece_of(group: str | None, one: SeriesForecast) -> dict[str, Any]:
    """Return one group's part of the answer, JSON-safe, wherever it was computed."""
    return {
        "rows": one.rows(group),
        "told": one.to_dict(group),
        "notices": [notice.to_dict() for notice in one.notices],
    }


def answer_of(
    pieces: list[dict[str, Any]], rows_used: int, rows_dropped: int, cautions: list[str]
) -> dict[str, Any]:
    """Return the answer that the pieces (``piece_of``, in the order of their groups) make up."""
    each = [piece["told"] for piece in pieces]
    tests = [one["backtest"] for one in each]
    single = each[0] if len(each) == 1 else None
    return {
        "models": _pooled_models([one["models"] for one in each]),
        "chosen": Counter(one["chosen"] for one in each).most_common(1)[0][0],
        "order": single["order"] if single else None,
        "season": single["season"] if single else None,
        "forecast": [row for piece in pieces for row in piece["rows"]],
        "total": _total([piece["rows"] for piece in pieces]),
        "backtest": {key: _mean([test[key] for test in tests]) for key in tests[0]},
        "groups": each,
        "rows_used": rows_used,
        "rows_dropped": rows_dropped,
        "warnings": cautions,
    }


def _total(each: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the sum of several groups, for the periods that all of them reach.

    Groups whose forecasts end before those of others begin, which is told, are left out.  The ends
    of the intervals are added too, as if all groups erred alike: wide rather than narrow.
    """
    latest = max(rows[0]["date"] or "" for rows in each)
    each = [rows for rows in each if (rows[-1]["date"] or "") >= latest]
    if len(each) < 2:
        return []
    by_period = [{row["date"] or row["step"]: row for row in rows} for rows in each]
    shared = [period for period in by_period[0] if all(period in rows for rows in by_period)]
    return [
        {
            "step": step,
            "date": by_period[0][period]["date"],
            **{
                key: sum(rows[period][key] for rows in by_period)
                for key in ("mean", "lo80", "hi80", "lo95", "hi95")
            },
        }
        for step, period in enumerate(shared, start=1)
    ]


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _pooled_models(each: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    if len(each) == 1:
        return each[0]
    names = dict.fromkeys(model["name"] for models in each for model in models)
    pooled = []
    for name in names:
        same = [model for models in each for model in models if model["name"] == name]
        figures = set(same[0]) - {"name", "label", "chosen", "member"}
        pooled.append(
            {
                "name": name,
                "label": name,
                **{key: _mean([m[key] for m in same]) for key in same[0] if key in figures},
                "chosen": sum(m["chosen"] for m in same),
                "member": sum(m["member"] for m in same),
            }
        )
    return sorted(pooled, key=lambda m: np.inf if m["mase"] is None else m["mase"])
