"""``analyze ordinal``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names, seed


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", metavar="COL", help="outcome in ordered steps, e.g. 1 to 5")
    parser.add_argument(
        "--order", type=names, default=[], metavar="A,B", help="steps that are words, lowest first"
    )
    parser.add_argument("--time", metavar="COL|row", help="judge on later rows by this column")
    parser.add_argument("--exclude", type=names, default=[], metavar="A,B", help="do not use")
    parser.add_argument("--seed", type=seed, default=0)


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.ordinal import explain_steps

    options = {
        **options, "exclude": tuple(options["exclude"]), "order": tuple(options["order"])
    }  # fmt: skip
    return explain_steps(frame, options.pop("target"), **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"  {one['name']}: accuracy {one['accuracy']:.3f}, log-loss {one['log_loss']:.4f}, "
        f"concordance {one['auc']:.3f} [{one['auc_lo']:.3f}, {one['auc_hi']:.3f}]"
        for one in answer["models"]
    ]
    lines.append("odds of a higher step:" + ("" if answer["signal"] else " (no signal)"))
    return lines + [
        f"  {one['name']}: ×{one['odds_ratio']:.2f} [{one['lo']:.2f}, {one['hi']:.2f}] "
        f"p = {one['p']:.3g}"
        for one in answer["odds_ratios"][:30]
    ]


METHOD = Method(
    help="Explain an outcome in ordered steps: odds ratios, judged against the base rate.",
    add_arguments=_arguments,
    parameters=("target", "order", "time", "exclude", "seed"),
    needed=("target",),
    run=_run,
    summarise=_summary,
)
