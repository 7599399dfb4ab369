"""``analyze regress``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--formula", metavar="'y ~ a + C(b)'", help="outcome and terms")
    parser.add_argument("--robust", choices=("HC3", "HAC"), default="", help="standard errors")
    parser.add_argument("--date", metavar="COL", help="date column, for trend and season")
    parser.add_argument(
        "--controls", type=names, default=[], metavar="A,B", help="held fixed when adjusting"
    )
    parser.add_argument("--rows-per-coefficient", type=int, default=10, metavar="N")


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.regression import regress

    options = {**options, "controls": tuple(options["controls"])}
    return regress(frame, options.pop("formula"), **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"R² {answer['r2']:.4f}, adjusted {answer['r2_adj']:.4f}, n {answer['n']}, "
        f"Durbin–Watson {answer['durbin_watson']:.2f}"
    ]
    return lines + [
        f"  {one['name']}: {one['estimate']:.6g} [{one['lo']:.6g}, {one['hi']:.6g}] "
        f"p = {one['p']:.3g}" + (f", VIF {one['vif']:.1f}" if one["vif"] is not None else "")
        for one in answer["coefficients"]
    ]


METHOD = Method(
    help="Explain a column by others: least squares with intervals and diagnostics.",
    add_arguments=_arguments,
    parameters=("formula", "robust", "date", "controls", "rows_per_coefficient"),
    needed=("formula",),
    run=_run,
    summarise=_summary,
)
