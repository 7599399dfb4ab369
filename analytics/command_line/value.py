"""``analyze value``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method

SHOWN = 20


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customer", metavar="COL", help="column that names the customer")
    parser.add_argument("--date", metavar="COL", help="column with the day of the purchase")
    parser.add_argument("--amount", metavar="COL", help="column of amounts")
    parser.add_argument(
        "--calibration-end", metavar="DATE", help="last day the model may know; later days judge it"
    )
    parser.add_argument("--period", choices=("days", "weeks", "months"), default="weeks")
    parser.add_argument("--horizon", type=int, metavar="H", help="periods ahead (default: a year)")
    parser.add_argument(
        "--discount", type=float, default=0.1, metavar="RATE", help="of money to come, a year"
    )


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.value import value

    return value(frame, **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    model, money, test = answer["bgnbd"], answer["gammagamma"], answer["holdout"]
    lines = [
        "BG/NBD: r {r:.4f}, alpha {alpha:.3f} {period}, a {a:.3f}, b {b:.3f}, "
        "log-likelihood {loglik:.2f}".format(period=answer["period"], **model)
    ]
    if money is not None:
        lines.append("Gamma-Gamma: p {p:.3f}, q {q:.3f}, v {v:.3f}".format(**money))
    if test is not None:
        lines.append(
            f"on {test['days']} days not seen: {test['actual']:.0f} purchases, predicted "
            f"{test['predicted']:.0f} [{test['predicted_lo80']:.0f}, {test['predicted_hi80']:.0f}]"
        )
        lines += [
            f"  {one['name']}: total {one['total_ratio'] or 0:.2f} of actual, best tenth holds "
            f"{100 * (one['top_share'] or 0):.0f}%, mean error {one['mae']:.4g}"
            for one in test["money"] or test["purchases"]
        ]
    return lines + [
        f"  {one['customer']}: {one['purchases']:.2f} purchases in {answer['horizon_days']} days, "
        f"still a customer {100 * one['alive']:.0f}%"
        + (f", worth {one['value']:.2f}" if one["value"] is not None else "")
        for one in answer["customers"][:SHOWN]
    ]


METHOD = Method(
    help="What each customer is worth: purchases to come, spend, and the probability of staying.",
    add_arguments=_arguments,
    parameters=(
        "customer", "date", "amount", "calibration_end", "period", "horizon", "discount",
    ),
    needed=("customer", "date"),
    run=_run,
    summarise=_summary,
)  # fmt: skip
