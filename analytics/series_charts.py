"""Panels of a series that was taken apart: a line in time, the days of the week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from analytics.charts import weekday_names
from crm.common.charting import Chart


def line(
    key: str, title: str, days: Sequence[date | str], values: Sequence[float], counted: str
) -> Chart:
    """One part in time; ``counted`` names the values."""
    rounded = [round(value, 2) for value in values]
    spec = {
        "type": "line",
        "x": [day.isoformat() if isinstance(day, date) else day for day in days],
        "series": [{"name": title, "data": rounded}],
    }
    rows = [list(row) for row in zip(days, rounded, strict=True)]
    return Chart(key, title, spec, [_("Day"), counted], rows, height="sm")


def weekdays(found: Sequence[dict[str, Any]], counted: str) -> Chart:
    """The mean of each day of the week with its interval; ``counted`` names the values."""
    names = weekday_names()
    spec = {
        "type": "bar", "x": [names[row["weekday"]] for row in found],
        "series": [{"name": counted, "data": [round(row["mean"], 2) for row in found]}],
    }  # fmt: skip
    table = [[names[row["weekday"]], row["mean"], row["lo"], row["hi"]] for row in found]
    columns = [_("Weekday"), _("Mean"), _("Low (95%)"), _("High (95%)")]
    return Chart("week", _("The week"), spec, columns, table, height="sm")
