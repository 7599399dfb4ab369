"""Scores find what is planted, find nothing in noise, and name what they cannot use."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from analytics.methods.classifiers import Blend, Classifier, Logistic
from analytics.methods.copies import copied_rows
from analytics.methods.discrimination import (
    calibration_line,
    cost_threshold,
    delong,
    judge_probabilities,
    lift_table,
)
from analytics.methods.errors import DataProblem, InsufficientData
from analytics.methods.features import Encoder, read_features
from analytics.methods.judging import NAIVE
from analytics.methods.reasons import contributions
from analytics.methods.score import ScoreResult, score
from analytics.methods.trees import Boosting, Forest

ROWS = 1_500


def planted(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Waiting and complaints raise the chance of leaving, the price does not touch it."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "waiting": rng.exponential(5, rows),
            "complaints": rng.poisson(0.5, rows),
            "price": rng.lognormal(3, 1, rows),
            "region": rng.choice(["华东", "华北", "华南"], rows),
        }
    )
    log_odds = -2.5 + 0.25 * frame["waiting"] + 0.8 * frame["complaints"]
    frame["left"] = np.where(rng.random(rows) < 1 / (1 + np.exp(-log_odds)), "yes", "no")
    frame["joined"] = pd.date_range("2024-01-01", periods=rows, freq="D").strftime("%Y-%m-%d")
    return frame


@pytest.fixture(scope="module")
def found() -> ScoreResult:
    return score(planted(), "left", time="joined")


def test_it_finds_the_planted_causes_and_not_the_price(found: ScoreResult) -> None:
    assert found.signal
    assert {one.column for one in found.influences[:2]} == {"waiting", "complaints"}
    moved = {one.column: one for one in found.influences}
    assert moved["waiting"].direction == "up"
    assert moved["waiting"].effect > 4 * (moved["price"].effect if "price" in moved else 0)
    assert not found.leaks


def test_it_beats_the_base_rate_on_later_rows(found: ScoreResult) -> None:
    assert found.split.kind == "time"
    for learned, judged in found.split.folds:
        assert learned.max() < judged.min()
    assert found.models[-1].name == NAIVE
    assert found.best.calibration.log_loss < found.naive.calibration.log_loss - 0.05
    assert found.best.area.lo < found.best.area.auc < found.best.area.hi


def test_it_gives_probabilities_that_can_be_taken_at_their_word(found: ScoreResult) -> None:
    fresh = planted(4_000, seed=9)
    assert found.scorer is not None
    p = found.scorer.probabilities(found.scorer.read(fresh), np.arange(len(fresh)))
    judged = judge_probabilities((fresh["left"] == "yes").to_numpy(), p)
    assert judged.ece < 0.05
    assert judged.slope == pytest.approx(1.0, abs=0.2)


def test_it_gives_each_row_its_reasons(found: ScoreResult) -> None:
    rows = pd.DataFrame(
        {"waiting": [40.0, 0.1], "complaints": [4, 0], "price": [20.0, 20.0],
         "region": ["华东", "西北"]}
    )  # fmt: skip
    assert found.scorer is not None
    features = found.scorer.read(rows)  # 西北 was never seen
    high, low = found.scorer.probabilities(features, np.arange(2))
    assert high > 0.85 > 0.3 > low
    reasons = found.scorer.reasons(features, np.arange(2))
    assert reasons[0][0].column in {"waiting", "complaints"}
    assert reasons[0][0].effect > 0
    assert "waiting: 40" in " ".join(reason.notice.text for reason in reasons[0])
    assert all(len(one) <= 5 for one in reasons)


def test_it_says_no_signal_in_noise_about_as_often_as_promised() -> None:
    """Shuffled outcomes: a 95 % interval above chance may happen in one case of forty."""
    rng = np.random.default_rng(1)
    false_alarms = 0
    for seed in range(5):
        frame = planted(300, seed)
        frame["left"] = rng.permutation(frame["left"])
        noise = score(frame, "left", exclude=("joined",))
        false_alarms += noise.signal
        assert noise.signal or (noise.chosen == NAIVE and noise.scorer is None)
        assert noise.signal or noise.notices[0].code == "no_signal"
    assert false_alarms <= 1


def test_it_flags_a_column_known_only_after_the_event() -> None:
    frame = planted()
    rng = np.random.default_rng(2)
    frame["exit_call"] = (frame["left"] == "yes") * rng.exponential(3, ROWS)
    kept = score(frame, "left", time="joined")
    assert [leak.column for leak in kept.leaks] == ["exit_call"]
    assert kept.without_leaks is not None
    assert kept.best.area.auc > kept.without_leaks.auc + 0.05
    dropped = score(frame, "left", time="joined", drop_leaks=True)
    assert "exit_call" not in {one.column for one in dropped.influences}
    assert dropped.best.area.auc == pytest.approx(kept.without_leaks.auc, abs=0.03)


def test_it_names_a_strong_column_without_calling_it_a_leak() -> None:
    rng = np.random.default_rng(3)
    spend, noise = rng.normal(size=(2, 600))
    won = (rng.random(600) < 1 / (1 + np.exp(-2.2 * spend))).astype(int)
    found = score(pd.DataFrame({"spend": spend, "noise": noise, "won": won}), "won")
    assert found.leaks == ()
    assert "one_strong_column" in [notice.code for notice in found.notices]


def test_it_suspects_no_column_where_all_tell_as_much() -> None:
    rng = np.random.default_rng(5)
    ill = np.repeat([0, 1], 150)
    columns = {f"measure {k}": 2 * ill + rng.normal(0, 0.9 + 0.3 * k, 300) for k in range(8)}
    frame = pd.DataFrame({**columns, "ill": ill})
    assert roc_auc_score(ill, frame["measure 0"]) > 0.92
    assert score(frame, "ill").leaks == ()
    frame["copy"] = ill
    assert [leak.column for leak in score(frame, "ill").leaks] == ["copy"]


def test_it_still_answers_where_the_only_column_is_a_leak() -> None:
    rng = np.random.default_rng(4)
    won = rng.integers(0, 2, 200)
    found = score(pd.DataFrame({"x": won + rng.normal(0, 0.2, 200), "won": won}), "won")
    assert [leak.column for leak in found.leaks] == ["x"]
    assert found.without_leaks is None


def test_it_judges_the_bank_calls_with_and_without_their_duration(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "bank_marketing.csv")
    found = score(frame, "y")
    assert [leak.column for leak in found.leaks] == ["duration"]
    assert found.best.area.auc == pytest.approx(0.91, abs=0.02)
    assert found.without_leaks is not None
    # A random forest of 300 trees reaches .748 in the same folds, a logistic regression .721.
    assert found.without_leaks.auc == pytest.approx(0.75, abs=0.02)


def test_it_takes_dates_that_order_the_rows_for_the_time() -> None:
    ordered = planted(400)
    found = score(ordered, "left")
    assert (found.split.kind, found.split.by) == ("time", "joined")
    assert found.notices[0].code == "time_found"
    shuffled = score(ordered.sample(frac=1, random_state=0), "left")
    assert shuffled.split.kind == "stratified"
    proposed = [one.params for one in shuffled.notices if one.code == "time_proposed"]
    assert proposed == [{"columns": "joined"}]


def test_it_splits_at_random_where_earlier_rows_teach_too_little() -> None:
    frame = planted(400).sort_values("left", ignore_index=True)
    frame["joined"] = pd.date_range("2024-01-01", periods=400).strftime("%Y-%m-%d")
    found = score(frame, "left", exclude=("waiting",))
    assert found.split.kind == "stratified"
    assert "time_found" not in [notice.code for notice in found.notices]


def test_it_reads_month_names_as_time(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "bank_marketing.csv")
    by_month = score(frame, "y", time="month", exclude=("duration",))
    assert by_month.split.kind == "time"
    assert by_month.best.area.auc < 0.72  # later months are harder than random rows


@pytest.mark.parametrize("spoil", ["gaps", "infinite", "copies", "constant", "identifier"])
def test_it_works_around_spoilt_columns(spoil: str) -> None:
    frame = planted(600)
    rng = np.random.default_rng(3)
    if spoil == "gaps":
        frame.loc[rng.random(600) < 0.3, "waiting"] = np.nan
        frame.loc[rng.random(600) < 0.3, "region"] = None
    elif spoil == "infinite":
        frame.loc[5, "waiting"] = np.inf
    elif spoil == "copies":
        frame["waiting_again"] = frame["waiting"] * 2
    elif spoil == "constant":
        frame["country"] = "CN"
    else:
        frame["customer_id"] = np.arange(600)
    spoilt = score(frame, "left", exclude=("joined",))
    assert spoilt.signal
    codes = {notice.code for notice in spoilt.notices}
    assert spoil != "constant" or "constant_columns_dropped" in codes
    assert spoil != "identifier" or "id_columns_left_out" in codes


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.head(10), "forty_of_each"),
        (lambda f: f.head(0), "no_rows"),
        (lambda f: f.assign(left="no"), "single_class"),
        (lambda f: f.assign(left=np.nan), "no_usable_rows"),
        (lambda f: f.assign(left=f["region"]), "target_not_two_values"),
        (lambda f: f.assign(left=f["price"]), "target_is_number"),
        (lambda f: f[["left"]], "no_predictors"),
        (lambda f: f[["left"]].assign(same=1.0), "no_predictors"),
        (lambda f: f.drop(columns="left"), "column_missing"),
    ],
)
def test_it_refuses_what_cannot_be_scored(change: object, code: str) -> None:
    with pytest.raises(DataProblem) as refused:
        score(change(planted(600)), "left")  # type: ignore[operator]  # one of several ways to spoil a table
    assert refused.value.code == code


def test_it_refuses_events_that_all_come_last() -> None:
    frame = planted(400)
    frame["left"] = np.where(np.arange(400) >= 340, "yes", "no")
    with pytest.raises(DataProblem, match="leaves no earlier rows"):
        score(frame, "left", time="row")
    with pytest.raises(InsufficientData, match="at least 40"):
        score(frame.tail(90), "left")


def test_it_takes_one_of_several_values_as_the_event() -> None:
    frame = planted(900)
    one = score(frame.assign(left=frame["region"]), "left", positive="华东", exclude=("region",))
    assert one.positive == "华东"
    with pytest.raises(DataProblem, match="never has the value"):
        score(frame, "left", positive="maybe")


def test_it_says_when_later_rows_turn_the_ranking_round() -> None:
    rng = np.random.default_rng(8)
    x, turn = rng.normal(size=600), np.where(np.arange(600) < 300, 3, -3)
    frame = pd.DataFrame({"x": x, "y": (rng.random(600) < 1 / (1 + np.exp(-turn * x))) * 1})
    found = score(frame, "y", time="row")
    assert not found.signal
    assert found.notices[0].code == "ranking_reversed"


def test_it_computes_the_interval_of_delong() -> None:
    """AUC as scikit-learn has it; the variance as the placements of the definition give it."""
    rng = np.random.default_rng(5)
    y = rng.random(300) < 0.3
    s = np.round(rng.normal(size=300) + y, 1)  # with ties
    auc, variance = delong(y, s)
    assert auc == pytest.approx(roc_auc_score(y, s), abs=1e-12)
    wins = (s[y][:, None] > s[~y][None, :]) + 0.5 * (s[y][:, None] == s[~y][None, :])
    expected = wins.mean(axis=1).var(ddof=1) / y.sum() + wins.mean(axis=0).var(ddof=1) / (~y).sum()
    assert variance == pytest.approx(expected, rel=1e-9)


def test_it_measures_calibration_as_statsmodels_does() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(6)
    x = rng.normal(size=800)
    p = 1 / (1 + np.exp(-2 * x))  # twice too sure
    y = (rng.random(800) < 1 / (1 + np.exp(-x - 0.3))).astype(float)
    slope, intercept = calibration_line(y, p)
    fit = sm.Logit(y, sm.add_constant(np.log(p / (1 - p)))).fit(disp=0)
    assert intercept == pytest.approx(fit.params[0], abs=1e-5)
    assert slope == pytest.approx(fit.params[1], abs=1e-5)


def test_it_counts_lift_and_cost_by_hand() -> None:
    p = np.linspace(1, 0, 100)
    y = np.zeros(100)
    y[:10] = 1
    table = lift_table(y, p)
    assert (table[0].rate, table[0].lift, table[0].captured) == (1.0, 10.0, 1.0)
    chosen = cost_threshold(y, p, missed=9.0, wasted=1.0)
    assert chosen.probability == 0.1
    assert chosen.acted == pytest.approx(0.9, abs=0.011)
    assert chosen.cost == pytest.approx(chosen.acted - 0.1)
    assert (chosen.cost_all, chosen.cost_none) == pytest.approx((0.9, 0.9))


def test_it_sees_what_only_depends_on_several_columns_at_once() -> None:
    """Where two of three coins are alike; each alone tells nothing, and lines neither."""
    rng = np.random.default_rng(6)
    coins = rng.integers(0, 2, (600, 3))
    chance = np.where(coins[:, 0] == coins[:, 1], 0.8, 0.2)
    frame = pd.DataFrame(coins, columns=["a", "b", "c"]).assign(won=rng.random(600) < chance)
    found = score(frame, "won")
    assert found.best.area.auc > 0.75
    assert {one.column for one in found.influences[:2]} == {"a", "b"}


@pytest.mark.parametrize("model", [Boosting(), Blend((Logistic(), Boosting(), Forest()))])
def test_it_explains_trees_that_add_up_as_by_asking_again(model: Classifier) -> None:
    frame = planted(400)
    features = read_features(frame, ["waiting", "price", "region"], [])
    encoder = Encoder(features, np.arange(400))
    rows = encoder.encode(features, np.arange(400))
    fitted = model.fit(rows, (frame["left"] == "yes").to_numpy(dtype=float), 0)
    parts = contributions(encoder, fitted, rows)
    for k, (start, end) in enumerate(encoder.spans):
        other = rows.copy()
        other[:, start:end] = encoder.typical()[start:end]
        lost = fitted.log_odds(rows) - fitted.log_odds(other)
        assert parts[:, k] == pytest.approx(lost, abs=1e-6)


def test_it_learns_from_a_column_of_many_levels() -> None:
    rng = np.random.default_rng(1)
    city, effects = rng.integers(0, 60, 1200), rng.normal(0, 1.2, 60)
    bought = rng.random(1200) < 1 / (1 + np.exp(-effects[city]))
    found = score(pd.DataFrame({"city": [f"c{k}" for k in city], "bought": bought}), "bought")
    assert found.best.area.auc > 0.65


def test_it_learns_from_numbers_that_name_a_few_things() -> None:
    rng = np.random.default_rng(4)
    shop, effects = rng.integers(1, 13, 1500), rng.normal(0, 1.2, 13)
    came = rng.random(1500) < 1 / (1 + np.exp(-effects[shop]))
    frame = pd.DataFrame({"shop_id": shop, "customer_id": rng.permutation(1500), "came": came})
    found = score(frame, "came")
    assert found.best.area.auc > 0.65
    assert [one.column for one in found.influences] == ["shop_id"]
    assert found.scorer is not None
    gaps = found.scorer.read(frame.assign(shop_id=shop.astype(float)))
    assert (gaps[0].cells == found.scorer.read(frame)[0].cells).all()


def test_it_leaves_out_rows_that_were_written_twice(found: ScoreResult) -> None:
    frame = planted(600).drop(columns="joined")
    twice = pd.concat([frame, frame.iloc[:200]]).sample(frac=1, random_state=0)
    kept = score(twice, "left")
    assert (kept.rows_used, kept.rows_dropped) == (600, 200)
    assert {"rows": 200} in [one.params for one in kept.notices if one.code == "copies_left_out"]
    assert not any(notice.code == "copies_left_out" for notice in found.notices)


def test_it_tells_copies_from_rows_that_are_equal_by_chance() -> None:
    rng = np.random.default_rng(8)
    few = [rng.integers(0, 3, 2_000) for _ in range(4)]
    assert not copied_rows(few).any()
    whole = copied_rows([np.tile(column, 2) for column in few])
    assert whole.sum() == 2_000
    assert not whole[:2_000].any()
    own = [rng.normal(size=500), rng.integers(0, 3, 500), np.full(500, np.nan)]
    assert not copied_rows(own).any()
    again = rng.integers(0, 500, 60)
    some = copied_rows([np.append(column, column[again]) for column in own])
    assert list(np.flatnonzero(some)) == list(range(500, 560))
    quiet = [np.where(rng.random(500) < 0.4, 0.0, column) for column in rng.normal(size=(3, 500))]
    idle = rng.random(500) < 0.3  # many customers without any order are no copies
    assert not copied_rows([np.where(idle, 0.0, column) for column in quiet]).any()


@pytest.mark.parametrize("part", [0.05, 0.5])
def test_it_sees_a_part_that_was_appended_where_rows_are_often_equal(part: float) -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(20):
        likes = rng.integers(0, 3, 900)
        columns = [
            np.where(rng.random(900) < 0.6, likes, rng.integers(0, 3, 900)) for _ in range(6)
        ]
        alarms += int(copied_rows(columns).any())
        start = int(rng.integers(0, 900 * (1 - part)))
        again = slice(start, start + int(900 * part))
        found = copied_rows([np.concatenate([cells, cells[again]]) for cells in columns])
        assert found[900:].all()
        assert not found[:900].any()
    assert alarms == 0


def test_it_mixes_models_where_each_sees_a_part_of_the_truth() -> None:
    """A straight effect, which trees cut in steps, beside a bent one, which a line misses."""
    rng = np.random.default_rng(12)
    frame = pd.DataFrame(rng.normal(size=(1_500, 8)), columns=[*"abcdefgh"])
    log_odds = 0.6 * frame[[*"abcdef"]].sum(axis=1) + 2.0 * (frame["g"].abs() > 1) - 0.5
    frame["won"] = (rng.random(1_500) < 1 / (1 + np.exp(-log_odds))).astype(int)
    found = score(frame.iloc[:900], "won")
    assert found.chosen == "blend"
    assert found.best.label.startswith("Mean of: ")
    assert 0.8 < (found.best.calibration.slope or 0) < 1.25
    fresh = frame.iloc[900:]
    assert found.scorer is not None
    features = found.scorer.read(fresh)
    p = found.scorer.probabilities(features, np.arange(600))
    assert roc_auc_score(fresh["won"], p) > found.best.area.lo
    reasons = found.scorer.reasons(features, np.arange(20))
    assert all(len(one) == 5 for one in reasons)
