"""The picture of a report: a spec for ``components/chart.html``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sales.reports.dimensions import Step
from sales.reports.drilling import drill_url
from sales.reports.layout import said
from sales.reports.tables import OTHERS, Figures, ReportTable, Row

MOST_BARS = 15
MOST_STACKS = 24
MOST_COLOURS = 7


def spec(table: ReportTable) -> dict[str, Any] | None:
    """Bars by group, a line by time, stacked bars with columns; None without figures."""
    if not table.rows or table.is_empty:
        return None
    unit = "¥" if settings.BASE_CURRENCY == "CNY" else settings.BASE_CURRENCY
    if table.query.figure == "count" and table.query.across is not None:
        unit = ""
    if table.query.across is not None:
        return _stacked(table, unit)
    return _line(table, unit) if isinstance(table.query.by, Step) else _bars(table, unit)


def _line(table: ReportTable, unit: str) -> dict[str, Any]:
    rows = sorted((row for row in table.rows if row.key is not None), key=lambda row: row.key)
    series: list[dict[str, Any]] = [
        {"name": _("Amount"), "data": [_number(row.figures.total) for row in rows]}
    ]
    if table.compared:
        before = [_number(row.previous) for row in rows]
        series.append({"name": pgettext("report", "Before"), "data": before, "dashed": True})
    return {
        "type": "bar" if len(rows) < 3 else "line", "zero": True, "unit": unit,
        "x": [row.label for row in rows], "series": series,
    }  # fmt: skip


def _bars(table: ReportTable, unit: str) -> dict[str, Any]:
    rows = _largest(table, MOST_BARS)
    return {
        "type": "hbar", "unit": unit, "labels_y": [row.label for row in rows],
        "values": [_number(row.figures.total) for row in rows],
        "texts": [said(row.figures.total, "money") for row in rows],
        "drill": [drill_url(table.query, row.key) for row in rows],
    }  # fmt: skip


def _stacked(table: ReportTable, unit: str) -> dict[str, Any]:
    by_time = isinstance(table.query.by, Step)
    rows = list(table.rows)[-MOST_STACKS:] if by_time else _largest(table, MOST_BARS)
    figure = table.query.figure
    shown, rest = _series(table)
    return {
        "type": "bar" if figure == "mean" else "stacked", "unit": unit,
        "x": [row.label for row in rows],
        "series": [
            {"name": label, "data": [_cell(row.cells.get(key, Figures()), figure) for row in rows]}
            for key, label in shown
        ] + _left_over(rows, rest, figure),
    }  # fmt: skip


Columns = list[tuple[Any, str]]


def _series(table: ReportTable) -> tuple[Columns, Columns]:
    """The columns that get a colour of their own, and the others: more cannot be told apart."""
    columns = list(table.columns)
    if len(columns) <= MOST_COLOURS:
        return columns, []
    cells = table.total.cells
    sizes = {key: cells.get(key, Figures()).total for key, _label in columns if key != OTHERS}
    largest = sorted(sizes, key=lambda key: sizes[key], reverse=True)[: MOST_COLOURS - 1]
    shown = [column for column in columns if column[0] in largest]
    return shown, [column for column in columns if column[0] not in largest]


def _left_over(rows: list[Row], rest: Columns, figure: str) -> list[dict[str, Any]]:
    if not rest or figure == "mean":  # means do not add up
        return []
    sums = []
    for row in rows:
        found = [row.cells.get(key, Figures()) for key, _label in rest]
        sums.append(sum(_cell(one, figure) or 0 for one in found))
    return [{"name": _("Others"), "data": sums}]


def _largest(table: ReportTable, most: int) -> list[Row]:
    return sorted(table.rows, key=lambda row: row.figures.total, reverse=True)[:most]


def _cell(figures: Figures, figure: str) -> float | int | None:
    if figure == "count":
        return figures.count
    return _number(figures.mean if figure == "mean" else figures.total)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
