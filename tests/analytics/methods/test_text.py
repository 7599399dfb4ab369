"""Texts are sorted by what they say, in Chinese too, and left to a person when unsure."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.methods import text
from analytics.methods.errors import DataProblem
from analytics.methods.text import classify_texts
from analytics.methods.text_judging import Answers, with_common_threshold
from analytics.methods.text_model import fit_temperature, softmax

WORDS = {
    "发票": ["发票什么时候开", "请补开上月发票", "发票抬头写错了", "电子发票没有收到"],
    "物流": ["快递还没有到", "物流信息三天没更新", "请问什么时候发货", "包裹送错地址了"],
    "退货": ["我要退货", "商品坏了想退款", "退款什么时候到账", "申请退换货"],
}


def requests(rows: int = 150, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    kinds = rng.choice(list(WORDS), rows)
    texts = [f"{rng.choice(WORDS[kind])}，订单{rng.integers(1000, 9999)}" for kind in kinds]
    return pd.DataFrame({"text": texts, "kind": kinds})


def test_it_sorts_chinese_without_a_segmenter() -> None:
    found = classify_texts(requests(), requests(60, seed=1), "text", "kind")
    assert found.accuracy > 0.95
    assert found.base_rate < 0.5
    shown = found.model.probabilities(pd.Series(["退款一直没到账，怎么办？", "ＤＨＬ快递到哪里了"]))
    assert [found.model.classes[k] for k in shown.argmax(axis=1)] == ["退货", "物流"]
    assert shown.sum(axis=1) == pytest.approx([1, 1])


def test_it_abstains_in_noise() -> None:
    rng = np.random.default_rng(2)
    frame = requests(300)
    frame["kind"] = rng.permutation(frame["kind"])
    found = classify_texts(frame, None, "text", "kind")
    assert found.accuracy < 0.55
    assert found.abstained > 0.8 * found.rows_judged
    assert found.to_dict()["warnings"]


def test_it_says_when_no_answer_is_sure_enough() -> None:
    rng = np.random.default_rng(2)
    frame = requests(300)
    wrong = rng.random(300) < 0.4
    frame.loc[wrong, "kind"] = rng.choice(list(WORDS), int(wrong.sum()))
    found = classify_texts(frame, None, "text", "kind")
    assert found.abstained == found.rows_judged
    assert "texts_all_unsure" in {notice.code for notice in found.notices}


def test_it_sorts_77_kinds_of_bank_requests(shared_data: Path) -> None:
    train, test = (pd.read_csv(shared_data / "banking77" / f"{n}.csv") for n in ("train", "test"))
    found = classify_texts(train, test, "text", "category")
    assert found.accuracy >= 0.90
    assert found.macro_f1 >= 0.90
    assert len(found.classes) == 77
    assert found.accuracy_answered is not None
    assert found.accuracy_answered > found.accuracy
    assert found.ece < 0.05
    again = classify_texts(train.head(2_000), test, "text", "category")
    assert {notice.code for notice in again.notices} == {"unknown_classes"}


def test_it_fits_the_temperature_that_was_planted() -> None:
    rng = np.random.default_rng(3)
    margins = rng.normal(size=(20_000, 4))
    p = softmax(margins / 0.5)
    right = (p.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1).clip(max=3)
    assert fit_temperature(margins, right) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.head(10), "too_few_texts"),
        (lambda f: f.head(0), "no_rows"),
        (lambda f: f.assign(kind="发票"), "too_few_texts"),
        (lambda f: f.assign(text=None), "no_usable_rows"),
        (lambda f: f.assign(text="!!!"), "texts_without_words"),
        (lambda f: f.drop(columns="kind"), "column_missing"),
    ],
)
def test_it_refuses_what_cannot_be_sorted(change: object, code: str) -> None:
    with pytest.raises(DataProblem) as refused:
        classify_texts(change(requests()), None, "text", "kind")  # type: ignore[operator]  # one of several ways to spoil a table
    assert refused.value.code == code


def test_it_leaves_rare_classes_out_and_says_so() -> None:
    frame = pd.concat([requests(), pd.DataFrame({"text": ["你好"], "kind": ["其他"]})])
    found = classify_texts(frame, None, "text", "kind")
    assert "其他" not in found.model.classes
    assert "rare_classes_left_out" in {notice.code for notice in found.notices}


def test_it_says_when_it_is_no_better_than_the_most_frequent_class() -> None:
    rng = np.random.default_rng(6)
    words = np.array(["card", "refund", "late", "login", "order"])
    texts = [" ".join(rng.choice(words, 6)) for _ in range(200)]
    frame = pd.DataFrame({"text": texts, "label": rng.choice(["a", "b"], 200)})
    found = classify_texts(frame, None, "text", "label")
    assert "texts_no_better" in {notice.code for notice in found.notices}


def test_it_proposes_classes_for_texts_without_one() -> None:
    frame = requests(150)
    frame.loc[120:, "kind"] = None
    truth = requests(150)["kind"]
    found = classify_texts(frame, None, "text", "kind")
    assert (found.rows_used, found.rows_judged, found.rows_dropped) == (120, 120, 0)
    assert [one["row"] for one in found.proposals] == list(range(121, 151))
    sure = [one for one in found.proposals if one["label"]]
    assert len(sure) > 20
    assert all(one["label"] == truth[one["row"] - 1] for one in sure)
    assert all(one["confidence"] < found.threshold for one in found.proposals if not one["label"])
    words = {one["label"]: one["words"] for one in found.classes}
    assert any("发票" in word for word in words["发票"])
    noise = frame.assign(kind=np.random.default_rng(5).permutation(frame["kind"]))
    told = classify_texts(noise, None, "text", "kind")
    assert not any(one["label"] for one in told.proposals)


def test_it_judges_the_latest_texts_where_time_is_known() -> None:
    """What each kind is called changes: drawn by chance it is known, by time it is not."""
    frame = requests(200).sort_values("kind").assign(day=range(200))
    later = frame["day"] % 5 == 4
    frame["day"] += 1000 * later
    called = {"发票": "甲乙丙丁", "物流": "戊己庚辛", "退货": "天地玄黄"}
    frame.loc[later, "text"] = [f"{called[k]} {n}" for n, k in enumerate(frame.loc[later, "kind"])]
    found = classify_texts(frame, None, "text", "kind", time="day")
    assert found.rows_judged == 40
    assert found.accuracy < 0.9
    assert classify_texts(frame, None, "text", "kind").accuracy > 0.97


def test_it_learns_from_a_part_of_very_many_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_LEARNED", 90)
    found = classify_texts(requests(300), None, "text", "kind")
    assert 88 <= found.rows_used <= 92
    assert ("texts_drawn", 300) in {(n.code, n.params.get("total")) for n in found.notices}


def test_it_bears_a_few_different_texts() -> None:
    frame = pd.DataFrame({"text": ["yes please", "no thanks"] * 40, "kind": ["a", "b"] * 40})
    assert classify_texts(frame, None, "text", "kind").rows_judged == 80
    frame["kind"] = ["a", "a", "b", "b"] * 20
    assert not classify_texts(frame, None, "text", "kind").signal


def test_it_judges_no_text_by_a_copy_of_it() -> None:
    """Words that say nothing, each text five times with its label."""
    rng = np.random.default_rng(8)
    once = pd.DataFrame({"text": [f"{a} {b}" for a, b in rng.integers(0, 900, (60, 2))]})
    once["kind"] = rng.choice(["a", "b"], 60)
    found = classify_texts(pd.concat([once] * 5), None, "text", "kind")
    assert found.accuracy < 0.7
    told = {notice.code: notice.params for notice in found.notices}
    assert told["texts_repeated"] == {"rows": 240}


def test_each_part_is_judged_by_a_threshold_from_the_others() -> None:
    """Its own answers would lower the threshold that lets them through."""
    model = classify_texts(requests(), requests(60, seed=1), "text", "kind").model
    right = np.repeat("发票", 25).astype(object)
    shy, bold = (
        Answers(right, right, np.full(25, sure), np.zeros(25, dtype=bool), 0, 25)
        for sure in (0.5, 0.8)
    )
    judged, model = with_common_threshold([shy, bold], model)
    assert model.threshold == 0.5
    assert [bool(part.answered.any()) for part in judged] == [False, True]
