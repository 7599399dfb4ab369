"""One value that decides is told, and does not decide what is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from django.utils import translation

from analytics.datasets.sentences import said
from analytics.methods.compare import compare
from analytics.methods.correlate import correlate
from analytics.methods.errors import DataProblem
from analytics.methods.forecast import forecast
from analytics.methods.regression import regress
from analytics.methods.value import value


def codes(result) -> set[str]:
    return {notice.code for notice in result.notices}


def _with(values: np.ndarray, place: int, value: float) -> np.ndarray:
    changed = values.copy()
    changed[place] = value
    return changed


def test_it_tells_that_usual_values_differ_where_one_value_hides_it() -> None:
    rng = np.random.default_rng(1)
    group = np.repeat(["a", "b"], 150)
    plain = rng.normal(10, 1, 300) + (group == "b")
    frame = pd.DataFrame({"g": group, "y": _with(plain, 0, 1e6)})
    found = compare(frame, value="y", by="g")
    assert "one_value_decides" in codes(found)
    with translation.override("en"):
        assert "The median is highest in “b”" in said("compare", found.to_dict())
    assert "one_value_decides" not in codes(compare(frame.assign(y=plain), value="y", by="g"))


def test_it_compares_ranks_where_one_value_decides() -> None:
    x = np.random.default_rng(2).normal(size=200)
    frame = pd.DataFrame({"x": x, "y": _with(x, 3, 1e6)})
    found = correlate(frame)
    (pair,) = found.pairs
    assert (pair.measure, pair.found, codes(found)) == ("spearman", True, {"ranks_compared"})
    assert pair.value == pair.spearman > 0.9
    assert correlate(frame.assign(y=x + x**2)).pairs[0].measure == "pearson"


def test_it_tells_what_a_regression_explains_without_the_row_that_decides() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=80)
    frame = pd.DataFrame({"x": x, "y": 2 * x + rng.normal(size=80)})
    clean = regress(frame, "y ~ x")
    (notice,) = [
        one
        for one in regress(frame.assign(y=_with(frame["y"].to_numpy(), 7, 1e5)), "y ~ x").notices
        if one.code == "rows_decide"
    ]
    assert notice.params["which"] == "8"
    assert notice.params["percent"] < 10 < 75 < notice.params["without"] < 85
    assert "rows_decide" not in codes(clean)


def test_it_names_the_period_that_decides_a_forecast() -> None:
    rng = np.random.default_rng(4)
    months = pd.date_range("2020-01-01", periods=48, freq="MS")
    plain = 100 + rng.normal(0, 3, 48) + 80 * (months.month == 12)
    frame = pd.DataFrame({"month": months, "sales": plain})
    assert "one_period_decides" not in codes(forecast(frame, "sales", horizon=3, date="month"))
    frame["sales"] = _with(plain, 20, 1e4)
    notices = forecast(frame, "sales", horizon=3, date="month").notices
    (notice,) = [one for one in notices if one.code == "one_period_decides"]
    assert (notice.params["period"], notice.params["value"]) == ("2021-09-01", "10,000")


def test_it_forecasts_what_mostly_is_nothing_on_average() -> None:
    rng = np.random.default_rng(3)
    sold = np.where(rng.random(150) < 0.2, rng.poisson(6, 150) + 1.0, 0.0)
    days = pd.date_range("2024-01-01", periods=150)
    found = forecast(pd.DataFrame({"d": days, "v": sold}), "v", horizon=14, date="d")
    mean = found.groups[None].prediction.mean
    assert mean.mean() == pytest.approx(sold.mean(), rel=0.4)
    assert "mostly_nothing" in codes(found)


def test_it_forecasts_no_series_of_which_most_is_invented() -> None:
    years = pd.date_range("1960-01-01", periods=16, freq="4YS")
    with pytest.raises(DataProblem, match="too many gaps: 61 year periods for 16 dates"):
        forecast(pd.DataFrame({"d": years, "v": 1 + np.arange(16.0)}), "v", horizon=2, date="d")
    other = pd.date_range("2010-01-01", periods=40, freq="2YS")
    frame = pd.DataFrame({"d": other, "v": 50 + np.arange(40.0) % 7})
    assert "mostly_interpolated" in codes(forecast(frame, "v", horizon=2, date="d"))


def test_it_tells_currencies_and_copies_that_are_added_up() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "c": rng.integers(0, 80, 900),
            "d": pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 600, 900), unit="D"),
            "m": [
                f"{sign}{m:.2f}" for sign, m in zip("¥$€" * 300, rng.gamma(2, 30, 900), strict=True)
            ],
        }
    )
    options = {"customer": "c", "date": "d", "amount": "m"}
    told = value(pd.concat([frame, frame.iloc[:300]]), **options).notices
    (mixed,) = [one for one in told if one.code == "several_currencies"]
    assert mixed.params["currencies"] == "¥, $, €"
    assert {"copies_summed"} < {one.code for one in told}
    plain = frame.assign(m=frame["m"].str.replace(r"[$€]", "¥", regex=True))
    plain["m"] += np.where(np.arange(900) % 2, "元", "")
    assert not {"several_currencies", "copies_summed"} & codes(value(plain, **options))


def test_it_tells_that_a_table_of_few_rows_makes_p_rough() -> None:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"g": rng.choice(list("ab"), 300), "y": rng.choice(list("uvwxyz"), 300)})
    assert "few_expected" in codes(compare(frame.head(30), value="y", by="g"))
    assert "few_expected" not in codes(compare(frame, value="y", by="g"))
