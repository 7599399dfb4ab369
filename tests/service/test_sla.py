"""Business-hours arithmetic, against figures worked out by hand."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.sla import (
    Calendar,
    add_business_minutes,
    business_minutes_between,
    stopped_minutes,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
OFFICE = [
    (day, *hours) for day in range(5) for hours in ((time(9), time(12)), (time(13), time(18)))
]
HOLIDAY = date(2025, 3, 5)  # a Wednesday


def calendar(zone: ZoneInfo = SHANGHAI) -> Calendar:
    return Calendar.of(OFFICE, [HOLIDAY], zone)


def at(day: int, hour: int, minute: int = 0, *, month: int = 3, zone: ZoneInfo = SHANGHAI):
    """A moment of 2025; 3 March is a Monday."""
    return datetime(2025, month, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (at(3, 9), 60, at(3, 10)),  # inside a shift
        (at(3, 11, 30), 60, at(3, 13, 30)),  # over lunch
        (at(3, 11), 60, at(3, 12)),  # runs out as the shift ends
        (at(3, 12, 30), 30, at(3, 13, 30)),  # begins at lunch
        (at(3, 6), 30, at(3, 9, 30)),  # before the first shift
        (at(3, 17, 30), 60, at(4, 9, 30)),  # overnight
        (at(3, 20), 60, at(4, 10)),  # after hours
        (at(4, 17), 120, at(6, 10)),  # over the holiday
        (at(7, 17), 120, at(10, 10)),  # over the weekend
        (at(8, 11), 60, at(10, 10)),  # begins on Saturday
        (at(3, 9), 8 * 60, at(3, 18)),  # a whole day
        (at(3, 9), 4 * 8 * 60 + 1, at(10, 9, 1)),  # a week has four days here
        (at(3, 10), 0, at(3, 10)),  # nothing, in hours
        (at(3, 12, 30), 0, at(3, 13)),  # nothing, outside hours
        (at(3, 10), 1.5, datetime(2025, 3, 3, 10, 1, 30, tzinfo=SHANGHAI)),  # parts of minutes
    ],
)
def test_it_adds_business_minutes(start: datetime, minutes: float, due: datetime) -> None:
    assert add_business_minutes(start, minutes, calendar()) == due


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (at(3, 9), at(3, 10), 60),
        (at(3, 11), at(3, 14), 120),  # over lunch
        (at(3, 12), at(3, 13), 0),  # lunch alone
        (at(3, 17), at(4, 10), 120),  # overnight
        (at(4, 17), at(6, 10), 120),  # over the holiday
        (at(7, 17), at(10, 10), 120),  # over the weekend
        (at(8, 9), at(9, 18), 0),  # the weekend alone
        (at(3, 0), at(10, 0), 4 * 480),  # a week with a holiday
        (at(4, 9), at(3, 9), 0),  # backwards
    ],
)
def test_it_counts_business_minutes(start: datetime, end: datetime, minutes: float) -> None:
    assert business_minutes_between(start, end, calendar()) == minutes


def test_it_reads_moments_of_any_zone() -> None:
    start = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai
    assert add_business_minutes(start, 60, calendar()) == at(3, 10)


def test_it_undoes_what_it_added() -> None:
    for minutes in (1, 59, 180, 181, 480, 1000, 5000):
        due = add_business_minutes(at(3, 10, 7), minutes, calendar())
        assert business_minutes_between(at(3, 10, 7), due, calendar()) == minutes


def test_it_keeps_the_hour_of_the_wall_clock_over_summer_time() -> None:
    # Berlin: clocks go forward on Sunday, 30 March 2025.
    start, due = at(28, 17, zone=BERLIN), at(31, 10, zone=BERLIN)
    assert add_business_minutes(start, 120, calendar(BERLIN)) == due
    assert due.astimezone(UTC).hour == 8


def test_it_counts_a_short_day_as_short_where_clocks_go_forward() -> None:
    night = Calendar.of([(6, time(0), time(6))], [], BERLIN)
    start, end = at(30, 0, zone=BERLIN), at(30, 6, zone=BERLIN)
    assert business_minutes_between(start, end, night) == 5 * 60


def test_it_counts_a_long_day_as_long_where_clocks_go_back() -> None:
    night = Calendar.of([(6, time(0), time(6))], [], BERLIN)
    start, end = at(26, 0, month=10, zone=BERLIN), at(26, 6, month=10, zone=BERLIN)
    assert business_minutes_between(start, end, night) == 7 * 60


def test_it_moves_a_shift_in_the_hour_that_summer_time_skips() -> None:
    week = Calendar.of([(6, time(2, 15), time(2, 45)), (0, time(9), time(12))], [], BERLIN)
    due = add_business_minutes(at(30, 0, zone=BERLIN), 30, week)
    assert due == at(30, 3, 45, zone=BERLIN)


def test_it_counts_overlapping_shifts_once() -> None:
    week = Calendar.of([(0, time(9), time(13)), (0, time(12), time(15))], [], SHANGHAI)
    assert business_minutes_between(at(3, 0), at(4, 0), week) == 6 * 60


def test_it_runs_round_the_clock_without_shifts_but_not_on_holidays() -> None:
    always = Calendar.of([], [HOLIDAY], SHANGHAI)
    assert add_business_minutes(at(4, 23), 120, always) == at(6, 1)


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ([("new", at(3, 9)), ("waiting", at(3, 10)), ("in_progress", at(3, 14))], 180),
        ([("new", at(3, 9)), ("waiting", at(3, 10))], 0),  # the stop has not ended
        (
            [("new", at(3, 9)), ("resolved", at(3, 10)), ("closed", at(3, 11)),
             ("in_progress", at(3, 12))],
            120,
        ),  # resolved and closed is one stop
        (
            [("waiting", at(3, 9)), ("resolved", at(3, 10)), ("in_progress", at(3, 11))],
            120,
        ),  # one stop after another
        ([("new", at(3, 9)), ("in_progress", at(3, 10))], 0),
    ],
)  # fmt: skip
def test_it_counts_the_time_that_a_clock_stood(changes, minutes: float) -> None:
    assert stopped_minutes(changes, calendar()) == minutes
