"""How many people does it take? Work that arrives by the hour, and those who answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.methods.columns import numeric_column
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.serialise import jsonable
from analytics.methods.series import VALUE, WHEN, local_table
from analytics.methods.written_numbers import are_durations

# Each hour of the week should have come round this often before anything is suggested.
LEAST_WEEKS = 4
# More weeks without any contact than this share are told: a date may be mistyped.
EMPTY = 0.1
MOST_AGENTS = 10_000
# Staff for a busy hour, not for the mean one.
BUSY = 0.8
# Of the weeks, the last are judged on.
JUDGED = 0.25
UNITS = {"seconds": 1.0, "minutes": 60.0, "hours": 3_600.0}
LEAST_TIMED = 20


@dataclass(frozen=True)
class Hour:
    """One hour of the week.

    Attributes
    ----------
    weekday, hour : int
        Monday is 0.
    mean, busy : float
        Contacts in it on average, and in the busiest fifth of weeks.
    agents, agents_busy : int
        People needed for either.
    waiting : float
        Share that waits at all with ``agents`` people and ``mean`` contacts.
    """

    weekday: int
    hour: int
    mean: float
    busy: float
    agents: int
    agents_busy: int
    waiting: float


@dataclass(frozen=True)
class Judged:
    """What the earlier weeks say of the last ones.

    Attributes
    ----------
    weeks : int
        Judged on.
    error, naive_error : float
        Root mean square error in contacts an hour, of each hour's own mean and of one mean for
        all hours that ever had contacts.
    in_time, in_time_busy : float
        Share of the contacts that came in hours in which the people suggested for a mean, or a
        busy, hour would have kept the promise; nan without contacts.
    """

    weeks: int
    error: float
    naive_error: float
    in_time: float
    in_time_busy: float


@dataclass(frozen=True)
class StaffingResult:
    """People by the hour of the week; hours without contacts are left out.  ``handling`` and
    ``within`` in seconds, ``promise`` the share to be answered."""

    hours: tuple[Hour, ...]
    weeks: int
    handling: float
    promise: float
    within: float
    judged: Judged
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        return {
            "hours": [dict(hour.__dict__) for hour in self.hours],
            "weeks": self.weeks,
            "hours_a_week": sum(hour.agents for hour in self.hours),
            "handling": self.handling,
            "promise": self.promise,
            "within": self.within,
            "judged": jsonable(self.judged),
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def erlang_c(load: float, agents: int) -> float:
    """Share of contacts that must wait.

    A. K. Erlang (1917); here by the recursion of his blocking formula B, which never overflows:
    B(0) = 1, B(k) = A B(k-1) / (k + A B(k-1)), C = N B / (N - A (1 - B)).

    Parameters
    ----------
    load : float
        Erlang: contacts an hour times hours per contact.
    agents : int
        With no more agents than ``load`` the queue grows for ever: 1.
    """
    if agents <= load:
        return 1.0
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    return agents * blocked / (agents - load * (1.0 - blocked))


def service_level(load: float, agents: int, handling: float, within: float) -> float:
    """Share answered ``within`` seconds, with ``handling`` seconds per contact."""
    if agents <= load:
        return 0.0
    return 1.0 - erlang_c(load, agents) * float(np.exp(-(agents - load) * within / handling))


def agents_needed(contacts: float, handling: float, target: float, within: float) -> int:
    """The fewest people who answer ``target`` of ``contacts`` an hour ``within`` seconds."""
    load = contacts * handling / 3_600.0
    if load <= 0:
        return 0
    agents = max(int(np.floor(load)) + 1, 1)
    while service_level(load, agents, handling, within) < target and agents < MOST_AGENTS:
        agents += 1
    return agents


def mean_work(frame: pd.DataFrame, duration: str, unit: str = "seconds") -> float:
    """Mean seconds of work per contact, from a column of durations above 0 in ``unit``.

    Raises
    ------
    DataProblem, InsufficientData
        A column that is not numeric; fewer than 20 durations.
    """
    times = numeric_column(frame, duration)
    times = times[times > 0]
    if len(times) < LEAST_TIMED:
        params = {"method": "A mean time of work", "needed": LEAST_TIMED, "rows": len(times)}
        raise InsufficientData("too_few_rows", params)
    told = are_durations(frame[duration])  # 0:12:30 is read as seconds, whatever the unit
    return float(times.mean()) * (1.0 if told else UNITS[unit])


def suggest_staffing(
    frame: pd.DataFrame,
    date: str,
    *,
    handling: float,
    target: float = 0.8,
    within: float = 20.0,
    zone: str | None = None,
) -> StaffingResult:
    """Suggest people for each hour of the week from past contacts.

    Parameters
    ----------
    frame : DataFrame
        One row per contact.
    date : str
        When each came in.
    handling : float
        Seconds of work per contact.
    target, within : float
        Share to be answered, and in how many seconds.
    zone : str, optional
        As in ``series.analyse_series``.

    Raises
    ------
    DataProblem, InsufficientData
        A bad parameter; no times of day; under four weeks.
    """
    _check(handling, target, within)
    table = local_table(frame, date, None, zone)
    known = table.dropna()
    if known.empty:
        raise DataProblem("no_usable_rows" if len(table) else "no_rows")
    when = known[WHEN]
    if (when == when.dt.normalize()).all():
        raise DataProblem("no_times_of_day", {"column": date})
    first = when.min().normalize()
    weeks = int((when.max().normalize() - first).days + 1) // 7
    if weeks < LEAST_WEEKS:
        raise InsufficientData("too_few_weeks", {"needed": LEAST_WEEKS, "weeks": weeks})
    # Whole weeks only, so that every hour of the week was there equally often.
    used = known[when < first + pd.Timedelta(weeks=weeks)]
    counts = _by_week(used, first, weeks)
    hours = [
        _hour(day, hour, counts[:, day, hour], handling, target, within)
        for day in range(7)
        for hour in range(24)
        if counts[:, day, hour].any()
    ]
    dropped = len(table) - len(used)
    notices = [Notice("rows_outside_weeks", {"rows": dropped})] if dropped else []
    empty = int((counts.sum(axis=(1, 2)) == 0).sum())
    if empty > EMPTY * weeks:
        notices.append(Notice("weeks_without_contacts", {"empty": empty, "weeks": weeks}))
    judged = _judge(counts, handling, target, within)
    if judged.error >= judged.naive_error and len(hours) > 1:
        params = {"weeks": judged.weeks, "error": judged.error, "naive": judged.naive_error}
        notices.append(Notice("hours_alike", params))
    return StaffingResult(
        tuple(hours), weeks, handling, target, within, judged, len(used), dropped, tuple(notices)
    )


def _judge(counts: np.ndarray, handling: float, target: float, within: float) -> Judged:
    """Suggest from the first weeks of ``counts`` (weeks, 7, 24), and look at the last ones."""
    weeks = max(int(JUDGED * len(counts)), 1)
    learned, later = counts[:-weeks], counts[-weeks:]
    means, busy = learned.mean(axis=0), np.quantile(learned, BUSY, axis=0)
    known = means > 0
    asked = known | later.any(axis=0)
    naive = np.where(known, means.sum() / max(int(known.sum()), 1), 0.0)
    came = float(later.sum())

    def error(expected: np.ndarray) -> float:
        misses = (later - expected)[:, asked]
        return float(np.sqrt(np.mean(misses**2))) if misses.size else 0.0

    def in_time(expected: np.ndarray) -> float:
        kept = 0.0
        for day, hour in zip(*np.nonzero(asked), strict=True):
            agents = agents_needed(float(expected[day, hour]), handling, target, within)
            for contacts in later[:, day, hour]:
                load = float(contacts) * handling / 3_600.0
                if service_level(load, agents, handling, within) >= target:
                    kept += contacts
        return kept / came if came else float("nan")

    return Judged(weeks, error(means), error(naive), in_time(means), in_time(busy))


def _check(handling: float, target: float, within: float) -> None:
    rules: dict[str, tuple[float, bool, str]] = {
        "handling": (handling, 0 < handling <= 86_400, "between 0 and 86400 seconds"),
        "target": (target, 0 < target < 1, "between 0 and 1"),
        "within": (within, 0 <= within <= 86_400, "between 0 and 86400 seconds"),
    }
    for name, (value, good, rule) in rules.items():
        if not good:
            raise DataProblem("bad_parameter", {"name": name, "rule": rule, "value": value})


def _by_week(used: pd.DataFrame, first: pd.Timestamp, weeks: int) -> np.ndarray:
    """Contacts by week, weekday and hour, shape (weeks, 7, 24)."""
    counts = np.zeros((weeks, 7, 24))
    when = used[WHEN]
    week = ((when.dt.normalize() - first).dt.days // 7).to_numpy()
    place = (week, when.dt.dayofweek.to_numpy(), when.dt.hour.to_numpy())
    np.add.at(counts, place, used[VALUE].to_numpy())
    return counts


def _hour(
    weekday: int, hour: int, contacts: np.ndarray, handling: float, target: float, within: float
) -> Hour:
    mean, busy = float(contacts.mean()), float(np.quantile(contacts, BUSY))
    agents = agents_needed(mean, handling, target, within)
    return Hour(
        weekday, hour, mean, busy, agents, agents_needed(busy, handling, target, within),
        erlang_c(mean * handling / 3_600.0, agents),
    )  # fmt: skip
