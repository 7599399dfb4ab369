"""Figures of several periods in one reading."""

from __future__ import annotations

from datetime import date, timedelta

from analytics import metrics
from analytics.slices import Slice
from crm.common.days import day_start
from tests.factories.cast import Cast
from tests.factories.service import ServiceRequestFactory


def test_it_tells_first_responses_of_each_period(cast: Cast) -> None:
    """The ends of a period are half-open; what lies between two periods counts in neither."""
    answered = [  # opened on, answered after so many minutes
        ((2025, 3, 1), 10), ((2025, 3, 31), 20), ((2025, 4, 1), 400), ((2026, 2, 28), 800),
        ((2026, 3, 1), 30), ((2026, 3, 31), 50), ((2026, 3, 31), None),
    ]  # fmt: skip
    for day, minutes in answered:
        opened = day_start(date(*day))
        ServiceRequestFactory(
            customer__team=cast.team, opened_at=opened,
            first_responded_at=opened + timedelta(minutes=minutes) if minutes else None,
        )  # fmt: skip
    now = Slice(cast.manager, date(2026, 3, 1), date(2026, 4, 1))
    before = Slice(cast.manager, date(2025, 3, 1), date(2025, 4, 1))
    empty = Slice(cast.manager, date(2024, 3, 1), date(2024, 4, 1))
    assert metrics.first_responses([now, before, empty]) == [40 * 60, 15 * 60, None]
    assert metrics.first_response_seconds(now) == 40 * 60
