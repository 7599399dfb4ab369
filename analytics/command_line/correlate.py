"""``analyze correlate``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--columns", type=names, metavar="A,B", help="columns to pair")


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.correlate import correlate

    return correlate(frame, **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    return [
        f"  {one['a']} ~ {one['b']}: {one['measure']} {one['value']:.3f}, q = {one['q']:.3g}"
        for one in answer["pairs"][:60]
    ]


METHOD = Method(
    help="Which columns go together: Pearson, Spearman, Cramér's V, corrected for many pairs.",
    add_arguments=_arguments,
    parameters=("columns",),
    needed=(),
    run=_run,
    summarise=_summary,
)
