"""Ordered outcomes: the planted effects, the published estimator, and honest refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analytics.methods.errors import DataProblem
from analytics.methods.ordinal import explain_steps
from analytics.methods.proportional_odds import fit_proportional_odds


def surveys(rows: int = 900, seed: int = 0) -> pd.DataFrame:
    """Waiting and complaints lower the satisfaction, the colour does not matter."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "wait": rng.normal(0, 1, rows),
            "complaint": rng.choice(["no", "yes"], rows, p=[0.7, 0.3]),
            "colour": rng.choice(["red", "blue", "green"], rows),
        }
    )
    latent = -1.0 * frame["wait"] - 1.5 * (frame["complaint"] == "yes") + rng.logistic(size=rows)
    frame["score"] = 1 + np.searchsorted([-3, -1.5, 0, 1.5], latent)
    return frame


def test_it_agrees_with_statsmodels() -> None:
    frame = surveys()
    X = np.column_stack([frame["wait"], frame["complaint"] == "yes"]).astype(float)
    y = frame["score"].to_numpy() - 1
    ours = fit_proportional_odds(X, y, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = OrderedModel(y, X, distr="logit").fit(method="bfgs", disp=False)
    assert ours.beta == pytest.approx(theirs.params[:2], abs=2e-3)
    assert ours.loglik == pytest.approx(theirs.llf, abs=0.01)
    assert ours.se == pytest.approx(theirs.bse[:2], rel=0.15)


def test_it_finds_the_planted_drivers_with_intervals() -> None:
    found = explain_steps(surveys(), "score")
    ratios = {one.name: one for one in found.odds_ratios}
    complaint = ratios["complaint=yes"]
    assert complaint.lo < np.exp(-1.5) < complaint.hi < 1
    assert ratios["wait"].hi < 1
    colours = [one for name, one in ratios.items() if name.startswith("colour")]
    assert len(colours) == 2
    assert all(one.p > 0.01 for one in colours)
    assert found.signal
    assert found.chosen == "ordinal"
    assert found.models[0].accuracy > found.models[-1].accuracy
    assert found.proportional_p is not None
    assert found.proportional_p > 0.01


def test_it_says_when_effects_differ_from_step_to_step() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=2_000)
    lowest = rng.random(2_000) < 1 / (1 + np.exp(2 - 2 * x))
    frame = pd.DataFrame({"x": x, "score": np.where(lowest, 1, rng.integers(2, 5, 2_000))})
    found = explain_steps(frame, "score")
    assert found.proportional_p is not None
    assert found.proportional_p < 0.001
    assert "not_proportional" in {notice.code for notice in found.notices}


def test_it_says_no_signal_in_noise() -> None:
    rng = np.random.default_rng(2)
    alarms = 0
    for seed in range(8):
        frame = surveys(300, seed)
        frame["score"] = rng.permutation(frame["score"])
        alarms += explain_steps(frame, "score").signal
    assert alarms <= 1


def test_it_takes_words_in_a_given_order_and_joins_rare_steps() -> None:
    words = {1: "bad", 2: "poor", 3: "fair", 4: "good", 5: "best"}
    frame = surveys()
    frame["score"] = frame["score"].map(words)
    frame.loc[frame.index[frame["score"] == "bad"][5:], "score"] = "poor"
    found = explain_steps(frame, "score", order=tuple(words.values()))
    assert found.steps == ("bad–poor", "fair", "good", "best")
    with pytest.raises(DataProblem, match="in which order"):
        explain_steps(frame, "score")


def test_it_takes_the_order_from_numbers_before_the_words() -> None:
    frame = surveys()
    words = {1: "1 - bad", 2: "2 - poor", 3: "3分 一般", 4: "(4) good", 5: "5"}
    found = explain_steps(frame.assign(score=frame["score"].map(words)), "score")
    assert found.steps == tuple(words.values())
    assert found.odds_ratios == explain_steps(frame, "score").odds_ratios
    with pytest.raises(DataProblem, match="in which order"):
        explain_steps(frame.assign(score=np.where(frame["score"] > 2, "1 day", "1 week")), "score")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.head(0), "no_rows"),
        (lambda f: f.head(10), "too_few_rows"),
        (lambda f: f.assign(score=3), "single_class"),
        (lambda f: f.assign(score=np.nan), "no_usable_rows"),
        (lambda f: f.assign(score=np.arange(len(f))), "too_many_categories"),
        (lambda f: f[["score"]], "no_predictors"),
    ],
)
def test_it_refuses_what_has_no_steps(change: object, code: str) -> None:
    with pytest.raises(DataProblem) as refused:
        explain_steps(change(surveys()), "score")  # type: ignore[operator]  # one of several ways to spoil a table
    assert refused.value.code == code


def test_it_leaves_out_copies_of_a_column() -> None:
    frame = surveys().assign(again=lambda f: 2 * f["wait"] + 1)
    names = [one.name for one in explain_steps(frame, "score").odds_ratios]
    assert len({"wait", "again"} & set(names)) == 1


def test_it_refuses_a_column_that_settles_the_steps() -> None:
    rng = np.random.default_rng(5)
    mark = rng.integers(1, 6, 200)
    frame = pd.DataFrame({"mark": mark, "again": mark * 10.0, "noise": rng.normal(size=200)})
    with pytest.raises(DataProblem, match="“again” settles every step"):
        explain_steps(frame, "mark")


def test_it_counts_rows_that_were_written_twice_once() -> None:
    once, twice = (explain_steps(frame, "score") for frame in (
        surveys(300), pd.concat([surveys(300)] * 2, ignore_index=True)
    ))  # fmt: skip
    assert (twice.rows_used, twice.rows_dropped) == (300, 300)
    assert "copies_left_out" in {notice.code for notice in twice.notices}
    assert twice.odds_ratios == once.odds_ratios
