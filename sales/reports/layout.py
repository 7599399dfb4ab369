"""A report's table as columns and cells: the same on the page, in files and in mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.common import formats
from sales.forms.reports import FIGURES
from sales.reports.periods import period_label
from sales.reports.query import ReportQuery
from sales.reports.tables import Figures, ReportTable, Row

TITLES: dict[str, Any] = {
    "orders": gettext_lazy("Sales"),
    "won": gettext_lazy("Deals won"),
    "lost": gettext_lazy("Deals lost"),
    "open": gettext_lazy("Open deals"),
}


@dataclass(frozen=True)
class Head:
    """A column: ``kind`` is text, count, money, plain (a number without a unit), share or change.

    ``column`` is the group that it stands for, when the report has columns.
    """

    key: str
    label: str
    kind: str
    column: Any = None


def heads(table: ReportTable) -> list[Head]:
    query = table.query
    first = Head("label", str(query.by.label), "text")
    if query.across is None:
        return [first, *_all_figures(table)]
    kind = "count" if query.figure == "count" else "money"
    columns = [
        Head(f"cell-{number}", label, kind, (key,))
        for number, (key, label) in enumerate(table.columns)
    ]
    return [first, *columns, Head(query.figure, _("Total"), kind)]


def _all_figures(table: ReportTable) -> list[Head]:
    query = table.query
    orders = query.what == "orders"
    found = [Head("count", count_label(table), "count")]
    if table.total.figures.refunds:
        found.append(Head("refunds", _("Refunds"), "count"))
    found += [
        Head("total", _("Amount"), "money"),
        Head("share", pgettext("report", "Share"), "share"),
    ]
    if table.compared:
        found += [
            Head("previous", pgettext("report", "Before"), "money"),
            Head("change", pgettext("report", "Change"), "change"),
        ]
    mean = _("Mean per line") if query.of_lines else _("Mean per order") if orders else _("Mean")
    return [
        *found,
        Head("mean", mean, "money"),
        Head("median", _("Median"), "money"),
        Head("variance", _("Variance"), "plain"),
        Head("sd", _("Std deviation"), "money"),
        Head("least", _("Smallest"), "money"),
        Head("most", _("Largest"), "money"),
    ]


def count_label(table: ReportTable) -> str:
    return _("Orders") if table.query.what == "orders" else _("Deals")


def value(row: Row, head: Head) -> Any:
    """The cell as text, int, Decimal, float (share and change) or None."""
    if head.key == "label":
        return row.label
    if head.column is not None:
        return _figure(row, head)
    if head.key in {"share", "previous", "change"}:
        return getattr(row, head.key)
    return getattr(row.figures, head.key)


def _figure(row: Row, head: Head) -> Any:
    figures: Figures = row.cells.get(head.column[0], Figures())
    if head.kind == "count":
        return figures.count
    return figures.total


def mean_value(row: Row, head: Head) -> Any:
    return row.cells.get(head.column[0], Figures()).mean


def cells(table: ReportTable, row: Row, columns: Sequence[Head]) -> list[Any]:
    """The row's raw values, column by column."""
    mean = table.query.figure == "mean"
    return [
        mean_value(row, head) if mean and head.column is not None else value(row, head)
        for head in columns
    ]


def said(found: Any, kind: str) -> str:
    """A value as the reader's language writes it; “–” where there is none."""
    if found is None:
        return "–"
    if kind == "money":
        return formats.money(round(found) if abs(found) >= 1000 else found, settings.BASE_CURRENCY)
    if kind == "plain":
        return formats.number(found)
    if kind == "share":
        return formats.percent(found, 1)
    if kind == "change":
        sign = "+" if found > 0 else ""
        return sign + formats.percent(found, 1)
    return formats.number(found) if kind == "count" else str(found)


def written(found: Any, kind: str) -> Any:
    """A value as files hold it: numbers stay numbers, shares are fractions."""
    if kind in {"share", "change"} and found is not None:
        return Decimal(str(round(found, 6)))
    return found


def lowered(label: Any) -> str:
    """A label within a sentence: “by sales channel”."""
    text = str(label)
    return text[:1].lower() + text[1:]


def title(query: ReportQuery) -> str:
    """“Sales by region” in words."""
    what, by = TITLES[query.what], lowered(query.by.label)
    if query.across is None:
        return _("%(what)s by %(by)s") % {"what": what, "by": by}
    return _("%(what)s by %(by)s and %(across)s: %(figure)s") % {
        "what": what, "by": by, "across": lowered(query.across.label),
        "figure": lowered(dict(FIGURES)[query.figure]),
    }  # fmt: skip


def subtitle(table: ReportTable) -> str:
    """The period, what it is compared with, and what narrows the report."""
    query = table.query
    parts = [period_label(query.start, query.end)]
    if table.compared:
        parts.append(_("compared with %(period)s") % {"period": period_label(*table.compared)})
    return " · ".join([*parts, *query.narrowed])
