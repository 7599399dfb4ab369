"""``analyze compare``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--value", metavar="COL", help="column to compare")
    parser.add_argument("--by", metavar="COL", help="column that names the groups")


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.compare import compare

    return compare(frame, **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"{one['name']}: p = {one['p']:.3g}, {one['effect_name']} {one['effect']:.3f}"
        for one in answer["tests"]
    ]
    lines += [
        f"  {one['group']}: n {one['n']}"
        + (f", mean {one['mean']:.6g}, median {one['median']:.6g}" if "mean" in one else "")
        for one in answer["groups"]
    ]
    return lines + [
        f"  {one['b']} - {one['a']}: {one['difference']:.6g} [{one['lo']:.6g}, {one['hi']:.6g}], "
        f"p = {one['p_adjusted']:.3g} adjusted"
        for one in answer["pairs"][:60]
    ]


METHOD = Method(
    help="Do groups differ? Tests with effect sizes and intervals.",
    add_arguments=_arguments,
    parameters=("value", "by"),
    needed=("value", "by"),
    run=_run,
    summarise=_summary,
)
