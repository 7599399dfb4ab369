"""``analyze forecast``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--value", metavar="COL", help="column to forecast")
    parser.add_argument("--date", metavar="COL", help="date column")
    parser.add_argument("--group", metavar="COL", help="forecast each group apart")
    parser.add_argument("--horizon", type=int, metavar="H", help="periods ahead")
    parser.add_argument("--season", type=int, metavar="M", help="periods per season")
    parser.add_argument("--frequency", metavar="D|W|M|Q|Y", help="sum the rows by this period")
    parser.add_argument(
        "--fill",
        choices=("auto", "zero", "interpolate"),
        default="auto",
        help="what periods without rows hold",
    )


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.fan_out import forecast_answer

    return forecast_answer(frame, options)


def _summary(answer: dict[str, Any]) -> list[str]:
    test = answer["backtest"]
    label = answer["order"]["label"] if answer["order"] else "by group"
    lines = [f"chosen: {answer['chosen']}; automatic ARIMA: {label}"]
    if test["mase"] is not None:
        lines.append(
            f"on unseen data: MASE {test['mase']:.3f} (seasonal naive {test['naive_mase']:.3f}), "
            f"sMAPE {test['smape']:.1f}%, 80% intervals held {100 * test['coverage80']:.0f}%"
        )
    for row in answer["forecast"][:400]:
        group = f"{row['group']}  " if row["group"] is not None else ""
        lines.append(
            f"  {group}{row['date'] or row['step']}  {row['mean']:.6g}  "
            f"[{row['lo80']:.6g}, {row['hi80']:.6g}]"
        )
    return lines


METHOD = Method(
    help="Forecast a series, with intervals and a backtest against the seasonal naive forecast.",
    add_arguments=_arguments,
    parameters=("value", "date", "group", "horizon", "season", "frequency", "fill"),
    needed=("value", "horizon"),
    run=_run,
    summarise=_summary,
)
