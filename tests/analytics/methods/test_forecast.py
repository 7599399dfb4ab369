"""Forecasts: published figures, honest judgement, and data as they come."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.methods.arima import ArimaForm, log_helps
from analytics.methods.arima_diagnostics import diagnose
from analytics.methods.errors import DataProblem, InsufficientData
from analytics.methods.forecast import WORTH_CORES, forecast
from analytics.methods.forecast_groups import plan_groups
from analytics.methods.forecast_result import ForecastResult
from analytics.methods.series_forecast import forecast_series
from analytics.methods.timeseries import regular_series


def monthly(values: np.ndarray, start: str = "2018-01-01") -> pd.DataFrame:
    dates = pd.date_range(start, periods=len(values), freq="MS")
    return pd.DataFrame({"date": dates, "value": values})


def codes(result: ForecastResult) -> list[str]:
    return [notice.code for notice in result.notices]


@pytest.fixture(scope="module")
def airline(passengers: pd.DataFrame) -> ForecastResult:
    return forecast(passengers, "passengers", date="month", horizon=12)


@pytest.fixture(scope="module")
def seasonal() -> np.ndarray:
    rng = np.random.default_rng(0)
    t = np.arange(60)
    return 100 + 10 * np.sin(2 * np.pi * t / 12) + rng.normal(size=60)


def test_arima_takes_no_logarithms_where_there_is_no_season() -> None:
    rng = np.random.default_rng(5)
    growing = np.exp(3 + 0.05 * np.arange(40) + np.cumsum(rng.normal(0, 0.1, 40)))
    assert log_helps(growing, 1)
    frame = pd.DataFrame({"value": growing})
    order = forecast(frame, "value", horizon=4).groups[None].order
    assert order is not None
    assert not order.log


def test_it_reproduces_the_published_airline_model(passengers: pd.DataFrame) -> None:
    form = ArimaForm(0, 1, 1, 0, 1, 1, 12, log=True)
    fitted = diagnose(passengers["passengers"].to_numpy(), form)
    found = {c.name: c.estimate for c in fitted.coefficients}
    assert found["ma.L1"] == pytest.approx(-0.402, abs=5e-4)
    assert found["ma.S.L12"] == pytest.approx(-0.557, abs=5e-4)
    assert fitted.aic == pytest.approx(-483.4, abs=0.05)


def test_it_finds_the_airline_order_by_itself(airline: ForecastResult) -> None:
    assert airline.to_dict()["order"]["label"] == "ARIMA(0,1,1)(0,1,1)[12] on logarithms"
    assert airline.groups[None].diagnostics.ljung_box_p > 0.05


def test_it_halves_the_error_of_the_seasonal_naive_forecast(airline: ForecastResult) -> None:
    test = airline.to_dict()["backtest"]
    assert test["mase"] < 0.6 * test["naive_mase"]
    assert test["smape"] < 5


def test_it_forecasts_a_year_it_has_not_seen(passengers: pd.DataFrame) -> None:
    result = forecast(passengers[:132], "passengers", date="month", horizon=12)
    actual = passengers["passengers"].to_numpy()[132:]
    error = np.abs(result.groups[None].prediction.mean - actual).mean()
    naive = np.abs(passengers["passengers"].to_numpy()[120:132] - actual).mean()
    assert error < 0.5 * naive


def test_it_answers_in_json_with_every_promised_key(airline: ForecastResult) -> None:
    answer = json.loads(json.dumps(airline.to_dict(), allow_nan=False))
    row = answer["forecast"][0]
    assert {"group", "step", "mean", "lo80", "hi80", "lo95", "hi95"} <= set(row)
    assert row["lo95"] < row["lo80"] < row["mean"] < row["hi80"] < row["hi95"]
    keys = {"mase", "smape", "coverage80", "coverage95", "naive_mase"}
    assert keys <= set(answer["backtest"])
    assert row["date"] == "1961-01-01"
    assert sum(model["chosen"] for model in answer["models"]) == 1


def test_it_gives_the_same_figures_twice(passengers: pd.DataFrame, airline: ForecastResult) -> None:
    again = forecast(passengers, "passengers", date="month", horizon=12)
    assert again.to_dict() == airline.to_dict()


def test_it_ignores_the_order_of_rows(seasonal: np.ndarray) -> None:
    frame = monthly(seasonal[:36])
    mixed = frame.sample(frac=1, random_state=1)
    one, two = (forecast(f, "value", date="date", horizon=3) for f in (frame, mixed))
    assert one.to_dict()["forecast"] == two.to_dict()["forecast"]


def test_it_scales_with_the_unit(seasonal: np.ndarray) -> None:
    small = forecast(monthly(seasonal[:36]), "value", date="date", horizon=3)
    large = forecast(monthly(seasonal[:36] * 1e6), "value", date="date", horizon=3)
    ratio = large.groups[None].prediction.mean / small.groups[None].prediction.mean
    assert ratio == pytest.approx(1e6, rel=0.02)


def test_it_refuses_less_than_two_seasons_and_says_what_is_missing(seasonal: np.ndarray) -> None:
    with pytest.raises(InsufficientData, match="24 periods; found: 20, missing: 4"):
        forecast(monthly(seasonal[:20]), "value", date="date", horizon=6)


def test_it_shows_the_naive_forecast_when_no_model_is_better() -> None:
    season = np.tile(np.arange(12.0), 5)
    result = forecast(monthly(season), "value", date="date", horizon=12)
    assert result.groups[None].chosen == "seasonal_naive"
    assert "no_better_than_naive" in codes(result)
    assert result.groups[None].prediction.mean == pytest.approx(np.arange(12.0))


def test_it_repeats_a_constant() -> None:
    result = forecast(monthly(np.full(30, 7.0)), "value", date="date", horizon=4)
    assert codes(result)[-1] == "constant_series"
    assert result.to_dict()["forecast"][3]["hi95"] == 7.0


def test_it_sums_rows_of_one_date(seasonal: np.ndarray) -> None:
    frame = pd.concat([monthly(seasonal[:36])] * 2)
    result = forecast(frame, "value", date="date", horizon=3)
    assert "duplicate_dates_summed" in codes(result)
    assert result.rows_used == 72
    assert result.groups[None].prediction.mean[0] == pytest.approx(2 * seasonal[36], abs=10)


def test_it_fills_gaps_of_events_with_zero_and_of_levels_between(seasonal: np.ndarray) -> None:
    holes = [5, 6, 20]
    levels = forecast(monthly(seasonal[:36]).drop(holes), "value", date="date", horizon=3)
    assert "gaps_interpolated" in codes(levels)
    events = monthly(np.maximum(seasonal[:36] - 100, 0)).drop(holes)
    assert "gaps_zero_filled" in codes(forecast(events, "value", date="date", horizon=3))


def test_it_keeps_the_place_of_a_missing_value_without_dates() -> None:
    values = np.arange(24.0)
    values[[0, 7, 8]] = np.nan
    series = regular_series(pd.DataFrame({"v": values}), "v")
    assert series.y.tolist() == list(range(1, 24))
    assert series.rows_dropped == 3


def test_it_counts_rows_without_a_value(seasonal: np.ndarray) -> None:
    frame = monthly(np.where(np.arange(36) % 9 == 4, np.nan, seasonal[:36]))
    result = forecast(frame, "value", date="date", horizon=3)
    assert (result.rows_used, result.rows_dropped) == (32, 4)
    assert "rows_missing_dropped" in codes(result)


def test_it_leaves_out_a_month_that_has_only_begun() -> None:
    days = pd.date_range("2020-01-01", "2023-02-04", freq="D")
    frame = pd.DataFrame({"date": days, "value": 10.0 + (days.month == 12)})
    result = forecast(frame, "value", date="date", horizon=2, frequency="M")
    assert "incomplete_periods_dropped" in codes(result)
    assert result.rows_dropped == 4
    assert result.to_dict()["forecast"][0]["date"] == "2023-02-01"


def test_it_never_forecasts_below_zero_for_counts() -> None:
    rng = np.random.default_rng(1)
    result = forecast(monthly(rng.poisson(0.4, 60).astype(float)), "value", date="date", horizon=6)
    assert min(row["lo95"] for row in result.to_dict()["forecast"]) >= 0


def test_it_handles_negative_values(seasonal: np.ndarray) -> None:
    result = forecast(monthly(-seasonal[:40]), "value", date="date", horizon=3)
    assert result.groups[None].prediction.mean == pytest.approx(-seasonal[40:43], abs=6)


def test_it_forecasts_each_group_and_names_those_it_cannot(seasonal: np.ndarray) -> None:
    parts = [monthly(seasonal[:36]).assign(team=t) for t in ("east", "west")]
    parts.append(monthly(seasonal[:5]).assign(team="new"))
    result = forecast(pd.concat(parts), "value", date="date", group="team", horizon=2)
    answer = result.to_dict()
    assert [row["group"] for row in answer["forecast"]] == ["east", "east", "west", "west"]
    assert any("“new” was not forecast" in text for text in answer["warnings"])
    assert answer["rows_dropped"] == 5
    sums = [
        sum(row["mean"] for row in answer["forecast"] if row["step"] == step) for step in (1, 2)
    ]
    assert [row["mean"] for row in answer["total"]] == pytest.approx(sums)
    assert answer["total"][0]["hi80"] > answer["total"][0]["mean"]
    assert answer["backtest"]["mase"] is not None


def test_it_reads_a_group_of_few_rows_as_the_table_is_written(seasonal: np.ndarray) -> None:
    often = monthly(seasonal[:36])
    parts = [often.assign(team="often"), often.assign(team="seldom").iloc[::3]]
    frame = pd.concat([*parts, often.assign(team="other")], ignore_index=True)
    frame["value"] = [f"{v:.3f}" for v in frame["value"] / 100]
    frame["date"] = pd.to_datetime(frame["date"]).dt.strftime("%d/%m/%Y")
    frame.loc[0, "value"] = "1.234.567"  # so the points are thousands, in each group
    plan = plan_groups(frame, "value", date="date", group="team")
    assert {series.frequency for series in plan.series.values()} == {"month"}
    assert plan.series["seldom"].y.max() > 100
    assert len(plan.series["seldom"].y) == 34


def test_it_forecasts_many_groups_on_all_cores_alike(seasonal: np.ndarray) -> None:
    parts = [monthly(seasonal[:30] + k).assign(team=k) for k in range(WORTH_CORES)]
    together = forecast(pd.concat(parts), "value", date="date", group="team", horizon=2)
    alone = forecast(parts[3], "value", date="date", group="team", horizon=2)
    assert list(together.groups) == [str(k) for k in range(WORTH_CORES)]
    assert together.groups["3"].rows("3") == alone.groups["3"].rows("3")


def test_it_models_the_year_in_weekly_sales() -> None:
    rng = np.random.default_rng(2)
    t = np.arange(182)
    year = 30 * np.sin(2 * np.pi * t / 52)
    dates = pd.date_range("2019-01-07", periods=182, freq="W-MON")
    frame = pd.DataFrame({"week": dates, "sales": 200 + year + rng.normal(0, 8, 182)})
    result = forecast(frame[:156], "sales", date="week", horizon=26)
    one = result.groups[None]
    assert one.series.season == 52
    assert one.score.mase < one.naive.mase
    assert np.abs(one.prediction.mean - (200 + year[156:])).mean() < 8
    assert result.to_dict()["forecast"][0]["date"] == "2022-01-03"


def test_it_takes_no_season_from_few_weeks() -> None:
    rng = np.random.default_rng(3)
    dates = pd.date_range("2023-01-02", periods=60, freq="W-MON")
    frame = pd.DataFrame({"week": dates, "sales": 50 + rng.normal(size=60)})
    result = forecast(frame, "sales", date="week", horizon=4)
    assert "short_weekly_no_season" in codes(result)
    assert result.groups[None].series.season == 1


def test_its_intervals_hold_about_what_they_promise() -> None:
    rng = np.random.default_rng(4)
    held, held95 = [], []
    for _ in range(8):
        t = np.arange(72)
        values = 50 + 5 * np.sin(2 * np.pi * t / 12) + np.cumsum(rng.normal(size=72)) * 0.5
        series = regular_series(monthly(values[:60]), "value", "date")
        p = forecast_series(series, 12).prediction
        held.append(np.mean((values[60:] >= p.lo80) & (values[60:] <= p.hi80)))
        held95.append(np.mean((values[60:] >= p.lo95) & (values[60:] <= p.hi95)))
    # Forty such series hold .85 and .99; the steps of one series go together.
    assert 0.6 <= np.mean(held) <= 0.97
    assert np.mean(held95) >= 0.85


@pytest.mark.parametrize(
    ("frame", "options", "sentence"),
    [
        ({"v": []}, {}, "no rows"),
        ({"v": [np.nan] * 30}, {}, "No row is left"),
        ({"v": ["a"] * 30}, {}, "not numeric"),
        ({"v": [1.0] * 9}, {}, "at least 10 usable rows; found: 9"),
        ({"v": [1e200] * 30}, {}, "too large"),
        ({"v": [1.0] * 30}, {"horizon": 0}, "horizon must be between"),
        ({"v": [1.0] * 30}, {"season": 20}, "40 periods; found: 30"),
        ({"v": [1.0] * 30, "d": ["x"] * 30}, {"date": "d"}, "cannot be read as dates"),
        ({"v": [1.0] * 30}, {"date": "day"}, "no column “day”"),
        ({"v": [1.0] * 30, "d": ["2020-01-01"] * 30}, {"date": "d"}, "14 periods; found: 1"),
    ],
)
def test_it_refuses_with_a_sentence(frame: dict, options: dict, sentence: str) -> None:
    with pytest.raises(DataProblem, match=sentence):
        forecast(pd.DataFrame(frame), "v", **{"horizon": 3, **options})


@pytest.mark.parametrize(
    "values",
    [
        np.arange(40.0),
        1.3 ** np.arange(40),
        np.repeat([1.0, 100.0], 20),
        np.where(np.arange(40) == 38, 1e6, 10.0),
        np.eye(1, 40, 39)[0],
        np.random.default_rng(5).normal(size=40) * 1e-9,
        np.random.default_rng(6).normal(size=40) * 1e12,
    ],
    ids=["line", "exponential", "step", "outlier", "one-sale", "tiny", "huge"],
)
def test_it_survives_awkward_series(values: np.ndarray) -> None:
    answer = forecast(monthly(values), "value", date="date", horizon=6).to_dict()
    json.dumps(answer, allow_nan=False)
    assert all(row["mean"] is not None for row in answer["forecast"])


def test_it_forecasts_three_centuries_of_years() -> None:
    years = np.arange(1700, 2009)
    spots = 50 + 40 * np.sin(2 * np.pi * years / 11) + np.random.default_rng(7).normal(0, 5, 309)
    frame = pd.DataFrame({"year": years, "spots": spots})
    found = forecast(frame, "spots", horizon=3, date="year")
    rows = found.to_dict()["forecast"]
    assert [row["date"] for row in rows] == ["2009-01-01", "2010-01-01", "2011-01-01"]
