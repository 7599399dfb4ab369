"""Experiments: published intervals, planted differences, and nothing where nothing is."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.methods.errors import DataProblem
from analytics.methods.experiment import Arm, _dunnett, experiment
from analytics.methods.proportions import difference_of_shares


def campaign(shares: dict[str, float], n: int = 500, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    parts = [
        pd.DataFrame({"arm": name, "bought": (rng.random(n) < share).astype(int)})
        for name, share in shares.items()
    ]
    return pd.concat(parts, ignore_index=True)


def run(frame: pd.DataFrame, **options):
    given = {"arm": "arm", "control": "none", "outcome": "bought", **options}
    return experiment(frame, **given)


def codes(result) -> set[str]:
    return {notice.code for notice in result.notices}


@pytest.mark.parametrize(
    ("a", "b", "lo", "hi"),
    [
        # R. G. Newcombe (1998), table II, method 10: shares 56/70 and 48/80 and so on.
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (0, 10), -0.1611, 0.2775),
    ],
)
def test_it_gives_the_published_intervals(a, b, lo: float, hi: float) -> None:
    x, y = (np.repeat([1.0, 0.0], [k, n - k]) for k, n in (a, b))
    _, found_lo, found_hi, _ = difference_of_shares(x, y)
    assert (found_lo, found_hi) == (pytest.approx(lo, abs=6e-5), pytest.approx(hi, abs=6e-5))


def test_it_finds_the_planted_difference() -> None:
    result = run(campaign({"none": 0.10, "mail": 0.20, "call": 0.10}, 2000))
    control, call, mail = result.arms
    assert (control.arm, control.difference, control.n) == ("none", None, 2000)
    assert mail.lo < 0.10 < mail.hi
    assert mail.p_adjusted < 0.001
    assert call.p_adjusted > 0.05
    assert mail.lo_all < mail.lo < mail.hi < mail.hi_all
    assert "arms_adjusted" in codes(result)
    assert "no_peeking" in codes(result)


def test_it_finds_nothing_where_nothing_is() -> None:
    arms = {"none": 0.15, "a": 0.15, "b": 0.15, "c": 0.15}
    found = sum(
        min(arm.p_adjusted for arm in run(campaign(arms, 200, seed)).arms[1:]) < 0.05
        for seed in range(80)
    )
    assert found <= 10  # 5 % of 80 is 4


def test_it_says_what_so_few_rows_cannot_show() -> None:
    result = run(campaign({"none": 0.10, "mail": 0.11}, 100))
    assert "no_difference_shown" in codes(result)
    assert result.arms[1].detectable == pytest.approx(0.12, abs=0.03)


def test_it_compares_means_like_welch() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.gamma(2, 10, 60), rng.gamma(2, 14, 80)
    frame = pd.DataFrame({"arm": ["none"] * 60 + ["mail"] * 80, "spend": np.concatenate([x, y])})
    arm = run(frame, outcome="spend").arms[1]
    truth = stats.ttest_ind(y, x, equal_var=False)
    assert arm.p == pytest.approx(truth.pvalue)
    assert arm.lo == pytest.approx(truth.confidence_interval().low)


def test_it_warns_of_a_broken_split() -> None:
    frame = campaign({"none": 0.1, "mail": 0.1}, 1000).iloc[150:]
    assert "split_uneven" in codes(run(frame))
    assert "split_broken" in codes(run(frame, shares={"none": 1, "mail": 1}))
    assert not {"split_uneven", "split_broken"} & codes(
        run(frame, shares={"none": 85, "mail": 100})
    )


def test_it_tells_missing_outcomes_from_a_broken_draw() -> None:
    """Revenue that is empty where nothing was bought; one arm sells more often."""
    rng = np.random.default_rng(4)
    arm = np.repeat(["none", "mail"], 2_000)
    bought = rng.random(4_000) < np.where(arm == "mail", 0.16, 0.10)
    spent = np.where(bought, rng.lognormal(3, 1, 4_000), np.nan)
    frame = pd.DataFrame({"arm": arm, "bought": spent})
    said = codes(run(frame))
    assert {"outcomes_missing", "outcomes_missing_unevenly"} <= said
    assert "split_uneven" not in said
    assert not {"outcomes_missing", "split_uneven"} & codes(run(frame.fillna({"bought": 0.0})))


def test_it_tells_the_rows_needed() -> None:
    # J. L. Fleiss, Statistical Methods for Rates and Proportions: .10 against .15 needs about 683.
    frame = campaign({"none": 0.1, "mail": 0.1}, 1000)
    frame.loc[frame["arm"] == "none", "bought"] = [1] * 100 + [0] * 900
    assert run(frame, detect=0.05).needed == pytest.approx(683, abs=2)


def test_it_reads_text_outcomes() -> None:
    frame = campaign({"none": 0.1, "mail": 0.3}, 300)
    truth = run(frame).arms[1].difference
    words = frame.assign(bought=np.where(frame["bought"] == 1, "yes", "no"))
    states = frame.assign(bought=np.where(frame["bought"] == 1, "won", "lost"))
    assert run(words).arms[1].difference == truth
    german = frame.assign(bought=np.where(frame["bought"] == 1, "Ja", "Nein"))
    assert run(states, success="won").arms[1].difference == truth
    assert run(german).arms[1].difference == truth
    json.dumps(run(states, success="won").to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (lambda f: f.head(0), {}, "no rows"),
        (lambda f: f.assign(bought=1), {}, "never changes"),
        (lambda f: f.assign(bought=np.nan), {}, "No row is left"),
        (lambda f: f.assign(bought="won"), {}, "which value is a success"),
        (lambda f: f, {"success": "sold"}, "holds “sold”"),
        (lambda f: f, {"control": "nobody"}, "holds “nobody”"),
        (lambda f: f[f["arm"] == "none"], {}, "found: 1"),
        (lambda f: f.head(505), {}, "found: 5"),
        (lambda f: f, {"shares": {"none": 1.0}}, "a size above 0 for each"),
        (lambda f: f, {"detect": 0.0}, "other than 0"),
    ],
)
def test_it_refuses_with_a_sentence(change, options: dict, sentence: str) -> None:
    with pytest.raises(DataProblem, match=sentence):
        run(change(campaign({"none": 0.1, "mail": 0.2})), **options)


def test_it_compares_many_to_one_by_dunnetts_table() -> None:
    """C. W. Dunnett (1964), Biometrics 20, table II: |d| = 2.50 for two arms and 12 degrees of
    freedom, two-sided 5 %."""
    rng = np.random.default_rng(0)
    samples = {name: rng.normal(0, 1, 5) for name in ("none", "a", "b")}
    arms = tuple(Arm(name, 5, float(y.mean()), *[None] * 9) for name, y in samples.items())
    _, a, _b = _dunnett(arms, samples, "count", 0, binary=False)
    spread = np.sqrt(np.mean([y.var(ddof=1) for y in samples.values()]) * 2 / 5)
    assert (a.hi_all - a.lo_all) / 2 / spread == pytest.approx(2.50, abs=0.01)


def test_it_corrects_less_by_dunnett_than_by_holm() -> None:
    rng = np.random.default_rng(3)
    parts = [("none", 100), ("a", 104), ("b", 104), ("c", 100)]
    frame = pd.concat(
        [pd.DataFrame({"arm": arm, "bought": rng.normal(mean, 12, 60)}) for arm, mean in parts]
    )
    holm, dunnett = (run(frame, correction=name) for name in ("holm", "dunnett"))
    assert dunnett.to_dict()["correction"] == "dunnett"
    assert dunnett.to_dict() == run(frame, correction="dunnett").to_dict()
    width = [found.arms[1].hi_all - found.arms[1].lo_all for found in (holm, dunnett)]
    assert width[1] < width[0]


@pytest.mark.parametrize(
    ("correction", "sentence"), [("dunnett", "about means"), ("none", "holm or dunnett")]
)
def test_it_refuses_a_correction_that_does_not_fit(correction: str, sentence: str) -> None:
    with pytest.raises(DataProblem, match=sentence):
        run(campaign({"none": 0.1, "mail": 0.2}), correction=correction)


def test_it_takes_the_rows_of_one_person_together() -> None:
    """Against cluster-robust least squares of statsmodels; by rows 21 % of such differences are
    called real, by persons 6 %."""
    import statsmodels.formula.api as smf

    rng = np.random.default_rng(2)
    person = np.sort(rng.integers(0, 120, 900))
    arm = np.where(person % 2 == 0, "none", "mail")
    bought = (rng.random(900) < rng.beta(1, 3, 120)[person]) * 1.0
    frame = pd.DataFrame({"person": person, "city": rng.integers(0, 30, 900), "arm": arm})
    found = run(frame.assign(bought=bought))
    (notice,) = [one for one in found.notices if one.code == "units_repeated"]
    assert notice.params == {"column": "person", "units": 120, "rows": 900}
    table = frame.assign(bought=bought, mail=(arm == "mail") * 1)
    fit = smf.ols("bought ~ mail", table).fit(
        cov_type="cluster", cov_kwds={"groups": person}, use_t=True
    )
    assert found.arms[1].difference == pytest.approx(fit.params["mail"])
    assert found.arms[1].hi - found.arms[1].lo == pytest.approx(
        float(np.diff(fit.conf_int().loc["mail"])[0]), rel=0.03
    )
    assert "units_repeated" not in codes(run(frame.assign(bought=bought).drop(columns="person")))
