"""Moments written from tables are those that the zone itself gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from crm.records.moments import clocks, local_clock, shares_of_a_day


@pytest.mark.parametrize(
    "name",
    ["Asia/Shanghai", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
     "Pacific/Apia", "Europe/London"],
)  # fmt: skip
def test_it_agrees_with_the_zone(name: str) -> None:
    zone = ZoneInfo(name)
    local = local_clock(zone)
    # Over sixty years, each at another time of the day.
    drawn = [datetime(1971, 1, 1, tzinfo=UTC) + timedelta(seconds=473_129 * n) for n in range(4000)]
    # The hours around each change of clocks within five years, and a moment of another zone.
    hours = [datetime(2024, 1, 1, 0, 15, tzinfo=UTC) + timedelta(hours=n) for n in range(43_800)]
    ahead = [one.astimezone(zone).utcoffset() for one in hours]
    changes = [one for one, (was, now) in zip(hours, pairwise(ahead), strict=False) if was != now]
    near = [change + timedelta(minutes=n) for change in changes for n in range(-90, 120)]
    for moment in (*drawn, *near, drawn[0].astimezone(ZoneInfo("Asia/Tokyo"))):
        told = moment.astimezone(zone)
        second = told.hour * 3600 + told.minute * 60 + told.second
        assert local(moment) == (told.toordinal(), second), moment
        at = slice(8 * second, 8 * second + 8)
        assert clocks()[at] == f"{told:%H:%M:%S}"
        assert float(f"0.{shares_of_a_day()[at]}") == pytest.approx(second / 86_400, abs=1e-8)
