"""What the page of an answer about a dataset says, without the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from analytics.datasets.next_steps import next_step
from analytics.datasets.presenting import presented, retold
from analytics.datasets.questions import QUESTIONS
from analytics.methods.errors import sentence
from analytics.methods.messages import MESSAGES
from analytics.score_charts import influences


def test_it_knows_every_method_that_it_offers() -> None:
    from analytics.command_line import METHODS

    assert set(QUESTIONS) == set(METHODS)
    for name, question in QUESTIONS.items():
        offered = {ask.name for ask in question.asks}
        if name != "regress":  # makes a formula of them
            assert offered <= set(METHODS[name].parameters), name
    assert "apply" not in {ask.name for ask in QUESTIONS["score"].asks}  # a path on the server


def test_it_retells_what_methods_say_in_the_readers_language() -> None:
    told = sentence("step_unknown", {"kind": "explode"})
    with translation.override("zh-hans"):
        assert retold(told) == "没有“explode”这种清洗步骤。"
        assert retold("Nobody says this.") == "Nobody says this."
    with translation.override("en"):
        for code, template in MESSAGES.items():
            if "%(" not in template:
                assert retold(sentence(code, {})) == sentence(code, {})


@pytest.mark.parametrize(
    ("method", "answer", "step"),
    [
        ("score", {"signal": False, "leaks": [], "lift": [], "base_rate": 0.2}, "Choose nobody"),
        (
            "score",
            {"signal": True, "leaks": [], "lift": [{"rate": 0.6}], "base_rate": 0.2},
            "there it is so 3.0 times as often",
        ),
        ("forecast", {"backtest": {"mase": 0.9, "naive_mase": 0.8}}, "figures of the last season"),
        ("forecast", {"backtest": {"mase": 0.7, "naive_mase": 0.8}}, "middle of the band"),
        ("cluster", {"structure": False}, "Do not plan"),
        ("experiment", {"arms": [{"difference": None}], "control": "A"}, "Change nothing"),
        ("budget", {}, ""),
    ],
)
def test_it_proposes_what_the_answer_supports(
    method: str, answer: dict[str, Any], step: str
) -> None:
    with translation.override("en"):
        found = next_step(method, answer)
    assert step in found if step else found == ""


def test_it_leaves_a_tables_names_and_whole_numbers_as_they_are() -> None:
    told = {"column": "age", "effect": 0.5, "direction": "levels", "high": "person", "low": "x"}
    chart = influences({"influences": [told]}, of_table=True)
    assert chart.spec["labels_y"] == ["age"]
    assert "person" in chart.spec["texts"][0]
    columns = [{"name": "a", "mean": 2.0, "max": 3.0}, {"name": "b", "mean": 2.5, "max": 4.0}]
    (table,) = presented({"method": "describe", "columns": columns, "by": ["shop"]})["tables"]
    assert table["rows"] == [["a", "2.0000", "3"], ["b", "2.5000", "4"]]
    parameters = {"p": 0.5, "loglik": 2.0}  # a model's own p is no chance
    (table,) = presented({"method": "value", "gammagamma": parameters})["tables"]
    assert [name for name, _ in table["terms"]] == ["Gamma-Gamma"]
    (table,) = presented({"method": "value", "bgnbd": {"a": 0.79, "alpha": 4.0}})["tables"]
    assert table["rows"] == [["a", "0.7900"], ["alpha", "4"]]
    spread = {"0.5": "2024-01-02T00:00:00", "0.05": "2024-01-01T16:48:00", "0.95": 3}
    columns = [{"name": "a", "quantiles": spread, "top": [["华东", 1200], ["华南", 3]]}]
    (table,) = presented({"method": "describe", "columns": columns})["tables"]
    told = "0.05 2024-01-01 16:48; 0.5 2024-01-02; 0.95 3"
    assert table["rows"] == [["a", told, "华东 (1,200), 华南 (3)"]]
    assert presented({"models": [{"name": "tree", "ece": 0.1}]})["tables"][0]["terms"]


def test_it_says_what_is_to_be_minded_of_single_groups() -> None:
    shared = sentence("season_unknown", {})
    gone = sentence("nothing_since", {"period": "2026-03-01", "periods": 7})
    few = sentence("few_origins", {"origins": 2})
    groups = [
        {"group": "B", "warnings": [shared]},
        {"group": "C", "warnings": [few]},
        {"group": "A", "warnings": [shared, few, gone]},
    ]
    answer = {"method": "forecast", "groups": groups, "warnings": [shared]}
    with translation.override("zh-hans"):
        told = presented(answer)
    assert told["groups"] == 3
    one, other = told["group_cautions"]
    assert (other.name, other.others) == ("C", [])
    assert (one.name, one.first[:13]) == ("A", "自 2026-03-01 ")
    assert len(one.others) == 1
