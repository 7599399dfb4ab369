"""``analyze score``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names, seed


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", metavar="COL", help="column to predict")
    parser.add_argument("--positive", metavar="V", help="the value that is the event")
    parser.add_argument(
        "--time", metavar="COL|row", help="judge on later rows by this column, or by file order"
    )
    parser.add_argument("--exclude", type=names, default=[], metavar="A,B", help="do not use")
    parser.add_argument(
        "--drop-leaks", action="store_true", help="leave out columns that predict suspiciously well"
    )
    parser.add_argument("--cost-missed", type=float, default=5.0, metavar="X")
    parser.add_argument("--cost-wasted", type=float, default=1.0, metavar="X")
    parser.add_argument("--apply", metavar="FILE", help="score the rows of another table")
    parser.add_argument("--seed", type=seed, default=0)


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.score import score

    options = {**options, "exclude": tuple(options["exclude"])}
    others = options.pop("apply")
    found = score(frame, options.pop("target"), **options)
    answer = found.to_dict()
    if others is not None:
        answer["scores"] = _scores(others, found)
    return answer


def _scores(file: str, found: Any) -> list[dict[str, Any]]:
    """Probability and five reasons of each row; the base rate where there is no signal."""
    import numpy as np

    from analytics.tables import read_table

    frame = read_table(file)
    if found.scorer is None:
        rate = round(found.base_rate, 6)
        return [{"row": k, "probability": rate, "reasons": []} for k in range(len(frame))]
    features, rows = found.scorer.read(frame), np.arange(len(frame))
    chances = found.scorer.probabilities(features, rows)
    reasons = found.scorer.reasons(features, rows)
    return [
        {"row": k, "probability": round(float(p), 6), "reasons": [one.notice.text for one in why]}
        for k, (p, why) in enumerate(zip(chances, reasons, strict=True))
    ]


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"“{answer['positive']}” in {100 * answer['base_rate']:.1f}% of rows; split: "
        f"{answer['split']}; chosen: {answer['chosen']}"
        + ("" if answer["signal"] else " (no signal)")
    ]
    lines += [
        f"  {one['label']}: AUC {one['auc']:.3f} [{one['auc_lo']:.3f}, {one['auc_hi']:.3f}], "
        f"log-loss {one['log_loss']:.4f}, Brier {one['brier']:.4f}, ECE {one['ece']:.3f}"
        for one in answer["models"]
    ]
    return lines + [f"  - {reason}" for reason in answer["reasons"]]


METHOD = Method(
    help="Predict a two-valued column: judged, calibrated, with reasons.",
    add_arguments=_arguments,
    parameters=(
        "target", "positive", "time", "exclude", "drop_leaks", "cost_missed", "cost_wasted",
        "apply", "seed",
    ),
    needed=("target",),
    run=_run,
    summarise=_summary,
)  # fmt: skip
