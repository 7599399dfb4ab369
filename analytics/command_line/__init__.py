"""The methods as the command line offers them: arguments in, answer and summary out.

One file per method holds its options, its call and its summary; the methods themselves are
imported when they run.
"""

from __future__ import annotations

from typing import Any

from analytics.command_line import (
    budget,
    cluster,
    compare,
    correlate,
    describe,
    duplicates,
    experiment,
    forecast,
    ordinal,
    regress,
    rules,
    score,
    series,
    staffing,
    text,
    value,
)
from analytics.command_line.method import Method
from analytics.methods.errors import DataProblem
from analytics.table_edges import with_edges_told
from analytics.tables import read_table

METHODS: dict[str, Method] = {
    "forecast": forecast.METHOD,
    "cluster": cluster.METHOD,
    "regress": regress.METHOD,
    "score": score.METHOD,
    "text": text.METHOD,
    "series": series.METHOD,
    "ordinal": ordinal.METHOD,
    "staffing": staffing.METHOD,
    "duplicates": duplicates.METHOD,
    "rules": rules.METHOD,
    "value": value.METHOD,
    "budget": budget.METHOD,
    "experiment": experiment.METHOD,
    "describe": describe.METHOD,
    "compare": compare.METHOD,
    "correlate": correlate.METHOD,
}


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
            rule = f"given together with --{chosen.file}"
            value = "nothing"
            raise DataProblem("bad_parameter", {"name": f"--{name}", "rule": rule, "value": value})
    frame = read_table(file)
    return with_edges_told(chosen.run(frame, parameters), frame)


def summary(answer: dict[str, Any]) -> str:
    """Return the answer as a few lines for a person."""
    lines = [
        f"{answer['method']}: {answer['rows_used']} rows used, {answer['rows_dropped']} dropped, "
        f"{answer['seconds']:.1f} s"
    ]
    lines += METHODS[answer["method"]].summarise(answer)
    lines += [f"! {warning}" for warning in answer["warnings"]]
    return "\n".join(lines)
