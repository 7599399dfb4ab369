"""The lists of orders and deals behind a figure of a report: the same filters, as an address."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from sales.reports import periods
from sales.reports.dimensions import Dimension, Step
from sales.reports.query import ReportQuery
from sales.reports.tables import OTHERS

_DAYS = {"orders": "ordered", "won": "closed", "lost": "closed", "open": "close"}


def drill_url(
    query: ReportQuery, row: Any = None, column: Any = None, *, whole: bool = False,
    sales_only: bool = False,
) -> str:  # fmt: skip
    """The records behind a row, a cell or (``whole``) everything; "" where a list cannot tell.

    ``sales_only`` leaves refunds out: the records that the number counts.
    """
    params = _common(query, sales_only=sales_only)
    start, end = query.start, query.end
    for dimension, key in _groups(query, row, column, whole=whole):
        if key == OTHERS or (isinstance(dimension, Step) and key is None):
            return ""
        if isinstance(dimension, Step):
            start, end = _narrowed(dimension, key, start, end)
        else:
            params |= dimension.drill(key)
    if start is not None and end is not None:
        days = _DAYS[query.what]
        params |= {f"{days}_from": f"{start}", f"{days}_until": f"{end - periods.DAY}"}
    page = "sales:order_list" if query.what == "orders" else "sales:deal_list"
    return f"{reverse(page)}?{urlencode(params)}"


def _groups(
    query: ReportQuery, row: Any, column: Any, *, whole: bool
) -> list[tuple[Dimension, Any]]:
    groups: list[tuple[Dimension, Any]] = [] if whole else [(query.by, row)]
    if column is not None and query.across is not None:
        groups.append((query.across, column[0]))
    return groups


def _common(query: ReportQuery, *, sales_only: bool) -> dict[str, str]:
    asked = query.asked
    if query.what == "orders":
        params = {"counted": "true", **({"kind": "sale"} if sales_only else {})}
    else:
        params = {"status": query.what}
    names = {"team": "team", "owner": "owned_by", "channel": "channel", "pipeline": "pipeline",
             "product": "product"}  # fmt: skip
    params |= {theirs: str(asked[ours].pk) for ours, theirs in names.items() if asked[ours]}
    return params | {name: asked[name] for name in ("region", "category") if asked[name]}


def _narrowed(step: Step, key: date, start: date | None, end: date | None) -> tuple[date, date]:
    first, after = key, periods.next_step(step.key, key)
    return max(first, start or first), min(after, end or after)
