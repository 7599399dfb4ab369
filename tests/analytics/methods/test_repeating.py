"""Hours that also follow the days of the week, days that also follow the year."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.candidates import SeasonalNaive
from analytics.methods.repeating import (
    DAY,
    WEEK,
    Repeating,
    find_repeating,
    week_profile,
    weeks,
)
from analytics.methods.series_forecast import forecast_series
from analytics.methods.smoothing import Theta
from analytics.methods.timeseries import regular_series


def hours(weeks: int, weekend: float, seed: int = 0) -> np.ndarray:
    t = np.arange(weeks * WEEK)
    wave = 50 + 20 * np.sin(2 * np.pi * t / DAY) + 0.01 * t
    return wave - weekend * (t // DAY % 7 > 4) + np.random.default_rng(seed).normal(0, 4, len(t))


def test_it_learns_what_the_week_adds_to_the_day() -> None:
    found = week_profile(hours(12, weekend=14)).reshape(7, DAY).mean(axis=1)
    assert found == pytest.approx([4, 4, 4, 4, 4, -10, -10], abs=1.5)


def test_it_learns_nothing_from_noise_or_from_too_few_weeks() -> None:
    assert sum(week_profile(hours(12, 0, seed)).any() for seed in range(20)) <= 1
    assert not week_profile(hours(2, weekend=14)).any()


@pytest.mark.parametrize("model", [SeasonalNaive(), Theta()])
def test_it_gives_the_week_back(model: SeasonalNaive | Theta) -> None:
    y = hours(8, weekend=14)
    past, later = y[: -3 * DAY], y[-3 * DAY :]  # a Thursday's end; Friday and the weekend to come
    errors = [
        float(np.abs(one.predict(past, DAY, 3 * DAY).mean - later).mean())
        for one in (model, Repeating(model, weeks))
    ]
    assert errors[1] < 0.75 * errors[0]


def test_it_tells_that_a_forecast_allows_for_the_week() -> None:
    when = pd.date_range("2024-01-01", periods=4 * WEEK, freq="h")
    frame = pd.DataFrame({"when": when, "calls": hours(4, weekend=14)})
    found = forecast_series(regular_series(frame, "calls", "when"), DAY)
    assert "week_seen" in [notice.code for notice in found.notices]


def test_it_sees_a_year_where_years_are_alike() -> None:
    t = np.arange(2 * 365 + 200)
    noise = np.random.default_rng(1).normal(0, 1, len(t))
    y = 100 + 3 * np.sin(2 * np.pi * t / 365.25) + noise
    past, later = y[:-90], y[-90:]
    code, effect = find_repeating(past, "day", 7) or ("", weeks)
    assert code == "year_seen"
    plain, wavy = (m.predict(past, 7, 90).mean for m in (Theta(), Repeating(Theta(), effect)))
    assert np.abs(wavy - later).mean() < 0.7 * np.abs(plain - later).mean()


def test_it_sees_no_year_in_what_drifts() -> None:
    rng = np.random.default_rng(2)
    walks = [np.cumsum(rng.normal(size=735)) for _ in range(60)]
    assert sum(find_repeating(walk, "day", 7) is not None for walk in walks) <= 2
