"""The company's days and hours in the database: functions in the zone of ``TIME_ZONE``.

Sums by day are kept by triggers, which cannot read settings. After each migration the functions
are compared with the setting; where the company has moved, they are replaced and the sums that
stand on them are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from crm.common.tallies import Tally


@dataclass(frozen=True)
class CompanyTime:
    """A function of a moment, ``gives`` a type, and the ``tallies`` whose triggers call it."""

    name: str
    gives: str
    tallies: Sequence[Tally]

    @property
    def sql(self) -> str:
        """The statement that makes the function for the zone that is set."""
        zone = settings.TIME_ZONE.replace("'", "''")
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}(timestamptz) RETURNS {self.gives} "
            "LANGUAGE sql IMMUTABLE PARALLEL SAFE "
            f"AS $$ SELECT ($1 AT TIME ZONE '{zone}')::{self.gives} $$"
        )

    def follow(self, using: str = "default", **kwargs: Any) -> None:
        """Make the function and the sums those of ``TIME_ZONE``; nothing where they are already."""
        connection = connections[using]
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [self.name])
            found = cursor.fetchone()
            if found is None or f"'{settings.TIME_ZONE}'" in found[0]:  # not yet made, or as it is
                return
            for tally in self.tallies:
                cursor.execute(f"LOCK TABLE {tally.source} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(self.sql)
            for tally in self.tallies:
                cursor.execute(tally.refill)
