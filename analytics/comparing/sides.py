"""A run on the CRM's records or an answer about a table, as comparing looks at both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.comparing.figures import RUN_FIGURES, TABLE_FIGURES, Figure
from analytics.datasets.models import Analysis
from analytics.datasets.questions import QUESTIONS
from analytics.forecast_frames import apart_label
from analytics.models import Run
from crm.common.registries import Text

LEFT_OUT = -2  # the group of a row that has a gap
MOST_BYTES = 5 * 1024 * 1024  # of an answer that a page reads for its labels


@dataclass(frozen=True)
class Side:
    """One of two results; ``answer`` is what ``figures`` read, ``result`` all that was found."""

    number: int
    url: str
    moment: datetime
    by: str
    finished: bool
    params: Mapping[str, Any]
    names: Mapping[str, Text]
    rows: tuple[int | None, int | None]
    days: tuple[date | None, date | None]
    versions: Mapping[str, str]
    fingerprint: str
    figures: tuple[Figure, ...]
    answer: Mapping[str, Any]
    result: Mapping[str, Any]
    problem: str
    labels: Sequence[int] = ()


def side_of(record: Run | Analysis) -> Side:
    return _of_run(record) if isinstance(record, Run) else _of_analysis(record)


RUN_NAMES: Mapping[str, Text] = {
    "seed": gettext_lazy("Seed"), "total": gettext_lazy("Money to split"),
    "by": gettext_lazy("Told apart by"), "horizon": gettext_lazy("Weeks ahead"),
}  # fmt: skip


def _of_run(run: Run) -> Side:
    params = {**run.params, "seed": run.seed}
    if by := run.params.get("by"):
        params["by"] = str(apart_label(by))
    return Side(
        run.pk, run.get_absolute_url(), run.created_at,
        str(run.created_by or _("Schedule or command line")),
        run.state == Run.State.FINISHED, params, RUN_NAMES,
        (run.rows_used, run.rows_dropped), (run.data_from, run.data_to), run.versions,
        run.fingerprint, RUN_FIGURES.get(run.method, ()), run.metrics,
        {"metrics": run.metrics, **run.result}, run.error.get("code", ""),
    )  # fmt: skip


def _of_analysis(analysis: Analysis) -> Side:
    asks = QUESTIONS[analysis.method].asks
    params = {**analysis.options, "steps": [step["kind"] for step in analysis.steps]}
    answer = analysis.answer
    return Side(
        analysis.pk, analysis.get_absolute_url(), analysis.created_at,
        str(analysis.created_by or "–"), analysis.state == Analysis.State.FINISHED, params,
        {"steps": _("Cleaning"), **{ask.name: ask.label for ask in asks}},
        (answer.get("rows_used"), answer.get("rows_dropped")), (None, None), analysis.versions,
        analysis.fingerprint, TABLE_FIGURES.get(analysis.method, ()), answer, answer,
        analysis.error.get("code", ""), _labels(analysis),
    )  # fmt: skip


def _labels(analysis: Analysis) -> Sequence[int]:
    """The group of each row, from the whole answer: the page keeps the beginning only."""
    if analysis.method != "cluster" or not analysis.file or analysis.file.size > MOST_BYTES:
        return ()
    with analysis.file.open("rb") as file:
        return [LEFT_OUT if label is None else label for label in json.load(file)["labels"]]
