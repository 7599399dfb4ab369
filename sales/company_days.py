"""The company's days in the database: ``sales_day(moment)``, which the kept sums count by."""

from __future__ import annotations

from crm.common.company_time import CompanyTime
from sales.triggers import DAY, TALLIES

SALES_DAY = CompanyTime(DAY, "date", TALLIES)
follow_time_zone = SALES_DAY.follow


def zone_function() -> str:
    """The SQL that makes the function for the zone that is set."""
    return SALES_DAY.sql
