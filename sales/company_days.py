"""The company's days in the database: ``sales_day(moment)``, in the zone of ``TIME_ZONE``.

Sums by day are kept by triggers, which cannot read settings. After each migration the function is
compared with the setting; where the company has moved, it is replaced and the sums made anew.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connections, transaction

from sales.triggers import DAY, TALLIES


def zone_function() -> str:
    """The SQL that makes the function for the zone that is set."""
    zone = settings.TIME_ZONE.replace("'", "''")
    return (
        f"CREATE OR REPLACE FUNCTION {DAY}(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE "
        f"PARALLEL SAFE AS $$ SELECT ($1 AT TIME ZONE '{zone}')::date $$"
    )


def follow_time_zone(using: str = "default", **kwargs: Any) -> None:
    """Make ``sales_day`` and the sums those of ``TIME_ZONE``; nothing where they are already."""
    connection = connections[using]
    zone = f"'{settings.TIME_ZONE}'"
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [DAY])
        found = cursor.fetchone()
        if found is None or zone in found[0]:  # before its migration, or as it should be
            return
        for tally in TALLIES:
            cursor.execute(f"LOCK TABLE {tally.source} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(zone_function())
        for tally in TALLIES:
            cursor.execute(tally.refill)
