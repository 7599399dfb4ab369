"""``analyze budget``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names, seed


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sales", metavar="COL", help="column to explain")
    parser.add_argument("--channels", type=names, metavar="A,B", help="columns of spend")
    parser.add_argument("--date", metavar="COL", help="date column, for trend and season")
    parser.add_argument(
        "--controls", type=names, default=[], metavar="A,B", help="columns held fixed"
    )
    parser.add_argument("--total", type=float, metavar="T", help="budget a period")
    parser.add_argument("--saturation", choices=("hill", "log"), default="hill")
    parser.add_argument("--seed", type=seed, default=0)


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.budget import budget

    return budget(frame, **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"R² {answer['r2']:.3f}; error on the last fifth {answer['error']:.6g}, without the "
        f"channels {answer['error_without']:.6g}",
        f"suggested split of {answer['total']:.6g}: {answer['gain']:.6g} more sales a period "
        f"[{answer['gain_lo']:.6g}, {answer['gain_hi']:.6g}]",
    ]
    return lines + [
        f"  {one['name']}: {one['spend']:.6g} now, {one['suggested']:.6g} suggested; brought "
        f"{one['sales']:.6g} [{one['sales_lo']:.6g}, {one['sales_hi']:.6g}]"
        for one in answer["channels"]
    ]


METHOD = Method(
    help="Where the budget should go: response curves and the best split, with intervals.",
    add_arguments=_arguments,
    parameters=("sales", "channels", "date", "controls", "total", "saturation", "seed"),
    needed=("sales", "channels"),
    run=_run,
    summarise=_summary,
)
