"""``analyze duplicates``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--link", metavar="FILE", help="second table: pairs between the two")
    parser.add_argument("--links", metavar="FILE", help="known pairs of record ids, to judge by")
    parser.add_argument(
        "--ignore", type=names, default=[], metavar="A,B", help="columns not to compare"
    )
    parser.add_argument(
        "--threshold", type=float, default=0.5, metavar="P", help="least probability of a pair"
    )
    parser.add_argument("--record", metavar="COL", help="column that names the rows")
    parser.add_argument(
        "--identity", metavar="COL", help="rows with the same value are one, to judge by"
    )
    parser.add_argument(
        "--explain", action="store_true", help="tell what speaks for and against each pair"
    )


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.duplicates import duplicates_in_tables

    return duplicates_in_tables(frame, **options)


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = [f"{len(answer['pairs'])} pairs of {answer['compared']} compared"]
    if answer["f1"] is not None:
        lines.append(
            f"against the known pairs: precision {answer['precision'] or 0:.4f}, "
            f"recall {answer['recall'] or 0:.4f}, F1 {answer['f1']:.4f}"
        )
    return lines + [
        f"  {pair['probability']:.3f}  {pair['a']}  {pair['b']}" for pair in answer["pairs"][:400]
    ]


METHOD = Method(
    help="Find records that are one and the same, in one table or between two.",
    add_arguments=_arguments,
    parameters=("link", "links", "ignore", "threshold", "record", "identity", "explain"),
    needed=(),
    run=_run,
    summarise=_summary,
)
