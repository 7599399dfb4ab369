"""Periods of reports: named ones, the ones they are compared with, and their steps.

Days are the company's; periods are half-open, [start, end).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from babel import dates
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common import formats

DAY = timedelta(days=1)
CHOICES: list[tuple[str, Any]] = [
    ("today", gettext_lazy("Today")),
    ("yesterday", gettext_lazy("Yesterday")),
    ("week", gettext_lazy("This week")),
    ("last_week", gettext_lazy("Last week")),
    ("month", gettext_lazy("This month")),
    ("last_month", gettext_lazy("Last month")),
    ("quarter", gettext_lazy("This quarter")),
    ("last_quarter", gettext_lazy("Last quarter")),
    ("year", gettext_lazy("This year")),
    ("last_year", gettext_lazy("Last year")),
    ("30days", gettext_lazy("Last 30 days")),
    ("12months", gettext_lazy("Last 12 months")),
    ("all", gettext_lazy("All time")),
    ("custom", gettext_lazy("From … to …")),
]
STEPS: list[tuple[str, Any]] = [
    ("day", gettext_lazy("Day")),
    ("week", gettext_lazy("Week")),
    ("month", gettext_lazy("Month")),
    ("quarter", gettext_lazy("Quarter")),
    ("year", gettext_lazy("Year")),
]
MONTHS = {"month": 1, "quarter": 3, "year": 12}
MOST_STEPS = 400
Period = tuple[date | None, date | None]


def bounds(key: str, today: date) -> Period:
    """[start, end) of a named period. Running periods end with today; “all” has no bounds."""
    tomorrow = today + DAY
    if key == "all":
        return None, None
    if key in {"today", "yesterday"}:
        return (today, tomorrow) if key == "today" else (today - DAY, today)
    if key == "30days":
        return tomorrow - 30 * DAY, tomorrow
    if key == "12months":
        return add_months(today.replace(day=1), -11), tomorrow  # the running month is one of them
    last = key.startswith("last_")
    step = key.removeprefix("last_")
    start = step_start(step, today)
    return (previous_step(step, start), start) if last else (start, tomorrow)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(first.replace(day=1) + (day.day - 1) * DAY, following - DAY)


def compared(key: str, start: date, end: date, how: str) -> tuple[date, date]:
    """The period before (``how`` “previous”), or the same one a year before (“year”).

    Calendar periods are compared with the same days of the calendar period before.
    """
    step = key.removeprefix("last_")
    if how == "year":
        months = 12
    elif step in MONTHS:
        months = MONTHS[step]
    elif key == "12months":
        months = 12
    elif start.day == end.day == 1:
        months = (end.year - start.year) * 12 + end.month - start.month
    else:
        length = max(end - start, 7 * DAY) if step == "week" else end - start
        return start - length, end - length
    return add_months(start, -months), add_months(end, -months)


def step_start(step: str, day: date) -> date:
    """The first day of the week (Monday), month, quarter or year of a day."""
    if step == "week":
        return day - day.weekday() * DAY
    if step == "month":
        return day.replace(day=1)
    if step == "quarter":
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return day.replace(month=1, day=1) if step == "year" else day


def next_step(step: str, start: date) -> date:
    if step in MONTHS:
        return add_months(start, MONTHS[step])
    return start + (7 * DAY if step == "week" else DAY)


def previous_step(step: str, start: date) -> date:
    if step in MONTHS:
        return add_months(start, -MONTHS[step])
    return start - (7 * DAY if step == "week" else DAY)


def steps_between(step: str, start: date, end: date) -> list[date]:
    """The starts of the steps that touch [start, end); at most ``MOST_STEPS`` + 1."""
    found: list[date] = []
    current = step_start(step, start)
    while current < end and len(found) <= MOST_STEPS:
        found.append(current)
        current = next_step(step, current)
    return found


def step_label(step: str, start: date) -> str:
    """“Nov 2026”, “Q3 2026”, “Week from 2 Nov 2026” as the reader's language writes it."""
    if step == "year":
        return f"{start.year}年" if formats.is_chinese() else str(start.year)
    if step == "quarter":
        number = (start.month + 2) // 3
        return _("Q%(quarter)s %(year)s") % {"quarter": number, "year": start.year}
    if step == "month":
        pattern = "y年M月" if formats.is_chinese() else "MMM y"
        return str(dates.format_date(start, pattern, locale=formats.locale()))
    if step == "week":
        return _("Week from %(day)s") % {"day": formats.day(start)}
    return formats.day(start)


def period_label(start: date | None, end: date | None) -> str:
    if start is None or end is None:
        return _("All time")
    last = end - DAY
    return formats.day(start) if start == last else f"{formats.day(start)} – {formats.day(last)}"
