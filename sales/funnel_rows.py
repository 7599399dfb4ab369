"""The way of cohorts of deals through their pipeline, counted by the database.

A cohort is the deals created in a month. A stage is *reached* by a deal that entered it or a
later one that is not “lost”: deals may skip stages, and those lost have passed the ones before.
A stay also ends where the deal leaves for another pipeline, even if it comes back.

Counting follows every move of every deal. Up to ``MOST_LIVE`` deals that is done when a page asks;
beyond, the page shows what was kept last night (``FunnelOutcome``, ``FunnelStay``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Sum

from sales.measures import company_today, within
from sales.models import Deal, FunnelOutcome, FunnelStay
from sales.scopes import SalesScope

MOST_LIVE = 20_000
WITHIN_DAYS = (30, 60, 90)
KIND = "funnel_keep"
Row = dict[str, Any]

# Bins of stays grow with the stay: each is an eighth longer than the one before, so that
# quartiles are exact to about six in a hundred.
_BINS = 8
_BIN = f"floor({_BINS} * ln(1 + greatest(extract(epoch FROM %s), 0) / 86400))::int"

_COHORT = """
WITH cohort AS MATERIALIZED ({deals}),
moves AS (
    SELECT c.deal_id, c.id, c.at, s.id AS stage, s."order" AS place, s.kind,
        s.pipeline_id = d.pipeline_id AS own
    FROM sales_stagechange AS c JOIN cohort AS d ON d.id = c.deal_id
    JOIN sales_stage AS s ON s.id = c.to_stage_id)
"""
_MONTH = "date_trunc('month', d.created_at AT TIME ZONE %s)::date AS month"
_WON = ", ".join(
    f"count(*) FILTER (WHERE s.kind = 'won' AND d.closed_at < d.created_at"
    f" + interval '{days} days') AS won{days}"
    for days in WITHIN_DAYS
)
_OUTCOMES = f"""{_COHORT},
reached AS (
    SELECT deal_id, max(place) AS furthest FROM moves WHERE own AND kind <> 'lost' GROUP BY deal_id)
SELECT {_MONTH}, {{more}} coalesce(r.furthest, 0) AS furthest, s.kind AS kind, d.lost_reason,
    count(*) AS deals, sum(d.amount_base) AS amount, {_WON}
FROM cohort AS d JOIN sales_stage AS s ON s.id = d.stage_id
    LEFT JOIN reached AS r ON r.deal_id = d.id
GROUP BY month, {{more}} coalesce(r.furthest, 0), s.kind, d.lost_reason
"""  # noqa: S608  # names and numbers of our own
_STAYS = f"""{_COHORT},
stays AS (
    SELECT m.stage, m.kind, m.own, m.at, m.deal_id,
        lead(m.at) OVER (PARTITION BY m.deal_id ORDER BY m.at, m.id) AS until
    FROM moves AS m)
SELECT {_MONTH}, {{more}} stage, until IS NOT NULL AS ended,
    {_BIN % "coalesce(until, now()) - m.at"} AS bin, count(*) AS stays
FROM stays AS m JOIN cohort AS d ON d.id = m.deal_id
WHERE m.own AND m.kind = 'open' GROUP BY month, {{more}} stage, until IS NOT NULL, bin
"""  # noqa: S608  # as above

_KEEP_OUTCOMES = """
INSERT INTO sales_funneloutcome (month, pipeline_id, team_id, owner_id, furthest, kind, lost_reason,
    deals, amount, won30, won60, won90)
"""
_KEEP_STAYS = """
INSERT INTO sales_funnelstay (month, pipeline_id, team_id, owner_id, stage_id, ended, bin, stays)
"""


def middle(bin_number: int) -> float:
    """The seconds in the middle of a bin of stays."""
    return (math.exp((bin_number + 0.5) / _BINS) - 1) * 86_400


@dataclass(frozen=True)
class Cohorts:
    """Deals created in [start, end), whole months, by month.

    ``outcomes`` have month, furthest, kind, lost_reason, deals, amount, won30 …; ``stays`` have
    month, stage, ended, bin, stays. ``kept_at`` is the night they are of; None: now.
    """

    outcomes: Sequence[Row]
    stays: Sequence[Row]
    kept_at: datetime | None


def cohorts(scope: SalesScope, start: date, end: date) -> Cohorts:
    """Live, or as kept where there are many; narrowing by customers is always live."""
    if not (scope.acquisition or scope.source):
        found = _kept(scope, start, end)
        if found is not None:
            return found
    deals = scope.deals(Deal.objects).filter(**within(start, end, "created_at"))
    return Cohorts(_live(_OUTCOMES, deals), _live(_STAYS, deals), None)


def outcomes(scope: SalesScope, start: date, end: date) -> Sequence[Row]:
    """The outcomes alone, of any days; kept ones are of whole months, up to today."""
    to_today = end > company_today() or end.day == 1
    if start.day == 1 and to_today and (found := _kept_outcomes(scope, start, end)):
        return found
    deals = scope.deals(Deal.objects).filter(**within(start, end, "created_at"))
    return _live(_OUTCOMES, deals)


def _live(sql: str, deals: Any) -> list[Row]:
    columns = (
        "id", "pipeline_id", "team_id", "owner_id", "stage_id", "created_at", "closed_at",
        "amount_base", "lost_reason",
    )  # fmt: skip
    chosen, params = deals.order_by().values(*columns).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql.format(deals=chosen, more=""), [*params, settings.TIME_ZONE])
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_OUTCOME_KEYS = ("month", "furthest", "kind", "lost_reason")
_STAY_KEYS = ("month", "stage", "ended", "bin")


def _kept(scope: SalesScope, start: date, end: date) -> Cohorts | None:
    found = _kept_outcomes(scope, start, end)
    if not found:
        return None
    asked = _months(scope, start, end)
    stays = scope.whose(FunnelStay.objects).filter(**asked).order_by()
    return Cohorts(
        found,
        _grouped(stays, _STAY_KEYS, {"stays": Sum("stays")}),
        max(row["kept_at"] for row in found),
    )


def _kept_outcomes(scope: SalesScope, start: date, end: date) -> list[Row]:
    """Nothing where nothing is kept, or so little that it can be counted live."""
    cells = scope.whose(FunnelOutcome.objects).filter(**_months(scope, start, end)).order_by()
    sums = {name: Sum(name) for name in ("deals", "amount", "won30", "won60", "won90")}
    found = _grouped(cells, _OUTCOME_KEYS, sums | {"kept_at": Max("kept_at")})
    return found if sum(row["deals"] for row in found) > MOST_LIVE else []


def _months(scope: SalesScope, start: date, end: date) -> dict[str, Any]:
    return {"pipeline": scope.pipeline, "month__gte": start, "month__lt": end}


def _grouped(cells: Any, keys: Sequence[str], sums: dict[str, Any]) -> list[Row]:
    """Sums under their columns' names."""
    asked = {f"sum_{name}": aggregate for name, aggregate in sums.items()}
    rows = cells.values(*keys).annotate(**asked)
    return [
        {**{key: row[key] for key in keys}, **{name: row[f"sum_{name}"] for name in sums}}
        for row in rows
    ]


@transaction.atomic
def funnel_keep() -> int:
    """Keep the funnel of all deals as it is now; gives the number of cells."""
    deals = (
        "SELECT id, pipeline_id, team_id, owner_id, stage_id, created_at, closed_at, amount_base,"
        " lost_reason FROM sales_deal WHERE trashed_at IS NULL"
    )
    keys = "d.pipeline_id, d.team_id, d.owner_id,"
    FunnelOutcome.objects.all().delete()
    FunnelStay.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_KEEP_OUTCOMES} {_OUTCOMES.format(deals=deals, more=keys)}", [settings.TIME_ZONE]
        )
        count = cursor.rowcount
        cursor.execute(
            f"{_KEEP_STAYS} {_STAYS.format(deals=deals, more=keys)}", [settings.TIME_ZONE]
        )
        return int(count + cursor.rowcount)
