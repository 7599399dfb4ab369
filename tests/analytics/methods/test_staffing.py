"""People by the hour, against textbook figures of Erlang C."""

from math import factorial

import numpy as np
import pandas as pd
import pytest

from analytics.methods.errors import DataProblem
from analytics.methods.staffing import (
    agents_needed,
    erlang_c,
    mean_work,
    service_level,
    suggest_staffing,
)


def test_it_gives_the_textbook_figures() -> None:
    """200 contacts an hour of 180 s each: 10 Erlang; 14 people answer 88.8 % within 20 s."""
    assert erlang_c(10, 14) == pytest.approx(0.1741, abs=1e-4)
    assert service_level(10, 14, 180, 20) == pytest.approx(0.888, abs=1e-3)
    assert agents_needed(200, 180, 0.8, 20) == 14
    top = 10**14 / factorial(14) * 14 / 4
    assert erlang_c(10, 14) == pytest.approx(
        top / (sum(10**k / factorial(k) for k in range(14)) + top)
    )
    assert (erlang_c(5, 5), service_level(5, 4, 60, 20)) == (1.0, 0.0)
    assert 0 < erlang_c(900, 950) < 1  # no overflow


def contacts(weeks: int = 8) -> pd.DataFrame:
    """Twelve contacts on Mondays at nine, more in every fourth week; one on Tuesdays at ten."""
    times = []
    for week in range(weeks):
        monday = pd.Timestamp("2024-01-01 09:05") + pd.Timedelta(weeks=week)
        times += [monday] * (36 if week % 4 == 0 else 12)
        times.append(monday + pd.Timedelta(days=1, hours=1))
    times.append(pd.Timestamp("2024-01-01") + pd.Timedelta(weeks=weeks, hours=-1))
    return pd.DataFrame({"at": times})


def test_it_staffs_the_mean_and_the_busy_hour() -> None:
    found = suggest_staffing(contacts(), "at", handling=600)
    assert found.weeks == 8
    monday = found.hours[0]
    assert (monday.weekday, monday.hour, monday.mean) == (0, 9, 18.0)
    assert monday.agents == agents_needed(18, 600, 0.8, 20)
    assert monday.agents_busy > monday.agents
    assert [(one.weekday, one.hour) for one in found.hours[1:]] == [(1, 10), (6, 23)]
    assert found.hours[1].agents >= 1


@pytest.mark.parametrize(
    ("frame", "options", "code"),
    [
        (contacts(3), {}, "too_few_weeks"),
        (contacts().assign(at="2024-01-01"), {}, "no_times_of_day"),
        (contacts().assign(at=pd.NaT), {}, "no_usable_rows"),
        (contacts(), {"handling": 0.0}, "bad_parameter"),
        (contacts(), {"target": 1.0}, "bad_parameter"),
        (contacts(), {"within": float(np.nan)}, "bad_parameter"),
    ],
)
def test_it_refuses_what_cannot_be_staffed(
    frame: pd.DataFrame, options: dict[str, float], code: str
) -> None:
    with pytest.raises(DataProblem) as refused:
        suggest_staffing(frame, "at", **{"handling": 300.0, **options})
    assert refused.value.code == code


def test_it_tells_weeks_without_any_contact() -> None:
    mistyped = pd.concat([pd.DataFrame({"at": [pd.Timestamp("2020-01-01 09:00")]}), contacts()])
    told = [notice.code for notice in suggest_staffing(mistyped, "at", handling=300).notices]
    assert "weeks_without_contacts" in told
    plain = suggest_staffing(contacts(), "at", handling=300)
    assert "weeks_without_contacts" not in [notice.code for notice in plain.notices]


@pytest.mark.parametrize("unit", ["seconds", "minutes"])
def test_it_reads_work_written_as_hours_minutes_and_seconds(unit: str) -> None:
    frame = pd.DataFrame({"took": ["0:02:00", "00:04:00", "-"] * 10})
    assert mean_work(frame, "took", unit) == 180.0
