from datetime import date

import pytest

from sales.reports import periods

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("today", "2026-11-25", "2026-11-26"),
        ("yesterday", "2026-11-24", "2026-11-25"),
        ("week", "2026-11-23", "2026-11-26"),
        ("last_week", "2026-11-16", "2026-11-23"),
        ("month", "2026-11-01", "2026-11-26"),
        ("last_month", "2026-10-01", "2026-11-01"),
        ("quarter", "2026-10-01", "2026-11-26"),
        ("last_quarter", "2026-07-01", "2026-10-01"),
        ("year", "2026-01-01", "2026-11-26"),
        ("last_year", "2025-01-01", "2026-01-01"),
        ("30days", "2026-10-27", "2026-11-26"),
        ("12months", "2025-12-01", "2026-11-26"),
    ],
)
def test_it_knows_when_a_period_begins_and_ends(key: str, start: str, end: str) -> None:
    assert periods.bounds(key, TODAY) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("key", "how", "start", "end"),
    [
        ("month", "previous", "2026-10-01", "2026-10-26"),
        ("last_month", "previous", "2026-09-01", "2026-10-01"),
        ("last_quarter", "previous", "2026-04-01", "2026-07-01"),
        ("year", "previous", "2025-01-01", "2025-11-26"),
        ("week", "previous", "2026-11-16", "2026-11-19"),
        ("30days", "previous", "2026-09-27", "2026-10-27"),
        ("last_month", "year", "2025-10-01", "2025-11-01"),
    ],
)
def test_it_compares_with_the_same_part(key: str, how: str, start: str, end: str) -> None:
    period = periods.bounds(key, TODAY)
    assert period[0] is not None
    assert period[1] is not None
    found = periods.compared(key, *period, how)
    assert found == (date.fromisoformat(start), date.fromisoformat(end))


def test_it_ends_short_months_at_their_last_day() -> None:
    assert periods.add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert periods.add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert periods.add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)


def test_it_steps_over_the_end_of_the_year() -> None:
    found = periods.steps_between("quarter", date(2025, 11, 5), date(2026, 4, 2))
    assert found == [date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1)]
    weeks = periods.steps_between("week", date(2025, 12, 31), date(2026, 1, 6))
    assert weeks == [date(2025, 12, 29), date(2026, 1, 5)]
