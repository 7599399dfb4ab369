"""What the weighted forecast says, kept once a week."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction

from sales.learned import learned_keep
from sales.models import ForecastSnapshot

KIND = "forecast_snapshot"
REBUILT_WEEKS = 26
_LOCK = 7_301_944

_KEYS = "month, pipeline_id, team_id, owner_id"
_INSERT = f"""
INSERT INTO sales_forecastsnapshot
    (taken_on, {_KEYS}, deals, amount, weighted, won, rebuilt)
SELECT taken_on, {_KEYS}, sum(deals), sum(amount), sum(weighted), sum(won), %(rebuilt)s
FROM parts GROUP BY taken_on, {_KEYS} HAVING sum(deals) <> 0 OR sum(won) <> 0
ON CONFLICT DO NOTHING
"""  # noqa: S608  # names of our own

_NOW = f"""
WITH parts AS (
    SELECT %(taken_on)s::date AS taken_on, close_month AS month, pipeline_id, team_id, owner_id,
        d.deals, d.amount, d.weighted, 0::numeric AS won
    FROM sales_dealsum AS d JOIN sales_stage AS s ON s.id = d.stage_id WHERE d.closed_on IS NULL
    UNION ALL
    SELECT %(taken_on)s::date, date_trunc('month', closed_on)::date, pipeline_id, team_id, owner_id,
        0, 0, 0, d.amount
    FROM sales_dealsum AS d JOIN sales_stage AS s ON s.id = d.stage_id
    WHERE s.kind = 'won' AND d.closed_on >= date_trunc('month', %(taken_on)s::date)::date)
{_INSERT}
"""  # noqa: S608  # as above

# Where each deal stood at the start of each Monday; its amount and close date are today's.
_THEN = f"""
WITH mondays AS (
    SELECT day::date AS taken_on, (day AT TIME ZONE %(zone)s) AS moment
    FROM generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '7 days') AS day),
stays AS (
    SELECT c.deal_id, c.to_stage_id, c.at,
        lead(c.at) OVER (PARTITION BY c.deal_id ORDER BY c.at, c.id) AS until
    FROM sales_stagechange AS c JOIN sales_deal AS d ON d.id = c.deal_id
    WHERE d.trashed_at IS NULL
        AND (d.closed_at IS NULL OR d.closed_at >= %(first)s::timestamp AT TIME ZONE %(zone)s)),
parts AS (
    SELECT m.taken_on,
        CASE WHEN s.kind = 'open' THEN date_trunc('month', d.expected_close)::date
            ELSE date_trunc('month', m.taken_on)::date END AS month,
        s.pipeline_id, d.team_id, d.owner_id,
        CASE WHEN s.kind = 'open' THEN 1 ELSE 0 END AS deals,
        CASE WHEN s.kind = 'open' THEN d.amount_base ELSE 0 END AS amount,
        CASE WHEN s.kind = 'open' THEN d.amount_base * s.probability / 100 ELSE 0 END AS weighted,
        CASE WHEN s.kind = 'won' THEN d.amount_base ELSE 0 END AS won
    FROM mondays AS m
    JOIN stays AS c ON c.at < m.moment AND (c.until IS NULL OR c.until >= m.moment)
    JOIN sales_deal AS d ON d.id = c.deal_id
    JOIN sales_stage AS s ON s.id = c.to_stage_id
    WHERE s.kind = 'open' OR (
        s.kind = 'won'
        AND c.at >= date_trunc('month', m.taken_on::timestamp) AT TIME ZONE %(zone)s))
{_INSERT}
"""  # noqa: S608  # as above


@transaction.atomic
def forecast_snapshot(today: date) -> int:
    """Keep the forecast of the week of ``today``; gives the rows written, 0 when it is kept.

    The first time also those of the ``REBUILT_WEEKS`` before, from the history of stages.
    """
    monday = today - timedelta(days=today.weekday())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if ForecastSnapshot.objects.filter(taken_on=monday, rebuilt=False).exists():
        return 0
    rebuilt = 0 if ForecastSnapshot.objects.exists() else forecast_rebuild(monday)
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"taken_on": monday, "rebuilt": False})
        kept = int(cursor.rowcount)
    learned_keep(monday)
    return rebuilt + kept


@transaction.atomic
def forecast_rebuild(monday: date, weeks: int = REBUILT_WEEKS) -> int:
    """The forecasts of the ``weeks`` before ``monday``, as far as the history tells them."""
    with connection.cursor() as cursor:
        cursor.execute(
            _THEN,
            {
                "first": monday - timedelta(weeks=weeks),
                "last": monday - timedelta(weeks=1),
                "zone": settings.TIME_ZONE,
                "rebuilt": True,
            },
        )
        return int(cursor.rowcount)
