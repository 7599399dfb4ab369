"""Customer value: published figures, planted truth, exact identities, data as they come."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.methods.bgnbd import (
    expected_purchases,
    fit_bgnbd,
    probability_alive,
    purchase_spread,
)
from analytics.methods.errors import DataProblem, InsufficientData
from analytics.methods.value import ValueResult, value
from analytics.methods.value_judging import judge, top_decile_share


def shop(customers: int, *, seed: int = 1, weeks: int = 150) -> pd.DataFrame:
    """Purchases drawn from BG/NBD (r .6, alpha 9, a .8, b 3) and gamma-gamma (6, 4, 15)."""
    rng = np.random.default_rng(seed)
    rate, leaving = rng.gamma(0.6, 1 / 9, customers), rng.beta(0.8, 3, customers)
    scale = rng.gamma(4, 1 / 15, customers)
    now = rng.uniform(0, weeks / 2, customers)
    who, when = [np.arange(customers)], [now.copy()]
    here = np.ones(customers, dtype=bool)
    while here.any():
        found = np.flatnonzero(here)
        now[found] += rng.exponential(1 / rate[found])
        here[found] &= now[found] < weeks
        found = np.flatnonzero(here)
        who.append(found)
        when.append(now[found].copy())
        here[found] &= rng.random(len(found)) > leaving[found]
    code = np.concatenate(who)
    days = pd.to_timedelta((np.concatenate(when) * 7).astype(int), unit="D")
    return pd.DataFrame(
        {
            "customer": code,
            "date": pd.Timestamp("2022-01-01") + days,
            "amount": rng.gamma(6, 1 / scale[code]),
        }
    )


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> ValueResult:
    frame = pd.read_csv(shared_data / "cdnow_sample.csv", dtype={"customer_id": str})
    return value(
        frame, customer="customer_id", date="date", amount="amount", calibration_end="1997-09-30"
    )


@pytest.fixture(scope="module")
def planted() -> ValueResult:
    return value(shop(4000), customer="customer", date="date", amount="amount", horizon=52)


def test_it_reproduces_the_published_bg_nbd_of_cdnow(cdnow: ValueResult) -> None:
    # Fader, Hardie and Lee 2005, table 2.
    fit = cdnow.fit.bgnbd
    assert (fit.r, fit.alpha) == (pytest.approx(0.2426, abs=1e-4), pytest.approx(4.414, abs=1e-3))
    assert (fit.a, fit.b) == (pytest.approx(0.793, abs=1e-3), pytest.approx(2.426, abs=1e-3))
    assert fit.loglik == pytest.approx(-9582.43, abs=0.01)


def test_it_reproduces_the_published_gamma_gamma_of_cdnow(cdnow: ValueResult) -> None:
    money = cdnow.fit.gamma_gamma
    assert money is not None
    assert money.p == pytest.approx(6.249, abs=0.002)
    assert money.q == pytest.approx(3.745, abs=0.002)
    assert money.v == pytest.approx(15.448, abs=0.01)


def test_it_foresees_the_second_39_weeks_of_cdnow(cdnow: ValueResult) -> None:
    test = cdnow.holdout
    assert test is not None
    assert (test.actual, test.days) == (1882, 273)
    assert test.purchases[0].correlation == pytest.approx(0.626, abs=0.001)
    assert test.purchases[0].total_ratio == pytest.approx(1653.4 / 1882, abs=0.001)
    assert test.better


def test_it_expects_what_the_paper_expects_of_its_first_customer(cdnow: ValueResult) -> None:
    # Fader, Hardie and Lee, implementation in Excel: x = 2, t_x = 30.43, T = 38.86 gives 1.226.
    x, t_x, T = np.array([2]), np.array([30.43]), np.array([38.86])
    assert expected_purchases(cdnow.fit.bgnbd, x, t_x, T, 39)[0] == pytest.approx(1.226, abs=5e-4)


def test_it_tells_parameters_in_the_unit_asked_for(cdnow: ValueResult, shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "cdnow_sample.csv")
    answer = value(
        frame, customer="customer_id", date="date", calibration_end="1997-09-30", period="days"
    ).to_dict()
    assert answer["bgnbd"]["alpha"] == pytest.approx(7 * cdnow.fit.bgnbd.alpha, rel=1e-4)
    assert answer["bgnbd"]["loglik"] == pytest.approx(-9582.43 - 2457 * np.log(7), abs=0.02)
    assert answer["gammagamma"] is None


def test_it_finds_planted_parameters(planted: ValueResult) -> None:
    fit, money = planted.fit.bgnbd, planted.fit.gamma_gamma
    assert money is not None
    truth = np.log([0.6, 9, 0.8, 3])
    off = np.abs(fit.log_parameters - truth) / np.sqrt(np.diag(fit.covariance))
    assert off.max() < 3.5
    assert [money.p, money.q, money.v] == pytest.approx([6, 4, 15], rel=0.25)


def test_it_judges_totals_and_the_best_tenth_beside_simpler_rivals(planted: ValueResult) -> None:
    test = planted.holdout
    assert test is not None
    own, naive, *others = test.money
    assert [one.name for one in others] == ["rfm_regression", "rfm_tree"]
    assert abs(own.total_ratio - 1) < 0.1 < abs(naive.total_ratio - 1)
    assert own.top_share > naive.top_share
    assert test.coverage80 >= 0.8


def test_it_holds_the_true_total_in_its_interval_about_as_often_as_it_says() -> None:
    held = []
    for seed in range(8):
        test = value(shop(600, seed=seed + 10), customer="customer", date="date").holdout
        assert test is not None
        held.append(test.predicted.lo95 <= test.actual <= test.predicted.hi95)
    assert sum(held) >= 6


def test_it_expects_the_sum_of_its_own_probabilities(planted: ValueResult) -> None:
    # Two ways to one figure: eq. 10 with the hypergeometric function, and the spread's sums.
    model = planted.fit.bgnbd
    x, t_x, T = np.array([0, 1, 9, 300]), np.array([0.0, 5, 70, 99]), np.array([50.0, 20, 90, 100])
    mean = expected_purchases(model, x, t_x, T, 26)
    spread = purchase_spread(model, x, t_x, T, 26)
    draws = _simulated(model, x, t_x, T, 26)
    assert mean == pytest.approx(draws.mean(axis=0), rel=0.03)
    assert spread.variance == pytest.approx(draws.var(axis=0), rel=0.08)
    assert np.all(((draws >= spread.lo) & (draws <= spread.hi)).mean(axis=0) >= 0.8)


def _simulated(model, x, t_x, age, ahead) -> np.ndarray:
    rng = np.random.default_rng(0)
    size = (40_000, len(x))
    alive = rng.random(size) < probability_alive(model, x, t_x, age)
    rate = rng.gamma(model.r + x, 1 / (model.alpha + age), size)
    leaving = rng.beta(model.a, model.b + x, size)
    return alive * np.minimum(rng.poisson(rate * ahead), rng.geometric(np.maximum(leaving, 1e-12)))


def test_it_trusts_a_customer_less_the_longer_the_silence(planted: ValueResult) -> None:
    x, T = np.full(3, 10), np.full(3, 100.0)
    alive = probability_alive(planted.fit.bgnbd, x, np.array([99.0, 70, 30]), T)
    assert alive[0] > 0.9 > alive[1] > alive[2]


def test_it_counts_refunds_against_the_spend_and_not_as_purchases() -> None:
    frame = shop(300)
    back = frame.drop_duplicates("customer", keep="last")
    refunds = back.assign(amount=-1.0, date=back["date"] + pd.Timedelta(days=3000))
    plain = value(frame, customer="customer", date="date", amount="amount")
    lowered = value(pd.concat([frame, refunds]), customer="customer", date="date", amount="amount")
    assert "refund_days" in [notice.code for notice in lowered.notices]
    assert lowered.table["repeats"].sum() == plain.table["repeats"].sum()


def test_it_discounts_money_to_come() -> None:
    frame = shop(300)
    columns = {"customer": "customer", "date": "date", "amount": "amount"}
    now, later = (value(frame, **columns, discount=rate).value for rate in (0.0, 0.2))
    assert now is not None
    assert later is not None
    assert 0.85 * now.mean < later.mean < 0.97 * now.mean


def test_it_shares_ties_at_the_edge_of_the_best_tenth() -> None:
    assert top_decile_share(np.zeros(10), np.arange(10.0)) == pytest.approx(0.1)
    assert top_decile_share(np.arange(10.0), np.arange(10.0)) == pytest.approx(9 / 45)
    assert np.isnan(judge("m", np.ones(10), np.zeros(10)).total_ratio)


def test_it_survives_customers_who_never_leave() -> None:
    T = np.full(200, 100.0)
    x = np.random.default_rng(0).poisson(5, 200)
    fit = fit_bgnbd(x, np.where(x > 0, T, 0.0), T)
    assert np.isfinite(expected_purchases(fit, x, np.where(x > 0, T, 0.0), T, 52)).all()
    assert fit.at_edge


def test_it_answers_in_json_with_every_promised_key(planted: ValueResult) -> None:
    answer = json.loads(json.dumps(planted.to_dict(), allow_nan=False))
    assert set(answer["bgnbd"]) == {"r", "alpha", "a", "b", "loglik"}
    assert {"p", "q", "v"} <= set(answer["gammagamma"])
    assert {"actual", "predicted", "correlation", "mae"} <= set(answer["holdout"])
    assert len(answer["customers"]) == 4000
    values = [one["value"] for one in answer["customers"]]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (lambda f: f.head(10), {}, "at least 50 customers"),
        (lambda f: f.drop_duplicates("customer"), {}, "and 0"),
        (lambda f: f.head(0), {}, "no rows"),
        (lambda f: f.assign(date="soon"), {}, "cannot be read as dates"),
        (lambda f: f.assign(amount="much"), {}, "not numeric"),
        (lambda f: f.assign(amount=np.nan), {}, "No row is left"),
        (lambda f: f.assign(amount=-5.0), {}, "no purchase"),
        (lambda f: f.assign(amount=np.inf), {}, "No row is left"),
        (lambda f: f, {"calibration_end": "2031-01-01"}, "first and last purchase"),
        (lambda f: f, {"calibration_end": "spring"}, "a date such as"),
        (lambda f: f, {"horizon": 0}, "ten years"),
        (lambda f: f, {"discount": -1.0}, "between 0 and 1"),
        (lambda f: f, {"period": "years"}, "days, weeks or months"),
        (lambda f: f, {"amount": "price"}, "no column “price”"),
    ],
)
def test_it_refuses_with_a_sentence(change, options: dict, sentence: str) -> None:
    frame = change(shop(120))
    with pytest.raises(DataProblem, match=sentence):
        value(frame, **{"customer": "customer", "date": "date", "amount": "amount", **options})


def test_it_counts_without_money_where_all_spend_the_same() -> None:
    result = value(
        shop(200).drop_duplicates(["customer", "date"]).assign(amount=9.9),
        customer="customer",
        date="date",
        amount="amount",
    )
    assert result.value is None
    assert "spend_constant" in [notice.code for notice in result.notices]


def test_it_needs_repeaters_before_an_explicit_split() -> None:
    with pytest.raises(InsufficientData):
        value(shop(120), customer="customer", date="date", calibration_end="2022-01-20")
