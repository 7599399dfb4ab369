"""Weekly sales, told apart by what a forecast is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from analytics.frames import Scope, weekly_sales
from sales import measures
from sales.models import Order, OrderLine, SalesDay
from sales.reports.dimensions import BY_KEY, Dimension, step_expression

if TYPE_CHECKING:
    import pandas as pd

APART = ("region", "product", "category", "channel", "team", "owner")
MOST_GROUPS = 12
YEAR = 52
# Less than this part of the last year's sales outside the groups is cents, not a group.
TRACE = 0.001
# Columns of groups: their key behind a mark; what belongs to none of the largest.
MARK, REST = "=", "rest"


def apart_label(by: str) -> str | Promise:
    return BY_KEY[by].label


def sales_weeks(scope: Scope) -> pd.DataFrame:
    """``week`` and ``sales`` as ``weekly_sales``; then, with ``scope.by``, a column per group.

    The groups are those that sold most in the last 52 weeks, at most ``MOST_GROUPS``; the rest
    is one more, so that the groups of each week add up to its sales. No columns for one group.
    """
    import pandas as pd

    frame = weekly_sales(scope)
    if scope.by not in APART or frame.empty:
        return frame
    # Keys become texts before pandas sees them: a number beside a missing one would be 9.0.
    rows = [
        (week, f"{MARK}{'' if key is None else key}", sales)
        for week, key, sales in _grouped(scope, BY_KEY[scope.by])
    ]
    table = pd.DataFrame(rows, columns=["week", "key", "sales"])
    table["week"] = pd.to_datetime(table["week"])
    table["sales"] = table["sales"].astype(float)
    wide = table.pivot_table(index="week", columns="key", values="sales", aggfunc="sum")
    wide = wide.reindex(frame["week"]).fillna(0.0)
    lately = wide.tail(YEAR).sum()
    kept = wide[lately[lately > 0].nlargest(MOST_GROUPS).index].reset_index(drop=True)
    rest = frame["sales"] - kept.sum(axis=1)
    if abs(rest.tail(YEAR).sum()) > TRACE * frame["sales"].tail(YEAR).sum():
        kept = kept.assign(**{REST: rest.round(2)})
    if len(kept.columns) < 2:
        return frame
    return pd.concat([frame, kept], axis=1)


def _grouped(scope: Scope, dimension: Dimension) -> Any:
    """(week, key, revenue) of each group."""
    key = dimension.of_days()
    if key is not None:
        records: Any = scope.of(SalesDay).exclude(orders=0, refunds=0)
        week = step_expression("week", "day", is_day=True)
    elif dimension.of_lines:
        key, orders = dimension.expression(lines=True), scope.known(scope.of(Order))
        records = OrderLine.objects.filter(order__in=orders)
        week = step_expression("week", "order__ordered_at", is_day=False)
    else:
        key, records = dimension.expression(lines=False), scope.known(scope.of(Order))
        week = step_expression("week", "ordered_at", is_day=False)
    rows = measures.grouped(records, {"week": week, "key": key}, "revenue")
    return rows.values_list("week", "key", "revenue")
