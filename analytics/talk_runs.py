"""Runs on communications: the pattern of each channel's days, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.talk_frames import ALL

if TYPE_CHECKING:
    import pandas as pd

    from analytics.methods.errors import Notice
    from analytics.methods.series import SeriesResult

LEAST_DAYS, LEAST_TALKS = 56, 100
# A channel with fewer is counted and not forecast.
LEAST_OF_CHANNEL = 60
HORIZON = 28
# Longer histories make the forecast slower, not better: its season is the week.
FORECAST_DAYS = 400
BANDS = ("mean", "lo80", "hi80", "lo95", "hi95")


def fit(frame: pd.DataFrame) -> tuple[dict[str, Any], tuple[Notice, ...], int]:
    """The result to store, cautions, and how many communications it rests on.

    Raises
    ------
    InsufficientData
        Fewer than 8 weeks or 100 communications.
    """
    import pandas as pd

    from analytics.methods.errors import InsufficientData

    total = int(frame["n"].sum()) if len(frame) else 0
    if total < LEAST_TALKS:
        params = {"method": "An analysis of communications", "needed": LEAST_TALKS, "rows": total}
        raise InsufficientData("too_few_rows", params)
    days = pd.date_range(frame["day"].min(), frame.attrs["last"], freq="D")
    if len(days) < LEAST_DAYS:
        raise InsufficientData("too_few_weeks", {"needed": 8, "weeks": len(days) // 7})
    table = frame.pivot_table(index="day", columns="channel", values="n", aggfunc="sum")
    table = table.reindex(days).fillna(0.0)
    channels = sorted(table.columns, key=lambda name: -float(table[name].to_numpy().sum()))
    series = {ALL: table.sum(axis=1), **{name: table[name] for name in channels}}
    notices: dict[str, Notice] = {}
    found = {}
    for name, counts in series.items():
        found[name], told = _channel(counts)
        notices |= {notice.text: notice for notice in told if name == ALL}
    result = {
        "first": days[0].date().isoformat(), "channels": found, "order": channels,
        "heat": frame.attrs["heat"], "answers": frame.attrs["answers"],
    }  # fmt: skip
    return result, tuple(notices.values()), total


def _channel(counts: pd.Series[float]) -> tuple[dict[str, Any], tuple[Notice, ...]]:
    """Counts per day with trend, seasons and forecast; only counts where there are few."""
    import pandas as pd

    made: dict[str, Any] = {"n": int(counts.sum()), "counts": [int(n) for n in counts]}
    if counts.sum() < LEAST_OF_CHANNEL:
        return made, ()
    from analytics.methods.errors import DataProblem
    from analytics.methods.series import analyse_series

    frame = pd.DataFrame({"day": counts.index, "n": counts.to_numpy()})
    pattern = analyse_series(frame, "day", "n", frequency="D", horizon=0)
    made |= _pattern(pattern)
    try:
        ahead = analyse_series(
            frame.iloc[-FORECAST_DAYS:], "day", "n", frequency="D", horizon=HORIZON
        )
    except DataProblem as problem:
        return made | {"problem": str(problem)}, pattern.notices
    return made | _forecast(ahead), (*pattern.notices, *ahead.notices)


def _pattern(found: SeriesResult) -> dict[str, Any]:
    answer = found.to_dict()
    parts = {name: [round(v, 3) for v in part] for name, part in answer["parts"].items()}
    return {
        "trend": answer["trend"], "seasons": answer["seasons"], "weekdays": answer["weekdays"],
        "parts": parts,
    }  # fmt: skip


def _forecast(found: SeriesResult) -> dict[str, Any]:
    answer = found.to_dict()
    rows = [
        # There are no fewer than no communications.
        {"step": row["step"], **{k: round(max(row[k], 0.0), 3) for k in BANDS}}
        for row in answer["forecast"]
    ]
    return {
        "forecast": rows, "chosen": answer["chosen"], "backtest": answer["backtest"],
        "models": answer["models"],
    }  # fmt: skip
