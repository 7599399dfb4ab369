"""``analyze cluster``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, names, seed


def _groups(text: str) -> int | None:
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        message = f"must be auto or a whole number, not {text}"
        raise argparse.ArgumentTypeError(message) from None


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--columns", type=names, metavar="A,B", help="numeric columns")
    parser.add_argument("--algorithm", choices=("kmeans", "dbscan"), default="kmeans")
    parser.add_argument("--k", type=_groups, default=None, metavar="auto|N", help="groups")
    parser.add_argument("--seed", type=seed, default=0)


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.clustering import cluster

    return cluster(frame, **options).to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    silhouette, steady = answer["silhouette"], answer["stability"]
    lines = [
        f"{answer['k']} groups"
        + (f", silhouette {silhouette:.3f}" if silhouette is not None else "")
        + (f", stability {steady:.2f}" if steady is not None else "")
    ]
    for profile in answer["profiles"]:
        medians = ", ".join(f"{name} {value:.4g}" for name, value in profile["medians"].items())
        lines.append(f"  {profile['label']}: {profile['size']} rows, {profile['name']} ({medians})")
    return lines


METHOD = Method(
    help="Group rows by numeric columns, and say how clear the groups are.",
    add_arguments=_arguments,
    parameters=("columns", "algorithm", "k", "seed"),
    needed=(),
    run=_run,
    summarise=_summary,
)
