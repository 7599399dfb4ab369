"""Two seasons are few: the intervals still know how wrong the forecast was on unseen data."""

import numpy as np
import pandas as pd

from analytics.methods.forecast import forecast

NOISE = 30.0


def two_years_of_weeks(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    weeks = np.arange(105)
    values = 300 + weeks + 60 * np.sin(2 * np.pi * weeks / 52) + rng.normal(0, NOISE, 105)
    return pd.DataFrame(
        {"week": pd.date_range("2024-01-01", periods=105, freq="W-MON"), "v": values}
    )


def test_it_never_claims_to_know_two_seasons_exactly() -> None:
    for seed in range(3):
        one = next(
            iter(forecast(two_years_of_weeks(seed), "v", horizon=8, date="week").groups.values())
        )
        half = (one.prediction.hi80 - one.prediction.lo80) / 2
        assert np.all(half > NOISE / 3)
        assert np.all(one.prediction.hi95 - one.prediction.lo95 > 2 * half)
