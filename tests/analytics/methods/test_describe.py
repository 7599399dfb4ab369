"""Description, comparison and correlation, against scipy, papers and figures by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.methods.compare import cliffs_delta, compare, cramers_v, welch
from analytics.methods.correlate import correlate
from analytics.methods.describe import Described, describe
from analytics.methods.errors import DataProblem


def one(frame: pd.DataFrame, name: str) -> Described:
    return next(found for found in describe(frame).columns if found.column == name)


def test_it_describes_numbers_by_hand() -> None:
    found = one(pd.DataFrame({"x": [2, 4, 4, 4, 5, 5, 7, 9, None]}), "x")
    assert (found.kind, found.n, found.missing, found.distinct) == ("number", 8, 1, 5)
    assert (found.mean, found.median, found.sum) == (5.0, 4.5, 40.0)
    assert found.var == pytest.approx(32 / 7)
    assert found.sd == pytest.approx((32 / 7) ** 0.5)
    assert found.quantiles["0.25"] == 4.0
    assert found.quantiles["0.75"] == pytest.approx(5.5)


def test_it_knows_types_by_their_text() -> None:
    frame = pd.DataFrame(
        {
            "price": ["1,234.5", "7"],
            "day": ["2024-02-01", "2024-03-01"],
            "paid": ["yes", "No"],
            "city": ["上海", "上海"],
            "empty": [None, None],
        }
    )
    kinds = {found.column: found.kind for found in describe(frame).columns}
    assert (kinds["price"], kinds["day"]) == ("number", "date")
    assert (kinds["paid"], kinds["city"]) == ("boolean", "text")
    assert one(frame, "paid").mean == 0.5
    assert one(frame, "day").max == "2024-03-01"
    assert one(frame, "city").top == (("上海", 2),)
    assert (one(frame, "empty").n, one(frame, "empty").missing) == (0, 2)
    json.dumps(describe(frame).to_dict(), allow_nan=False)


def test_it_says_why_a_column_of_numbers_is_text() -> None:
    found = describe(pd.DataFrame({"x": ["1.5", "2,5"], "name": ["Ann", "Bo"]}))
    assert [column.kind for column in found.columns] == ["text", "text"]
    assert [notice.code for notice in found.notices] == ["two_styles"]


def test_it_describes_each_group_apart_and_counts_rows_without_one() -> None:
    frame = pd.DataFrame({"g": ["a", "a", "b", None], "h": [1, 1, 2, 2], "x": [1, 3, 5, 7]})
    result = describe(frame, by=["g", "h"])
    assert [(found.group, found.mean) for found in result.columns] == [
        ({"g": "a", "h": "1"}, 2.0),
        ({"g": "b", "h": "2"}, 5.0),
    ]
    assert result.columns[1].var is None
    assert (result.rows_used, result.rows_dropped) == (3, 1)


def test_it_describes_a_million_rows() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"name": rng.integers(0, 9999, 1_000_000).astype(str)})
    frame["name"] = "客户" + frame["name"]
    frame["x"] = rng.normal(size=1_000_000)
    found = describe(frame)
    assert (found.columns[0].kind, found.rows_used) == ("text", 1_000_000)
    assert found.columns[1].mean == pytest.approx(0, abs=0.01)


@pytest.fixture(scope="module")
def samples() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"g": np.repeat(["a", "b", "c"], [40, 60, 50])})
    frame["x"] = rng.normal(
        np.repeat([10, 12, 10], [40, 60, 50]), np.repeat([1, 3, 2], [40, 60, 50])
    )
    frame["kind"] = np.where(rng.random(150) < np.repeat([0.2, 0.7, 0.2], [40, 60, 50]), "u", "v")
    return frame


def test_it_compares_two_groups_like_scipy(samples: pd.DataFrame) -> None:
    two = samples[samples["g"] != "c"]
    a, b = (two.loc[two["g"] == name, "x"].to_numpy() for name in "ab")
    result = compare(two, value="x", by="g")
    truth = stats.ttest_ind(b, a, equal_var=False)
    interval = truth.confidence_interval()
    pair = result.pairs[0]
    assert (pair.difference, pair.p) == (
        pytest.approx(b.mean() - a.mean()),
        pytest.approx(truth.pvalue),
    )
    assert (pair.lo, pair.hi) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert result.tests[0].p == pytest.approx(truth.pvalue)
    ranks = stats.mannwhitneyu(b, a)
    assert result.tests[1].p == pytest.approx(ranks.pvalue)
    assert result.tests[1].effect == pytest.approx(2 * ranks.statistic / (40 * 60) - 1)


def test_it_compares_many_groups(samples: pd.DataFrame) -> None:
    result = compare(samples, value="x", by="g")
    groups = [part["x"].to_numpy() for _, part in samples.groupby("g")]
    assert result.tests[0].p == pytest.approx(_welch_anova(groups), rel=1e-6)
    assert result.tests[1].p == pytest.approx(stats.kruskal(*groups).pvalue)
    assert all(pair.p_adjusted >= pair.p for pair in result.pairs)
    assert result.tests[0].p < 0.001


def _welch_anova(groups: list[np.ndarray]) -> float:
    from statsmodels.stats.oneway import anova_oneway

    return float(anova_oneway(groups, use_var="unequal", welch_correction=True).pvalue)


def test_it_compares_shares(samples: pd.DataFrame) -> None:
    result = compare(samples, value="kind", by="g")
    truth = stats.chi2_contingency(pd.crosstab(samples["g"], samples["kind"]), correction=False)
    assert result.tests[0].p == pytest.approx(truth.pvalue)
    assert result.groups[1]["shares"]["u"] > 0.5


def test_it_measures_effects_by_hand() -> None:
    assert cliffs_delta(np.array([1.0, 2]), np.array([2.0, 3])) == pytest.approx(3 / 4)
    assert welch(np.array([1.0, 1]), np.array([1.0, 1])) == (0.0, 0.0, 0.0, 1.0)
    # Independence by construction: the uncorrected V is 0, the corrected one stays 0.
    assert cramers_v(np.array([[10, 20], [20, 40]])) == 0.0
    assert cramers_v(np.array([[50, 0], [0, 50]])) == pytest.approx(1.0, abs=1e-6)


def test_it_correlates_every_kind_of_pair() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=200)
    frame = pd.DataFrame({"x": x, "y": x + rng.normal(size=200), "noise": rng.normal(size=200)})
    frame["size"] = np.where(x > 0, "large", "small")
    frame["shelf"] = np.where(x > 0, "top", "low")
    frame["key"] = [f"K{k}" for k in range(200)]
    result = correlate(frame)
    found = {(pair.a, pair.b): pair for pair in result.pairs}
    pearson = stats.pearsonr(frame["x"], frame["y"])
    assert found["x", "y"].value == pytest.approx(pearson.statistic)
    assert found["x", "y"].lo == pytest.approx(pearson.confidence_interval().low)
    spearman = stats.spearmanr(frame["x"], frame["y"])
    assert found["x", "y"].spearman == pytest.approx(spearman.statistic)
    assert found["x", "y"].p == pytest.approx(pearson.pvalue, rel=1e-9)
    assert found["x", "y"].spearman_p == pytest.approx(spearman.pvalue, rel=1e-9)
    assert found["size", "shelf"].value == pytest.approx(1.0, abs=0.01)
    assert found["x", "size"].measure == "correlation_ratio"
    assert not found["x", "noise"].found
    assert "key" not in result.columns


def test_it_finds_no_relations_in_noise() -> None:
    rng = np.random.default_rng(3)
    false = 0
    for _ in range(40):
        frame = pd.DataFrame(rng.normal(size=(40, 8)), columns=list("abcdefgh"))
        false += any(pair.found for pair in correlate(frame).pairs)
    assert false <= 6  # each table with probability 5 %: over 6 of 40 happens once in 200


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: describe(pd.DataFrame({"x": []})), "no rows"),
        (lambda: describe(pd.DataFrame({"x": [1]}), by=["y"]), "no column “y”"),
        (lambda: describe(pd.DataFrame({"x": range(2000)}), by=["x"]), "2000 groups"),
        (lambda: compare(pd.DataFrame({"x": [1, 2], "g": "a"}), value="x", by="g"), "two groups"),
        (
            lambda: compare(
                pd.DataFrame({"x": [1.0] * 20, "g": list("ab") * 10}), value="x", by="g"
            ),
            "never changes",
        ),
        (
            lambda: compare(
                pd.DataFrame({"x": [np.inf] * 20, "g": list("ab") * 10}), value="x", by="g"
            ),
            "two groups",
        ),
        (
            lambda: compare(pd.DataFrame({"x": range(99), "g": range(99)}), value="x", by="g"),
            "99 groups",
        ),
        (
            lambda: compare(
                pd.DataFrame({"x": [f"{k}.25" for k in range(40)] + ["7,5"], "g": ["a"] * 41}),
                value="x",
                by="g",
            ),
            "decimal point and others with a comma",
        ),
        (lambda: correlate(pd.DataFrame({"x": range(9), "y": range(9)})), "at least 10"),
        (lambda: correlate(pd.DataFrame({"x": range(20), "y": [1] * 20})), "two columns that vary"),
        (lambda: correlate(pd.DataFrame(np.eye(201)).add_prefix("x")), "201 columns .*, 200 at"),
    ],
)
def test_it_refuses_with_a_sentence(call, sentence: str) -> None:
    with pytest.raises(DataProblem, match=sentence):
        call()


def test_it_refuses_to_test_what_the_group_settles() -> None:
    frame = pd.DataFrame({"v": [1.0] * 9 + [2.0] * 9, "g": ["a"] * 9 + ["b"] * 9})
    with pytest.raises(DataProblem, match="never varies within a group"):
        compare(frame, value="v", by="g")
