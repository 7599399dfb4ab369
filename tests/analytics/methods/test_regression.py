"""Regression: certified values, safe formulas, calibrated tests, and the marketing trap."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import variance_inflation_factor

from analytics.methods.errors import DataProblem, InsufficientData
from analytics.methods.regression import RegressionResult, regress, variance_inflation

# NIST StRD, Norris: 36 pairs of y and x.
NORRIS = """
0.1 0.2 338.8 337.4 118.1 118.2 888.0 884.6 9.2 10.1 228.1 226.5 668.5 666.3 998.5 996.3 449.1 448.6
778.9 777.0 559.2 558.2 0.3 0.4 0.1 0.6 778.1 775.5 668.8 666.9 339.3 338.0 448.9 447.5 10.8 11.6
557.7 556.0 228.3 228.1 998.0 995.8 888.8 887.6 119.6 120.2 0.3 0.3 0.6 0.3 557.6 556.8 339.3 339.1
888.0 887.2 998.5 999.0 778.9 779.0 10.2 11.1 117.6 118.3 228.9 229.2 668.4 669.1 449.2 448.9
0.2 0.5
"""
# NIST StRD, Longley: estimates and standard deviations.
LONGLEY = [
    (-3482258.63459582, 890420.383607373),
    (15.0618722713733, 84.9149257747669),
    (-0.0358191792925910, 0.0334910077722432),
    (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675),
    (-0.0511041056535807, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]


@pytest.fixture(scope="module")
def noise() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(120, 3)), columns=["a", "b c", "收入"])
    frame["y"] = 3 + 2 * frame["a"] + rng.normal(size=120)
    frame["kind"] = list("xyz") * 40
    frame["same"] = 4
    frame["word"] = "q"
    frame["id"] = np.arange(120)
    return frame


def named(result: RegressionResult) -> dict:
    return {c.name: c for c in result.coefficients}


def codes(result: RegressionResult) -> list[str]:
    return [notice.code for notice in result.notices]


def test_it_reproduces_norris() -> None:
    numbers = np.array(NORRIS.split(), dtype=float).reshape(-1, 2)
    frame = pd.DataFrame({"y": numbers[:, 0], "x": numbers[:, 1]})
    result = regress(frame, "y ~ x")
    found = named(result)
    assert len(frame) == 36
    assert found["Intercept"].estimate == pytest.approx(-0.262323073774029, rel=1e-9)
    assert found["x"].estimate == pytest.approx(1.00211681802045, rel=1e-11)
    assert found["Intercept"].se == pytest.approx(0.232818234301152, rel=1e-9)
    assert found["x"].se == pytest.approx(0.429796848199937e-3, rel=1e-9)
    assert result.resid_se == pytest.approx(0.884796396144373, rel=1e-9)
    assert result.r2 == pytest.approx(0.999993745883712, rel=1e-12)


def test_it_reproduces_longley() -> None:
    frame = sm.datasets.longley.load_pandas().data
    formula = "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR"
    result = regress(frame, formula, rows_per_coefficient=1)
    for found, (estimate, se) in zip(result.coefficients, LONGLEY, strict=True):
        assert found.estimate == pytest.approx(estimate, rel=1e-9)
        assert found.se == pytest.approx(se, rel=1e-7)
    assert result.r2 == pytest.approx(0.995479004577296, rel=1e-12)
    assert result.f == pytest.approx(330.285339234588, rel=1e-9)
    assert result.resid_se == pytest.approx(304.854073561965, rel=1e-9)
    exog = sm.add_constant(frame.drop(columns="TOTEMP")).to_numpy()
    vif = [variance_inflation_factor(exog, k) for k in range(1, 7)]
    assert [c.vif for c in result.coefficients[1:]] == pytest.approx(vif, rel=1e-6)
    assert "high_vif" in codes(result)


@pytest.mark.parametrize("robust", ["", "HC3", "HAC"])
def test_it_agrees_with_statsmodels(noise: pd.DataFrame, robust: str) -> None:
    formula = "y ~ a * C(kind) + np.log1p(id) + I(a ** 2)"
    result = regress(noise, formula, robust=robust)
    options = {"maxlags": result.hac_lags} if robust == "HAC" else None
    kind = {"cov_type": robust, "use_t": True, "cov_kwds": options} if robust else {}
    reference = smf.ols(formula, noise).fit(**kind)
    found = {c.name: c for c in result.coefficients}
    assert set(found) == set(reference.params.index)
    interval = reference.conf_int()
    for name, c in found.items():
        assert c.estimate == pytest.approx(reference.params[name], rel=1e-7, abs=1e-9)
        assert c.se == pytest.approx(reference.bse[name], rel=1e-7)
        assert c.p == pytest.approx(reference.pvalues[name], rel=1e-5, abs=1e-12)
        assert (c.lo, c.hi) == pytest.approx(tuple(interval.loc[name]), rel=1e-6, abs=1e-8)
    assert result.f == pytest.approx(float(np.squeeze(reference.fvalue)), rel=1e-6)
    assert result.r2_adj == pytest.approx(reference.rsquared_adj, rel=1e-9)
    assert result.aic == pytest.approx(reference.aic, rel=1e-9)
    breusch_pagan = het_breuschpagan(reference.resid, reference.model.exog)[1]
    assert result.breusch_pagan_p == pytest.approx(breusch_pagan, rel=1e-6)


def test_it_is_not_fooled_by_the_season(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "marketing_weekly.csv")
    formula = "revenue ~ tv_S + ooh_S + print_S + facebook_S + search_S"
    result = regress(frame, formula, controls=("competitor_sales_B",))
    assert named(result)["search_S"].estimate == pytest.approx(61.5, abs=0.5)
    adjusted = {effect.name: effect for effect in result.adjusted}["search_S"]
    assert abs(adjusted.estimate) < 3
    assert adjusted.p > 0.5
    assert any(
        n.code == "effect_disagrees" and n.params["term"] == "search_S" for n in result.notices
    )
    assert "autocorrelated" in codes(result)


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d-%b-%Y", "%b %d, %Y"])
def test_it_finds_the_dates_however_they_are_written(written: str) -> None:
    rng = np.random.default_rng(1)
    weeks, t = pd.date_range("2020-01-06", periods=156, freq="W-MON"), np.arange(156)
    season = np.sin(2 * np.pi * t / 52.18)
    spend, sales = 5 + 3 * season + rng.normal(0, 0.5, 156), 50 + 30 * season + rng.normal(size=156)
    frame = pd.DataFrame({"week": weeks.strftime(written), "spend": spend, "sales": sales})
    result = regress(frame, "sales ~ spend")
    assert abs(result.adjusted[0].estimate) < 1
    assert "effect_disagrees" in codes(result)


def test_it_leaves_an_effect_alone_that_survives_adjustment() -> None:
    rng = np.random.default_rng(1)
    weeks = pd.date_range("2020-01-06", periods=156, freq="W-MON")
    spend = rng.exponential(size=156)
    season = np.sin(2 * np.pi * np.arange(156) / 52.18)
    sales = 10 + 2 * spend + season + rng.normal(size=156)
    frame = pd.DataFrame({"week": weeks.astype(str), "spend": spend, "sales": sales})
    result = regress(frame, "sales ~ spend")
    assert result.adjusted[0].estimate == pytest.approx(2, abs=0.4)
    assert "effect_disagrees" not in codes(result)


def test_its_p_values_are_uniform_under_no_effect() -> None:
    rng = np.random.default_rng(2)
    found = []
    for _ in range(60):
        frame = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("yabc"))
        found += [c.p for c in regress(frame, "y ~ a + b + c").coefficients[1:]]
    assert 0.01 <= np.mean(np.array(found) < 0.05) <= 0.10
    assert np.mean(found) == pytest.approx(0.5, abs=0.07)


def test_its_robust_intervals_hold_under_unequal_spread() -> None:
    rng = np.random.default_rng(3)
    plain, robust = 0, 0
    for _ in range(80):
        x = rng.exponential(size=80)
        frame = pd.DataFrame({"x": x, "y": 1 + 2 * x + rng.normal(size=80) * x * 2})
        for kind in ("", "HC3"):
            c = regress(frame, "y ~ x", robust=kind).coefficients[1]
            plain += kind == "" and c.lo <= 2 <= c.hi
            robust += kind == "HC3" and c.lo <= 2 <= c.hi
    assert plain / 80 < 0.85 < robust / 80


def test_it_reads_names_that_are_no_identifiers(noise: pd.DataFrame) -> None:
    result = regress(noise, 'y ~ `b c` + Q("收入") + 收入:a')
    names = [c.name for c in result.coefficients]
    assert names == ["Intercept", 'Q("b c")', 'Q("收入")', 'Q("收入"):a']


def test_it_names_the_collinear_terms(noise: pd.DataFrame) -> None:
    frame = noise.assign(double=noise["a"] * 2, total=noise["a"] + noise["b c"])
    with pytest.raises(DataProblem, match=r"apart: a, double\. Leave"):
        regress(frame, "y ~ a + double + 收入")
    with pytest.raises(DataProblem, match=r"a, Q.+, total"):
        regress(frame, "y ~ a + `b c` + total + 收入")


def test_it_does_not_mistake_a_large_offset_for_collinearity(noise: pd.DataFrame) -> None:
    moved = regress(noise.assign(a=noise["a"] + 1e8), "y ~ a")
    assert moved.coefficients[1].estimate == pytest.approx(
        named(regress(noise, "y ~ a"))["a"].estimate
    )


def test_it_refuses_fewer_than_ten_rows_per_coefficient(noise: pd.DataFrame) -> None:
    with pytest.raises(InsufficientData, match="2 coefficients need 20 rows; found: 15"):
        regress(noise[:15], "y ~ a")


def test_it_drops_and_counts_incomplete_rows(noise: pd.DataFrame) -> None:
    frame = noise.assign(a=noise["a"].where(noise.index % 10 != 0))
    result = regress(frame, "y ~ a")
    assert (result.rows_used, result.rows_dropped) == (108, 12)


def test_it_points_at_the_row_that_makes_the_result(noise: pd.DataFrame) -> None:
    far = noise.index == 5
    frame = noise.assign(y=noise["y"].mask(far, 1e5), a=noise["a"].mask(far, 50.0))
    notices = {n.code: n for n in regress(frame, "y ~ a").notices}
    assert notices["influential_rows"].params["which"] == "6"


def test_it_answers_in_json(noise: pd.DataFrame) -> None:
    answer = json.loads(json.dumps(regress(noise, "y ~ a + kind").to_dict(), allow_nan=False))
    assert {"name", "estimate", "se", "lo", "hi", "p", "vif"} <= set(answer["coefficients"][0])
    assert {"r2", "r2_adj", "f", "n", "durbin_watson", "resid_se"} <= set(answer)


@pytest.mark.parametrize(
    "formula",
    [
        '__import__("os").system("x") ~ a',
        "y ~ __import__('os')",
        "y ~ a.__class__",
        "y ~ eval(a)",
        "y ~ open(a)",
        "y ~ np.load(a)",
        "y ~ a[0]",
        "y ~ {a}",
        "y ~ lambda: a",
        "y ~ a; import os",
        'y ~ Q("a").__class__',
        'y ~ Q(open("x"))',
        "y ~ I(9**9**9)",
        "y ~ I(a ** 99)",
        "y ~ a ** 3",
        "y ~ log(C(kind))",
        "y ~ C(C(kind))",
        "y ~ col_0_",
        "y ~ a:" + "(" * 30 + "a" + ")" * 30,
        "y ~ " + " * ".join(["a"] * 9),
        "y ~ a" * 2000,
        "y ~ a +",
        "y ~ (a",
        "y ~ a)",
        "y ~",
        "~ a",
        "y",
        "",
        "y ~ a ~ a",
        "y ~ y",
        "y ~ 0",
        "y ~ 7",
        "y + a ~ id",
        "kind ~ a",
        "same ~ a",
        "y ~ same",
        "y ~ word",
        "y ~ log(a)",
        "y ~ I(a / 0)",
        "y ~ C(id)",
        "y ~ nothing",
    ],
)
def test_it_refuses_a_formula_with_one_sentence(noise: pd.DataFrame, formula: str) -> None:
    with pytest.raises(DataProblem) as caught:
        regress(noise, formula)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("categories", [3, 0])
def test_it_measures_inflation_without_an_intercept(categories: int) -> None:
    """Marks of all categories add up to a constant for the other columns alone."""
    rng = np.random.default_rng(0)
    marks = np.eye(3)[rng.integers(0, 3, 60)][:, :categories]
    spend = rng.normal(5, 1, 60)
    X = np.column_stack([marks, spend, spend + rng.normal(0, 0.5, 60)])
    expected = [variance_inflation_factor(X, k, standardize=False) for k in range(X.shape[1])]
    assert variance_inflation(X, None) == pytest.approx(expected, rel=1e-9)


def test_it_warns_of_rows_that_were_written_twice() -> None:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"spend": rng.normal(size=80), "shop": rng.choice(["a", "b"], 80)})
    frame["sales"] = frame["spend"] + rng.normal(size=80)
    twice = regress(pd.concat([frame, frame], ignore_index=True), "sales ~ spend + C(shop)")
    assert {n.code: n.params for n in twice.notices}["copies_counted"] == {"rows": 80}
    once = regress(frame, "sales ~ spend + C(shop)")
    assert "copies_counted" not in {notice.code for notice in once.notices}
