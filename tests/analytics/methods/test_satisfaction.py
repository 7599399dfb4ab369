"""Marks of surveys: the card foretells and explains them, noise gives no card and no ranking."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.methods.errors import DataProblem
from analytics.methods.nonresponse import response_of
from analytics.methods.satisfaction import LOW_MARK, SatisfactionResult, explain_marks
from analytics.methods.scorecard import Scorecard
from analytics.methods.shrinkage import group_means

DRIVERS = ["hours", "reopened", "kind", "colour", "resolution"]


def asked(rows: int = 900, seed: int = 0) -> pd.DataFrame:
    """Waiting, reopenings and complaints lower the marks; half of those asked answer."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "hours": rng.lognormal(1.0, 1.0, rows),
            "reopened": rng.poisson(0.15, rows).astype(float),
            "kind": rng.choice(["question", "complaint"], rows, p=[0.7, 0.3]),
            "colour": rng.choice(["red", "blue"], rows),
            "resolution": rng.lognormal(3.0, 0.5, rows),
            "agent": rng.integers(1, 7, rows),
            "day": np.arange(rows) // 3,
        }
    )
    latent = (
        4.6 - 0.9 * np.log(frame["hours"]) - 1.2 * frame["reopened"]
        - 1.2 * (frame["kind"] == "complaint") + rng.normal(0, 0.6, rows)
    )  # fmt: skip
    frame["score"] = np.clip(latent.round(), 1, 5)
    frame.loc[rng.random(rows) < 0.5, "score"] = np.nan
    return frame


def explained(frame: pd.DataFrame) -> SatisfactionResult:
    return explain_marks(frame, DRIVERS, later=("resolution",), groups=("agent",))


@pytest.fixture(scope="module")
def found() -> SatisfactionResult:
    return explained(asked())


def test_it_names_what_moves_the_marks_per_step_of_each_driver(found: SatisfactionResult) -> None:
    ratios = {one.name: one for one in found.drivers.odds_ratios}
    # Probit noise of .6 is about a logistic slope of 1.7 / .6 per unit of the latent mark.
    slope = 1.7 / 0.6
    doubled = ratios["hours"]
    assert doubled.per == "double"
    assert doubled.own_lo < np.exp(-0.9 * np.log(2) * slope) * 1.4
    assert doubled.own_hi > np.exp(-0.9 * np.log(2) * slope) / 1.4
    assert ratios["reopened"].per == "one"
    assert ratios["reopened"].own_hi < 0.5
    assert ratios["kind=complaint"].own_hi < 0.5
    assert ratios["resolution"].own_lo < 1 < ratios["resolution"].own_hi
    assert found.drivers.signal


def test_it_foretells_low_marks_from_what_is_known_while_open(found: SatisfactionResult) -> None:
    assert found.card is not None
    assert {one.column for one in found.card.points} == {"hours", "reopened", "kind", "colour"}
    assert found.area.lo > 0.7
    assert found.calibration.brier < found.naive_brier
    stored = Scorecard.from_dict(json.loads(json.dumps(found.card.to_dict())))
    frame = asked(seed=5)
    scored = stored.score(frame)
    low = (frame["score"] <= LOW_MARK)[frame["score"].notna()]
    assert scored.low[frame["score"].notna()].mean() == pytest.approx(low.mean(), abs=0.08)
    assert ((scored.mean >= 1) & (scored.mean <= 5)).all()


def test_it_gives_reasons_that_point_the_right_way(found: SatisfactionResult) -> None:
    assert found.card is not None
    rows = pd.DataFrame(
        [
            {"hours": 60.0, "reopened": 1.0, "kind": "complaint", "colour": "red"},
            {"hours": 0.2, "reopened": 0.0, "kind": "question", "colour": "red"},
            {"hours": np.nan, "reopened": 0.0, "kind": "unheard of", "colour": None},
        ]
    )
    scored = found.card.score(rows)
    assert scored.low[0] > 0.9 > 0.1 > scored.low[1]
    assert scored.mean[0] < scored.mean[1]
    bad = {reason.column: reason for reason in scored.reasons[0]}
    assert {"hours", "reopened", "kind"} <= set(bad)
    assert all(bad[name].effect > 0 for name in ("hours", "reopened", "kind"))
    assert bad["hours"].value == "60"
    assert np.isfinite(scored.low[2])


def test_it_gives_no_card_when_marks_are_noise() -> None:
    cards = 0
    for seed in range(4):
        frame = asked(500, seed)
        frame["score"] = np.random.default_rng(seed).permutation(frame["score"])
        cards += explained(frame).card is not None
    assert cards == 0


def test_it_leaves_out_drivers_that_few_marks_do_not_carry() -> None:
    frame = asked(260, 3)
    frame["town"] = np.random.default_rng(3).choice(list("abcdefghijk"), len(frame))
    found = explain_marks(frame, [*DRIVERS, "town"])
    told = {notice.code: notice.params for notice in found.notices}
    assert told["drivers_left_out"]["columns"] == "town"
    assert "few_answered" in told


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.head(0), "no_rows"),
        (lambda f: f.head(40), "too_few_rows"),
        (lambda f: f.assign(score=np.nan), "no_usable_rows"),
        (lambda f: f.assign(score=5.0), "single_class"),
        (lambda f: f.drop(columns="day"), "column_missing"),
        (lambda f: f.assign(**dict.fromkeys(DRIVERS, 1.0)), "no_predictors"),
    ],
)
def test_it_refuses_in_words(change: object, code: str) -> None:
    with pytest.raises(DataProblem) as refused:
        explained(change(asked(300)))  # type: ignore[operator]  # one of several ways to spoil a table
    assert refused.value.code == code


def test_it_says_in_what_the_silent_differ() -> None:
    rng = np.random.default_rng(1)
    frame = asked(800, 1)
    frame["answered"] = rng.random(800) < np.where(frame["hours"] > 4, 0.2, 0.7)
    found = response_of(frame, "answered", DRIVERS)
    assert found.differing == ("hours",)
    assert found.lo < found.rate < found.hi
    frame["answered"] = rng.random(800) < 0.5
    assert response_of(frame, "answered", DRIVERS).differing == ()


def test_it_draws_small_groups_to_the_mean_and_ranks_no_noise() -> None:
    rng = np.random.default_rng(2)
    sizes = [3, 8, 40, 200]
    truth = [3.0, 3.6, 4.2, 3.9]
    names = np.repeat(list("abcd"), sizes)
    values = np.concatenate([rng.normal(m, 0.8, n) for m, n in zip(truth, sizes, strict=True)])
    found = group_means(pd.Series(values), pd.Series(names))
    by = {group.name: group for group in found.groups}
    assert found.p < 0.05
    for group in found.groups:
        assert abs(group.shrunk - found.mean) <= abs(group.mean - found.mean)
        assert group.lo < group.shrunk < group.hi
    pulled = {
        name: abs(one.shrunk - one.mean) / abs(one.mean - found.mean) for name, one in by.items()
    }
    assert pulled["a"] > pulled["c"] > pulled["d"]
    noise = group_means(pd.Series(rng.permutation(values)), pd.Series(names))
    assert noise.p > 0.05
    single = group_means(pd.Series([4.0, 5.0]), pd.Series(["a", "a"]))
    assert single.p == 1.0
    assert group_means(pd.Series([], dtype=float), pd.Series([], dtype=object)).groups == ()
