"""The Spring Festival is found where it is, on its own days, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.candidates import Candidate, normal
from analytics.methods.festival import NEW_YEARS, Festive, festival_shares, find_festival
from analytics.methods.forecast import forecast
from analytics.methods.timeseries import regular_series


def daily(seed: int, *, festival: float = 1.0, western: bool = False) -> pd.Series:
    """Sales of 3 100 days with a yearly wave; ``festival`` is what is left of them then."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2014-03-01", periods=3100)
    t = np.arange(len(days))
    sold = 1000 * np.exp(0.0003 * t + 0.15 * np.sin(2 * np.pi * t / 365.25))
    sold *= np.exp(rng.normal(0, 0.08, len(days)))
    number = days.to_numpy(dtype="datetime64[D]").astype(float)
    for new_year in NEW_YEARS:
        sold[(number >= new_year - 3) & (number <= new_year + 8)] *= festival
    if western:
        sold[(days.month == 12) & (days.day < 25)] *= 1.6
        sold[(days.month == 2) & (days.day > 9) & (days.day < 15)] *= 1.3
    return pd.Series(sold, index=days)


def periods(sold: pd.Series, unit: str) -> pd.DataFrame:
    summed = sold.resample(unit, label="left", closed="left").sum()[1:-1]
    return pd.DataFrame({"date": summed.index, "sales": summed.to_numpy()})


def effect(frame: pd.DataFrame) -> float | None:
    series = regular_series(frame, "sales", "date")
    shares = festival_shares(series, 6)
    found = find_festival(series.y, shares, series.frequency, series.season)
    return found and float(np.exp(found.effect))


@pytest.mark.parametrize("unit", ["D", "W-MON", "MS"])
def test_it_is_found_with_its_size_where_it_is(unit: str) -> None:
    assert effect(periods(daily(1, festival=0.3), unit)) == pytest.approx(0.3, abs=0.06)


@pytest.mark.parametrize("unit", ["D", "W-MON", "MS"])
def test_it_is_not_found_where_it_is_not(unit: str) -> None:
    for seed in range(6):
        assert effect(periods(daily(seed, western=seed > 2), unit)) is None
    walk = np.cumsum(np.random.default_rng(9).normal(0, 5, 3100)) + 1000
    assert effect(periods(pd.Series(walk, index=daily(0).index), unit)) is None


def test_a_forecast_allows_for_its_day_of_the_coming_year() -> None:
    months = periods(daily(2, festival=0.3), "MS")
    months = months[months["date"] < "2021-04-01"]
    past, coming = months[:-4], months[-4:]["sales"].to_numpy()
    found = forecast(past, "sales", date="date", horizon=4).groups[None]
    assert "festival_seen" in [notice.code for notice in found.notices]
    assert np.mean(np.abs(found.prediction.mean / coming - 1)) < 0.03  # .09 without the dates
    assert found.score.mase < 0.5 * found.naive.mase


def test_it_knows_nothing_after_the_first_origin() -> None:
    series = regular_series(periods(daily(3, festival=0.3), "MS"), "sales", "date")
    seen: list[np.ndarray] = []

    class Watching(Candidate):
        def roll(self, y: np.ndarray, *_: object) -> list:
            seen.append(y)
            return [normal(y[60:66], np.ones(6))]

    festive = Festive(Watching(), festival_shares(series, 6), "month")
    festive.roll(series.y, 12, 6, (60,))
    changed = series.y.copy()
    changed[60:] *= 0.1
    festive.roll(changed, 12, 6, (60,))
    assert seen[0][:60] == pytest.approx(seen[1][:60])
    assert not np.allclose(seen[0][:60], series.y[:60])


def test_its_days_are_those_of_the_calendar() -> None:
    days = {str(day) for day in NEW_YEARS.astype("datetime64[D]")}
    assert {"1997-02-07", "2008-02-07", "2020-01-25", "2024-02-10", "2033-01-31"} <= days
    assert np.all((np.diff(NEW_YEARS) > 350) & (np.diff(NEW_YEARS) < 386))
