"""Forecasts are combined by how wrong each was, and know when repeating the past is as good."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.arima import Arima
from analytics.methods.backtest import Backtest, Score
from analytics.methods.candidates import combined, normal
from analytics.methods.forecast import forecast
from analytics.methods.series_forecast import _choose, _weights
from analytics.methods.smoothing import Ces, impulse_response


def score(mase: float) -> Score:
    return Score(mase=mase, smape=0.0, coverage80=0.8, coverage95=0.95)


def test_it_weighs_each_model_by_its_squared_error() -> None:
    weights = _weights({"ets": score(1.0), "theta": score(2.0), "ces": score(9.0)})
    assert weights == pytest.approx({"ets": 0.8, "theta": 0.2})  # ces is too far off
    assert _weights({"ets": score(0.0), "theta": score(0.0)}) == {"ets": 0.5, "theta": 0.5}
    one, two = (normal(np.array([value]), np.array([1.0])) for value in (10.0, 20.0))
    assert combined([one, two], list(weights.values())).mean == pytest.approx([12.0])


def test_it_does_not_let_one_exploding_interval_widen_all() -> None:
    sigmas = (1.0, 1.0, 1000.0)
    made = [normal(np.array([10.0]), np.array([sigma])) for sigma in sigmas]
    found = combined(made, [1.0, 1.0, 1.0])
    assert found.hi80[0] - 10 == pytest.approx(1.2816 * 5 / 3, rel=1e-3)


def test_what_the_models_disagree_about_is_part_of_the_interval() -> None:
    made = [normal(np.array([value]), np.array([1.0])) for value in (10.0, 16.0)]
    found = combined(made, [1.0, 1.0])
    assert found.hi80[0] - 13 == pytest.approx(1.2816 * np.sqrt(1 + 9), rel=1e-3)
    assert 13 - found.lo95[0] == pytest.approx(1.9600 * np.sqrt(1 + 9), rel=1e-3)


def test_what_mostly_is_nothing_lies_in_the_interval_that_is_drawn() -> None:
    sold = np.random.default_rng(7).poisson(0.3, 108) * 10
    months = pd.date_range("2014-01-01", periods=108, freq="MS")
    found = forecast(pd.DataFrame({"m": months, "v": sold}), "v", date="m", horizon=6)
    one = found.groups[None]
    assert one.chosen == "combination"
    assert np.all(one.prediction.lo80 == 0)
    assert one.score.coverage80 >= np.mean(sold[-18:] == 0)


def test_it_does_not_foresee_growth_without_end() -> None:
    rng = np.random.default_rng(8)
    values = np.exp(0.05 * np.arange(40) + rng.normal(0, 0.05, 40))
    form = Arima(log=True).specify(values, 1).form
    assert not (form.log and form.constant == "drift")


@pytest.mark.parametrize("seed", range(12))
def test_what_is_shown_beats_the_naive_forecast_or_is_it(seed: int) -> None:
    walk = pd.DataFrame({"v": np.cumsum(np.random.default_rng(seed).normal(size=40))})
    one = forecast(walk, "v", horizon=4).groups[None]
    told = "no_better_than_naive" in [notice.code for notice in one.notices]
    if one.chosen == "seasonal_naive":
        assert told
    else:
        assert not told
        assert one.score.mase < 0.99 * one.naive.mase


def test_it_leans_to_the_naive_forecast_as_far_as_makes_it_better() -> None:
    """By themselves the others outvote it here: they err alike, by more."""
    actual = np.array([10.0, 12.0, 9.0, 11.0])
    swings = normal(actual + np.array([7.0, -7.0, 7.0, -7.0]), np.ones(4))
    made = {"seasonal_naive": [normal(actual - 2.0, np.ones(4))]}
    made |= {name: [swings] for name in ("ets", "theta", "ces")}
    test = Backtest(np.concatenate([np.arange(8.0) % 3, actual]), 1, (8,), 4, made, ())
    scores = {name: test.score(one) for name, one in made.items()}
    plain = _weights(scores)
    outvoted = test.score([combined([made[name][0] for name in plain], [*plain.values()])])
    assert outvoted.mase > scores["seasonal_naive"].mase
    chosen, weights = _choose(test, scores, -np.inf)
    assert chosen == "combination"
    assert weights["seasonal_naive"] > plain["seasonal_naive"]
    assert sum(weights.values()) == pytest.approx(1.0)
    assert scores["combination"].mase < 0.99 * scores["seasonal_naive"].mase


@pytest.mark.parametrize("kind", ["N", "S", "P", "F"])
def test_complex_smoothing_knows_how_an_error_lives_on(kind: str) -> None:
    """Against the library's own recursion, an error of 1 put into its last state."""
    from statsforecast.ces import cescalc, pegelsfcast_C, switch_ces
    from statsforecast.models import AutoCES

    months = np.arange(60)
    y = 100 + 10 * np.sin(months * np.pi / 6) + np.random.default_rng(1).normal(0, 3, 60)
    model = AutoCES(season_length=12, model=kind).fit(y).model_
    lags = 1 if kind == "N" else 12
    ahead = []
    for shock in (0.0, 1.0):
        moved = y + shock * (months == 59)
        states = np.zeros((60 + 2 * lags, model["states"].shape[1]))
        states[:lags] = model["states"][:lags]
        weights = [float(value) for value in model["par"].values()]
        unused = np.zeros(60), np.zeros(3)
        cescalc(moved, states, lags, switch_ces(kind), *weights, *unused, 3, 0)
        ahead.append(pegelsfcast_C(26, {**model, "states": states}))
    found = impulse_response(kind, model["par"], 12, 26)
    assert found == pytest.approx(ahead[1] - ahead[0], abs=1e-9)


def test_complex_smoothing_is_as_sure_as_a_steady_season_lets_it_be() -> None:
    """Its band was thousands wide here, so that it was thrown away."""
    y = 100 + 10 * np.sin(np.arange(48) * np.pi / 6) + np.random.default_rng(2).normal(0, 3, 48)
    made = Ces().predict(y, 12, 6)
    assert np.all(made.hi80 - made.lo80 < 12)
