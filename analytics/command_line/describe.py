"""``analyze describe``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", type=names, metavar="A,B", help="describe each group apart")


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.describe import describe

    return describe(frame, **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = []
    for one in answer["columns"][:400]:
        group = ", ".join(f"{k} {v}" for k, v in one["group"].items()) if one["group"] else ""
        line = f"  {one['column']}" + (f" ({group})" if group else "")
        line += f": {one['kind']}, n {one['n']}, missing {one['missing']}"
        if one["mean"] is not None:
            line += f", mean {one['mean']:.6g}, median {one['median']:.6g}"
            line += f", sd {one['sd']:.6g}" if one["sd"] is not None else ""
        elif one["min"] is not None:
            line += f", {one['min']} to {one['max']}"
        elif one["top"]:
            line += ", most often " + ", ".join(f"{value} ({n})" for value, n in one["top"][:3])
        lines.append(line)
    return lines


METHOD = Method(
    help="Counts, mean, median, variance and quantiles of every column, by group.",
    add_arguments=_arguments,
    parameters=("by",),
    needed=(),
    run=_run,
    summarise=_summary,
)
