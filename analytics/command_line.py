"""The methods as the command line offers them: arguments in, answer and summary out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics.methods.errors import DataProblem
from analytics.tables import read_table


@dataclass(frozen=True)
class Method:
    """One sub-command.

    Attributes
    ----------
    help : str
    add_arguments : callable
        Declares the method's own options on a parser.
    parameters : tuple of str
        Names of those options.
    needed : tuple of str
        Options that a CSV file cannot do without.
    run : callable
        From a frame and the options to the answer.
    """

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    parameters: tuple[str, ...]
    needed: tuple[str, ...]
    run: Callable[[pd.DataFrame, dict[str, Any]], dict[str, Any]]


def analyse_table(method: str, file: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Read ``file`` and run ``method`` on it.

    Returns
    -------
    dict
        The method's answer with ``rows_used``, ``rows_dropped`` and ``warnings``.

    Raises
    ------
    DataProblem
        Bad file, bad option, or data that cannot be analysed.
    """
    chosen = METHODS[method]
    for name in chosen.needed:
        if parameters.get(name) is None:
            rule = "given together with --csv"
            value = "nothing"
            raise DataProblem("bad_parameter", {"name": f"--{name}", "rule": rule, "value": value})
    return chosen.run(read_table(file), parameters)


def summary(answer: dict[str, Any]) -> str:
    """Return the answer as a few lines for a person."""
    lines = [
        f"{answer['method']}: {answer['rows_used']} rows used, {answer['rows_dropped']} dropped, "
        f"{answer['seconds']:.1f} s"
    ]
    lines += _SUMMARIES[answer["method"]](answer)
    lines += [f"! {warning}" for warning in answer["warnings"]]
    return "\n".join(lines)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _groups(text: str) -> int | None:
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        message = f"must be auto or a whole number, not {text}"
        raise argparse.ArgumentTypeError(message) from None


def _forecast_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--value", metavar="COL", help="column to forecast")
    parser.add_argument("--date", metavar="COL", help="date column")
    parser.add_argument("--group", metavar="COL", help="forecast each group apart")
    parser.add_argument("--horizon", type=int, metavar="H", help="periods ahead")
    parser.add_argument("--season", type=int, metavar="M", help="periods per season")
    parser.add_argument("--frequency", metavar="D|W|M|Q|Y", help="sum the rows by this period")
    parser.add_argument(
        "--fill",
        choices=("auto", "zero", "interpolate"),
        default="auto",
        help="what periods without rows hold",
    )


def _forecast(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.forecast import forecast

    options = dict(options)
    return forecast(frame, options.pop("value"), **options).to_dict()


def _forecast_summary(answer: dict[str, Any]) -> list[str]:
    test = answer["backtest"]
    label = answer["order"]["label"] if answer["order"] else "by group"
    lines = [f"chosen: {answer['chosen']}; automatic ARIMA: {label}"]
    if test["mase"] is not None:
        lines.append(
            f"on unseen data: MASE {test['mase']:.3f} (seasonal naive {test['naive_mase']:.3f}), "
            f"sMAPE {test['smape']:.1f} %, 80 % intervals held {100 * test['coverage80']:.0f} %"
        )
    for row in answer["forecast"][:400]:
        group = f"{row['group']}  " if row["group"] is not None else ""
        lines.append(
            f"  {group}{row['date'] or row['step']}  {row['mean']:.6g}  "
            f"[{row['lo80']:.6g}, {row['hi80']:.6g}]"
        )
    return lines


def _cluster_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--columns", type=_names, metavar="A,B", help="numeric columns")
    parser.add_argument("--algorithm", choices=("kmeans", "dbscan"), default="kmeans")
    parser.add_argument("--k", type=_groups, default=None, metavar="auto|N", help="groups")
    parser.add_argument("--seed", type=int, default=0)


def _cluster(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.clustering import cluster

    return cluster(frame, **options).to_dict()


def _cluster_summary(answer: dict[str, Any]) -> list[str]:
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


def _regress_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--formula", metavar="'y ~ a + C(b)'", help="outcome and terms")
    parser.add_argument("--robust", choices=("HC3", "HAC"), default="", help="standard errors")
    parser.add_argument("--date", metavar="COL", help="date column, for trend and season")
    parser.add_argument(
        "--controls", type=_names, default=[], metavar="A,B", help="held fixed when adjusting"
    )
    parser.add_argument("--rows-per-coefficient", type=int, default=10, metavar="N")


def _regress(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.regression import regress

    options = {**options, "controls": tuple(options["controls"])}
    return regress(frame, options.pop("formula"), **options).to_dict()


def _regress_summary(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"R² {answer['r2']:.4f}, adjusted {answer['r2_adj']:.4f}, n {answer['n']}, "
        f"Durbin–Watson {answer['durbin_watson']:.2f}"
    ]
    return lines + [
        f"  {one['name']}: {one['estimate']:.6g} [{one['lo']:.6g}, {one['hi']:.6g}] "
        f"p = {one['p']:.3g}" + (f", VIF {one['vif']:.1f}" if one["vif"] is not None else "")
        for one in answer["coefficients"]
    ]


def _duplicates_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--link", metavar="FILE", help="second table: pairs between the two")
    parser.add_argument("--links", metavar="FILE", help="known pairs of record ids, to judge by")
    parser.add_argument(
        "--ignore", type=_names, default=[], metavar="A,B", help="columns not to compare"
    )
    parser.add_argument(
        "--threshold", type=float, default=0.5, metavar="P", help="least probability of a pair"
    )


def _duplicates(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.duplicates import duplicates_in_tables

    return duplicates_in_tables(frame, **options)


def _duplicates_summary(answer: dict[str, Any]) -> list[str]:
    lines = [f"{len(answer['pairs'])} pairs of {answer['compared']} compared"]
    if answer["f1"] is not None:
        lines.append(
            f"against the known pairs: precision {answer['precision'] or 0:.4f}, "
            f"recall {answer['recall'] or 0:.4f}, F1 {answer['f1']:.4f}"
        )
    return lines + [
        f"  {pair['probability']:.3f}  {pair['a']}  {pair['b']}" for pair in answer["pairs"][:400]
    ]


METHODS: dict[str, Method] = {
    "forecast": Method(
        "Forecast a series, with intervals and a backtest against the seasonal naive forecast.",
        _forecast_arguments,
        ("value", "date", "group", "horizon", "season", "frequency", "fill"),
        ("value", "horizon"),
        _forecast,
    ),
    "cluster": Method(
        "Group rows by numeric columns, and say how clear the groups are.",
        _cluster_arguments,
        ("columns", "algorithm", "k", "seed"),
        (),
        _cluster,
    ),
    "regress": Method(
        "Explain a column by others: least squares with intervals and diagnostics.",
        _regress_arguments,
        ("formula", "robust", "date", "controls", "rows_per_coefficient"),
        ("formula",),
        _regress,
    ),
    "duplicates": Method(
        "Find records that are one and the same, in one table or between two.",
        _duplicates_arguments,
        ("link", "links", "ignore", "threshold"),
        (),
        _duplicates,
    ),
}

_SUMMARIES: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "forecast": _forecast_summary,
    "cluster": _cluster_summary,
    "regress": _regress_summary,
    "duplicates": _duplicates_summary,
}
