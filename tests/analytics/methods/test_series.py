"""The pattern of a series: what is planted is found, what is not is not."""

import numpy as np
import pandas as pd
import pytest
from django.utils import translation
from scipy.stats import kendalltau, theilslopes

from analytics.datasets.sentences import said
from analytics.methods.errors import DataProblem
from analytics.methods.kendall import mann_kendall_s, trend_test, variance_correction
from analytics.methods.seasonality import season_chance
from analytics.methods.series import analyse_series
from analytics.methods.timeseries import regular_series

DAYS = 800


def daily(trend: float = 0.02, weekly: float = 5.0, yearly: float = 4.0) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    days = pd.date_range("2023-01-02", periods=DAYS, freq="D")
    t = np.arange(DAYS)
    values = (
        40 + trend * t + weekly * (days.dayofweek < 5) + yearly * np.sin(2 * np.pi * t / 365.25)
    )
    return pd.DataFrame({"day": days, "calls": values + rng.normal(size=DAYS)})


def test_it_finds_the_planted_trend_and_seasons() -> None:
    found = analyse_series(daily(), "day", "calls", horizon=0)
    assert found.trend.direction == "up"
    assert found.trend.lo < 0.02 < found.trend.hi
    assert [season.periods for season in found.seasons] == [7, 365]
    assert min(season.strength for season in found.seasons) > 0.6
    assert found.trend_strength > 0.8
    assert sum(found.parts.values()) == pytest.approx(found.series.y)
    means = [row["mean"] for row in found.weekdays]
    assert np.mean(means[:5]) - np.mean(means[5:]) == pytest.approx(5, abs=0.5)


def test_it_finds_nothing_in_noise() -> None:
    rng = np.random.default_rng(1)
    frame = daily().assign(calls=rng.normal(size=DAYS))
    found = analyse_series(frame, "day", "calls", horizon=0)
    assert found.trend.direction == "none"
    weekly = next(season for season in found.seasons if season.periods == 7)
    assert weekly.strength < 0.25


def test_it_finds_seasons_and_hardly_any_where_there_are_none() -> None:
    """Three years of months, where STL takes half of what noise varies for a season."""
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(300, 36))
    alarms = [season_chance(y, 12, 6) < 0.05 for y in (*noise, *noise.cumsum(axis=1))]
    assert 0.01 < np.mean(alarms) < 0.09
    wave = 4 * np.sin(np.arange(36) * np.pi / 6)
    assert np.mean([season_chance(y + wave, 12, 6) < 0.05 for y in noise]) > 0.9
    months = pd.DataFrame({"m": pd.date_range("2020-01-01", periods=36, freq="MS"), "v": noise[0]})
    answer = analyse_series(months, "m", "v", horizon=0).to_dict()
    assert answer["seasonal_strength"] > 0.3
    with translation.override("en"):
        assert "No season stands out beyond chance." in said("series", answer)


def test_it_allows_for_neighbours_that_are_alike() -> None:
    """Autocorrelated noise without a trend: the uncorrected test alarms several times as often."""
    rng = np.random.default_rng(2)
    alarms = plain = 0
    for _ in range(60):
        noise = rng.normal(size=200)
        for k in range(1, 200):
            noise[k] += 0.6 * noise[k - 1]
        alarms += trend_test(noise).direction != "none"
        plain += kendalltau(np.arange(200), noise).pvalue < 0.05
    assert alarms <= 9
    assert plain > 2 * alarms


def test_it_takes_drifting_for_no_trend() -> None:
    """Random walks; the ranks alone find a trend in half of them."""
    rng = np.random.default_rng(5)
    found = [trend_test(np.cumsum(rng.normal(size=60))) for _ in range(60)]
    assert sum(one.direction != "none" for one in found) <= 8
    assert sum(one.lo <= 0 <= one.hi for one in found) >= 52
    assert sum(one.drift for one in found) >= 20
    risen = trend_test(np.cumsum(rng.normal(1.0, 1.0, size=60)))
    assert risen.direction == "up"
    assert risen.lo < 1 < risen.hi


def test_it_says_that_a_trend_cannot_be_told_from_drift() -> None:
    frame = pd.DataFrame({"month": pd.date_range("2020-01-01", periods=60, freq="MS")})
    frame["sold"] = 100 + np.cumsum(np.random.default_rng(5).normal(size=60))
    found = analyse_series(frame, "month", "sold", horizon=0)
    assert found.trend.direction == "none"
    assert "trend_or_drift" in [notice.code for notice in found.notices]


def test_it_finds_no_trend_where_there_is_only_a_season() -> None:
    months = pd.date_range("2021-01-01", periods=36, freq="MS")
    wave = 20 * np.sin(np.arange(36) * np.pi / 6)
    rng = np.random.default_rng(4)
    trends = []
    for _ in range(30):
        frame = pd.DataFrame({"month": months, "sold": 100 + wave + rng.normal(0, 8, 36)})
        trends.append(analyse_series(frame, "month", "sold", horizon=0).trend)
    assert sum(trend.p < 0.05 for trend in trends) <= 4
    assert sum(trend.lo <= 0 <= trend.hi for trend in trends) >= 26


def test_it_computes_s_and_sens_slope_as_defined() -> None:
    y = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
    assert mann_kendall_s(y) == 6  # 8 pairs rise, 2 fall
    rng = np.random.default_rng(3)
    y = np.arange(80) * 0.3 + rng.normal(size=80)
    found = trend_test(y)
    assert found.slope == pytest.approx(theilslopes(y)[0])
    assert found.tau == pytest.approx(kendalltau(np.arange(80), y).statistic)
    assert variance_correction(rng.normal(size=80)) < 2


def test_it_counts_events_with_zeros_and_a_heat_map() -> None:
    """Monday mornings only, over 15 weeks; the days between are 0, not missing."""
    times = pd.date_range("2024-01-01 09:30", periods=15, freq="7D")
    frame = pd.DataFrame({"at": times.repeat(4)})
    found = analyse_series(frame, "at", horizon=0)
    assert found.series.frequency == "day"
    assert len(found.series.y) == 14 * 7 + 1
    assert found.series.y.sum() == 60
    heat = np.array(found.heat)
    assert heat[0, 9] == 60 == heat.sum()
    assert found.hours[9] == 4
    assert found.seasonal_strength > 0.9
    weeks = analyse_series(frame, "at", frequency="W", horizon=0)
    assert set(weeks.series.y) == {4.0}
    assert "duplicate_dates_summed" not in [one.code for one in weeks.notices]


def test_it_puts_times_on_the_local_clock_through_a_change_of_clocks() -> None:
    """09:00 in Berlin is 08:00 UTC in winter and 07:00 in summer: one hour of the local day."""
    local = pd.date_range("2024-03-01 09:00", periods=60, freq="D", tz="Europe/Berlin")
    text = local.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
    frame = pd.DataFrame({"at": text})
    found = analyse_series(frame, "at", zone="Europe/Berlin", horizon=0)
    assert np.flatnonzero(found.hours).tolist() == [9]
    assert len(found.series.y) == 60
    assert set(found.series.y) == {1.0}
    plain = analyse_series(frame, "at", horizon=0)
    assert np.flatnonzero(plain.hours).tolist() == [7, 8]


def test_it_sums_duplicates_and_fills_gaps_with_a_notice() -> None:
    frame = daily().drop(index=[50, 51, 52])
    frame = pd.concat([frame, frame.head(2)])
    found = analyse_series(frame, "day", "calls", horizon=0)
    codes = {notice.code for notice in found.notices}
    assert {"duplicate_dates_summed", "gaps_zero_filled"} <= codes


def test_it_forecasts_as_forecast_does() -> None:
    months = pd.date_range("2016-01-01", periods=72, freq="MS")
    wave = 100 + 10 * np.sin(2 * np.pi * np.arange(72) / 12)
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"month": months, "sales": wave + rng.normal(size=72)})
    answer = analyse_series(frame, "month", "sales", horizon=6).to_dict()
    assert [row["date"] for row in answer["forecast"]][:2] == ["2022-01-01", "2022-02-01"]
    assert answer["backtest"]["mase"] <= answer["backtest"]["naive_mase"]
    assert answer["seasonal_strength"] > 0.9
    assert answer["weekdays"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.head(0), "no_rows"),
        (lambda f: f.head(5), "two_seasons_needed"),
        (lambda f: f.assign(day="soon"), "column_not_dates"),
        (lambda f: f.assign(calls=np.nan), "no_usable_rows"),
        (lambda f: f.drop(columns="day"), "column_missing"),
    ],
)
def test_it_refuses_what_has_no_pattern(change: object, code: str) -> None:
    with pytest.raises(DataProblem) as refused:
        analyse_series(change(daily()), "day", "calls", horizon=0)  # type: ignore[operator]  # one of several ways to spoil a table
    assert refused.value.code == code


def test_it_says_that_a_constant_series_has_neither_trend_nor_season() -> None:
    found = analyse_series(daily().assign(calls=7.0), "day", "calls", horizon=7)
    assert (found.trend.direction, found.seasonal_strength) == ("none", 0.0)
    assert found.forecast is not None
    assert set(found.forecast.prediction.mean) == {7.0}
    with pytest.raises(DataProblem, match="Asia/Shanghai"):
        analyse_series(daily(), "day", "calls", zone="Mars/Olympus")


def test_it_keeps_the_regular_series_it_was_given() -> None:
    series = regular_series(daily(), "calls", "day")
    assert analyse_series(daily(), "day", "calls", horizon=0).series.y == pytest.approx(series.y)
