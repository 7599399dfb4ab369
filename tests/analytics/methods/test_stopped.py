"""A series that ends with unusual zeros says so; a group without rows at the end sold nothing."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.counted import counts_what_came
from analytics.methods.forecast import ForecastResult, forecast
from analytics.methods.stopped import silent_periods
from analytics.methods.timeseries import regular_series

RNG = np.random.default_rng


def monthly(values: np.ndarray) -> pd.DataFrame:
    months = pd.date_range("2022-01-01", periods=len(values), freq="MS")
    return pd.DataFrame({"month": months, "sold": values})


def ended(zeros: int, months: int = 48) -> np.ndarray:
    values = 100 + RNG(1).normal(0, 5, months)
    values[months - zeros :] = 0
    return values


def told(found: ForecastResult) -> dict[str, dict[str, object]]:
    return {notice.code: notice.params for notice in found.notices}


def test_it_says_since_when_nothing_was_sold() -> None:
    found = forecast(monthly(ended(7)), "sold", date="month", horizon=3)
    assert told(found)["nothing_since"] == {"period": "2025-06-01", "periods": 7}


def test_it_counts_the_periods_where_there_are_no_dates() -> None:
    found = forecast(pd.DataFrame({"sold": ended(30)}), "sold", horizon=3)
    assert told(found)["ends_with_zeros"] == {"periods": 30}
    assert "mostly_nothing" not in told(found)  # what came before the end came in every period


@pytest.mark.parametrize(
    "values",
    [
        ended(2),
        np.tile([5.0, 6.0, 7.0, 0.0, 0.0, 0.0], 6),  # closed each winter
        np.array([-1.0, 4.0] * 10 + [0.0] * 5),
        np.zeros(20),
    ],
    ids=["two", "season", "negative", "nothing"],
)
def test_it_says_nothing_of_usual_zeros(values: np.ndarray) -> None:
    assert silent_periods(values) == 0


def test_it_hardly_ever_takes_rare_sales_for_an_end() -> None:
    drawn = [RNG(k).poisson(0.3, 60).astype(float) for k in range(400)]
    assert np.mean([silent_periods(values) > 0 for values in drawn]) < 0.02


def orders(until: dict[str, int]) -> pd.DataFrame:
    """Three orders a month of each product, up to its month."""
    rng, months = RNG(2), pd.date_range("2022-01-01", periods=48, freq="MS")
    rows = [
        (month + pd.Timedelta(days=day), product, rng.gamma(4, 25))
        for product, last in until.items()
        for month in months[:last]
        for day in (0, 13, 27)
    ]
    return pd.DataFrame(rows, columns=["day", "product", "paid"])


def test_a_product_without_orders_lately_is_forecast_from_its_zeros() -> None:
    frame = orders({"gone": 40, "sold": 48})
    found = forecast(frame, "paid", date="day", group="product", frequency="M", horizon=2)
    assert told(found)["groups_stopped"] == {"groups": "gone", "count": 1}
    answer = found.to_dict()
    assert {row["date"] for row in answer["forecast"]} == {"2026-01-01", "2026-02-01"}
    assert list(found.groups["gone"].series.y[-8:]) == [0.0] * 8
    assert len(answer["total"]) == 2


def test_what_was_not_measured_lately_is_no_zero_and_is_told() -> None:
    stock = pd.concat([monthly(ended(0)[:n]).assign(of=name) for name, n in (("a", 40), ("b", 48))])
    found = forecast(
        stock.assign(sold=stock["sold"] + 1), "sold", date="month", group="of", horizon=2
    )
    assert told(found)["groups_end_early"] == {"groups": "a", "count": 1}
    zero = forecast(stock, "sold", date="month", group="of", horizon=2, fill="zero")
    assert told(zero)["groups_stopped"]["groups"] == "a"


def test_a_month_ends_for_all_groups_where_the_table_ends() -> None:
    frame = orders({"often": 48, "seldom": 48})
    seldom = frame["product"].eq("seldom") & (frame["day"].dt.day > 1)
    found = forecast(frame[~seldom], "paid", date="day", group="product", frequency="M", horizon=2)
    assert {str(pd.Index(one.series.dates)[-1])[:10] for one in found.groups.values()} == {
        "2025-12-01"
    }


def test_a_mistyped_year_does_not_end_the_others() -> None:
    mistyped = pd.DataFrame({"day": [pd.Timestamp("2062-01-01")], "product": ["b"], "paid": [1.0]})
    frame = pd.concat([orders({"a": 48}), mistyped])
    part = frame[frame["product"] == "a"]
    series = regular_series(part, "paid", "day", unit="month", until=frame["day"].max())
    assert len(series.y) == 48


def daily(rates: dict[str, float]) -> pd.DataFrame:
    """A row per product and day on which something was sold."""
    rng, days = RNG(3), pd.date_range("2025-01-01", periods=300)
    parts = [
        pd.DataFrame({"day": days, "product": name, "sold": rng.poisson(rate, 300)})
        for name, rate in rates.items()
    ]
    frame = pd.concat(parts)
    return frame[frame["sold"] > 0]


def test_a_day_without_a_row_is_a_day_without_a_sale_where_others_sold() -> None:
    frame = daily({"often": 6.0, "rare": 0.08, "seldom": 0.3})
    found = forecast(frame, "sold", date="day", group="product", horizon=20)
    assert told(found)["groups_zero_filled"] == {}
    for name, rate in (("rare", 0.08), ("seldom", 0.3)):
        assert float(found.groups[name].prediction.mean.mean()) == pytest.approx(rate, rel=0.5)
    asked = forecast(frame, "sold", date="day", group="product", horizon=20, fill="interpolate")
    assert float(asked.groups["seldom"].prediction.mean.mean()) > 0.9


def test_prices_that_are_written_down_now_and_then_are_no_sales() -> None:
    days, rng = pd.date_range("2025-01-01", periods=200), RNG(4)
    parts = [
        pd.DataFrame({"day": days, "of": name, "price": 20 + rng.normal(0, 0.5, 200).round(2)})
        for name in "ab"
    ]
    seldom = parts[1][rng.random(200) < 0.5]
    found = forecast(pd.concat([parts[0], seldom]), "price", date="day", group="of", horizon=5)
    assert "groups_zero_filled" not in told(found)
    assert found.groups["b"].prediction.mean == pytest.approx(np.full(5, 20.0), abs=1)


@pytest.mark.parametrize("least", [0.0, -2.0])
def test_values_of_0_or_less_do_not_tell_that_the_other_days_hold_0(least: float) -> None:
    days = pd.date_range("2025-01-01", periods=120)
    every = pd.DataFrame({"day": days, "group": "a", "change": 4.0})
    some = pd.DataFrame({"day": days[::4], "group": "b", "change": [least, 4.0] * 15})
    frame = pd.concat([every, some])
    assert not counts_what_came(frame, "change", "day", "group", "day")
    some = some.assign(change=[2.0, 4.0] * 15)
    assert counts_what_came(pd.concat([every, some]), "change", "day", "group", "day")
