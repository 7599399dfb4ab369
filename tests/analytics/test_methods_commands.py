"""The sub-commands in this process: every promised key, and one line for bad input."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from tests.analytics.methods.test_budget import planted
from tests.analytics.methods.test_value import shop
from tests.analytics.test_analyze_command import PROMISED


def answer(*arguments: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("analyze", *arguments, "--json", "-", stdout=said)
    found: dict[str, Any] = json.loads(said.getvalue())
    assert set(found) >= PROMISED
    return found


def words(*arguments: str) -> str:
    said = io.StringIO()
    call_command("analyze", *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def purchases(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("value") / "purchases.csv"
    shop(200).to_csv(file, index=False)
    return str(file)


def test_it_tells_customer_value(purchases: str) -> None:
    columns = ("--csv", purchases, "--customer", "customer", "--date", "date", "--amount", "amount")
    found = answer("value", *columns)
    assert set(found) >= {"bgnbd", "gammagamma", "holdout"}
    assert "best tenth" in words("value", *columns)


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> str:
    """50 orders: 5 with a, 4 of them with b: confidence exactly 4/5."""
    lines = ["order,item,customer"]
    for k in range(50):
        items = {"c"} | ({"a"} if k < 5 else set()) | ({"b"} if k < 4 else set())
        lines += [f"{k},{item},{k % 7}" for item in sorted(items)]
    file = tmp_path_factory.mktemp("rules") / "orders.csv"
    file.write_text("\n".join(lines))
    return str(file)


@pytest.mark.parametrize("algorithm", ["eclat", "fpgrowth", "apriori"])
def test_it_keeps_a_rule_of_exactly_four_fifths(orders: str, algorithm: str) -> None:
    found = answer(
        "rules", "--csv", orders, "--basket", "order", "--item", "item",
        "--support", "0.08", "--confidence", "0.8", "--algorithm", algorithm,
        "--customer", "customer",
    )  # fmt: skip
    rule = next(r for r in found["rules"] if (r["lhs"], r["rhs"]) == (["a"], "b"))
    assert set(rule) >= {"lhs", "rhs", "count", "support", "confidence", "lift"}
    assert (rule["count"], rule["support"], rule["confidence"]) == (4, 0.08, 0.8)
    assert rule["lift"] == pytest.approx(10.0)
    assert found["itemsets"] == 7
    assert found["next_products"][0]["because"] == ["a"]


def test_it_refuses_rules_of_few_orders(orders: str, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("".join(Path(orders).read_text().splitlines(keepends=True)[:11]))
    columns = ("--basket", "order", "--item", "item", "--support", "0.1", "--confidence", "0.5")
    with pytest.raises(CommandError, match="at least 50 orders; found: 4") as problem:
        answer("rules", "--csv", str(few), *columns)
    assert problem.value.returncode == 2


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> str:
    rng = np.random.default_rng(0)
    arm = np.repeat(["none", "mail", "call"], 400)
    bought = rng.random(1200) < np.repeat([0.1, 0.2, 0.12], 400)
    frame = pd.DataFrame({"arm": arm, "bought": np.where(bought, "yes", "no")})
    frame["spend"] = rng.gamma(2, 10, 1200)
    file = tmp_path_factory.mktemp("experiment") / "mailing.csv"
    frame.to_csv(file, index=False)
    return str(file)


def test_it_compares_arms_with_the_control(mailing: str) -> None:
    given = ("--csv", mailing, "--arm", "arm", "--control", "none", "--outcome", "bought")
    found = answer("experiment", *given)
    assert [
        set(one) >= {"arm", "n", "mean", "difference", "lo", "hi", "p"} for one in found["arms"]
    ]
    assert found["arms"][0]["arm"] == "none"
    assert "difference" in words("experiment", *given)
    with pytest.raises(CommandError, match="No row of column “arm” holds “nobody”") as problem:
        answer("experiment", *given[:4], "--control", "nobody", "--outcome", "bought")
    assert problem.value.returncode == 2


def test_it_suggests_a_budget(tmp_path: Path) -> None:
    file = tmp_path / "weeks.csv"
    planted(160).to_csv(file, index=False)
    given = ("--csv", str(file), "--sales", "sales", "--channels", "tv,radio", "--date", "week")
    found = answer("budget", *given)
    assert {"channels", "gain", "gain_lo", "gain_hi"} <= set(found)
    assert "suggested" in words("budget", *given)
    planted(10).to_csv(file, index=False)
    with pytest.raises(
        CommandError, match="2 channels and 2 such columns need 28 rows; found: 10"
    ) as problem:
        answer("budget", *given)
    assert problem.value.returncode == 2


def test_it_describes_by_group(mailing: str) -> None:
    found = answer("describe", "--csv", mailing, "--by", "arm")
    assert len(found["columns"]) == 6
    keys = {"n", "missing", "mean", "median", "var", "sd", "quantiles"}
    assert all(set(one) >= keys for one in found["columns"])
    assert "mean" in words("describe", "--csv", mailing)


def test_it_compares_and_correlates(mailing: str) -> None:
    found = answer("compare", "--csv", mailing, "--value", "spend", "--by", "arm")
    assert [one["name"] for one in found["tests"]] == ["welch", "kruskal_wallis"]
    assert "kruskal" in words("compare", "--csv", mailing, "--value", "spend", "--by", "arm")
    assert len(answer("correlate", "--csv", mailing)["pairs"]) == 3
    assert "correlation_ratio" in words("correlate", "--csv", mailing)


def test_it_asks_for_a_file(purchases: str) -> None:
    with pytest.raises(CommandError, match="--csv must be given") as problem:
        answer("experiment", "--arm", "group")
    assert problem.value.returncode == 2


def test_it_refuses_value_in_one_line(purchases: str, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("".join(Path(purchases).read_text().splitlines(keepends=True)[:10]))
    with pytest.raises(CommandError, match="at least 50 customers") as problem:
        answer("value", "--csv", str(few), "--customer", "customer", "--date", "date")
    assert problem.value.returncode == 2
