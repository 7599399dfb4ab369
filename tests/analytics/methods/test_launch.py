"""Zeros before a product's first sale do not teach its forecast; zeros among sales do."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.forecast import SeriesForecast, forecast


def sold(values: np.ndarray) -> SeriesForecast:
    months = pd.date_range("2018-01-01", periods=len(values), freq="MS")
    frame = pd.DataFrame({"month": months, "sold": values})
    return forecast(frame, "sold", date="month", horizon=6).groups[None]


def told(one: SeriesForecast) -> dict[str, int]:
    return {n.code: n.params["periods"] for n in one.notices if n.code.startswith("leading_zeros")}


def after_zeros(zeros: int, months: int) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 5, months)
    return np.concatenate([np.zeros(zeros), 100 + noise])


def test_it_begins_with_the_first_sale_and_says_so() -> None:
    one = sold(after_zeros(40, 26))
    assert told(one) == {"leading_zeros_dropped": 40}
    assert len(one.series.y) == len(one.series.dates) == 26
    assert one.prediction.mean == pytest.approx(np.full(6, 100.0), abs=10)
    assert "mostly_nothing" not in [notice.code for notice in one.notices]


def test_it_keeps_the_zeros_where_too_little_follows_and_says_so() -> None:
    one = sold(after_zeros(40, 15))
    assert told(one) == {"leading_zeros_kept": 40}
    assert len(one.series.y) == 55


@pytest.mark.parametrize("zeros", [3, 12])
def test_a_season_of_zeros_is_no_launch(zeros: int) -> None:
    assert told(sold(after_zeros(zeros, 30))) == {}


def test_zeros_among_rare_sales_stay() -> None:
    rare = np.random.default_rng(2).poisson(0.2, 60) * 10.0
    rare[:15] = 0
    one = sold(rare)
    assert told(one) == {}
    assert len(one.series.y) == 60


def test_it_repeats_what_never_changed_since_the_launch() -> None:
    one = sold(np.repeat([0.0, 7.0], 30))
    assert one.prediction.mean == pytest.approx(np.full(6, 7.0))
    assert told(one) == {"leading_zeros_dropped": 30}


def test_it_names_the_groups_above_them() -> None:
    months = pd.date_range("2018-01-01", periods=55, freq="MS")
    sales = {"new": after_zeros(29, 26), "newest": after_zeros(40, 15), "old": after_zeros(0, 55)}
    parts = [pd.DataFrame({"m": months, "what": k, "v": v}) for k, v in sales.items()]
    found = forecast(pd.concat(parts), "v", date="m", group="what", horizon=3)
    said = {n.code: n.params["groups"] for n in found.notices if "leading_zeros" in n.code}
    assert said == {
        "groups_leading_zeros_dropped": "new", "groups_leading_zeros_kept": "newest",
    }  # fmt: skip
