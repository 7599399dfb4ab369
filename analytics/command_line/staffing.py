"""``analyze staffing``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method
from analytics.command_line.series import DAYS


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", metavar="COL", help="when each contact came in")
    parser.add_argument("--handling", type=float, metavar="S", help="work per contact")
    parser.add_argument("--duration", metavar="COL", help="column with the work of each contact")
    parser.add_argument(
        "--unit", choices=("seconds", "minutes", "hours"), default="seconds", help="of that work"
    )
    parser.add_argument("--target", type=float, default=0.8, metavar="P", help="share in time")
    parser.add_argument(
        "--within", type=float, default=20.0, metavar="S", help="in so many seconds"
    )
    parser.add_argument("--zone", metavar="ZONE", help="zone of the clock, for times with one")


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.columns import require_columns
    from analytics.methods.errors import DataProblem
    from analytics.methods.staffing import UNITS, mean_work, suggest_staffing

    options = dict(options)
    date, duration, unit = (options.pop(name) for name in ("date", "duration", "unit"))
    require_columns(frame, [date, *([duration] if duration else [])])
    if options["handling"] is not None:
        options["handling"] *= UNITS[unit]
    elif duration:
        options["handling"] = mean_work(frame, duration, unit)
    else:
        raise DataProblem("work_unknown")
    return suggest_staffing(frame, date, **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    return [
        f"  {DAYS[one['weekday']]} {one['hour']:02d}:00  {one['mean']:.1f} contacts: "
        f"{one['agents']} people ({one['agents_busy']} in a busy week)"
        for one in answer["hours"]
    ]


METHOD = Method(
    help="Suggest people for each hour of the week from past contacts (Erlang C).",
    add_arguments=_arguments,
    parameters=("date", "handling", "duration", "unit", "target", "within", "zone"),
    needed=("date",),
    run=_run,
    summarise=_summary,
)
