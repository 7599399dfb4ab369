"""What the page of a report shows, with the address behind each figure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sales.reports import charts
from sales.reports.drilling import drill_url
from sales.reports.layout import Head, cells, heads, said, subtitle, title
from sales.reports.tables import ReportTable, Row

SORTABLE = {"label", "count", "total", "share", "change", "mean", "median", "variance", "sd",
            "least", "most"}  # fmt: skip


def page(table: ReportTable) -> dict[str, Any]:
    columns = heads(table)
    rows = [_row(table, row, columns) for row in table.rows]
    return {
        "title": title(table.query), "subtitle": subtitle(table), "columns": _heads(table, columns),
        "rows": rows, "total": _row(table, table.total, columns, whole=True),
        "stats": _stats(table), "chart": charts.spec(table), "is_empty": table.is_empty,
        "few": table.query.across is None and any(row.figures.few for row in table.rows),
        "several_lines": table.query.of_lines,
    }  # fmt: skip


def _heads(table: ReportTable, columns: list[Head]) -> list[dict[str, Any]]:
    return [_head(head, table.query.sort) for head in columns]


def _head(head: Head, sorted_by: str) -> dict[str, Any]:
    mine = sorted_by.lstrip("-") == head.key
    descending = mine and sorted_by.startswith("-")
    turned = head.key if descending or (head.key == "label" and not mine) else f"-{head.key}"
    direction = ("descending" if descending else "ascending") if mine else ""
    return {
        "label": head.label,
        "is_number": head.kind != "text",
        "sort": turned if head.key in SORTABLE and head.column is None else "",
        "direction": direction,
    }


def _row(
    table: ReportTable, row: Row, columns: list[Head], *, whole: bool = False
) -> dict[str, Any]:
    found = zip(columns, cells(table, row, columns), strict=True)
    shown = [_cell(table, row, head, value, whole=whole) for head, value in found]
    return {"label": row.label, "few": row.figures.few, "cells": shown}


def _cell(table: ReportTable, row: Row, head: Head, value: Any, *, whole: bool) -> dict[str, Any]:
    return {
        "label": head.label,
        "text": said(value, head.kind),
        "url": _url(table, row, head, whole=whole) if value is not None else "",
        "tone": _tone(value) if head.kind == "change" else "",
    }


def _url(table: ReportTable, row: Row, head: Head, *, whole: bool) -> str:
    """The records behind a cell: numbers of sales lead to the sales, amounts also to refunds."""
    linked = {"label", "count", "total"}
    if head.column is None and head.key not in linked:
        return ""
    sales_only = head.kind == "count"
    return drill_url(table.query, row.key, head.column, whole=whole, sales_only=sales_only)


def _tone(change: float | None) -> str:
    if not change:
        return ""
    return "is-good" if change > 0 else "is-bad"


def _stats(table: ReportTable) -> list[dict[str, Any]]:
    figures, total = table.total.figures, table.total
    good = None if not total.change else total.change > 0
    if table.query.what == "lost" and good is not None:
        good = not good
    direction = "up" if (total.change or 0) > 0 else "down" if (total.change or 0) < 0 else "flat"
    return [
        {"label": _("Amount"), "value": said(figures.total, "money"), "good": good,
         "delta": said(total.change, "change") if total.change is not None else "",
         "direction": direction},
        {"label": pgettext("report", "Number"), "value": said(figures.count, "count")},
        {"label": _("Mean"), "value": said(figures.mean, "money")},
        {"label": _("Median"), "value": said(figures.median, "money")},
    ]  # fmt: skip
