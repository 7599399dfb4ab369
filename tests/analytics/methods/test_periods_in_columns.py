"""A column for each month is the same table as a row for each month."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.errors import DataProblem
from analytics.methods.forecast import forecast

MONTHS = pd.period_range("2021-01", periods=40, freq="M")
GERMAN = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]


def products(names: list[str]) -> pd.DataFrame:
    sold = np.random.default_rng(3).poisson(90, (3, len(MONTHS)))
    table = pd.DataFrame(sold, columns=names)
    return table.assign(product=["tea", "coffee", "cocoa"])


@pytest.mark.parametrize("german", [True, False])
def test_it_forecasts_a_column_for_each_month(german: bool) -> None:
    iso = [str(month) for month in MONTHS]
    spoken = [f"{GERMAN[month.month - 1]}. {month.year}" for month in MONTHS]
    wide = products(spoken if german else iso)
    long = products(iso).melt(id_vars="product", var_name="month", value_name="sold")
    found = forecast(wide, str(wide.columns[5]), group="product", horizon=3).to_dict()
    truth = forecast(long, "sold", date="month", group="product", horizon=3).to_dict()
    assert found["forecast"] == truth["forecast"]
    assert found["warnings"][0].startswith("The columns")

    one = forecast(wide.head(1), str(wide.columns[5]), horizon=3)
    assert one.to_dict()["forecast"][0]["date"] == "2024-05-01"
    assert one.notices[0].code == "periods_turned"


def test_it_takes_rows_of_several_things_for_no_series() -> None:
    wide = products([str(month) for month in MONTHS])
    with pytest.raises(DataProblem, match="each row is a series of its own"):
        forecast(wide, "2021-03", horizon=3)


def test_figures_named_after_a_few_years_are_no_periods() -> None:
    frame = products([str(month) for month in MONTHS])[["2021-01", "2021-02"]]
    many = pd.concat([frame] * 8)
    assert forecast(many, "2021-01", horizon=3).rows_used == 24
