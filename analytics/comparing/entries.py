"""The results of one method as rows of its history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from analytics.comparing.figures import RUN_FIGURES, TABLE_FIGURES, Figure
from analytics.models import Run

SHOWN = 20
PAGE = 50


@dataclass(frozen=True)
class Entry:
    record: Any  # a Run or an Analysis
    state: str
    by: str
    rows: int | None
    # The method's main figure.
    main: str


@dataclass(frozen=True)
class Entries:
    """``figure`` names the main figure; ``older`` is the number before which it goes on."""

    rows: list[Entry]
    figure: str
    older: int | None = None


def run_entries(runs: Any, method: str, *, most: int = SHOWN) -> Entries:
    """The newest of ``runs``, which are of one method; three queries at most."""
    found = list(
        runs.select_related("created_by", "team", "job").defer("result", "params", "versions")
        .order_by("-pk")[: most + 1]
    )  # fmt: skip
    figure = _main(RUN_FIGURES.get(method, ()))
    rows = [
        Entry(
            run, _state(run), str(run.created_by or _("Schedule or command line")),
            run.rows_used if run.state == Run.State.FINISHED else None,
            figure.text(run.metrics) if figure else "",
        )
        for run in found[:most]
    ]  # fmt: skip
    return _entries(rows, figure, found, most)


def analysis_entries(analyses: Any, method: str, *, most: int = SHOWN) -> Entries:
    found = list(analyses.select_related("created_by", "job").order_by("-pk")[: most + 1])
    figure = _main(TABLE_FIGURES.get(method, ()))
    rows = [
        Entry(
            one, one.shown_state, str(one.created_by or "–"), one.answer.get("rows_used"),
            figure.text(one.answer) if figure else "",
        )
        for one in found[:most]
    ]  # fmt: skip
    return _entries(rows, figure, found, most)


def _main(figures: Sequence[Figure]) -> Figure | None:
    return next(iter(figures), None)


def _entries(rows: list[Entry], figure: Figure | None, found: Sequence[Any], most: int) -> Entries:
    older = rows[-1].record.pk if len(found) > most else None
    return Entries(rows, str(figure.label) if figure else "", older)


def _state(run: Run) -> str:
    lost = run.state == Run.State.RUNNING and run.shown_state == Run.State.FAILED
    return str(run.job.get_state_display() if lost and run.job else run.get_state_display())


def chosen_numbers(values: Iterable[str]) -> list[int]:
    """The numbers of ``?run=…&run=…``; what is none is left out."""
    numbers = [int(value) for value in values if value.isdecimal() and len(value) < 19]
    return list(dict.fromkeys(numbers))
