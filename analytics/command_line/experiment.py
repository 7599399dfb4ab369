"""``analyze experiment``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--arm", metavar="COL", help="column that names the arm")
    parser.add_argument("--control", metavar="V", help="the arm to compare with")
    parser.add_argument("--outcome", metavar="COL", help="yes/no, 0/1 or a number")
    parser.add_argument("--success", metavar="V", help="what is a success, where outcome is text")
    parser.add_argument(
        "--shares", type=_shares, metavar="A=1,B=1", help="planned sizes, equal by default"
    )
    parser.add_argument(
        "--detect", type=float, metavar="D", help="tell the rows that this difference needs"
    )
    parser.add_argument(
        "--correction", choices=("holm", "dunnett"), default="holm",
        help="over several arms: holm (any outcome) or dunnett (means)",
    )  # fmt: skip


def _shares(text: str) -> dict[str, float]:
    try:
        parts = [part.rsplit("=", 1) for part in text.split(",") if part.strip()]
        return {name.strip(): float(size) for name, size in parts}
    except ValueError:
        message = f"must be like control=1,mail=1, not {text}"
        raise argparse.ArgumentTypeError(message) from None


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.experiment import experiment

    return experiment(frame, **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = []
    for one in answer["arms"]:
        line = f"  {one['arm']}: n {one['n']}, {answer['kind']} {one['mean']:.6g}"
        if one["difference"] is not None:
            line += (
                f", difference {one['difference']:.6g} [{one['lo']:.6g}, {one['hi']:.6g}], "
                f"p = {one['p_adjusted']:.3g} adjusted"
            )
        lines.append(line)
    if answer["needed_per_arm"] is not None:
        lines.append(f"rows needed per arm: {answer['needed_per_arm']}")
    return lines


METHOD = Method(
    help="What a randomised campaign brought: each arm against the control.",
    add_arguments=_arguments,
    parameters=("arm", "control", "outcome", "success", "shares", "detect", "correction"),
    needed=("arm", "control", "outcome"),
    run=_run,
    summarise=_summary,
)
