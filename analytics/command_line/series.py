"""``analyze series``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", metavar="COL", help="dates or times")
    parser.add_argument("--value", metavar="COL", help="what is summed; else rows are counted")
    parser.add_argument("--frequency", metavar="H|D|W|M|Q|Y", help="sum the rows by this period")
    parser.add_argument("--zone", metavar="ZONE", help="zone of days and hours, for times with one")
    parser.add_argument("--horizon", type=int, metavar="H", help="periods to forecast, 0 for none")


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.series import analyse_series

    options = dict(options)
    return analyse_series(frame, options.pop("date"), options.pop("value"), **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    trend = answer["trend"]
    lines = [
        f"{answer['periods']} {answer['frequency']} periods; trend {trend['direction']}: "
        f"{trend['slope']:.4g} a period [{trend['lo']:.4g}, {trend['hi']:.4g}], "
        f"p = {trend['p']:.3g}, strength {trend['strength']:.2f}"
    ]
    lines += [
        f"season of {one['periods']} periods: strength {one['strength']:.2f}"
        for one in answer["seasons"]
    ]
    if answer["weekdays"]:
        days = [f"{DAYS[one['weekday']]} {one['mean']:.4g}" for one in answer["weekdays"]]
        lines.append("per day: " + ", ".join(days))
    return lines + [
        f"  {row['date'] or row['step']}  {row['mean']:.6g}  [{row['lo80']:.6g}, {row['hi80']:.6g}]"
        for row in answer["forecast"][:60]
    ]


METHOD = Method(
    help="Describe a series: trend, seasons, weekdays, hours, and a forecast.",
    add_arguments=_arguments,
    parameters=("date", "value", "frequency", "zone", "horizon"),
    needed=("date",),
    run=_run,
    summarise=_summary,
)
